import type { EventLog } from '../../emulator/observe/event-log.js';
import type { ScheduleTrace } from '../../emulator/observe/schedule-trace.js';
import type { JobHistory } from '../metrics/job-history.js';

/** A place in the guest's code: `panic at kernel/boot/panic.c:12` without the verb. */
export interface GuestPlace {
  /** Virtual address. */
  readonly pc: bigint;
  /** Name of the function that holds it, if the kernel's symbols know it. */
  readonly function?: string;
  /** `stride.c:41`, if the kernel's line table knows it. */
  readonly source?: string;
}

/** Where a hart was when a run ended. */
export interface HartPosition extends GuestPlace {
  /** Id of the hart. */
  readonly hart: number;
  readonly state: 'running' | 'idle' | 'stopped';
  readonly mode: 'U' | 'S' | 'M';
  /** Guest cycle at which it last was in U-mode; absent if it never was. */
  readonly lastUser?: number;
  /** The spinlock that it waits for. */
  readonly waitsFor?: LockState;
}

/** A kernel spinlock as memory had it when the run ended. */
export interface LockState {
  /** The name that the kernel gave it. */
  readonly name: string;
  readonly address: bigint;
  /** Id of the hart that holds it, as the lock says; -1: none. */
  readonly holder: number;
  /** Where the holder took it. */
  readonly taken?: GuestPlace;
}

/** How a run ended. */
export type Outcome =
  | { readonly kind: 'completed' }
  /** The kernel gave up: SBI system reset for failure, or the finisher's fail code. */
  | {
      readonly kind: 'panic';
      readonly message: string;
      readonly hart?: number;
      /** Where to look first. */
      readonly place?: GuestPlace;
      /** The calls that were active, innermost first, from the one that gave up; none where they cannot be told. */
      readonly calls?: readonly GuestPlace[];
    }
  /** Nothing can ever happen again: every hart sleeps or waits for a lock that will not be released. */
  | { readonly kind: 'deadlock'; readonly harts: readonly HartPosition[] }
  /** Harts execute, but no user program has made progress for long. */
  | { readonly kind: 'livelock'; readonly harts: readonly HartPosition[] }
  /** Guest time was used up while user programs still ran, or so many records that nobody could look at more. */
  | { readonly kind: 'budget'; readonly harts: readonly HartPosition[]; readonly records?: number };

/** The kernel's names for addresses. */
export interface KernelNames {
  /** Function and source line of a kernel address. */
  placeOf(pc: bigint): GuestPlace;
  /** Address of a function or an object; nothing if there is none of that name. */
  addressOf(name: string): bigint | undefined;
  /** Bytes of a function or an object, as the symbol table has it. */
  sizeOf(name: string): number | undefined;
}

/** What a run of one scenario left for its checks. */
export interface Evidence {
  readonly scenario: string;
  readonly seed: number;
  /** Up to the end of the run, whatever ended it. */
  readonly trace: ScheduleTrace;
  readonly histories: readonly JobHistory[];
  /** What the scenario asked to have written down; without events if it did not. */
  readonly events: EventLog;
  /** What the scenario's own witness answered. */
  readonly witness: unknown;
  readonly outcome: Outcome;
  readonly kernel: KernelNames;
}

/** Why a check has no finding. */
export type Cause = 'panic' | 'deadlock' | 'livelock' | 'starvation' | 'budget';

/**
 * Thrown by a check that cannot be judged: what it needs to see did not happen. It earns nothing, and the
 * report names the cause.
 */
export class CannotJudge extends Error {
  override readonly name = 'CannotJudge';
  readonly judgement: { readonly cause: Cause; readonly at: Pick<Finding, 'guestTime' | 'hart' | 'source'> };

  /** @param message what happened instead, in one sentence. */
  constructor(cause: Cause, message: string, at: Pick<Finding, 'guestTime' | 'hart' | 'source'> = {}) {
    super(message);
    this.judgement = { cause, at };
  }
}

/** What a check found. */
export interface Finding {
  /** Part of the points, 0..1. */
  readonly fraction: number;
  /** The rule and its bound, for a student: one sentence. */
  readonly expected: string;
  /** What the machine saw, with figures. */
  readonly seen: string;
  /** Guest seconds at which it was seen. */
  readonly guestTime?: number;
  /** Id of the hart. */
  readonly hart?: number;
  /** `stride.c:41`. */
  readonly source?: string;
  /** What should have happened and what did, line by line; reports show how they differ. */
  readonly difference?: TraceDifference;
}

/** Two traces as text, one event a line. */
export interface TraceDifference {
  readonly expected: readonly TraceLine[];
  readonly seen: readonly TraceLine[];
}

export interface TraceLine {
  /** The event, in words that are equal on both sides when the events are: `satp = Sv39, kernel root`. */
  readonly text: string;
  /** Id of the hart. */
  readonly hart?: number;
  /** Guest seconds; absent for what did not happen. */
  readonly guestTime?: number;
}
