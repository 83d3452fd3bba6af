import { describe, expect, it } from 'vitest';
import type { Edge } from './expected-order.js';
import { closestOrder, topologicalOrder } from './expected-order.js';

/** Length of the longest increasing subsequence: nodes that stand in the order in which they were seen. */
function inPlace(order: readonly number[], seenAt: readonly number[]): number {
  const longest: number[] = [];
  for (const [i, node] of order.entries()) {
    const before = order
      .slice(0, i)
      .map((other, j) => ((seenAt[other] ?? 0) < (seenAt[node] ?? 0) ? (longest[j] ?? 0) : 0));
    longest.push(1 + Math.max(0, ...before));
  }
  return Math.max(0, ...longest);
}

function permutations(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

describe('closestOrder', () => {
  it('obeys every rule and moves no node more than it must, for every seen order of small cases', () => {
    const shapes: Edge[][] = [
      [
        [0, 1],
        [1, 2],
        [3, 4],
      ],
      [
        [0, 2],
        [1, 2],
        [2, 3],
        [2, 4],
      ],
      [
        [0, 3],
        [1, 3],
        [1, 4],
        [2, 4],
      ],
      [
        [4, 0],
        [4, 1],
        [4, 2],
        [4, 3],
      ],
      [],
    ];
    const all = permutations([0, 1, 2, 3, 4]);
    for (const edges of shapes) {
      const legal = all.filter((order) => edges.every(([a, b]) => order.indexOf(a) < order.indexOf(b)));
      for (const seenAt of all) {
        const order = closestOrder(edges, seenAt, seenAt);
        expect(legal).toContainEqual(order);
        expect(inPlace(order, seenAt)).toBe(Math.max(...legal.map((other) => inPlace(other, seenAt))));
      }
    }
  });

  it('puts nodes that were not seen where they wish to be, as far as the rules allow', () => {
    expect(closestOrder([[0, 1]], [10, 20, undefined], [10, 20, 15])).toEqual([0, 2, 1]);
    expect(closestOrder([[1, 2]], [10, 20, undefined], [10, 20, 15])).toEqual([0, 1, 2]);
    expect(closestOrder([], [undefined, undefined], [Infinity, Infinity])).toEqual([0, 1]);
  });
});

describe('topologicalOrder', () => {
  it('refuses a circle', () => {
    expect(() =>
      topologicalOrder(
        2,
        [
          [0, 1],
          [1, 0],
        ],
        [],
      ),
    ).toThrow('circle');
  });
});
