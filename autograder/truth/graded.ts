/** A lab's corpus with what came of grading it. */
import type { LabDefinition } from '../lab/definition.js';
import type { CheckResult } from '../runner/grade-report.js';
import type { BadKernel, CorpusKernel, Mutant } from './corpus.js';
import type { Trial, TrialResult } from './trials.js';

/** The seeds that `hartlab grade --seeds 5` grades: a race mutant must not get through these. */
export const GRADED_SEEDS = 5;

/** A kernel with what came of grading it. */
export interface Graded<Kernel = { readonly name: string }> {
  readonly kernel: Kernel;
  readonly trial: Trial;
  readonly result: TrialResult;
}

/** All that was graded of a lab. */
export interface GradedCorpus {
  readonly lab: LabDefinition;
  /** Absent where they were left out. */
  readonly reference?: Graded;
  readonly stub?: Graded;
  readonly alternatives: readonly Graded<CorpusKernel>[];
  readonly mutants: readonly Graded<Mutant>[];
  readonly bad: readonly Graded<BadKernel>[];
  /** Whether nothing was left out: then checks that nobody fails are dead. */
  readonly complete: boolean;
}

/** Points of one seed, in hundredths. */
export function scoreOf({ result }: Graded, seed = 0): number {
  const own = result.results.filter((each) => each.seed === seed);
  return Math.round(own.reduce((sum, { score }) => sum + score, 0) * 100) / 100;
}

/** All seeds of a trial. */
export function seedsOf({ seeds, further }: Trial): readonly number[] {
  return [...seeds, ...(further?.seeds ?? [])];
}

/** A check's results, one a seed. */
export function resultsOf({ result }: Pick<Graded, 'result'>, check: string): readonly CheckResult[] {
  return result.results.filter(({ id }) => id === check);
}

/** Whether points were lost. */
export function lost({ score, maxScore }: Pick<CheckResult, 'score' | 'maxScore'>): boolean {
  return score < maxScore;
}
