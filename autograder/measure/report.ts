/** The figures of a measurement: what `--json` writes, and what the table and the page show. */
import { feasibleShares } from '../metrics/feasible-weights.js';
import { sharingSegments } from '../metrics/ideal-service.js';
import type { JobHistory } from '../metrics/job-history.js';
import { weightAt } from '../metrics/job-history.js';
import { runMetrics } from '../metrics/run-metrics.js';
import type { JobMetrics } from '../metrics/run-metrics.js';
import { explainOutcome } from '../runner/explain-outcome.js';
import type { NamedJob } from './job-spec.js';
import { formatJob } from './job-spec.js';
import type { PolicyRun } from './policy-run.js';
import type { Workload } from './workload.js';

/** Times are guest milliseconds from the mix's start; durations are guest milliseconds. */
export interface MeasureReport {
  readonly smp: number;
  readonly seed: number;
  /** The lab whose files were a student's. */
  readonly lab?: string;
  /** As `--jobs` named the mix, and every job in full. */
  readonly jobs: { readonly spec: string; readonly list: readonly string[] };
  /** What is measured at most. */
  readonly limit: number;
  /** Milliseconds a quantum. */
  readonly quantum: number;
  readonly policies: readonly PolicyReport[];
}

export interface PolicyReport {
  readonly policy: string;
  /** `failed`: the machine came to a bad end before the measurement did. */
  readonly status: 'measured' | 'failed';
  /** Why it failed: lines for a person. */
  readonly explanation: readonly string[];
  /** The end of what a guest that failed wrote on its console. */
  readonly console: readonly string[];
  /** Guest milliseconds from reset to the mix's start; absent if it never started. */
  readonly boot?: number;
  /** What was measured. */
  readonly duration: number;
  /** Instructions that all harts executed, booting included. */
  readonly instructions: number;
  /** Of the machine's state at the end of the run. */
  readonly digest: string;
  /** In the order of the mix. */
  readonly jobs: readonly JobReport[];
  /** Absent when no two jobs competed. */
  readonly relativeError?: {
    readonly quanta: number;
    readonly favoured: string;
    readonly victim: string;
    readonly from: number;
    readonly to: number;
  };
  readonly greatestLag?: { readonly quanta: number; readonly job: string; readonly time: number };
  readonly jain: number;
  readonly longestStarvation?: {
    readonly duration: number;
    readonly job: string;
    readonly from: number;
    readonly to: number;
  };
  readonly contextSwitches: number;
  readonly migrations: number;
  /** Hart-milliseconds that waiting jobs could have used. */
  readonly idleWhileRunnable: number;
  /** 0..1. */
  readonly utilisation: number;
  /** Milliseconds during which some job was due more than a hart while others competed for the rest. */
  readonly infeasible: number;
  /** How many jobs ran at all, and how many came to their end. */
  readonly started: number;
  readonly completed: number;
  /** Over the jobs that completed, and over those that started. */
  readonly meanTurnaround?: number;
  readonly meanResponse?: number;
  /** A process was seen on two harts at once, which no kernel may do. */
  readonly overlap?: { readonly harts: readonly [number, number]; readonly time: number };
}

/** OSTEP's times of one job, and what it got. What did not happen is absent. */
export interface JobReport {
  readonly id: number;
  readonly name: string;
  /** Priorities that it had, in order; empty if it never came to the kernel. */
  readonly priorities: readonly number[];
  readonly arrival?: number;
  readonly firstRun?: number;
  readonly completion?: number;
  readonly turnaround?: number;
  readonly response?: number;
  /** CPU time in U-mode. */
  readonly cpu: number;
  /** Of the CPU time of all jobs, 0..1; what the job got, and what it should have got. */
  readonly share: number;
  readonly idealShare: number;
  readonly longestWait: number;
  readonly migrations: number;
}

export interface ReportContext {
  readonly harts: number;
  readonly seed: number;
  readonly lab?: string;
  readonly workload: Workload;
}

/** All figures of a measurement. */
export function measureReport(runs: readonly PolicyRun[], context: ReportContext): MeasureReport {
  const { harts, seed, lab, workload } = context;
  return {
    smp: harts,
    seed,
    ...(lab !== undefined && { lab }),
    jobs: { spec: workload.spec, list: workload.jobs.map(formatJob) },
    limit: workload.limit,
    quantum: 1,
    policies: runs.map((run) => policyReport(run, workload.jobs)),
  };
}

