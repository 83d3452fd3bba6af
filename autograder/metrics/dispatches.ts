import type { ScheduleTrace, UserInterval } from '../../emulator/observe/schedule-trace.js';
import type { JobHistory } from './job-history.js';

/** Consecutive stays on a hart in different address spaces, over the whole run. */
export function contextSwitches(trace: ScheduleTrace): number {
  let switches = 0;
  for (let hart = 0; hart < trace.harts; hart++) {
    let previous: UserInterval | undefined;
    for (const stay of trace.intervals) {
      if (stay.hart !== hart) continue;
      if (previous !== undefined && previous.space !== stay.space) switches++;
      previous = stay;
    }
  }
  return switches;
}

/** Consecutive stays of one job on different harts. */
export function migrations(history: JobHistory): number {
  return history.stays.filter((stay, i) => i > 0 && history.stays[i - 1]?.hart !== stay.hart).length;
}

/** A process seen on two harts at once. */
export interface Overlap {
  readonly space: number;
  readonly harts: readonly [number, number];
  /** Cycle at which the second hart entered it. */
  readonly time: number;
}

/**
 * The first time that one address space was in U-mode on two harts at once, in the order that memory saw
 * (see {@link UserInterval.entered}). One process has one set of registers: two harts that run it both
 * destroy it.
 */
export function firstOverlap(trace: ScheduleTrace): Overlap | undefined {
  const open = new Map<number, UserInterval[]>();
  const inOrder = [...trace.intervals].sort((a, b) => a.entered - b.entered);
  for (const stay of inOrder) {
    const others = (open.get(stay.space) ?? []).filter((other) => other.left > stay.entered);
    const other = others.find((candidate) => candidate.hart !== stay.hart);
    if (other !== undefined) {
      return { space: stay.space, harts: [other.hart, stay.hart], time: stay.start };
    }
    open.set(stay.space, [...others, stay]);
  }
  return undefined;
}
