/**
 * Records of the Trace Event Format that chrome://tracing and Perfetto read: "Trace Event Format" (Google, 2016),
 * sections "Duration Events" to "Metadata Events". Times are microseconds; here, of guest time.
 */
interface Located {
  readonly name: string;
  /** Categories, with commas. */
  readonly cat: string;
  readonly ts: number;
  /** A run. */
  readonly pid: number;
  /** A hart of it. */
  readonly tid: number;
  readonly args?: Arguments;
}

export type Arguments = Readonly<Record<string, string | number | boolean>>;

/** A slice with its length ("Complete Events"). */
export interface SliceEvent extends Located {
  readonly ph: 'X';
  readonly dur: number;
}

/** A moment; `t` draws it on its thread ("Instant Events"). */
export interface InstantEvent extends Located {
  readonly ph: 'i';
  readonly s: 't' | 'p' | 'g';
}

/** A curve of its process ("Counter Events"). */
export interface CounterEvent extends Omit<Located, 'args'> {
  readonly ph: 'C';
  readonly args: Readonly<Record<string, number>>;
}

/** An arrow from the slice around one moment to the slice around another ("Flow Events"). */
export interface FlowEvent extends Located {
  readonly ph: 's' | 'f';
  readonly id: number;
  /** At an `f`: bind to the slice around it, not to the next one. */
  readonly bp?: 'e';
}

/** Names and order of processes and threads ("Metadata Events"). */
export interface MetadataEvent {
  readonly ph: 'M';
  readonly name: 'process_name' | 'process_sort_index' | 'thread_name' | 'thread_sort_index';
  readonly pid: number;
  readonly tid?: number;
  readonly args: Arguments;
}

export type TraceEvent = SliceEvent | InstantEvent | CounterEvent | FlowEvent | MetadataEvent;
