/** What is known of a lab's grades, put to the test: every kernel of its corpus graded, and what that says. */
import path from 'node:path';
import type { LabDefinition } from '../lab/definition.js';
import { readLabFiles } from '../toolchain/lab-files.js';
import type { BadKernel, Corpus, CorpusKernel, LabFiles, Mutant } from './corpus.js';
import { complaintsOf } from './expectations.js';
import type { Complaint } from './expectations.js';
import type { Graded, GradedCorpus } from './graded.js';
import { TrialBench } from './trials.js';
import type { BenchOptions, Trial } from './trials.js';

/** How much is to be graded. */
export interface TruthOptions extends BenchOptions {
  /**
   * Seeds, from 0 on, for the reference and alternatives; and for mutants that are races, though from seed 1 on only
   * the checks that are to catch them are judged.
   */
  readonly seeds: number;
  /** The same for other mutants. */
  readonly mutantSeeds: number;
  /** What to leave out. */
  readonly select?: Selection;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Selection {
  /** Nothing but mutants. */
  readonly mutantsOnly?: boolean;
  /** Nothing but the kernels of these names. */
  readonly names?: readonly string[];
}

/** A lab's corpus, graded and judged. */
export interface LabTruth extends GradedCorpus {
  readonly complaints: readonly Complaint[];
}

/**
 * Grades a lab's corpus and judges the grader by it.
 *
 * @throws ToolchainError, or what a run threw: faults that no kernel is to blame for.
 */
export async function labTruth(lab: LabDefinition, corpus: Corpus, options: TruthOptions): Promise<LabTruth> {
  const plan = planOf(lab, corpus, options);
  const bench = new TrialBench(lab, options);
  const trials = plan.map(({ trial }) => trial);
  const total = bench.countRuns(trials);
  let done = 0;
  options.onProgress?.(done, total);
  const results = await bench.run(trials, () => options.onProgress?.(++done, total));
  const graded = plan.flatMap(({ kind, kernel, trial }, i) => {
    const result = results[i];
    return result === undefined ? [] : [{ kind, kernel, trial, result }];
  });
  const only = <K extends Planned['kind']>(kind: K): Graded<KernelOf<K>>[] =>
    graded.flatMap((each) => (each.kind === kind ? [each as unknown as Graded<KernelOf<K>>] : []));
  const [reference] = only('reference');
  const [stub] = only('stub');
  const { mutantsOnly, names = [] } = options.select ?? {};
  const truth = {
    lab,
    ...(reference && { reference }),
    ...(stub && { stub }),
    alternatives: only('alternatives'),
    mutants: only('mutants'),
    bad: only('bad'),
    complete: mutantsOnly !== true && names.length === 0,
  };
  return { ...truth, complaints: complaintsOf(truth) };
}

interface Kinds {
  readonly reference: { readonly name: string };
  readonly stub: { readonly name: string };
  readonly alternatives: CorpusKernel;
  readonly mutants: Mutant;
  readonly bad: BadKernel;
}
type KernelOf<K extends keyof Kinds> = Kinds[K];
interface Planned {
  readonly kind: keyof Kinds;
  readonly kernel: { readonly name: string };
  readonly trial: Trial;
}

function planOf(lab: LabDefinition, corpus: Corpus, options: TruthOptions): Planned[] {
  const { seeds, mutantSeeds, root, select = {} } = options;
  const names = select.names ?? [];
  const plan = (
    kind: Planned['kind'],
    kernel: { readonly name: string; readonly files: LabFiles },
    count: number,
    checks?: readonly string[],
  ): Planned => ({
    kind,
    kernel,
    trial: {
      name: kind === kernel.name ? kind : `${kind}/${kernel.name}`,
      files: kernel.files,
      seeds: seedsFrom(0, count),
      ...(checks && { checks }),
    },
  });
  const planMutant = (mutant: Mutant): Planned => {
    const planned = plan('mutants', mutant, 1);
    const further = { seeds: seedsFrom(1, mutant.race ? seeds : mutantSeeds), checks: mutant.caughtBy };
    return { ...planned, trial: { ...planned.trial, further } };
  };
  // The long ones first.
  const all = [
    plan('reference', { name: 'reference', files: corpus.reference }, seeds),
    ...corpus.alternatives.map((kernel) => plan('alternatives', kernel, seeds)),
    ...corpus.mutants.map(planMutant),
    plan('stub', { name: 'stub', files: stubFiles(root, lab) }, 1),
    ...corpus.bad.map((kernel) => plan('bad', kernel, 1, kernel.seenIn)),
  ];
  return all.filter(
    ({ kind, kernel }) =>
      (select.mutantsOnly !== true || kind === 'mutants') &&
      (names.length === 0 || names.includes(kernel.name)),
  );
}

/** `from` up to, and without, `to`. */
function seedsFrom(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

/** What a student begins with. */
export function stubFiles(root: string, lab: LabDefinition): LabFiles {
  const { files } = readLabFiles(path.join(root, 'labs', lab.id), lab.files);
  return new Map(files.map(({ name, text }) => [name, text]));
}
