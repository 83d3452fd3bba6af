/** `hartlab grade`. */
import fs from 'node:fs';
import path from 'node:path';
import type { Observation } from '../../emulator/observe/event-log.js';
import type { CommandIo } from '../cli/command-io.js';
import { ExitStatus, UsageError } from '../cli/exit-status.js';
import { didYouMean } from '../cli/option-values.js';
import { progressOn } from '../cli/progress.js';
import type { LabDefinition } from '../lab/definition.js';
import { loadLab } from '../lab/load.js';
import { QUANTUM_SECONDS } from '../metrics/run-metrics.js';
import { gradePage } from '../report/html/grade-page.js';
import { RunDrawings } from '../report/html/run-drawings.js';
import { formatTerminalReport } from '../report/terminal.js';
import { styleFor } from '../report/text-style.js';
import { grade as gradeLab, subjectOf } from '../runner/grade.js';
import type { Grade, GradeProgress, SeenRun } from '../runner/grade.js';
import type { GradeReport } from '../runner/grade-report.js';
import { TRACED_EVENTS } from '../trace-file/run-trace.js';
import type { TracedRun } from '../trace-file/run-trace.js';
import { checkTraceFile, RECORD_LIMIT, reportTrace } from '../trace-file/write-trace.js';
import { writeResult } from './result-files.js';

/** What is graded, and where the results go. */
export interface GradeRequest {
  /** As the user wrote it: `03-stride`, or `03`. */
  readonly lab: string;
  /** The student's folder; by default `labs/<lab>`. */
  readonly folder?: string;
  /** Grade the reference. */
  readonly solution: boolean;
  readonly seed: number;
  /** Seeds from `seed` on; each check counts with its worst. */
  readonly seeds: number;
  /** Ids of the only checks to grade; all of them when empty. */
  readonly checks: readonly string[];
  /** Files to write; `-` is standard output. */
  readonly json?: string;
  readonly junit?: string;
  readonly html?: string;
  /** A file for a trace viewer. */
  readonly trace?: string;
}

/**
 * Grades a lab, reports to the terminal and to the files that were asked for.
 * @param root the repository
 * @param threads worker threads; by default one a core
 * @returns the exit status
 * @throws UnknownLab, LabError, UsageError for what the user can put right
 */
export async function grade(
  request: GradeRequest,
  root: string,
  io: CommandIo,
  threads?: number,
): Promise<number> {
  const { lab, module } = await loadLab(root, request.lab);
  const checks = knownChecks(lab, request.checks);
  const folder = folderOf(request, lab, root);
  if (request.trace !== undefined) checkTraceFile('--trace', request.trace);
  const progress = progressOn(io.stderr);
  const drawings = new RunDrawings();
  const traced: SeenRun[] = [];
  const result = await gradeLab({
    lab,
    module,
    root,
    ...(folder !== undefined && { folder }),
    subject: subjectOf(request.folder, request.solution),
    seed: request.seed,
    seeds: request.seeds,
    ...(checks.length > 0 && { checks }),
    ...(threads !== undefined && { threads }),
    ...(request.trace !== undefined && { record: tracedEvents(lab.scenarios.length * request.seeds) }),
    onProgress: (step) => progress.show(describe(step)),
    onRun: (run) => {
      const { evidence, lost } = run;
      // A page shows the first run of each scenario, and of the others some in which points were lost.
      if (request.html !== undefined && (lost || evidence.seed === request.seed))
        drawings.add(evidence, lost);
      if (request.trace !== undefined) traced.push(run);
    },
  });
  progress.clear();
  writeResults(request, result, drawings, io);
  if (request.trace !== undefined) reportTrace(request.trace, tracedRuns(result.report, traced), io);
  return statusOf(result.report);
}

function writeResults(
  { json, junit, html }: GradeRequest,
  result: Grade,
  drawings: RunDrawings,
  io: CommandIo,
): void {
  const { report, sources } = result;
  const toStdout = [json, junit, html].includes('-');
  const style = styleFor(toStdout ? io.stderr : io.stdout, io.env);
  const columns = (toStdout ? io.stderr : io.stdout).columns as number | undefined;
  const text = formatTerminalReport(report, { style, ...(columns !== undefined && { width: columns }) });
  // Standard output is for the machine's reader when it was asked for.
  (toStdout ? io.stderr : io.stdout).write(text);
  if (json !== undefined) writeResult('--json', json, `${JSON.stringify(report, null, 2)}\n`, io);
  if (junit !== undefined) writeResult('--junit', junit, result.junit, io);
  if (html === undefined) return;
  const page = gradePage(report, { runs: drawings, sources, quantum: QUANTUM_SECONDS * 1000 });
  writeResult('--html', html, page, io);
}

/** What to record of each of so many runs: all are in memory until the file is written. */
function tracedEvents(runs: number): Observation {
  return { ...TRACED_EVENTS, limit: Math.ceil(RECORD_LIMIT / runs) };
}

/** The runs of a grade in the report's order, one process each. */
function tracedRuns({ scenarios }: GradeReport, runs: readonly SeenRun[]): TracedRun[] {
  return scenarios.flatMap(({ id, seed }) => {
    const run = runs.find(({ evidence }) => evidence.scenario === id && evidence.seed === seed);
    if (run?.recorded === undefined) return [];
    const { trace, kernel } = run.evidence;
    return [{ name: `${id}, seed ${seed}`, trace, log: run.recorded, kernel }];
  });
}

function statusOf({ verdict, score, maxScore }: GradeReport): number {
  if (verdict === 'infrastructure') return ExitStatus.Internal;
  return verdict === 'graded' && score >= maxScore ? ExitStatus.Success : ExitStatus.Failure;
}

function knownChecks(lab: LabDefinition, wanted: readonly string[]): readonly string[] {
  const known = lab.checks.map((check) => check.id);
  const unknown = wanted.find((id) => !known.includes(id));
  if (unknown === undefined) return wanted;
  throw new UsageError(
    `--check ${unknown}: ${lab.id} has no such check; it has ${known.join(', ')}.${didYouMean(unknown, known)}`,
  );
}

/** The student's folder; nothing for the reference. */
function folderOf({ folder, solution }: GradeRequest, lab: LabDefinition, root: string): string | undefined {
  if (solution) return undefined;
  const chosen = folder ?? path.join(root, 'labs', lab.id);
  const stat = fs.statSync(chosen, { throwIfNoEntry: false });
  if (stat === undefined)
    throw new UsageError(`${chosen}: no such folder; it must hold ${lab.files.join(', ')}`);
  if (!stat.isDirectory()) throw new UsageError(`${chosen}: is a file, expected the folder that holds it`);
  return chosen;
}

function describe(step: GradeProgress): string {
  if (step.phase === 'build') return `building: ${step.done} of ${step.total}`;
  return `running: ${step.done} of ${step.total} scenarios (${step.scenario})`;
}
