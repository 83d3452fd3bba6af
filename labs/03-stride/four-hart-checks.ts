import { creditAbove, creditBelow } from '../../autograder/lab/credit.js';
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { firstOverlap } from '../../autograder/metrics/dispatches.js';
import { idealService } from '../../autograder/metrics/ideal-service.js';
import type { JobHistory } from '../../autograder/metrics/job-history.js';
import { lagExtremes } from '../../autograder/metrics/lag.js';
import type { LagExtreme } from '../../autograder/metrics/lag.js';
import { DISPATCH_GRACE_SECONDS } from '../../autograder/metrics/run-metrics.js';
import { idleWhileRunnable, longestStarvation, utilisation } from '../../autograder/metrics/waiting.js';
import { FOUR_HART_LAG, IDLING, INFEASIBLE_WAIT, UTILISATION } from './bounds.js';
import { fourChurn, fourFeasible, infeasible, INFEASIBLE_LATE_JOB, infeasibleLate } from './scenarios.js';
import type { MixScenario } from './scenarios.js';
import { at, inQuanta, jobOf, jobsSeen, percent, quanta } from './seen.js';

/** Lag of every job against the ideal while weights are feasible. */
export function fourHartLag(evidence: Evidence): Finding {
  const found = greatestLag(evidence, fourFeasible);
  const lag = Math.abs(inQuanta(found.lag, evidence));
  // Fair shares of one hart are no achievement where there are four.
  const used = utilisation(evidence.trace, evidence.histories);
  return {
    fraction: Math.min(
      creditBelow(lag, FOUR_HART_LAG.full, FOUR_HART_LAG.none),
      creditAbove(used, UTILISATION.full, UTILISATION.none),
    ),
    expected:
      `no job more than ${quanta(FOUR_HART_LAG.full)} from its ideal share, ` +
      `and at least ${percent(UTILISATION.full)} of four harts used`,
    seen: `job ${found.job} is ${quanta(lag)} ${found.lag > 0 ? 'behind' : 'ahead'}, ${percent(used)} used`,
    ...at(evidence, found.time, found.history),
  };
}

/** No process on two harts at once. */
export function oneHartAtATime(evidence: Evidence): Finding {
  jobsSeen(evidence, fourChurn);
  const { trace } = evidence;
  const overlap = firstOverlap(trace);
  const job = overlap === undefined ? undefined : trace.spaces[overlap.space]?.job;
  return {
    fraction: overlap === undefined ? 1 : 0,
    expected: 'a process runs on one hart at a time',
    seen:
      overlap === undefined
        ? 'so it was'
        : `${job === undefined ? 'a process' : `job ${job}`} on harts ${overlap.harts.join(' and ')} at once`,
    ...(overlap && { guestTime: overlap.time / trace.frequency, hart: overlap.harts[1] }),
  };
}

/** No hart idle, and none lost, while a job could run. */
export function noIdleHart(evidence: Evidence): Finding {
  const jobs = [...jobsSeen(evidence, fourChurn).values()];
  const { trace } = evidence;
  const wasted = idleWhileRunnable(trace, jobs, DISPATCH_GRACE_SECONDS * trace.frequency);
  const idled = inQuanta(wasted.cycles, evidence);
  const used = utilisation(trace, jobs);
  const where = wasted.longest;
  return {
    fraction: Math.min(
      creditBelow(idled, IDLING.full, IDLING.none),
      creditAbove(used, UTILISATION.full, UTILISATION.none),
    ),
    expected:
      `harts idle for at most ${quanta(IDLING.full)} in all while a job waits, ` +
      `and jobs use at least ${percent(UTILISATION.full)} of the time that harts could give them`,
    seen:
      `${quanta(idled)} idled, ${percent(used)} used` +
      (where === undefined || idled <= IDLING.full
        ? ''
        : `; for ${quanta(inQuanta(where.to - where.from, evidence))} hart ${where.hart} slept while job ${where.job} waited`),
    ...(where && { guestTime: where.from / trace.frequency, hart: where.hart }),
  };
}

