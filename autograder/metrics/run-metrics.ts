import type { ScheduleTrace } from '../../emulator/observe/schedule-trace.js';
import { contextSwitches, firstOverlap, migrations } from './dispatches.js';
import type { Overlap } from './dispatches.js';
import { deliveredService, idealService } from './ideal-service.js';
import { jainIndex } from './jain.js';
import { jobHistories, weightAt } from './job-history.js';
import type { JobHistory } from './job-history.js';
import { jobTimes } from './job-times.js';
import type { JobTimes } from './job-times.js';
import { lagExtremes } from './lag.js';
import type { LagExtreme } from './lag.js';
import { greatestRelativeError } from './relative-error.js';
import type { Advantage } from './relative-error.js';
import { idleWhileRunnable, longestStarvation, utilisation, waits } from './waiting.js';
import type { Wait, WastedIdling } from './waiting.js';

/** Quantum of the course's kernel: 1 ms (kernel/include/sched.h, SCHED_QUANTUM). */
export const QUANTUM_SECONDS = 0.001;

/**
 * Guest seconds that a hart may take from "there is work" to the work's first instruction without being
 * called idle: an interrupt, a trap, a pick and a switch.
 */
export const DISPATCH_GRACE_SECONDS = 0.0002;

/** What one job got. Times are cycles, service is instructions. */
export interface JobMetrics extends JobTimes {
  readonly job: number;
  /** Priority at the end of the run. */
  readonly weight: number;
  readonly service: number;
  /** Of all service that jobs received, 0..1. */
  readonly share: number;
  /** The share that generalised multiprocessor sharing would have given it. */
  readonly idealShare: number;
  readonly longestWait: number;
  readonly migrations: number;
}

/** What a whole run says of its scheduler. */
export interface RunMetrics {
  readonly jobs: readonly JobMetrics[];
  /** Cycles a quantum, to turn the instruction counts below into quanta. */
  readonly quantum: number;
  /** Absent when no two jobs competed. Meaningful where weights are feasible. */
  readonly relativeError?: Advantage;
  /** The furthest any job fell behind the ideal, in instructions. */
  readonly greatestLag?: LagExtreme;
  /** Of service received over service deserved. */
  readonly jain: number;
  readonly longestStarvation?: Wait;
  readonly contextSwitches: number;
  readonly migrations: number;
  readonly idleWhileRunnable: WastedIdling;
  /** 0..1. */
  readonly utilisation: number;
  readonly overlap?: Overlap;
}

/** All metrics of a run. */
export function runMetrics(trace: ScheduleTrace, histories = jobHistories(trace)): RunMetrics {
  const ideal = idealService(histories, trace.harts);
  const delivered = deliveredService(histories).at(trace.end);
  const jobs = histories.map((history): JobMetrics => {
    const service = history.service.at(trace.end);
    const deserved = ideal.curves.get(history.job)?.at(trace.end) ?? 0;
    return {
      job: history.job,
      weight: weightAt(history, trace.end),
      ...jobTimes(history),
      service,
      share: delivered === 0 ? 0 : service / delivered,
      idealShare: delivered === 0 ? 0 : deserved / delivered,
      longestWait: Math.max(0, ...waits(history).map((wait) => wait.to - wait.from)),
      migrations: migrations(history),
    };
  });
  const relativeError = greatestRelativeError(histories);
  const greatestLag = furthestBehind(histories);
  const starvation = longestStarvation(histories);
  const overlap = firstOverlap(trace);
  return {
    jobs,
    quantum: QUANTUM_SECONDS * trace.frequency,
    ...(relativeError && { relativeError }),
    ...(greatestLag && { greatestLag }),
    jain: jainIndex(jobs.filter((j) => j.idealShare > 0).map((j) => j.share / j.idealShare)),
    ...(starvation && { longestStarvation: starvation }),
    contextSwitches: contextSwitches(trace),
    migrations: jobs.reduce((sum, job) => sum + job.migrations, 0),
    idleWhileRunnable: idleWhileRunnable(trace, histories, DISPATCH_GRACE_SECONDS * trace.frequency),
    utilisation: utilisation(trace, histories),
    ...(overlap && { overlap }),
  };

  function furthestBehind(all: readonly JobHistory[]): LagExtreme | undefined {
    return all
      .filter((history) => history.admitted !== undefined)
      .map((history) => lagExtremes(history, ideal, history.admitted ?? 0, trace.end).behind)
      .reduce<LagExtreme | undefined>((a, b) => (a && a.lag >= b.lag ? a : b), undefined);
  }
}
