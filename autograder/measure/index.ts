/** `hartlab measure`. */
import type { CommandIo } from '../cli/command-io.js';
import { ExitStatus, UsageError } from '../cli/exit-status.js';
import { progressOn } from '../cli/progress.js';
import { studentLab } from '../cli/student-lab.js';
import type { Progress } from '../cli/progress.js';
import { writeResult } from '../grade/result-files.js';
import { styleFor } from '../report/text-style.js';
import { buildKernel, buildPrograms, formatDiagnostic } from '../toolchain/index.js';
import type { BuildFailed, KernelBuilt, StudentLab } from '../toolchain/index.js';
import { measurePage } from './page.js';
import { policyPictures, withTimelines } from './policy-pictures.js';
import { runPolicies } from './policy-run.js';
import { measureReport } from './report.js';
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
  const { policies, smp, seed } = request;
  const workload = workloadOf(request.jobs, smp, request.time);
  if (request.json === '-' && request.html === '-') {
    throw new UsageError('--json and --html cannot both be standard output');
  }
  const lab = studentLab(request, root);
  const progress = progressOn(io.stderr);
  const built = await build(lab, root, progress);
  if (!built.ok) {
    progress.clear();
    for (const diagnostic of built.diagnostics) io.stderr.write(`${formatDiagnostic(diagnostic)}\n`);
    io.stderr.write(`hartlab: ${lab?.name ?? 'the kernel'} does not build\n`);
    return ExitStatus.Failure;
  }
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
    onRun: (policy) => progress.show(`running: ${++done} of ${policies.length} policies (${policy})`),
  });
  progress.clear();
  const report = measureReport(runs, { harts: smp, seed, workload, ...(lab && { lab: lab.name }) });
  const pictures = policyPictures(report, runs);

  const out = request.json === '-' || request.html === '-' ? io.stderr : io.stdout;
  const columns = out.columns as number | undefined;
  const width = Math.max(60, Math.min(columns ?? 100, 120));
  out.write(formatMeasurement(report, { style: styleFor(out, io.env), width }));
  if (request.json !== undefined) {
    writeResult('--json', request.json, `${JSON.stringify(withTimelines(report, pictures), null, 2)}\n`, io);
  }
  if (request.html !== undefined) writeResult('--html', request.html, measurePage(report, pictures), io);
  return report.policies.every(({ status }) => status === 'measured')
    ? ExitStatus.Success
    : ExitStatus.Failure;
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
