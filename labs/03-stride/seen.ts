import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import type { JobHistory } from '../../autograder/metrics/job-history.js';
import type { MixScenario } from './scenarios.js';
import { QUANTUM_SECONDS } from './bounds.js';

/** What checks need to see before there is anything to judge, and how they speak of it. */

/**
 * Cuts of the mix's end that are still a whole run: `mix` must wake up and power the machine off.
 */
const END_TOLERANCE_SECONDS = 0.002;

/**
 * The histories of a scenario's jobs, all of which must have begun to work.
 *
 * @throws CannotJudge when the run was cut short or a job never ran the program that it should.
 */
export function jobsSeen(evidence: Evidence, scenario: MixScenario): Map<number, JobHistory> {
  const { trace, histories } = evidence;
  const seconds = (cycles: number): string => `${(cycles / trace.frequency).toFixed(6)} s`;
  const start = trace.marks.find((mark) => mark.code === MarkCode.MixStart);
  if (start === undefined || trace.spaces[start.space]?.verified !== true) {
    throw new CannotJudge('starvation', `/bin/mix never ran, until the run ended at ${seconds(trace.end)}`);
  }
  const byId = new Map(histories.map((history) => [history.job, history]));
  for (const { id } of scenario.mix.jobs) {
    const history = byId.get(id);
    if (history?.started !== undefined && history.verified) continue;
    if (history?.started !== undefined) {
      throw new CannotJudge('starvation', `what ran as job ${id} is not the program that the disk holds`);
    }
    const since = history?.admitted;
    throw new CannotJudge(
      'starvation',
      since === undefined
        ? `job ${id} was never made: its parent, mix, did not get to it until ${seconds(trace.end)}`
        : `job ${id} never began to work: runnable since ${seconds(since)}, until the run ended at ${seconds(trace.end)}`,
      { guestTime: (since ?? trace.end) / trace.frequency },
    );
  }
  const due = start.time + ((scenario.mix.end ?? 0) / 1000 - END_TOLERANCE_SECONDS) * trace.frequency;
  if (trace.end < due) {
    throw new CannotJudge(
      'panic',
      `the system was shut down at ${seconds(trace.end)}, before the mix's end at ${seconds(due)}`,
      { guestTime: trace.end / trace.frequency },
    );
  }
  return byId;
}

/** One of the jobs that {@link jobsSeen} has seen. */
export function jobOf(jobs: ReadonlyMap<number, JobHistory>, id: number): JobHistory {
  const job = jobs.get(id);
  if (job === undefined) throw new RangeError(`no job ${id} in the scenario`);
  return job;
}

/** Instructions as quanta. */
export function inQuanta(instructions: number, { trace }: Evidence): number {
  return instructions / (QUANTUM_SECONDS * trace.frequency);
}

/** `1.05 quanta`. */
export function quanta(value: number): string {
  return `${value.toFixed(2)} ${value === 1 ? 'quantum' : 'quanta'}`;
}

/** `97.5 %`. */
export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}

/** Where a finding was made: guest seconds, and the hart that ran `job` then or last before. */
export function at(evidence: Evidence, cycle: number, job?: JobHistory): Pick<Finding, 'guestTime' | 'hart'> {
  const stay = job?.stays.filter(({ start }) => start <= cycle).at(-1);
  const guestTime = cycle / evidence.trace.frequency;
  return stay === undefined ? { guestTime } : { guestTime, hart: stay.hart };
}
