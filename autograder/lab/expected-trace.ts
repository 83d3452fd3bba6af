import type { SeenEvent } from '../../emulator/observe/event-log.js';
import type { Evidence, Finding } from './evidence.js';
import { checkExpectedTrace } from './expected-trace-faults.js';
import { compareTrace } from './trace-comparison.js';
import type { SeenStep, TraceComparison } from './trace-comparison.js';

export { compareTrace } from './trace-comparison.js';
export type {
  ForbiddenEvent,
  MissingStep,
  OrderViolation,
  SeenStep,
  TraceComparison,
} from './trace-comparison.js';

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

/**
 * An expected trace, looked over: use it where a lab's module defines one, so that a mistake refuses the lab.
 *
 * @throws RangeError that names the field: an unknown step, two steps of one id, an order that makes a circle.
 */
export function expectedTrace(expected: ExpectedTrace): ExpectedTrace {
  checkExpectedTrace(expected);
  return expected;
}

/** How a check turns a comparison into a finding. */
export interface TraceVerdict {
  /** The rule, for a student: one sentence. */
  readonly expected: string;
  /** What was seen when nothing is wrong: `4 harts, each in an order that is right`. */
  readonly right?: string;
  /** Part of the points, 0..1, when something is wrong; nothing by default. */
  readonly credit?: (comparison: TraceComparison) => number;
}

/** Faults that a finding tells; the trace shows the others. */
const TOLD = 3;

/**
 * The finding of a check that compares a run with an expected trace: the first faults in words, each with its reason,
 * and the two traces.
 */
export function traceFinding(expected: ExpectedTrace, evidence: Evidence, verdict: TraceVerdict): Finding {
  const comparison = compareTrace(expected, evidence);
  const faults = faultsOf(comparison);
  const [first] = faults;
  if (first === undefined) {
    const seen = verdict.right ?? `all ${comparison.owed} steps, in an order that is right`;
    return { fraction: 1, expected: verdict.expected, seen };
  }
  const more = faults.length - TOLD;
  const cut = evidence.events.complete
    ? []
    : [`(of the run, only the first ${evidence.events.events.length} events were kept)`];
  const source = first.at === undefined ? undefined : sourceOf(first.at, evidence);
  return {
    fraction: verdict.credit?.(comparison) ?? 0,
    expected: verdict.expected,
    seen: [
      ...faults.slice(0, TOLD).map(({ text }) => text),
      ...(more > 0 ? [`and ${more} more`] : []),
      ...cut,
    ].join('\n'),
    ...(first.at && { guestTime: first.at.guestTime }),
    ...(first.hart !== undefined && { hart: first.hart }),
    ...(source !== undefined && { source }),
    difference: comparison.difference,
  };
}

interface Fault {
  readonly text: string;
  /** Place in the log: the first fault is likelier the cause than the effect. */
  readonly due: number;
  readonly hart?: number;
  readonly at?: SeenStep;
}

function faultsOf({ missing, violations, forbidden }: TraceComparison): Fault[] {
  const never = new Map<ExpectedStep, typeof missing>();
  for (const each of missing) never.set(each.step, [...(never.get(each.step) ?? []), each]);
  const faults = [
    ...[...never].map(([step, all]): Fault => {
      const [instead] = all.flatMap((each) => each.instead ?? []);
      const who = nameHarts(all.flatMap(({ hart }) => hart ?? []));
      const stead =
        instead === undefined ? '' : ` (${nameHart(instead)} at ${time(instead)}: ${instead.title})`;
      return {
        text: `${who} never shows "${step.title}"${stead}: ${step.why}`,
        due: Math.min(...all.map(({ due }) => due)),
        ...(all[0]?.hart !== undefined && { hart: all[0].hart }),
        ...(instead && { at: instead }),
      };
    }),
    ...violations.map(({ rule, before, after }): Fault => {
      const other = before.hart === after.hart ? '' : `${nameHart(before)}'s `;
      return {
        text: `${nameHart(after)}: "${after.title}" at ${time(after)} is ahead of ${other}"${before.title}": ${rule.why}`,
        due: after.index,
        ...(after.hart !== undefined && { hart: after.hart }),
        at: after,
      };
    }),
    ...forbidden.map(({ rule, seen }): Fault => {
      return {
        text: `${nameHart(seen)}: "${seen.title}" at ${time(seen)}: ${rule.why}`,
        due: seen.index,
        ...(seen.hart !== undefined && { hart: seen.hart }),
        at: seen,
      };
    }),
  ];
  return faults.sort((a, b) => a.due - b.due);
}

/** The line of the student's file that made an event; lines of the kernel's own files say nothing to a student. */
function sourceOf({ event }: SeenStep, { kernel }: Evidence): string | undefined {
  const pc = 'pc' in event ? event.pc : event.kind === 'call' ? event.ra - 1n : undefined;
  const source = pc === undefined ? undefined : kernel.placeOf(pc).source;
  return source?.includes('/') === false ? source : undefined;
}

function nameHart({ hart }: { readonly hart?: number }): string {
  return hart === undefined ? 'the disk' : `hart ${hart}`;
}

/** `hart 1`, `harts 1, 2 and 3`. */
function nameHarts(ids: readonly number[]): string {
  const last = ids.at(-1);
  if (last === undefined) return 'the disk';
  return ids.length === 1 ? `hart ${last}` : `each of harts ${ids.slice(0, -1).join(', ')} and ${last}`;
}

function time({ guestTime }: SeenStep): string {
  return `${guestTime.toFixed(6)} s`;
}
