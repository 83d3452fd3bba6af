import type { IdleInterval, ScheduleTrace } from '../../emulator/observe/schedule-trace.js';
import type { JobHistory } from './job-history.js';

/** A stretch of guest time, in cycles. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A stretch in which a job could run and did not. */
export interface Wait extends Span {
  readonly job: number;
}

/**
 * Every stretch in which a job was runnable but not in U-mode, the short ones of traps included.
 *
 * @param until measures only up to this cycle.
 */
export function waits(history: JobHistory, until = Infinity): Wait[] {
  const found: Wait[] = [];
  for (const phase of history.phases) {
    let cursor = phase.from;
    const end = Math.min(phase.to, until);
    for (const stay of history.stays) {
      if (stay.end <= cursor) continue;
      if (stay.start >= end) break;
      if (stay.start > cursor) found.push({ job: history.job, from: cursor, to: stay.start });
      cursor = stay.end;
    }
    if (cursor < end) found.push({ job: history.job, from: cursor, to: end });
  }
  return found;
}

/** The longest wait among jobs; undefined when nobody ever waited. */
export function longestStarvation(histories: readonly JobHistory[], until = Infinity): Wait | undefined {
  let longest: Wait | undefined;
  for (const wait of histories.flatMap((history) => waits(history, until))) {
    if (longest === undefined || wait.to - wait.from > longest.to - longest.from) longest = wait;
  }
  return longest;
}

/** Harts that slept while jobs waited. */
export interface WastedIdling {
  /** Hart-cycles of idling that waiting jobs could have used. */
  readonly cycles: number;
  /** The longest single stretch, with the hart that idled and a job that waited; absent when there was none. */
  readonly longest?: Span & { readonly hart: number; readonly job: number };
}

/**
 * Idling while a job could run: at each instant as many harts as were idle, but no more than jobs were
 * waiting.
 *
 * @param grace cycles of each idling and of each wait that are forgiven at its start: waking a hart takes an
 *   interrupt, and a process in a trap or in the middle of a switch is not in U-mode either.
 */
export function idleWhileRunnable(
  trace: ScheduleTrace,
  histories: readonly JobHistory[],
  grace: number,
  within: Span = { from: 0, to: trace.end },
): WastedIdling {
  const idle = trace.idle
    .flatMap((stretch) => clip(afterGrace(stretch), within))
    .sort((a, b) => a.start - b.start);
  const waiting = histories
    .flatMap((history) => waits(history))
    .flatMap((wait) => clip(afterGrace({ ...wait, start: wait.from, end: wait.to }), within))
    .sort((a, b) => a.start - b.start);
  let longest: (Span & { hart: number; job: number }) | undefined;
  for (const stretch of idle) {
    for (const wait of waiting) {
      if (wait.start >= stretch.end) break;
      const from = Math.max(stretch.start, wait.start);
      const to = Math.min(stretch.end, wait.end);
      if (to > from && (longest === undefined || to - from > longest.to - longest.from)) {
        longest = { from, to, hart: stretch.hart, job: wait.job };
      }
    }
  }
  return { cycles: overlappingCycles(idle, waiting), ...(longest && { longest }) };

  function afterGrace<T extends { start: number; end: number }>(stretch: T): T {
    return { ...stretch, start: stretch.start + grace };
  }

  function clip<T extends Pick<IdleInterval, 'start' | 'end'>>(stretch: T, span: Span): T[] {
    const start = Math.max(stretch.start, span.from);
    const end = Math.min(stretch.end, span.to);
    return end > start ? [{ ...stretch, start, end }] : [];
  }
}

type Stretch = Pick<IdleInterval, 'start' | 'end'>;

/** The integral over time of the smaller of two numbers: how many of `a`, and how many of `b`, are under way. */
function overlappingCycles(a: readonly Stretch[], b: readonly Stretch[]): number {
  const steps = [...stepsOf(a, 'a'), ...stepsOf(b, 'b')].sort((x, y) => x.time - y.time);
  const underWay = { a: 0, b: 0 };
  let cycles = 0;
  let last = 0;
  for (const { time, of, by } of steps) {
    cycles += Math.min(underWay.a, underWay.b) * (time - last);
    underWay[of] += by;
    last = time;
  }
  return cycles;
}

function stepsOf<K extends string>(
  stretches: readonly Stretch[],
  of: K,
): { readonly time: number; readonly of: K; readonly by: 1 | -1 }[] {
  return stretches.flatMap(({ start, end }) => [
    { time: start, of, by: 1 as const },
    { time: end, of, by: -1 as const },
  ]);
}

/**
 * How much of the machine jobs used while they could: U-mode hart-cycles over the hart-cycles that a
 * kernel without cost would have given them (at each instant as many harts as jobs were runnable, at most
 * all). What is missing went to the kernel, to other processes, or to harts that did nothing.
 */
export function utilisation(
  trace: ScheduleTrace,
  histories: readonly JobHistory[],
  within: Span = { from: 0, to: trace.end },
): number {
  const phases = histories.flatMap((history) => history.phases);
  const cuts = [within.from, within.to, ...phases.flatMap((phase) => [phase.from, phase.to])]
    .filter((t) => t >= within.from && t <= within.to)
    .sort((a, b) => a - b);
  let possible = 0;
  for (const [i, from] of cuts.entries()) {
    const to = cuts[i + 1] ?? from;
    const runnable = phases.filter((phase) => phase.from <= from && phase.to >= to).length;
    if (to > from) possible += Math.min(runnable, trace.harts) * (to - from);
  }
  const used = histories.reduce(
    (sum, history) =>
      sum +
      history.stays.reduce(
        (cycles, stay) =>
          cycles + Math.max(0, Math.min(stay.end, within.to) - Math.max(stay.start, within.from)),
        0,
      ),
    0,
  );
  return possible === 0 ? 1 : used / possible;
}
