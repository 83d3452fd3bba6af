/** What `npm run truth` says of a lab, as plain data: the same commit gives the same bytes. */
import type { CheckResult } from '../runner/grade-report.js';
import type { Mutant } from './corpus.js';
import type { Complaint } from './expectations.js';
import { lost, resultsOf, scoreOf, seedsOf } from './graded.js';
import type { Graded } from './graded.js';
import type { LabTruth } from './lab-truth.js';
import { raceRate, seedsToUse } from './race.js';
import type { RaceRate } from './race.js';

export interface TruthReport {
  readonly lab: string;
  readonly title: string;
  /** Whether nothing speaks against the grader. */
  readonly holds: boolean;
  /** Whether all kernels were graded. */
  readonly complete: boolean;
  readonly checks: readonly TruthCheck[];
  /** The reference, the stub and alternatives. */
  readonly kernels: readonly KernelRow[];
  readonly mutants: readonly MutantRow[];
  readonly bad: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly seenIn: readonly string[];
  }[];
  /** Seeds that a course should grade with to catch every race; absent where there are no races. */
  readonly seedsToUse?: number;
  readonly complaints: readonly Complaint[];
}

export interface TruthCheck {
  readonly id: string;
  readonly title: string;
  readonly points: number;
  /** Mutants that lose points in it: none is a check that proves nothing. */
  readonly catches: readonly string[];
  /** Those of them that keep a part of its points with some seed. */
  readonly partly: readonly string[];
  /** Those of them whose fault it is to name. */
  readonly names: readonly string[];
}

export interface KernelRow {
  readonly name: string;
  readonly seeds: number;
  /** With seed 0. */
  readonly score: number;
  readonly cells: readonly Cell[];
}

/** A check of a kernel, over all its seeds; the worst counts. */
export interface Cell {
  readonly check: string;
  /** Part of the points, 0..1. */
  readonly earned: number;
  /** Seeds that lost points. */
  readonly lost: number;
}

export interface MutantRow extends KernelRow {
  readonly description: string;
  readonly caughtBy: readonly string[];
  /** What the check says that names the fault, with the first seed that caught it. */
  readonly diagnosis?: { readonly seed: number; readonly seen: string; readonly source?: string };
  /** For a race. */
  readonly rate?: RaceRate;
}

/** The report of a lab. */
export function truthReport(truth: LabTruth): TruthReport {
  const { lab, reference, stub, alternatives, mutants, bad, complaints } = truth;
  const rates = mutants.filter(({ kernel }) => kernel.race).map(raceRate);
  const seeds = rates.length === 0 ? undefined : seedsToUse(rates);
  return {
    lab: lab.id,
    title: lab.title,
    holds: complaints.length === 0,
    complete: truth.complete,
    checks: lab.checks.map(({ id, title, points }) => ({
      id,
      title,
      points,
      catches: namesOf(mutants.filter((mutant) => resultsOf(mutant, id).some(lost))),
      partly: namesOf(mutants.filter((mutant) => resultsOf(mutant, id).some(partial))),
      names: namesOf(mutants.filter(({ kernel }) => kernel.caughtBy[0] === id)),
    })),
    kernels: [...(reference ? [reference] : []), ...alternatives, ...(stub ? [stub] : [])].map((each) =>
      kernelRow(each, truth),
    ),
    mutants: mutants.map((mutant) => mutantRow(mutant, truth)),
    bad: bad.map(({ kernel: { name, verdict, seenIn } }) => ({ name, verdict, seenIn })),
    ...(seeds !== undefined && { seedsToUse: seeds }),
    complaints,
  };
}

function namesOf(mutants: readonly Graded<Mutant>[]): string[] {
  return mutants.map(({ kernel }) => kernel.name);
}

function partial({ score, maxScore }: Pick<CheckResult, 'score' | 'maxScore'>): boolean {
  return score > 0 && score < maxScore;
}

function kernelRow(graded: Graded, { lab }: LabTruth): KernelRow {
  const cells = lab.checks.flatMap(({ id, points }): Cell[] => {
    const results = resultsOf(graded, id);
    if (results.length === 0) return [];
    const earned = Math.min(...results.map(({ score }) => score)) / points;
    return [{ check: id, earned, lost: results.filter(lost).length }];
  });
  return { name: graded.trial.name, seeds: seedsOf(graded.trial).length, score: scoreOf(graded), cells };
}

function mutantRow(mutant: Graded<Mutant>, truth: LabTruth): MutantRow {
  const { name, description, caughtBy, race } = mutant.kernel;
  const found = resultsOf(mutant, caughtBy[0]).find(lost);
  return {
    ...kernelRow(mutant, truth),
    name,
    description,
    caughtBy,
    ...(found && {
      diagnosis: {
        seed: found.seed,
        seen: found.seen,
        ...(found.source !== undefined && { source: found.source }),
      },
    }),
    ...(race && { rate: raceRate(mutant) }),
  };
}
