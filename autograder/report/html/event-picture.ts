import { HartState, Mode } from '../../../emulator/index.js';
import type { EventLog, SeenEvent } from '../../../emulator/observe/event-log.js';
import type { ScheduleTrace } from '../../../emulator/observe/schedule-trace.js';
import { describeSeenEvent } from '../../events/describe-event.js';
import type { Evidence, KernelNames } from '../../lab/evidence.js';
import { describePlace } from '../../runner/explain-outcome.js';
import type { TimeAxis } from './run-picture.js';

/** The events of a run by hart and kind, reduced to what can be drawn. Times are guest milliseconds. */
export interface EventPicture extends TimeAxis {
  readonly lanes: readonly EventLane[];
  /** Kinds of which there is at least one event, in the order of {@link EVENT_ROWS}. */
  readonly rows: readonly EventRow[];
  /** False when the log was full before the run ended. */
  readonly complete: boolean;
}

export interface EventLane {
  /** `hart 3`, by its id; `disk`. */
  readonly name: string;
  readonly spans: readonly StateSpan[];
  readonly marks: ReadonlyMap<EventRow, readonly EventMark[]>;
}

/** What a hart was doing; gaps are the kernel's. */
export interface StateSpan {
  readonly from: number;
  readonly to: number;
  readonly what: 'user' | 'idle' | 'stopped';
}