/** A weight that one hart cannot serve: everybody else still gets what is left. */
export function infeasibleWeight(evidence: Evidence): Finding {
  const jobs = [...jobsSeen(evidence, infeasible).values()];
  const begun = Math.max(...jobs.map((job) => job.started ?? 0));
  const settled = jobs.map((job) => ({
    ...job,
    phases: job.phases.map((phase) => ({ ...phase, from: Math.max(phase.from, begun) })),
  }));
  const wait = longestStarvation(settled);
  const waited = wait === undefined ? 0 : inQuanta(wait.to - wait.from, evidence);
  const found = greatestLag(evidence, infeasible);
  const lag = Math.abs(inQuanta(found.lag, evidence));
  const byWait = creditBelow(waited, INFEASIBLE_WAIT.full, INFEASIBLE_WAIT.none);
  const byLag = creditBelow(lag, FOUR_HART_LAG.full, FOUR_HART_LAG.none);
  return {
    fraction: Math.min(byWait, byLag),
    expected:
      `nobody waits more than ${quanta(INFEASIBLE_WAIT.full)}, and no job is more than ${quanta(FOUR_HART_LAG.full)} ` +
      'from a quarter (job 1) or a sixth of the rest (the others)',
    seen:
      `job ${wait?.job ?? found.job} waited ${quanta(waited)}; ` +
      `job ${found.job} is ${quanta(lag)} ${found.lag > 0 ? 'behind' : 'ahead'}`,
    ...(byWait <= byLag && wait !== undefined
      ? at(evidence, wait.to, jobOf(jobsSeen(evidence, infeasible), wait.job))
      : at(evidence, found.time, found.history)),
  };
}

/**
 * Newcomers while others are far behind V and picked all the same: V must not go back to them, or who arrives begins
 * with credit that nobody owes it.
 */
export function arrivalBesideInfeasible(evidence: Evidence): Finding {
  const first = jobOf(jobsSeen(evidence, infeasibleLate), INFEASIBLE_LATE_JOB);
  const found = greatestLag(evidence, infeasibleLate, first.started);
  const lag = Math.abs(inQuanta(found.lag, evidence));
  return {
    fraction: creditBelow(lag, FOUR_HART_LAG.full, FOUR_HART_LAG.none),
    expected:
      `from the arrival of job ${first.job} on no job more than ${quanta(FOUR_HART_LAG.full)} from its ideal share: ` +
      'a hart for each of jobs 1 to 3, and parts of the last by priority for the others',
    seen: `job ${found.job} is ${quanta(lag)} ${found.lag > 0 ? 'behind' : 'ahead'}`,
    ...at(evidence, found.time, found.history),
  };
}

/**
 * The greatest distance from the ideal, either way.
 *
 * @param since cycle from which it is measured; by default when all early jobs had begun to work.
 */
function greatestLag(
  evidence: Evidence,
  scenario: MixScenario,
  since?: number,
): LagExtreme & { readonly history: JobHistory } {
  const jobs = [...jobsSeen(evidence, scenario).values()];
  const { trace } = evidence;
  const ideal = idealService(jobs, trace.harts);
  const early = new Set(scenario.mix.jobs.filter((job) => job.arrive === undefined).map((job) => job.id));
  const begun = since ?? Math.max(...jobs.filter((job) => early.has(job.job)).map((job) => job.started ?? 0));
  const extremes = jobs.flatMap((history) => {
    const from = Math.max(begun, history.started ?? 0);
    const { behind, ahead } = lagExtremes(history, ideal, from, trace.end);
    return [behind, ahead].map((extreme) => ({ ...extreme, history }));
  });
  return extremes.reduce((a, b) => (Math.abs(b.lag) > Math.abs(a.lag) ? b : a));
}
