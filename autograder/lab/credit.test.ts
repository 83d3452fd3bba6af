import { describe, expect, it } from 'vitest';
import { creditAbove, creditBelow, pointsFor } from './credit.js';

describe('partial credit', () => {
  it('is whole up to the bound and falls linearly to nothing', () => {
    expect([0, 1, 2, 3, 5, 9].map((seen) => creditBelow(seen, 1, 5))).toEqual([1, 1, 0.75, 0.5, 0, 0]);
    expect([1, 0.9, 0.7, 0.5, 0].map((seen) => creditAbove(seen, 0.9, 0.5).toFixed(2))).toEqual([
      '1.00',
      '1.00',
      '0.50',
      '0.00',
      '0.00',
    ]);
  });

  it('gives nothing for what cannot be measured', () => {
    expect(creditBelow(NaN, 1, 5)).toBe(0);
    expect(creditBelow(Infinity, 1, 5)).toBe(0);
  });

  it('rounds points down to hundredths and never out of range', () => {
    expect(pointsFor(10, 1)).toBe(10);
    expect(pointsFor(10, 0.99999)).toBe(9.99);
    expect(pointsFor(7, 1 / 3)).toBe(2.33);
    expect(pointsFor(10, 0.29)).toBe(2.9);
    expect([pointsFor(10, 2), pointsFor(10, -1), pointsFor(10, NaN)]).toEqual([10, 0, 0]);
  });
});
