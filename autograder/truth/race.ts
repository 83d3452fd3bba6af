/** How often a mutant is caught whose fault shows in some schedules and not in others. */
import type { Mutant } from './corpus.js';
import { lost, seedsOf } from './graded.js';
import type { Graded } from './graded.js';

export interface RaceRate {
  /** Seeds with which a check that is to catch it took points. */
  readonly caught: number;
  /** Seeds that were graded. */
  readonly seeds: number;
  /** The first that caught it. */
  readonly first?: number;
  /** The most seeds in a row that did not. */
  readonly longestMiss: number;
}

/** The rate over all seeds of a mutant's trial, which are 0, 1, 2 … */
export function raceRate({ kernel, trial, result }: Graded<Mutant>): RaceRate {
  const catching = new Set(
    result.results.filter((each) => kernel.caughtBy.includes(each.id) && lost(each)).map(({ seed }) => seed),
  );
  let longestMiss = 0;
  let miss = 0;
  const seeds = seedsOf(trial);
  for (const seed of seeds) {
    miss = catching.has(seed) ? 0 : miss + 1;
    longestMiss = Math.max(longestMiss, miss);
  }
  const first = seeds.find((seed) => catching.has(seed));
  return {
    caught: catching.size,
    seeds: seeds.length,
    ...(first !== undefined && { first }),
    longestMiss,
  };
}

/**
 * The seeds that a course should grade with to catch all races, wherever it begins.
 *
 * @returns nothing when some mutant is never caught.
 */
export function seedsToUse(rates: readonly RaceRate[]): number | undefined {
  if (rates.some(({ caught }) => caught === 0)) return undefined;
  return Math.max(1, ...rates.map(({ longestMiss }) => longestMiss + 1));
}
