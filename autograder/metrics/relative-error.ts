import { consecutive, greatestRise } from './curve.js';
import type { Rise } from './curve.js';
import type { JobHistory } from './job-history.js';
import { weightAt } from './job-history.js';

/**
 * Pairwise relative error, after Waldspurger and Weihl, "Stride Scheduling: Deterministic
 * Proportional-Share Resource Management", MIT/LCS/TM-528 (1995), section 2: of n allocations that clients
 * i and j got together, i was due n·w_i / (w_i + w_j); the error is the distance between that and what i
 * got. For stride scheduling "the relative error for any pair of clients is never greater than one"
 * quantum.
 *
 * The paper counts from the start of both clients. We take every window [a, b] in which the claim can be made,
 * which is stricter and does not depend on where a run begins. That one quantum still bounds it follows from
 * the algorithm: while both are runnable, pass_i − pass_j stays within [−stride_j, stride_i], for a client
 * gets ahead of a minimum by at most its own stride; passes grow by stride per quantum of service, and
 * stride is inversely proportional to weight; hence
 * over a window  |n_i·w_j − n_j·w_i| / (w_i + w_j) ≤ (stride_i + stride_j)·w_i·w_j / (w_i + w_j) = 1.
 */

/** A stretch over which both weights are constant and `victim` could run throughout. */
export interface PairWindow {
  readonly from: number;
  readonly to: number;
  readonly favouredWeight: number;
  readonly victimWeight: number;
}

/** The greatest advantage of one job over another. */
export interface Advantage extends Rise {
  readonly favoured: number;
  readonly victim: number;
  readonly window: PairWindow;
}

/**
 * The windows over which `favoured` must not get ahead of `victim`: `victim` has begun to work, is runnable and has
 * run since it last became so, and neither weight changes. `favoured` may come and go: a job is given no
 * credit for time away, so its sleep does not entitle it to more than its share of any such window.
 */
export function pairWindows(favoured: JobHistory, victim: JobHistory): PairWindow[] {
  const begins = Math.max(favoured.started ?? Infinity, victim.started ?? Infinity);
  const changes = [...favoured.weights, ...victim.weights].map((step) => step.time);
  return victim.phases.flatMap((phase) => {
    if (phase.entered === undefined) return [];
    const from = Math.max(phase.entered, begins);
    const to = phase.to;
    if (from >= to) return [];
    const cuts = [from, ...changes.filter((t) => t > from && t < to).sort((a, b) => a - b), to];
    return consecutive(cuts).flatMap(([start, end]) => {
      if (end <= start) return [];
      const favouredWeight = weightAt(favoured, start);
      const victimWeight = weightAt(victim, start);
      return [{ from: start, to: end, favouredWeight, victimWeight }];
    });
  });
}

/**
 * How far `favoured` got ahead of `victim` at worst, in instructions of U-mode service.
 *
 * @returns undefined when no window exists over which the two could be compared.
 */
export function advantage(favoured: JobHistory, victim: JobHistory): Advantage | undefined {
  let worst: Advantage | undefined;
  for (const window of pairWindows(favoured, victim)) {
    const { from, to, favouredWeight, victimWeight } = window;
    const times = new Set([
      ...favoured.service.timesWithin(from, to),
      ...victim.service.timesWithin(from, to),
    ]);
    const samples = [...times]
      .sort((a, b) => a - b)
      .map((time): [number, number] => {
        const error =
          (favoured.service.at(time) * victimWeight - victim.service.at(time) * favouredWeight) /
          (favouredWeight + victimWeight);
        return [time, error];
      });
    const rise = greatestRise(samples);
    if (worst === undefined || rise.amount > worst.amount) {
      worst = { ...rise, favoured: favoured.job, victim: victim.job, window };
    }
  }
  return worst;
}

/**
 * The greatest pairwise relative error among jobs, in instructions; divide by the quantum's length for quanta.
 *
 * @returns undefined when no two jobs ever competed.
 */
export function greatestRelativeError(histories: readonly JobHistory[]): Advantage | undefined {
  let worst: Advantage | undefined;
  for (const favoured of histories) {
    for (const victim of histories) {
      if (favoured === victim) continue;
      const found = advantage(favoured, victim);
      if (found !== undefined && (worst === undefined || found.amount > worst.amount)) worst = found;
    }
  }
  return worst;
}
