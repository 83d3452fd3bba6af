/**
 * Jain's fairness index (Jain, Chiu and Hawe, DEC-TR-301, 1984): (Σx)² / (n·Σx²), 1 when all x are equal and
 * 1/n when one has everything.
 *
 * @param allocations service received over service deserved, one a job.
 * @returns 1 for no allocations at all: nobody was treated unfairly.
 */
export function jainIndex(allocations: readonly number[]): number {
  const sum = allocations.reduce((a, x) => a + x, 0);
  const squares = allocations.reduce((a, x) => a + x * x, 0);
  return squares === 0 ? 1 : (sum * sum) / (allocations.length * squares);
}
