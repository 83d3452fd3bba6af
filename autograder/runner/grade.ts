import { createHash } from 'node:crypto';
import path from 'node:path';
import type { EventLog, Observation } from '../../emulator/observe/event-log.js';
import type { Check, LabDefinition } from '../lab/definition.js';
import type { Evidence } from '../lab/evidence.js';
import { buildKernel, buildPrograms, formatDiagnostic, ToolchainError } from '../toolchain/index.js';
import type { BuildFailed, KernelBuilt, UserProgram } from '../toolchain/index.js';
import { readLabFiles } from '../toolchain/lab-files.js';
import type { LabFile } from '../toolchain/lab-files.js';
import { runCheckSuite } from './check-suite.js';
import { KernelMap } from './diagnosis/kernel-map.js';
import { evidenceOf } from './evidence-of.js';
import { explainOutcome } from './explain-outcome.js';
import type { CheckResult, GradeReport, ScenarioResult, Verdict } from './grade-report.js';
import { judge, worstOf } from './judge.js';
import { scenarioDisk } from './scenario-disk.js';
import { passScenarios } from './scenario-pool.js';
import type { ScenarioJob, ScenarioRun } from './run-scenario.js';

export interface GradeOptions {
  readonly lab: LabDefinition;
  /** URL of the lab's module: see {@link ScenarioJob.module}. */
  readonly module?: string;
  /** The repository. */
  readonly root: string;
  /** The student's folder; absent to grade the reference in `solutions/`. */
  readonly folder?: string;
  /** How the command line named what is graded: ` DIR`, ` --solution` or nothing; for replay commands. */
  readonly subject: string;
  readonly seed: number;
  /** Seeds to grade, from `seed` on. */
  readonly seeds: number;
  /** Ids of the checks to run; all when absent. @see {@link GradeOptions.lab} */
  readonly checks?: readonly string[];
  readonly cacheFolder?: string;
  /** See {@link ScenarioJob.record}. */
  readonly record?: Observation;
  /** Worker threads; see {@link passScenarios}. */
  readonly threads?: number;
  readonly onProgress?: (progress: GradeProgress) => void;
  /** Gets each run as it ends, in an order that depends on the host. Nobody else keeps what it left. */
  readonly onRun?: (run: SeenRun) => void;
}

export type GradeProgress =
  | { readonly phase: 'build'; readonly done: number; readonly total: number }
  | { readonly phase: 'run'; readonly done: number; readonly total: number; readonly scenario: string };

/** A grade with what reports are written from. */
export interface Grade {
  readonly report: GradeReport;
  /** JUnit XML of the checks. */
  readonly junit: string;
  /** The lab's files as they were graded. */
  readonly sources: readonly LabFile[];
}

/** What a run left. */
export interface SeenRun {
  readonly evidence: Evidence;
  /** Whether a check did not pass on it. */
  readonly lost: boolean;
  /** What {@link GradeOptions.record} asked for. */
  readonly recorded?: EventLog;
}

/**
 * Builds a kernel, runs every scenario that a check needs, and judges the checks. It does not throw for what
 * goes wrong on our side: that is the verdict `infrastructure`.
 */
export async function grade(options: GradeOptions): Promise<Grade> {
  try {
    return await gradeOrThrow(options);
  } catch (fault) {
    const results = selectedChecks(options).map((check) => unjudged(check, options, 'the grader failed'));
    const report = { ...frame(options, 'infrastructure', results), fault: describeFault(fault) };
    return { report, junit: await junitOf(options, results), sources: sourcesOf(options) };
  }
}

