/**
 * Shares that p harts can really give.
 *
 * One process runs on one hart at a time, so no weight can be worth more than 1/p of the machine. Chandra,
 * Adler, Goyal and Shenoy (Surplus Fair Scheduling, OSDI 2000, section 2.1) call an assignment feasible when
 * every w_i / Σw ≤ 1/p, and readjust the others: the heaviest process gets 1/p, and the rest share the
 * remaining p-1 harts by the same rule. With fewer processes than harts each has a hart to itself.
 *
 * @param weights positive, one a runnable process.
 * @param harts at least 1.
 * @returns for each process its fraction of the service that all of them get together; they sum to 1.
 */
export function feasibleShares(weights: readonly number[], harts: number): number[] {
  if (weights.length <= harts) return weights.map(() => 1 / weights.length);
  const shares = weights.map(() => 0);
  const heaviestFirst = [...weights.entries()].sort(([, a], [, b]) => b - a);
  let rest = weights.reduce((sum, weight) => sum + weight, 0);
  let free = harts;
  for (const [place, [process, weight]] of heaviestFirst.entries()) {
    if (weight * free <= rest) {
      for (const [i, w] of heaviestFirst.slice(place)) shares[i] = ((w / rest) * free) / harts;
      break;
    }
    shares[process] = 1 / harts;
    rest -= weight;
    free -= 1;
  }
  return shares;
}
