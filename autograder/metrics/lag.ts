import { Curve, mergeTimes } from './curve.js';
import type { IdealService } from './ideal-service.js';
import type { JobHistory } from './job-history.js';

/**
 * Lag: ideal service minus service received, in instructions. Positive: the job is behind; negative: ahead.
 * (Baruah, Cohen, Plaxton and Varvel, "Proportionate progress", Algorithmica 1996, define it so.)
 */
export function lagCurve(history: JobHistory, ideal: IdealService): Curve {
  const deserved = ideal.curves.get(history.job) ?? new Curve();
  const times = mergeTimes([history.service.times, deserved.times]);
  return new Curve(times.map((time) => [time, deserved.at(time) - history.service.at(time)]));
}

/** The furthest that a job fell behind, or got ahead, over a stretch. */
export interface LagExtreme {
  readonly job: number;
  /** Instructions; positive is behind. */
  readonly lag: number;
  readonly time: number;
}

/** Extremes of lag over `[from, to]`, relative to the lag at `from`. */
export function lagExtremes(
  history: JobHistory,
  ideal: IdealService,
  from: number,
  to: number,
): { behind: LagExtreme; ahead: LagExtreme } {
  const curve = lagCurve(history, ideal);
  const base = curve.at(from);
  let behind: LagExtreme = { job: history.job, lag: 0, time: from };
  let ahead = behind;
  for (const time of curve.timesWithin(from, to)) {
    const lag = curve.at(time) - base;
    if (lag > behind.lag) behind = { job: history.job, lag, time };
    if (lag < ahead.lag) ahead = { job: history.job, lag, time };
  }
  return { behind, ahead };
}
