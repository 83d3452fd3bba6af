/** How figures are written, on the terminal and on the page alike. */
import type { JobReport, PolicyReport } from './report.js';
import type { Column } from './text-table.js';

/** What did not happen. */
export const ABSENT = '–';

/** Guest milliseconds to a hundredth. */
export function milliseconds(value: number | undefined): string {
  return value === undefined ? ABSENT : value.toFixed(2);
}

function percent(fraction: number): string {
  return (fraction * 100).toFixed(1);
}

function quanta(value: number | undefined): string {
  return value === undefined ? ABSENT : value.toFixed(2);
}

/** A mean, with the number of jobs behind it where it is not all of them. */
function meanOf(value: number | undefined, count: number, { jobs }: PolicyReport): string {
  return value === undefined || count === jobs.length
    ? milliseconds(value)
    : `${milliseconds(value)} (${count})`;
}

interface Field<T> extends Column {
  readonly value: (item: T) => string;
}

/** Columns of the table of one policy's jobs. */
export const JOB_FIELDS: readonly Field<JobReport>[] = [
  { heading: 'job', unit: '', align: 'left', value: (job) => job.name },
  { heading: 'prio', unit: '', align: 'right', value: (job) => job.priorities.join('→') || ABSENT },
  { heading: 'arrival', unit: 'ms', align: 'right', value: (job) => milliseconds(job.arrival) },
  { heading: 'first run', unit: 'ms', align: 'right', value: (job) => milliseconds(job.firstRun) },
  { heading: 'completion', unit: 'ms', align: 'right', value: (job) => milliseconds(job.completion) },
  { heading: 'turnaround', unit: 'ms', align: 'right', value: (job) => milliseconds(job.turnaround) },
  { heading: 'response', unit: 'ms', align: 'right', value: (job) => milliseconds(job.response) },
  { heading: 'CPU', unit: 'ms', align: 'right', value: (job) => milliseconds(job.cpu) },
  { heading: 'share', unit: '%', align: 'right', value: (job) => percent(job.share) },
  { heading: 'ideal', unit: '%', align: 'right', value: (job) => percent(job.idealShare) },
  { heading: 'longest wait', unit: 'ms', align: 'right', value: (job) => milliseconds(job.longestWait) },
];

/** Columns of the table that compares policies. */
export const POLICY_FIELDS: readonly Field<PolicyReport>[] = [
  { heading: 'policy', unit: '', align: 'left', value: (run) => run.policy },
  {
    heading: 'rel. error',
    unit: 'quanta',
    align: 'right',
    value: (run) => quanta(run.relativeError?.quanta),
  },
  { heading: 'lag', unit: 'quanta', align: 'right', value: (run) => quanta(run.greatestLag?.quanta) },
  { heading: "Jain's", unit: 'index', align: 'right', value: (run) => run.jain.toFixed(4) },
  {
    heading: 'starvation',
    unit: 'ms',
    align: 'right',
    value: (run) => milliseconds(run.longestStarvation?.duration ?? 0),
  },
  { heading: 'switches', unit: '', align: 'right', value: (run) => String(run.contextSwitches) },
  { heading: 'migrations', unit: '', align: 'right', value: (run) => String(run.migrations) },
  { heading: 'idle', unit: 'ms', align: 'right', value: (run) => milliseconds(run.idleWhileRunnable) },
  { heading: 'used', unit: '%', align: 'right', value: (run) => percent(run.utilisation) },
  {
    heading: 'turnaround',
    unit: 'mean ms',
    align: 'right',
    value: (run) => meanOf(run.meanTurnaround, run.completed, run),
  },
  {
    heading: 'response',
    unit: 'mean ms',
    align: 'right',
    value: (run) => meanOf(run.meanResponse, run.started, run),
  },
];

/** What the columns mean, for a person: one sentence each. */
export const LEGEND: readonly (readonly [term: string, meaning: string])[] = [
  ['times', 'guest ms from the start of the mix (1 ms = 100 000 instructions = one quantum)'],
  ['arrival', 'when the kernel had the job; mix, which spawns it, competes for a hart like any process'],
  [
    'turnaround, response',
    'completion − arrival, first run − arrival (OSTEP, chapter 7); (n): the mean of only n jobs',
  ],
  ['CPU', "the job's own instructions in U-mode"],
  [
    'share, ideal',
    "part of all jobs' CPU time: received, and due by priority with no job on more than one hart (GMS)",
  ],
  [
    'rel. error',
    'most that any job got ahead of another against their priorities once it had run (Waldspurger & Weihl 1995; stride on one hart: 1)',
  ],
  ['lag', 'furthest that any job fell behind its ideal'],
  ["Jain's", 'fairness of share/ideal: 1 is perfect, 1/n is all for one'],
  ['starvation', 'longest that a job which could run did not'],
  ['idle', 'hart time spent in wfi while a job could have run'],
  ['used', 'of the hart time that jobs could have used'],
  [ABSENT, 'did not happen within the measured time'],
];

/** Who was concerned, and when: a line a figure. */
export function particulars(run: PolicyReport): string[] {
  const { relativeError, greatestLag, longestStarvation, overlap, infeasible, duration } = run;
  const lines: string[] = [];
  if (relativeError && relativeError.quanta >= 0.005) {
    const { quanta: error, favoured, victim, from, to } = relativeError;
    lines.push(
      `relative error ${quanta(error)} quanta: ${favoured} ahead of ${victim} from ${when(from)} to ${when(to)} ms`,
    );
  }
  if (greatestLag && greatestLag.quanta >= 0.005) {
    lines.push(
      `lag ${quanta(greatestLag.quanta)} quanta: ${greatestLag.job} at ${when(greatestLag.time)} ms`,
    );
  }
  if (longestStarvation) {
    const { duration: waited, job, from, to } = longestStarvation;
    lines.push(`starvation ${milliseconds(waited)} ms: ${job} from ${when(from)} to ${when(to)} ms`);
  }
  if (infeasible > duration * 0.05) {
    lines.push(
      `weights were infeasible for ${when(infeasible)} ms: a job was due more than a hart, ` +
        'so relative error has no bound there and lag is what counts (SFS, OSDI 2000)',
    );
  }
  if (overlap) {
    lines.push(`a process ran on harts ${overlap.harts.join(' and ')} at once, at ${when(overlap.time)} ms`);
  }
  return lines;
}

function when(time: number): string {
  return time.toFixed(1);
}
