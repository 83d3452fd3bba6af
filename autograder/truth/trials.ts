/** Grades many kernels of one lab, each with many seeds: every run goes to the next thread that is free. */
import type { Check, LabDefinition, Scenario } from '../lab/definition.js';
import type { Outcome } from '../lab/evidence.js';
import { evidenceOf } from '../runner/evidence-of.js';
import type { CheckResult } from '../runner/grade-report.js';
import { KernelMap } from '../runner/diagnosis/kernel-map.js';
import { judge } from '../runner/judge.js';
import type { ScenarioJob, ScenarioRun } from '../runner/run-scenario.js';
import { scenarioDisk } from '../runner/scenario-disk.js';
import { streamScenarios } from '../runner/scenario-pool.js';
import { buildKernel, buildPrograms } from '../toolchain/index.js';
import type { Diagnostic } from '../toolchain/diagnostic.js';
import type { UserProgram } from '../toolchain/index.js';
import type { LabFiles } from './corpus.js';
import { withFolder } from './grade-sources.js';

/** A kernel to grade. */
export interface Trial {
  /** Unique among the trials. */
  readonly name: string;
  readonly files: LabFiles;
  readonly seeds: readonly number[];
  /** Ids of the only checks to judge; all when absent. */
  readonly checks?: readonly string[];
  /** Further seeds, with which only these checks are judged. */
  readonly further?: { readonly seeds: readonly number[]; readonly checks: readonly string[] };
}

/** What came of a trial. */
export interface TrialResult {
  readonly name: string;
  /** Errors of a kernel that was not built; it has no results then. */
  readonly buildFailed?: readonly Diagnostic[];
  /** In the order of the seeds, and of the lab's checks. */
  readonly results: readonly CheckResult[];
  /** How runs ended, by `scenario/seed`. */
  readonly outcomes: ReadonlyMap<string, Outcome['kind']>;
  /** Checks that threw: mistakes of the lab. */
  readonly faults: readonly TrialFault[];
}

export interface TrialFault {
  readonly check: string;
  readonly seed: number;
  readonly message: string;
}

export interface BenchOptions {
  readonly root: string;
  /** URL of the lab's module: see {@link ScenarioJob.module}. */
  readonly module?: string;
  readonly cacheFolder?: string;
  /** Worker threads; see {@link streamScenarios}. */
  readonly threads?: number;
}

interface Run {
  readonly trial: Trial;
  readonly job: ScenarioJob;
  readonly map: KernelMap;
}

/** Grades trials of one lab; what they have in common is made once. */
export class TrialBench {
  private programs: Promise<UserProgram[]> | undefined;
  private readonly disks = new Map<string, Promise<Uint8Array>>();

  constructor(
    private readonly lab: LabDefinition,
    private readonly options: BenchOptions,
  ) {}

  /** Runs of the machine that trials take. */
  countRuns(trials: readonly Trial[]): number {
    return trials.reduce((sum, trial) => sum + this.scenariosOf(trial).length, 0);
  }

  /**
   * Grades.
   *
   * @param onRun told after each run.
   * @returns in the order of the trials.
   * @throws ToolchainError, or what a run threw: faults that are not the kernels'.
   */
  async run(trials: readonly Trial[], onRun?: (trial: Trial) => void): Promise<TrialResult[]> {
    const drafts = new Map(trials.map((trial) => [trial, new Draft(trial)] as const));
    const draftOf = (trial: Trial): Draft => drafts.get(trial) ?? new Draft(trial);
    const { threads } = this.options;
    await streamScenarios(this.runsOf(trials, draftOf), ({ job }) => job, {
      ...(threads !== undefined && { threads }),
      onRun: (run, { trial, map }) => {
        const ids = trial.further?.seeds.includes(run.seed) === true ? trial.further.checks : trial.checks;
        draftOf(trial).add(run, map, this.checksOf(ids));
        onRun?.(trial);
      },
    });
    return trials.map((trial) => draftOf(trial).finish(this.lab));
  }

  private build(files: LabFiles): ReturnType<typeof buildKernel> {
    const { root, cacheFolder } = this.options;
    return withFolder(files, (folder) =>
      buildKernel({
        root,
        ...(cacheFolder !== undefined && { cacheFolder }),
        lab: { name: this.lab.id, folder, sources: this.lab.files },
      }),
    );
  }

