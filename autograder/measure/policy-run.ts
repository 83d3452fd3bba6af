import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import type { Observation } from '../../emulator/observe/event-log.js';
import type { ScheduleTrace } from '../../emulator/observe/schedule-trace.js';
import type { JobHistory } from '../metrics/job-history.js';
import { jobHistories } from '../metrics/job-history.js';
import { scenarioDisk } from '../runner/scenario-disk.js';
import type { ScenarioRun } from '../runner/run-scenario.js';
import { runScenarios } from '../runner/scenario-pool.js';
import type { UserProgram } from '../toolchain/index.js';
import { traceUntil } from './measured-window.js';
import type { Workload } from './workload.js';

/** One policy's run, cut to what is measured. */
export interface PolicyRun {
  readonly policy: string;
  readonly run: ScenarioRun;
  /** Cycle at which the mix began; absent if it never did. */
  readonly start?: number;
  /** The run up to the end of the measured time, or to the completion of the last job. */
  readonly trace: ScheduleTrace;
  readonly histories: readonly JobHistory[];
  /** Whether the machine ran for all of the measured time. */
  readonly complete: boolean;
}

export interface PolicyRunOptions {
  readonly policies: readonly string[];
  readonly harts: number;
  readonly seed: number;
  readonly workload: Workload;
  readonly kernel: Uint8Array;
  readonly programs: readonly UserProgram[];
  /** What to write down besides the schedule, for a trace file. */
  readonly record?: Observation;
  /** Worker threads; see {@link runScenarios}. */
  readonly threads?: number;
  readonly onRun?: (policy: string) => void;
}

/** Guest seconds for booting and for switching off. */
const BOOT_SECONDS = 0.1;

/** Runs the workload once under each policy, in the order in which they are named. */
export async function runPolicies(options: PolicyRunOptions): Promise<PolicyRun[]> {
  const { policies, harts, seed, workload, kernel, programs, record, threads, onRun } = options;
  const disk = await scenarioDisk(workload, programs);
  const jobs = policies.map((policy) => ({
    scenario: {
      id: policy,
      title: policy,
      harts,
      bootargs: `sched=${policy}`,
      budget: BOOT_SECONDS + workload.limit / 1000,
    },
    seed,
    kernel,
    programs,
    disk,
    ...(record && { record }),
  }));
  const runs = await runScenarios(jobs, {
    ...(threads !== undefined && { threads }),
    ...(onRun && { onRun: ({ scenario }) => onRun(scenario) }),
  });
  return runs.map((run) => measuredPart(run, workload));
}

/** The part of a run that is measured. */
export function measuredPart(run: ScenarioRun, workload: Workload): PolicyRun {
  const start = run.trace.marks.find((mark) => mark.code === MarkCode.MixStart)?.time;
  if (start === undefined) {
    return { policy: run.scenario, run, trace: run.trace, histories: [], complete: false };
  }
  const limit = start + (workload.limit * run.trace.frequency) / 1000;
  const completions = jobHistories(run.trace).map((history) => history.completion ?? Infinity);
  const isDone = completions.length === workload.jobs.length;
  const last = isDone ? Math.max(...completions) : Infinity;
  const trace = traceUntil(run.trace, Math.min(limit, last));
  const wentWell = run.outcome.kind === 'completed' || run.outcome.kind === 'budget';
  return {
    policy: run.scenario,
    run,
    start,
    trace,
    histories: jobHistories(trace),
    complete: wentWell && run.trace.end >= Math.min(limit, last),
  };
}