async function gradeOrThrow(options: GradeOptions): Promise<Grade> {
  const { lab } = options;
  const built = await build(options);
  if (!built.kernel.ok) return buildFailure(options, built.kernel);
  const { kernel, warnings } = built.kernel;

  const checks = selectedChecks(options);
  const map = new KernelMap(kernel);
  const context = {
    contractSource: (check: Check) => map.contractPlace(check.contract)?.source,
    replay: (check: Check, seed: number) => replayCommand(options, check, seed),
  };
  const jobs = await jobsOf(options, kernel, built.programs);
  const scenarios: ScenarioResult[] = [];
  const judged: (readonly Judged[])[] = [];
  // What a run leaves may be large, and there are many: each is judged and let go as it ends.
  await runAll(options, jobs, (run, index) => {
    const evidence = evidenceOf(run, map);
    const own = checks.filter(({ scenario }) => scenario === run.scenario);
    const results = own.map((check) => attempt(check, () => judge(check, evidence, context)));
    judged[index] = results;
    scenarios[index] = scenarioResult(lab, run);
    options.onRun?.({
      evidence,
      lost: results.some(({ result }) => result?.status !== 'passed'),
      ...(run.recorded && { recorded: run.recorded }),
    });
  });

  const entries = checks.map((check) => {
    const duration = scenarios
      .filter(({ id }) => id === check.scenario)
      .reduce((sum, run) => sum + run.duration, 0);
    const own = judged.flat().filter((each) => each.check === check);
    return { check, duration, judge: () => worstOf(own.map(resultOf)) };
  });
  const suite = await runCheckSuite(lab.id, entries, suiteProperties(options));
  const [fault] = suite.faults;
  const results = checks.map((check) => {
    const result = suite.results.find(({ id }) => id === check.id);
    return result === undefined
      ? unjudged(check, options, 'the check failed by itself')
      : withFunction(result, map);
  });
  const report: GradeReport = {
    ...frame(options, fault === undefined ? 'graded' : 'infrastructure', results),
    digest: combinedDigest(scenarios),
    scenarios,
    diagnostics: warnings,
    ...(fault && {
      fault: { message: `check ${fault[0]} failed by itself: ${describeFault(fault[1]).message}` },
    }),
  };
  return { report, junit: suite.junit, sources: sourcesOf(options) };
}

/** What came of a check on one run: a result, or what it threw. */
interface Judged {
  readonly check: Check;
  readonly result?: CheckResult;
  readonly fault?: unknown;
}

function attempt(check: Check, judgeIt: () => CheckResult): Judged {
  try {
    return { check, result: judgeIt() };
  } catch (fault) {
    return { check, fault };
  }
}

function resultOf({ result, fault }: Judged): CheckResult {
  if (result === undefined) throw fault;
  return result;
}

/** A line of code is found sooner by its function's name. */
function withFunction(result: CheckResult, map: KernelMap): CheckResult {
  const name = result.source === undefined ? undefined : map.functionAt(result.source);
  return name === undefined ? result : { ...result, function: name };
}

/** The student's files, or the reference's; those that cannot be read are left out. */
function sourcesOf({ lab, root, folder }: GradeOptions): LabFile[] {
  return readLabFiles(folder ?? path.join(root, 'solutions', lab.id), lab.files).files;
}

async function build(
  options: GradeOptions,
): Promise<{ kernel: KernelBuilt | BuildFailed; programs: UserProgram[] }> {
  const { lab, root, folder, cacheFolder, onProgress } = options;
  const common = {
    root,
    ...(cacheFolder !== undefined && { cacheFolder }),
    onProgress: ({ done, total }: { done: number; total: number }) => {
      onProgress?.({ phase: 'build', done, total });
    },
  };
  const kernel = await buildKernel({
    ...common,
    ...(folder !== undefined && { lab: { name: lab.id, folder, sources: lab.files } }),
  });
  if (!kernel.ok) return { kernel, programs: [] };
  return { kernel, programs: await buildPrograms(common) };
}

/** A job for each scenario that a check needs and each seed. */
async function jobsOf(
  options: GradeOptions,
  kernel: Uint8Array,
  programs: readonly UserProgram[],
): Promise<ScenarioJob[]> {
  const { lab, module, record } = options;
  const needed = new Set(selectedChecks(options).map(({ scenario }) => scenario));
  const seeds = Array.from({ length: options.seeds }, (_, i) => options.seed + i);
  const common = { ...(module !== undefined && { module }), ...(record && { record }), kernel, programs };
  const jobs: ScenarioJob[] = [];
  for (const scenario of lab.scenarios.filter(({ id }) => needed.has(id))) {
    const disk = scenario.disk === undefined ? await scenarioDisk(scenario, programs) : undefined;
    for (const seed of seeds) jobs.push({ ...common, scenario, seed, ...(disk && { disk }) });
  }
  return jobs;
}

async function runAll(
  { threads, onProgress }: GradeOptions,
  jobs: readonly ScenarioJob[],
  onRun: (run: ScenarioRun, index: number) => void,
): Promise<void> {
  let done = 0;
  await passScenarios(jobs, {
    ...(threads !== undefined && { threads }),
    onRun: (run, index) => {
      onRun(run, index);
      onProgress?.({ phase: 'run', done: ++done, total: jobs.length, scenario: run.scenario });
    },
  });
}