function policyReport(item: PolicyRun, jobs: readonly NamedJob[]): PolicyReport {
  const { policy, run, start = 0, trace, histories, complete } = item;
  const perMs = trace.frequency / 1000;
  const span = (cycles: number): number => cycles / perMs;
  const time = (cycle: number): number => (cycle - start) / perMs;
  const nameOf = (id: number): string => jobs.find((job) => job.id === id)?.name ?? `job ${id}`;
  const metrics = runMetrics(trace, [...histories]);
  const { relativeError, greatestLag, longestStarvation, overlap } = metrics;
  const reports = jobs.map((job): JobReport => {
    const own = metrics.jobs.find((found) => found.job === job.id);
    const history = histories.find((found) => found.job === job.id);
    return jobReport(job, own, history, span, time);
  });
  const turnarounds = reports.flatMap((job) => job.turnaround ?? []);
  const responses = reports.flatMap((job) => job.response ?? []);
  return {
    policy,
    status: complete ? 'measured' : 'failed',
    explanation: complete ? [] : reasons(item),
    console: complete ? [] : run.console,
    ...(item.start !== undefined && { boot: span(item.start) }),
    duration: item.start === undefined ? 0 : span(trace.end - start),
    instructions: run.instructions,
    digest: run.digest,
    jobs: reports,
    ...(relativeError && {
      relativeError: {
        quanta: round(relativeError.amount / metrics.quantum),
        favoured: nameOf(relativeError.favoured),
        victim: nameOf(relativeError.victim),
        from: time(relativeError.from),
        to: time(relativeError.to),
      },
    }),
    ...(greatestLag && {
      greatestLag: {
        quanta: round(greatestLag.lag / metrics.quantum),
        job: nameOf(greatestLag.job),
        time: time(greatestLag.time),
      },
    }),
    jain: round(metrics.jain),
    ...(longestStarvation && {
      longestStarvation: {
        duration: span(longestStarvation.to - longestStarvation.from),
        job: nameOf(longestStarvation.job),
        from: time(longestStarvation.from),
        to: time(longestStarvation.to),
      },
    }),
    contextSwitches: metrics.contextSwitches,
    migrations: metrics.migrations,
    idleWhileRunnable: span(metrics.idleWhileRunnable.cycles),
    utilisation: round(metrics.utilisation),
    infeasible: span(infeasibleCycles(histories, trace.harts)),
    started: responses.length,
    completed: turnarounds.length,
    ...(turnarounds.length > 0 && { meanTurnaround: mean(turnarounds) }),
    ...(responses.length > 0 && { meanResponse: mean(responses) }),
    ...(overlap && { overlap: { harts: overlap.harts, time: time(overlap.time) } }),
  };
}

function jobReport(
  { id, name }: NamedJob,
  own: JobMetrics | undefined,
  history: JobHistory | undefined,
  span: (cycles: number) => number,
  time: (cycle: number) => number,
): JobReport {
  const at = <K extends string>(key: K, cycle: number | undefined): Partial<Record<K, number>> =>
    cycle === undefined ? {} : ({ [key]: time(cycle) } as Partial<Record<K, number>>);
  return {
    id,
    name,
    priorities: history === undefined ? [] : history.weights.map((step) => weightAt(history, step.time)),
    ...at('arrival', own?.arrival),
    ...at('firstRun', own?.firstRun),
    ...at('completion', own?.completion),
    ...(own?.turnaround !== undefined && { turnaround: span(own.turnaround) }),
    ...(own?.response !== undefined && { response: span(own.response) }),
    // The machine executes an instruction a cycle.
    cpu: span(own?.service ?? 0),
    share: round(own?.share ?? 0),
    idealShare: round(own?.idealShare ?? 0),
    longestWait: span(own?.longestWait ?? 0),
    migrations: own?.migrations ?? 0,
  };
}

function reasons({ run, start }: PolicyRun): string[] {
  const [first = 'the run ended early', ...rest] = explainOutcome(run.outcome, run.trace.frequency);
  return [start === undefined ? `the mix never started: ${first}` : first, ...rest];
}

/** How long weights were infeasible (SFS, OSDI 2000, section 2.1): the ideal is then not w/Σw. */
function infeasibleCycles(histories: readonly JobHistory[], harts: number): number {
  let cycles = 0;
  for (const { from, to, shares } of sharingSegments(histories, harts)) {
    if (shares.size <= harts) continue;
    const weights = histories.filter(({ job }) => shares.has(job)).map((history) => weightAt(history, from));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const feasible = feasibleShares(weights, harts);
    if (weights.some((weight, i) => Math.abs(weight / total - (feasible[i] ?? 0)) > 1e-9))
      cycles += to - from;
  }
  return cycles;
}

function mean(values: readonly number[]): number {
  return round(values.reduce((sum, value) => sum + value, 0) / values.length);
}

/** Six decimals: more than anybody reads, and no noise of binary fractions. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