  private async *runsOf(trials: readonly Trial[], draftOf: (trial: Trial) => Draft): AsyncGenerator<Run> {
    const { module } = this.options;
    const built = trials.map((trial, i) => ({
      trial,
      kernel: i === 0 ? this.build(trial.files) : undefined,
    }));
    for (const [i, entry] of built.entries()) {
      const { trial } = entry;
      const kernel = await (entry.kernel ??= this.build(trial.files));
      // The next one is built while the threads are busy with this one.
      const next = built[i + 1];
      if (next !== undefined) {
        next.kernel = this.build(next.trial.files);
        // It is waited for when its turn has come.
        next.kernel.catch(() => undefined);
      }
      entry.kernel = undefined;
      if (!kernel.ok) {
        draftOf(trial).buildFailed = kernel.diagnostics;
        continue;
      }
      const map = new KernelMap(kernel.kernel);
      for (const { scenario, seed } of this.scenariosOf(trial)) {
        const programs = await this.userPrograms();
        const disk = await this.diskOf(scenario, programs);
        const job: ScenarioJob = {
          scenario,
          ...(module !== undefined && { module }),
          seed,
          kernel: kernel.kernel,
          programs,
          ...(disk && { disk }),
          digest: false,
        };
        yield { trial, job, map };
      }
    }
  }

  private userPrograms(): Promise<UserProgram[]> {
    const { root, cacheFolder } = this.options;
    return (this.programs ??= buildPrograms({ root, ...(cacheFolder !== undefined && { cacheFolder }) }));
  }

  private diskOf(scenario: Scenario, programs: readonly UserProgram[]): Promise<Uint8Array> | undefined {
    if (scenario.disk !== undefined) return undefined;
    const known = this.disks.get(scenario.id) ?? scenarioDisk(scenario, programs);
    this.disks.set(scenario.id, known);
    return known;
  }

  private checksOf(ids: readonly string[] | undefined): readonly Check[] {
    return ids === undefined ? this.lab.checks : this.lab.checks.filter(({ id }) => ids.includes(id));
  }

  private scenariosOf({ checks, seeds, further }: Trial): { scenario: Scenario; seed: number }[] {
    const pairs = (ids: readonly string[] | undefined, some: readonly number[]) => {
      const needed = new Set(this.checksOf(ids).map(({ scenario }) => scenario));
      return this.lab.scenarios
        .filter(({ id }) => needed.has(id))
        .flatMap((scenario) => some.map((seed) => ({ scenario, seed })));
    };
    return [...pairs(checks, seeds), ...(further ? pairs(further.checks, further.seeds) : [])];
  }
}

/** A result that is being put together. */
class Draft {
  buildFailed: readonly Diagnostic[] | undefined;
  private readonly results = new Map<string, CheckResult>();
  private readonly outcomes = new Map<string, Outcome['kind']>();
  private readonly faults: TrialFault[] = [];

  constructor(private readonly trial: Trial) {}

  add(run: ScenarioRun, map: KernelMap, checks: readonly Check[]): void {
    const { scenario, seed } = run;
    this.outcomes.set(`${scenario}/${seed}`, run.outcome.kind);
    const evidence = evidenceOf(run, map);
    for (const check of checks.filter((each) => each.scenario === scenario)) {
      try {
        const { difference, ...result } = judge(check, evidence, {
          contractSource: ({ contract }) => map.contractPlace(contract)?.source,
          replay: () => '',
        });
        const kept =
          difference === undefined || result.status === 'passed' ? result : { ...result, difference };
        this.results.set(`${seed} ${check.id}`, kept);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.faults.push({ check: check.id, seed, message });
      }
    }
  }

  finish(lab: LabDefinition): TrialResult {
    const { trial, buildFailed, outcomes, faults } = this;
    const results = [...trial.seeds, ...(trial.further?.seeds ?? [])].flatMap((seed) =>
      lab.checks.flatMap(({ id }) => this.results.get(`${seed} ${id}`) ?? []),
    );
    return { name: trial.name, ...(buildFailed && { buildFailed }), results, outcomes, faults };
  }
}