async function buildFailure(options: GradeOptions, { diagnostics }: BuildFailed): Promise<Grade> {
  const [first] = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const why =
    first === undefined ? 'the kernel was not built' : (formatDiagnostic(first).split('\n')[0] ?? '');
  const source = first?.line === undefined ? {} : { source: `${first.file}:${first.line}` };
  const results = selectedChecks(options).map((check) => ({ ...unjudged(check, options, why), ...source }));
  const report: GradeReport = { ...frame(options, 'build-failed', results), diagnostics };
  return { report, junit: await junitOf(options, results), sources: sourcesOf(options) };
}

/** JUnit XML of results that no run is behind. */
async function junitOf(options: GradeOptions, results: readonly CheckResult[]): Promise<string> {
  const entries = selectedChecks(options).flatMap((check) => {
    const result = results.find(({ id }) => id === check.id);
    return result === undefined ? [] : [{ check, duration: 0, judge: () => result }];
  });
  return (await runCheckSuite(options.lab.id, entries, suiteProperties(options))).junit;
}

function suiteProperties({ lab, seed, seeds }: GradeOptions): Record<string, string> {
  return { lab: lab.id, seed: String(seed), seeds: String(seeds) };
}

/** A report without runs. */
function frame(options: GradeOptions, verdict: Verdict, checks: readonly CheckResult[]): GradeReport {
  const { lab, seed, seeds } = options;
  return {
    lab: lab.id,
    title: lab.title,
    score: sum(checks, (check) => check.score),
    maxScore: sum(checks, (check) => check.maxScore),
    seed,
    seeds,
    verdict,
    digest: '',
    checks,
    scenarios: [],
    diagnostics: [],
  };
}

function unjudged(check: Check, options: GradeOptions, why: string): CheckResult {
  return {
    id: check.id,
    title: check.title,
    score: 0,
    maxScore: check.points,
    status: 'error',
    expected: 'a kernel that can be run',
    seen: why,
    scenario: check.scenario,
    seed: options.seed,
    replay: replayCommand(options, check, options.seed),
  };
}

function scenarioResult(lab: LabDefinition, run: ScenarioRun): ScenarioResult {
  const scenario = lab.scenarios.find(({ id }) => id === run.scenario);
  const explanation = explainOutcome(run.outcome, run.trace.frequency);
  return {
    id: run.scenario,
    title: scenario?.title ?? run.scenario,
    harts: run.trace.harts,
    seed: run.seed,
    outcome: run.outcome.kind,
    ...(explanation.length > 0 && { explanation }),
    duration: run.trace.end / run.trace.frequency,
    instructions: run.instructions,
    digest: run.digest,
    console: run.console,
  };
}

function combinedDigest(runs: readonly ScenarioResult[]): string {
  const hash = createHash('sha256');
  for (const { id, seed, digest } of runs) hash.update(`${id} ${seed} ${digest}\n`);
  return hash.digest('hex');
}

function selectedChecks({ lab, checks }: GradeOptions): readonly Check[] {
  return checks === undefined ? lab.checks : lab.checks.filter((check) => checks.includes(check.id));
}

function replayCommand({ lab, subject }: GradeOptions, check: Check, seed: number): string {
  return `hartlab grade ${lab.id}${subject} --check ${check.id} --seed ${seed}`;
}

/** The part of a command line that names a folder, quoted for a POSIX shell where it must be. */
export function subjectOf(folder: string | undefined, solution: boolean): string {
  if (solution) return ' --solution';
  if (folder === undefined) return '';
  const name = folder.split(path.sep).join('/');
  return /^[\w@%+=:,./-]+$/.test(name) && !name.startsWith('-')
    ? ` ${name}`
    : ` '${name.replaceAll("'", `'\\''`)}'`;
}

/** Adds hundredths without the error of binary fractions. */
function sum(checks: readonly CheckResult[], value: (check: CheckResult) => number): number {
  return Math.round(checks.reduce((total, check) => total + value(check), 0) * 100) / 100;
}

/** What broke, and what the person at the keyboard can do about it. */
function describeFault(fault: unknown): NonNullable<GradeReport['fault']> {
  if (fault instanceof ToolchainError) return { message: fault.message, remedy: fault.remedy };
  return { message: fault instanceof Error ? fault.message : String(fault) };
}
