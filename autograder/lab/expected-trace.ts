import type { Evidence, Finding } from './evidence.js';
import { checkExpectedTrace } from './expected-trace-faults.js';
import type { ExpectedStep, ExpectedTrace } from './expected-trace-rules.js';
import { compareTrace } from './trace-comparison.js';
import type { OrderViolation, SeenStep, TraceComparison } from './trace-comparison.js';

export type { ExpectedStep, ExpectedTrace, NeverRule, OrderRule, StepHarts } from './expected-trace-rules.js';
export { compareTrace } from './trace-comparison.js';
export type {
  ForbiddenEvent,
  MissingStep,
  OrderViolation,
  SeenStep,
  TraceComparison,
} from './trace-comparison.js';

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
      const who = nameHarts(all);
      const stead =
        instead === undefined ? '' : ` (${nameHart(instead)} at ${time(instead)}: ${instead.title})`;
      return {
        text: `${who} never shows "${step.title}"${stead}: ${step.why}`,
        due: Math.min(...all.map(({ due }) => due)),
        ...(all[0]?.hart !== undefined && { hart: all[0].hart }),
        ...(instead && { at: instead }),
      };
    }),
    ...byRule(violations).map(([{ rule, before, after }, ...more]): Fault => {
      const other = before.hart === after.hart ? '' : `${nameHart(before)}'s `;
      const who = more.length === 0 ? nameHart(after) : nameHarts([after, ...more.map((each) => each.after)]);
      const when = more.length === 0 ? time(after) : `${time(after)} and later`;
      return {
        text: `${who}: "${after.title}" at ${when} is ahead of ${other}"${before.title}": ${rule.why}`,
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

/** Violations of one rule that several harts show alike, each against its own step, are one fault. */
function byRule(violations: readonly OrderViolation[]): [OrderViolation, ...OrderViolation[]][] {
  const groups: [OrderViolation, ...OrderViolation[]][] = [];
  for (const violation of violations) {
    const isOwn = ({ before, after }: OrderViolation): boolean => before.hart === after.hart;
    const group = groups.find(([first]) => first.rule === violation.rule && isOwn(first));
    if (group !== undefined && isOwn(violation)) group.push(violation);
    else groups.push([violation]);
  }
  return groups;
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

/** `hart 1`, `each of harts 1, 2 and 3`. */
function nameHarts(steps: readonly { readonly hart?: number }[]): string {
  const ids = steps.flatMap(({ hart }) => hart ?? []);
  const last = ids.at(-1);
  if (last === undefined) return 'the disk';
  return ids.length === 1 ? `hart ${last}` : `each of harts ${ids.slice(0, -1).join(', ')} and ${last}`;
}

function time({ guestTime }: SeenStep): string {
  return `${guestTime.toFixed(6)} s`;
}
