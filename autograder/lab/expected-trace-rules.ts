import type { SeenEvent } from '../../emulator/observe/event-log.js';
import type { Evidence } from './evidence.js';

/**
 * What a run must have done, as a partial order of machine events: steps, who goes before whom, and what must never
 * happen. Any order that the rules allow is right.
 *
 * ```ts
 * const bringUp = expectedTrace({
 *   steps: [
 *     { id: 'satp', title: 'satp = Sv39, the kernel table', on: 'every', why: 'without it …',
 *       matches: (event, { kernel }) => event.kind === 'csr-write' && event.csr === Csr.satp && … ,
 *       nearly: (event) => event.kind === 'csr-write' && event.csr === Csr.satp ? `satp = ${…}` : undefined },
 *     { id: 'stvec', title: 'stvec = the trap entry', on: 'every', why: '…', matches: … },
 *     { id: 'sie', title: 'sie enables interrupts', on: 'others', why: '…', matches: … },
 *   ],
 *   order: [{ before: 'stvec', after: 'sie', scope: 'same-hart', why: 'an interrupt would go to address 0' }],
 *   never: [{ title: 'takes a trap', on: 'every', before: 'stvec', why: '…', matches: … }],
 * });
 * ```
 */
export interface ExpectedTrace {
  readonly steps: readonly ExpectedStep[];
  readonly order: readonly OrderRule[];
  readonly never?: readonly NeverRule[];
}

/** On whom: the hart that booted, all but that one, all harts, or the devices (events without a hart). */
export type StepHarts = 'boot' | 'others' | 'every' | 'machine';

/** An event that each hart of `on` must show once at least. */
export interface ExpectedStep {
  /** Rules name the step by it. */
  readonly id: string;
  /** How it reads in a trace: `satp = Sv39, the kernel table`. */
  readonly title: string;
  readonly on: StepHarts;
  readonly matches: (event: SeenEvent, evidence: Evidence) => boolean;
  /** Which of several events counts; the first by default. */
  readonly which?: 'first' | 'last';
  /**
   * Only events after that step's on the same hart count, if there is any: of several `sfence.vma`, the one that
   * follows `satp`. A rule must put that step before this one; it speaks when there is none.
   */
  readonly since?: string;
  /** A hart may leave it out; rules apply where it is seen. */
  readonly optional?: boolean;
  /** What goes wrong without it, as half a sentence: `its first trap goes to address 0`. */
  readonly why: string;
  /**
   * How an event reads that was meant to be this step and is not: `stvec = 0x0`. Where the step is missing, the first
   * such event of the hart stands in the trace. Nothing for all other events.
   */
  readonly nearly?: (event: SeenEvent, evidence: Evidence) => string | undefined;
}

/** One step goes before another. */
export interface OrderRule {
  readonly before: string;
  readonly after: string;
  /**
   * `same-hart`: on every hart that has both. `across-harts`: the last hart to do `before` is ahead of the first to do
   * `after`.
   */
  readonly scope: 'same-hart' | 'across-harts';
  /** What goes wrong otherwise, as half a sentence. */
  readonly why: string;
}

/** An event that must not be seen. */
export interface NeverRule {
  /** How it reads in a trace: `takes a trap`. */
  readonly title: string;
  readonly on: StepHarts;
  readonly matches: (event: SeenEvent, evidence: Evidence) => boolean;
  /**
   * Forbidden only after this step, or before it, on the same hart; after or before the last hart's where the step is
   * another hart's. `before` a step that never came: to the end.
   */
  readonly after?: string;
  readonly before?: string;
  readonly why: string;
}
