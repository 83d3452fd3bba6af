/** `hartlab measure`. */
import type { CommandIo } from '../cli/command-io.js';
import { ExitStatus, UsageError } from '../cli/exit-status.js';
import { progressOn } from '../cli/progress.js';
import { studentLab } from '../cli/student-lab.js';
import type { Progress } from '../cli/progress.js';
import { writeResult } from '../grade/result-files.js';
import type { RunPicture } from '../report/html/run-picture.js';
import { styleFor } from '../report/text-style.js';
import { KernelMap } from '../runner/diagnosis/kernel-map.js';
import { buildKernel, buildPrograms, formatDiagnostic } from '../toolchain/index.js';
import type { BuildFailed, KernelBuilt, StudentLab } from '../toolchain/index.js';
import { TRACED_EVENTS } from '../trace-file/run-trace.js';
import type { TracedRun } from '../trace-file/run-trace.js';
import { checkTraceFile, reportTrace } from '../trace-file/write-trace.js';
import { measurePage } from './page.js';
import { policyPictures, withTimelines } from './policy-pictures.js';
import { runPolicies } from './policy-run.js';
import type { PolicyRun } from './policy-run.js';
import { measureReport } from './report.js';
import type { MeasureReport } from './report.js';
import { formatMeasurement } from './terminal.js';
import { workloadOf } from './workload.js';

/** What is measured, and where the results go. */
export interface MeasureRequest {
  /** Policies that the kernel has, in the order in which they are compared. */
  readonly policies: readonly string[];
  /** Harts. */
  readonly smp: number;
  /** The mix of jobs: a preset, a file, or the jobs themselves; by default the first preset. */
  readonly jobs?: string;
  /** Guest seconds to measure; see {@link workloadOf}. */
  readonly time?: number;
  readonly seed: number;
  /** Take the student's files in `labs/` instead of this lab's reference. */
  readonly lab?: string;
  /** The student's folder. */
  readonly dir?: string;
  /** Files to write; `-` is standard output. */
  readonly json?: string;
  readonly html?: string;
  /** A file for a trace viewer. */
  readonly trace?: string;
}

/** What a measurement left: figures, and what can be drawn. */
export interface Measurement {
  readonly ok: true;
  readonly report: MeasureReport;
  readonly runs: readonly PolicyRun[];
  /** By policy, of all runs that began. */
  readonly pictures: ReadonlyMap<string, RunPicture>;
  /** The ELF file that was run. */
  readonly kernel: Uint8Array;
}

/** What is measured, without where the results go. */
export type Experiment = Omit<MeasureRequest, 'json' | 'html'>;

export interface MeasureOptions {
  /** Worker threads; by default one a core. */
  readonly threads?: number;
  readonly progress?: Progress;
}

/**
 * Measures policies on a job mix.
 * @param root the repository
 * @throws UsageError, UnknownLab for what the user can put right; ToolchainError
 */
export async function measurePolicies(
  experiment: Experiment,
  root: string,
  { threads, progress = progressOn({ write: () => undefined }) }: MeasureOptions = {},
): Promise<Measurement | BuildFailed> {
  const { policies, smp, seed, jobs, time } = experiment;
  const workload = workloadOf(jobs, smp, time);
  const lab = studentLab(experiment, root);
  const built = await build(lab, root, progress);
  if (!built.ok) return built;
  const { kernel } = built;
  const programs = await buildPrograms({ root });
  let done = 0;
  progress.show(`running: 0 of ${policies.length} policies`);
  const runs = await runPolicies({
    policies,
    harts: smp,
    seed,
    workload,
    kernel,
    programs,
    ...(threads !== undefined && { threads }),
    ...(experiment.trace !== undefined && { record: TRACED_EVENTS }),
    onRun: (policy) => progress.show(`running: ${++done} of ${policies.length} policies (${policy})`),
  });
  const report = measureReport(runs, { harts: smp, seed, workload, ...(lab && { lab: lab.name }) });
  return { ok: true, report, runs, pictures: policyPictures(report, runs), kernel };
}

/**
 * Measures policies on a job mix, reports to the terminal and to the files that were asked for.
 * @param root the repository
 * @param threads worker threads; by default one a core
 * @returns the exit status
 * @throws UsageError, UnknownLab for what the user can put right; ToolchainError
 */
export async function measure(
  request: MeasureRequest,
  root: string,
  io: CommandIo,
  threads?: number,
): Promise<number> {
  if (request.json === '-' && request.html === '-') {
    throw new UsageError('--json and --html cannot both be standard output');
  }
  if (request.trace !== undefined) checkTraceFile('--trace', request.trace);
  const progress = progressOn(io.stderr);
  const measured = await measurePolicies(request, root, {
    progress,
    ...(threads !== undefined && { threads }),
  });
  progress.clear();
  if (!measured.ok) {
    for (const diagnostic of measured.diagnostics) io.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    io.stderr.write(`hartlab: ${request.lab ?? 'the kernel'} does not build\n`);
    return ExitStatus.Failure;
  }
  const { report, pictures } = measured;

  const out = request.json === '-' || request.html === '-' ? io.stderr : io.stdout;
  const columns = out.columns as number | undefined;
  const width = Math.max(60, Math.min(columns ?? 100, 120));
  out.write(formatMeasurement(report, { style: styleFor(out, io.env), width }));
  if (request.json !== undefined) {
    writeResult('--json', request.json, `${JSON.stringify(withTimelines(report, pictures), null, 2)}\n`, io);
  }
  if (request.html !== undefined) writeResult('--html', request.html, measurePage(report, pictures), io);
  if (request.trace !== undefined) reportTrace(request.trace, tracedRuns(measured), io);
  return report.policies.every(({ status }) => status === 'measured')
    ? ExitStatus.Success
    : ExitStatus.Failure;
}

/** The runs of a measurement, one process a policy. */
function tracedRuns({ runs, kernel }: Measurement): TracedRun[] {
  const names = new KernelMap(kernel);
  return runs.flatMap(({ policy, run: { trace, recorded } }) => {
    return recorded === undefined ? [] : [{ name: policy, trace, log: recorded, kernel: names }];
  });
}

function build(
  lab: StudentLab | undefined,
  root: string,
  progress: Progress,
): Promise<KernelBuilt | BuildFailed> {
  return buildKernel({
    root,
    ...(lab && { lab }),
    onProgress: ({ done, total }) => progress.show(`building: ${done} of ${total}`),
  });
}
