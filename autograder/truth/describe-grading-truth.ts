/** The tests that every lab's grades must pass, for `labs/NN-name/grading.test.ts`. */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LabDefinition } from '../lab/definition.js';
import { validateLab } from '../lab/validate.js';
import { grade } from '../runner/grade.js';
import type { Grade, GradeOptions } from '../runner/grade.js';
import { repositoryRoot } from '../toolchain/index.js';
import { hasCorpus, loadCorpus } from './corpus.js';
import type { Corpus, CorpusKernel } from './corpus.js';
import { brokenChecks, falseAlarms, mutantComplaints, unbuilt, wrongVerdicts } from './expectations.js';
import { GRADED_SEEDS } from './graded.js';
import type { Graded } from './graded.js';
import { TrialBench } from './trials.js';
import type { Trial } from './trials.js';

export interface SuiteOptions {
  /** Seeds for the reference, from 0 on; 2 by default. `npm run truth` takes 50. */
  readonly seeds?: number;
  /** Points of the stub must be fewer; 40 by default. */
  readonly stubBelow?: number;
}

/**
 * Describes what must be true of a lab's grades: the definition is valid, the reference has all points and the same
 * report every time, the stub is told why it lost points, mutants are caught and named, alternatives have all points,
 * kernels that do not run end in their verdict, and every check catches something. A course that is handed out has no
 * `solutions/`; there is less to test then.
 */
export function describeGradingTruth(lab: LabDefinition, options: SuiteOptions = {}): void {
  const root = repositoryRoot();
  const { seeds = 2, stubBelow = 40 } = options;
  const gradeWith = (choice: Partial<GradeOptions>): Promise<Grade> => {
    return grade({ lab, root, subject: '', seed: 0, seeds: 1, ...choice });
  };

  describe(`the definition of ${lab.id}`, () => {
    it('is valid', () => {
      expect(() => validateLab(lab, root, `labs/${lab.id}/lab.ts`)).not.toThrow();
    });
  });

  describe(`the stub of ${lab.id}`, () => {
    it('is built, has few points, and is told why each of the others is lost', async () => {
      const { report } = await gradeWith({ folder: path.join(root, 'labs', lab.id) });
      expect(report).toMatchObject({ verdict: 'graded', maxScore: 100 });
      expect(report.score).toBeLessThan(stubBelow);
      for (const check of report.checks.filter(({ status }) => status !== 'passed')) {
        expect(check.expected, check.id).not.toBe('');
        expect(check.seen, check.id).not.toBe('');
        expect(lab.files, check.id).toContain(check.source?.replace(/:\d+$/, ''));
        expect(check.replay).toBe(`hartlab grade ${lab.id} --check ${check.id} --seed 0`);
      }
    });
  });

  if (hasCorpus(root, lab)) describeCorpus(lab, root, seeds, gradeWith);
}

function describeCorpus(
  lab: LabDefinition,
  root: string,
  seeds: number,
  gradeWith: (choice: Partial<GradeOptions>) => Promise<Grade>,
): void {
  const { mutants, alternatives, bad }: Corpus = loadCorpus(root, lab);
  const bench = new TrialBench(lab, { root });
  const tryOut = async <Kernel extends CorpusKernel>(
    kernel: Kernel,
    choice: Pick<Trial, 'seeds' | 'checks'>,
  ): Promise<Graded<Kernel>> => {
    const trial: Trial = { name: kernel.name, files: kernel.files, ...choice };
    const [result] = await bench.run([trial]);
    if (result === undefined) throw new Error(`${kernel.name} was not graded`);
    return { kernel, trial, result };
  };
  let reference: Promise<Grade> | undefined;
  const gradeReference = (): Promise<Grade> => (reference ??= gradeWith({ seeds }));

  describe(`the reference of ${lab.id}`, () => {
    it(`has all points with any of ${seeds} seeds, and the same report every time`, async () => {
      const first = await gradeReference();
      expect(first.report.checks.filter((check) => check.status !== 'passed')).toEqual([]);
      expect(first.report).toMatchObject({ score: 100, maxScore: 100, verdict: 'graded' });
      const again = await gradeWith({ seeds });
      expect(JSON.stringify(again.report)).toBe(JSON.stringify(first.report));
      expect(again.junit).toBe(first.junit);
    });
  });

  describe.skipIf(mutants.length === 0)(`mutants of ${lab.id}`, () => {
    it.each(mutants)('$name loses points in $caughtBy and is named', async (mutant) => {
      const upTo = mutant.race ? GRADED_SEEDS : 1;
      const graded = await tryOut(mutant, {
        seeds: Array.from({ length: upTo }, (_, seed) => seed),
        checks: mutant.caughtBy,
      });
      const { report } = await gradeReference();
      const innocent = {
        result: { name: 'reference', results: report.checks, outcomes: new Map<string, never>(), faults: [] },
      };
      expect([...unbuilt(graded), ...brokenChecks(graded), ...mutantComplaints(graded, innocent)]).toEqual(
        [],
      );
    });

    const caughtBy = mutants.flatMap((mutant) => mutant.caughtBy);
    it.each(lab.checks)('$id catches one', ({ id }) => {
      expect(caughtBy).toContain(id);
    });
  });

  describe.skipIf(alternatives.length === 0)(`correct alternatives to ${lab.id}`, () => {
    it.each(alternatives)('$name has all points', async (alternative) => {
      const graded = await tryOut(alternative, { seeds: [GRADED_SEEDS] });
      expect([...unbuilt(graded), ...brokenChecks(graded), ...falseAlarms(graded)]).toEqual([]);
      expect(graded.result.results).toHaveLength(lab.checks.length);
    });
  });

  describe.skipIf(bad.length === 0)(`kernels of ${lab.id} that do not run`, () => {
    it.each(bad)('$name ends in $verdict', async (kernel) => {
      const graded = await tryOut(kernel, { seeds: [0], checks: kernel.seenIn });
      expect([...brokenChecks(graded), ...wrongVerdicts(graded)]).toEqual([]);
      if (kernel.verdict !== 'build-failed') return;
      const own = graded.result.buildFailed ?? [];
      expect(own.some(({ severity, file }) => severity === 'error' && lab.files.includes(file))).toBe(true);
    });
  });
}
