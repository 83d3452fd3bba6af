import { describe, expect, it } from 'vitest';
import { Curve, greatestRise, mergeTimes } from './curve.js';

describe('Curve', () => {
  const curve = new Curve([
    [10, 0],
    [20, 10],
    [30, 10],
    [40, 30],
  ]);

  it('interpolates between knots and is constant outside them', () => {
    expect([5, 10, 15, 25, 35, 99].map((t) => curve.at(t))).toEqual([0, 0, 5, 10, 20, 30]);
    expect(curve.growth(15, 35)).toBe(15);
    expect(new Curve().at(3)).toBe(0);
  });

  it('takes the later value at a step', () => {
    const step = new Curve([
      [0, 0],
      [10, 1],
      [10, 5],
      [20, 5],
    ]);
    expect([9.999999, 10, 11].map((t) => Math.round(step.at(t)))).toEqual([1, 5, 5]);
  });

  it('refuses knots out of order', () => {
    expect(() => curve.append(39, 0)).toThrow(RangeError);
  });

  it('lists the knots of a span with both ends', () => {
    expect(curve.timesWithin(10, 40)).toEqual([10, 20, 30, 40]);
    expect(curve.timesWithin(12, 31)).toEqual([12, 20, 30, 31]);
    expect(curve.timesWithin(12, 12)).toEqual([12]);
  });
});

describe('greatestRise', () => {
  it('finds the window of greatest growth, not the overall range', () => {
    const samples: [number, number][] = [
      [0, 5],
      [1, 0],
      [2, 3],
      [3, -1],
      [4, 1],
    ];
    expect(greatestRise(samples)).toEqual({ amount: 3, from: 1, to: 2 });
  });

  it('is zero for a falling quantity and for nothing', () => {
    expect(
      greatestRise([
        [0, 2],
        [1, 1],
      ]).amount,
    ).toBe(0);
    expect(greatestRise([])).toEqual({ amount: 0, from: 0, to: 0 });
  });
});

describe('mergeTimes', () => {
  it('unites sorted lists without repeats', () => {
    expect(mergeTimes([[1, 3], [1, 2, 9], []])).toEqual([1, 2, 3, 9]);
  });
});
