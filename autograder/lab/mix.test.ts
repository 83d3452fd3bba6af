import { describe, expect, it } from 'vitest';
import { formatMix, mixFaults } from './mix.js';

describe('formatMix', () => {
  it('writes one job a line, the end first', () => {
    const text = formatMix({
      end: 150,
      jobs: [
        { id: 1, priority: 3 },
        { id: 2, priority: 4, arrive: 50, run: 20, sleep: { run: 1, sleep: 2 }, fork: true },
        { id: 7, priority: 16, keepsDefault: true, yield: 2 },
        { id: 3, priority: 5, reprioritise: { at: 30, to: 9 }, priorities: [1n, -7n, 1n << 62n] },
      ],
    });
    expect(text).toBe(
      'end 150\n1 3 0 0\n2 4 50 20 sleep=1:2 fork=1\n7 - 0 0 yield=2\n3 5 0 0 prio=30:9 args=1,-7,4611686018427387904\n',
    );
  });
});

describe('mixFaults', () => {
  it('accepts what formatMix can express', () => {
    expect(mixFaults({ jobs: [{ id: 1, priority: 2, run: 5 }] })).toEqual([]);
  });

  it('names every field that is out of range', () => {
    const faults = mixFaults({
      end: 0,
      jobs: [
        { id: 1, priority: 1.5, arrive: -1 },
        { id: 3, priority: 17, keepsDefault: true, yield: 0 },
        { id: 1, priority: 2, sleep: { run: 0, sleep: 1 }, reprioritise: { at: 0, to: 0 } },
      ],
    });
    expect(faults.map((fault) => fault.field)).toEqual([
      'end',
      'jobs[0].priority',
      'jobs[0].arrive',
      'jobs[1].priority',
      'jobs[1].yield',
      'jobs[2].id',
      'jobs[2].sleep.run',
      'jobs[2].reprioritise.to',
    ]);
  });
});