/** One event, or several that lie close together. */
export interface EventMark {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** A row of marks: events that belong together. */
export interface EventRow {
  readonly label: string;
  readonly title: string;
  readonly kinds: readonly SeenEvent['kind'][];
}

export const EVENT_ROWS: readonly EventRow[] = [
  {
    label: 'SBI',
    title: 'calls of the firmware, and what becomes of harts',
    kinds: ['sbi', 'hsm', 'supervisor-enter'],
  },
  { label: 'CSR', title: 'writes of control and status registers', kinds: ['csr-write'] },
  { label: 'fence', title: 'sfence.vma, fence.i', kinds: ['fence'] },
  { label: 'MMIO', title: 'accesses to device registers', kinds: ['mmio'] },
  { label: 'trap', title: 'traps', kinds: ['trap'] },
  { label: 'ecall', title: 'environment calls and marks', kinds: ['ecall', 'hint'] },
  { label: 'call', title: 'kernel functions called, and their returns', kinds: ['call', 'return'] },
  { label: 'store', title: 'stores to watched objects', kinds: ['store'] },
  { label: 'walk', title: 'page-table walks', kinds: ['page-walk'] },
  { label: 'disk', title: 'requests that the disk has served', kinds: ['disk'] },
];

/** Part of the time axis that is left free after the last event. */
const MARGIN = 0.02;

/**
 * @param most marks of one row of one hart; more are drawn together
 * @returns nothing for a run without events, in which nobody called the kernel; nor for one of jobs without events
 */
export function eventPictureOf(
  { events: log, trace, histories, kernel }: Evidence,
  most: number,
): EventPicture | undefined {
  const logged = log.events.filter((event) => rowOf(event) !== undefined);
  const drawn = logged.length > 0 || histories.length > 0 ? logged : systemCalls(trace);
  if (drawn.length === 0) return undefined;
  const ms = 1000 / log.frequency;
  const from = drawn.reduce((least, { time }) => Math.min(least, time), Infinity) * ms;
  const last = drawn.reduce((most, { time }) => Math.max(most, time), 0) * ms;
  const to = last + Math.max(0.001, (last - from) * MARGIN);
  const lanes = log.hartIds.map((id, hart): EventLane => {
    const own = drawn.filter((event) => 'hart' in event && event.hart === hart);
    return {
      name: `hart ${id}`,
      spans: stateSpans(trace, log, hart, { from, to }),
      marks: marksOf(own, ms, kernel, most),
    };
  });
  const devices = drawn.filter((event) => !('hart' in event));
  if (devices.length > 0) lanes.push({ name: 'disk', spans: [], marks: marksOf(devices, ms, kernel, most) });
  const rows = EVENT_ROWS.filter((row) => lanes.some(({ marks }) => marks.has(row)));
  return { from, to, lanes, rows, complete: log.complete };
}

/** What programs asked the kernel for: the schedule has it of every run, also where nothing is written down. */
function systemCalls({ calls, spaces }: ScheduleTrace): SeenEvent[] {
  return calls.map(({ time, hart, space, number, args }): SeenEvent => {
    const registers = [...Array.from({ length: 7 }, (_, i) => args[i] ?? 0n), BigInt(number)];
    return {
      kind: 'ecall',
      time,
      hart,
      satp: spaces[space]?.satp ?? 0n,
      mode: Mode.User,
      pc: NO_PC,
      registers,
    };
  });
}

/** Of events that come without one. */
const NO_PC = 0n;

function rowOf(event: SeenEvent): EventRow | undefined {
  return EVENT_ROWS.find(({ kinds }) => kinds.includes(event.kind));
}

function marksOf(
  events: readonly SeenEvent[],
  ms: number,
  kernel: KernelNames,
  most: number,
): Map<EventRow, readonly EventMark[]> {
  const marks = new Map<EventRow, readonly EventMark[]>();
  for (const row of EVENT_ROWS) {
    const own = events.filter((event) => row.kinds.includes(event.kind));
    if (own.length > 0)
      marks.set(
        row,
        clusters(own, most).map((cluster) => markOf(cluster, row, ms, kernel)),
      );
  }
  return marks;
}

/** Parts a row where its widest gaps are, so that it has no more parts than can be drawn. */
function clusters(events: readonly SeenEvent[], most: number): SeenEvent[][] {
  const sorted = [...events].sort((a, b) => a.time - b.time);
  const gaps = sorted.slice(1).map(({ time }, i) => time - (sorted[i]?.time ?? time));
  // Of gaps that are equal, as in a loop over registers, those that are spread evenly.
  const spread = (i: number): number => (i * 0.618034) % 1;
  const widest = new Set(
    [...gaps.keys()]
      .sort((a, b) => (gaps[b] ?? 0) - (gaps[a] ?? 0) || spread(a) - spread(b))
      .slice(0, most - 1),
  );
  const parts: SeenEvent[][] = [];
  for (const [i, event] of sorted.entries()) {
    const last = parts.at(-1);
    if (last === undefined || widest.has(i - 1)) parts.push([event]);
    else last.push(event);
  }
  return parts;
}

function markOf(cluster: readonly SeenEvent[], row: EventRow, ms: number, kernel: KernelNames): EventMark {
  const [first, last] = [cluster[0], cluster.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError('a mark of no event');
  const place = (pc: bigint): string => (pc === NO_PC ? '' : ` at ${describePlace(kernel.placeOf(pc))}`);
  const words = (event: SeenEvent): string => `${event.kind} ${describeSeenEvent(event, place)}`;
  const at = (event: SeenEvent): string => `${(event.time * ms).toFixed(4)} ms`;
  const text =
    cluster.length === 1
      ? `${at(first)}  ${words(first)}`
      : `${cluster.length} ${row.label} events, ${at(first)} to ${at(last)}\nfirst: ${words(first)}\nlast: ${words(last)}`;
  return { from: first.time * ms, to: last.time * ms, text };
}

/** U-mode and waiting by the schedule; stopped by HSM states, where they were written down. */
function stateSpans(trace: ScheduleTrace, log: EventLog, hart: number, { from, to }: TimeAxis): StateSpan[] {
  const ms = 1000 / log.frequency;
  const spans = [
    ...trace.intervals
      .filter((stay) => stay.hart === hart)
      .map(({ start, end }) => ({ from: start * ms, to: end * ms, what: 'user' as const })),
    ...trace.idle
      .filter((stretch) => stretch.hart === hart)
      .map(({ start, end }) => ({ from: start * ms, to: end * ms, what: 'idle' as const })),
    ...stoppedSpans(log, hart, to),
  ];
  return spans
    .filter((span) => span.from < to && span.to > from)
    .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }))
    .sort((a, b) => a.from - b.from);
}

function stoppedSpans({ events, frequency, bootHart }: EventLog, hart: number, to: number): StateSpan[] {
  const states = events.flatMap((event) => (event.kind === 'hsm' && event.hart === hart ? event : []));
  if (states.length === 0) return [];
  const spans: StateSpan[] = [];
  // Reset leaves all harts but one stopped.
  let since: number | undefined = hart === bootHart ? undefined : 0;
  for (const { state, time } of states) {
    const stopped = state === HartState.Stopped || state === HartState.StartPending;
    const now = (time * 1000) / frequency;
    if (stopped) since ??= now;
    else if (since !== undefined) {
      spans.push({ from: since, to: now, what: 'stopped' });
      since = undefined;
    }
  }
  if (since !== undefined) spans.push({ from: since, to, what: 'stopped' });
  return spans;
}
