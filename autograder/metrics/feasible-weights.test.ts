import { describe, expect, it } from 'vitest';
import { feasibleShares } from './feasible-weights.js';

describe('feasibleShares', () => {
  it('is proportional on one hart', () => {
    expect(feasibleShares([3, 2, 1], 1)).toEqual([0.5, 2 / 6, 1 / 6]);
  });

  it('gives a hart to each process when there are enough', () => {
    expect(feasibleShares([30, 1], 2)).toEqual([0.5, 0.5]);
    expect(feasibleShares([5], 4)).toEqual([1]);
    expect(feasibleShares([], 4)).toEqual([]);
  });

  it('caps an infeasible weight at one hart and shares the rest', () => {
    // SFS, section 1.1: weights 1 and 10 on two harts, then another 1 arrives: 10 deserves one hart only.
    expect(feasibleShares([1, 10, 1], 2)).toEqual([0.25, 0.5, 0.25]);
  });

  it('caps again what the first cap made infeasible', () => {
    // Without the 100, three harts remain for 10+1+1+1: 10/13 > 1/3, so it is capped too.
    const shares = feasibleShares([100, 10, 1, 1, 1], 4);
    expect(shares[0]).toBe(0.25);
    expect(shares[1]).toBe(0.25);
    expect(shares.slice(2)).toEqual([0.5 / 3, 0.5 / 3, 0.5 / 3]);
  });

  it('leaves a feasible assignment alone, and always hands out everything', () => {
    expect(feasibleShares([2, 1, 1], 2)).toEqual([0.5, 0.25, 0.25]);
    for (let seed = 1; seed < 200; seed++) {
      const weights = Array.from({ length: 1 + (seed % 9) }, (_, i) => 1 + ((seed * 7919 * (i + 3)) % 97));
      for (const harts of [1, 2, 3, 4, 8]) {
        const shares = feasibleShares(weights, harts);
        expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        for (const share of shares) {
          expect(share * Math.min(harts, weights.length)).toBeLessThanOrEqual(1 + 1e-12);
        }
        // No process has more than another of greater weight.
        const pairs = weights.flatMap((w, i) => weights.map((v, j) => [w - v, shares[i]! - shares[j]!]));
        for (const [dw, ds] of pairs) if (dw! > 0) expect(ds!).toBeGreaterThanOrEqual(-1e-12);
      }
    }
  });
});
