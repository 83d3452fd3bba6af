/**
 * A log of machine events, for whoever judges a run after its end: plain data, in the order in which memory saw
 * what happened.
 */
import type {
  CsrWriteEvent,
  DiskEvent,
  EcallEvent,
  EventKind,
  FenceEvent,
  HintEvent,
  HsmEvent,
  IdleEvent,
  MmioEvent,
  PageWalkEvent,
  SbiEvent,
  SupervisorEnterEvent,
  TrapEvent,
  UserEnterEvent,
  UserLeaveEvent,
} from './events.js';

export type { DiskEvent } from './events.js';

/** What is written down. */
export interface Observation {
  /** Machine events by kind; `console` is not one of them. */
  readonly events?: readonly Exclude<EventKind, 'console'>[];
  /** MMIO is written down in these ranges alone; everywhere when absent. */
  readonly mmio?: readonly { readonly start: number; readonly end: number }[];
  /** Writes of CSRs are written down for these alone; for all when absent. */
  readonly csrs?: readonly number[];
  /** Calls of these kernel functions, and their returns. */
  readonly functions?: readonly string[];
  /** Stores to these kernel objects. */
  readonly variables?: readonly string[];
  /** Requests to the disk. */
  readonly disk?: boolean;
  /** Events that are kept, 1 or more; 200 000 by default, and never more. A few of each kind are kept even then. */
  readonly limit?: number;
}

/** A kernel function begins. */
export interface CallEvent {
  readonly time: number;
  readonly hart: number;
  readonly function: string;
  /** a0 to a7. */
  readonly args: readonly bigint[];
  /** Return address. */
  readonly ra: bigint;
  readonly sp: bigint;
}

/** A kernel function returns to its caller, maybe on another hart. */
export interface ReturnEvent {
  readonly time: number;
  readonly hart: number;
  readonly function: string;
  /** The arguments of the call. */
  readonly args: readonly bigint[];
  /** a0 and a1. */
  readonly values: readonly [bigint, bigint];
  /** Index of the call in the log. */
  readonly call: number;
}

/** A store to a watched object. */
export interface StoreEvent {
  readonly time: number;
  readonly hart: number;
  readonly variable: string;
  /** Bytes from the beginning of the object; negative for a store that begins before it. */
  readonly offset: number;
  readonly size: number;
  readonly value: bigint;
  readonly pc: bigint;
}

/** An event with its kind. `hart` is an index into the machine's harts; see {@link EventLog.hartIds}. */
export type SeenEvent =
  | ({ readonly kind: 'csr-write' } & CsrWriteEvent)
  | ({ readonly kind: 'mmio' } & MmioEvent)
  | ({ readonly kind: 'trap' } & TrapEvent)
  | ({ readonly kind: 'ecall' } & EcallEvent)
  | ({ readonly kind: 'sbi' } & SbiEvent)
  | ({ readonly kind: 'hsm' } & HsmEvent)
  | ({ readonly kind: 'fence' } & FenceEvent)
  | ({ readonly kind: 'hint' } & HintEvent)
  | ({ readonly kind: 'idle' | 'wake' } & IdleEvent)
  | ({ readonly kind: 'user-enter' } & UserEnterEvent)
  | ({ readonly kind: 'user-leave' } & UserLeaveEvent)
  | ({ readonly kind: 'supervisor-enter' } & SupervisorEnterEvent)
  | ({ readonly kind: 'page-walk' } & PageWalkEvent)
  | ({ readonly kind: 'call' } & CallEvent)
  | ({ readonly kind: 'return' } & ReturnEvent)
  | ({ readonly kind: 'store' } & StoreEvent)
  | ({ readonly kind: 'disk' } & DiskEvent);

export interface EventLog {
  /** By index: the id (`mhartid`) of each hart. */
  readonly hartIds: readonly number[];
  /** Index of the hart that booted. */
  readonly bootHart: number;
  /** Cycles in a guest second. */
  readonly frequency: number;
  /** Guest cycle at which the log ends. */
  readonly end: number;
  /** In the order in which memory saw them; times of different harts may be out of step by a window. */
  readonly events: readonly SeenEvent[];
  /** False when there were more events than are kept: the log has the first of them. */
  readonly complete: boolean;
}
