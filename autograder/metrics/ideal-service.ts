import { consecutive, Curve, mergeTimes } from './curve.js';
import { feasibleShares } from './feasible-weights.js';
import type { JobHistory } from './job-history.js';
import { weightAt } from './job-history.js';

/**
 * Service under generalised multiprocessor sharing (GMS; SFS, Chandra et al., OSDI 2000, section 2.2), the
 * fluid ideal: at every instant each runnable job gets the {@link feasibleShares} share of the machine.
 *
 * What is shared is the service that the jobs together really got, so that the ideal says who should have
 * had it and not how much the kernel cost; time lost to the kernel or to idling is measured elsewhere.
 */
export interface IdealService {
  /** Instructions that `job` deserved up to each instant. */
  readonly curves: ReadonlyMap<number, Curve>;
}

/** A stretch with one set of runnable jobs and one set of weights. */
export interface SharingSegment {
  readonly from: number;
  readonly to: number;
  /** Fraction of the delivered service, by job; only runnable jobs are in it. */
  readonly shares: ReadonlyMap<number, number>;
}

/**
 * The ideal's segments: they change whenever a job arrives, sleeps, wakes, leaves or sets its priority.
 *
 * @param histories jobs that compete.
 * @param harts harts that run them.
 */
export function sharingSegments(histories: readonly JobHistory[], harts: number): SharingSegment[] {
  const cuts = mergeTimes(
    histories.map((history) => [
      ...history.phases.flatMap((phase) => [phase.from, phase.to]),
      ...history.weights.map((step) => step.time),
    ]),
  );
  return consecutive(cuts).map(([from, to]) => {
    const runnable = histories.filter((history) =>
      history.phases.some((phase) => phase.from <= from && phase.to >= to),
    );
    const shares = feasibleShares(
      runnable.map((history) => weightAt(history, from)),
      harts,
    );
    return { from, to, shares: new Map(runnable.map((h, j) => [h.job, shares[j] ?? 0])) };
  });
}

/** The service that jobs got together, in instructions. */
export function deliveredService(histories: readonly JobHistory[]): Curve {
  const times = mergeTimes(histories.map((history) => history.service.times));
  return new Curve(
    times.map((time) => [time, histories.reduce((sum, history) => sum + history.service.at(time), 0)]),
  );
}

/** What each job deserved of the service that all of them got. */
export function idealService(histories: readonly JobHistory[], harts: number): IdealService {
  const delivered = deliveredService(histories);
  const segments = sharingSegments(histories, harts);
  const curves = new Map(histories.map((history) => [history.job, new Curve()]));
  const deserved = new Map<number, number>();
  for (const { from, to, shares } of segments) {
    for (const [job, curve] of curves) {
      const before = deserved.get(job) ?? 0;
      const share = shares.get(job) ?? 0;
      const base = delivered.at(from);
      for (const time of delivered.timesWithin(from, to)) {
        curve.append(time, before + share * (delivered.at(time) - base));
      }
      deserved.set(job, before + share * (delivered.at(to) - base));
    }
  }
  return { curves };
}
