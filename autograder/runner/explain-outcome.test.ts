import { expect, it } from 'vitest';
import { explainOutcome } from './explain-outcome.js';

it('tells a panic by where it was, and then by the calls that led there', () => {
  const place = { pc: 0x8020_0010n, function: 'stride_pick', source: 'stride.c:37' };
  const calls = [place, { pc: 0x8020_0100n, function: 'scheduler' }, { pc: 0x8020_0200n }];
  expect(explainOutcome({ kind: 'panic', message: 'oh', hart: 2, place, calls }, 1e8)).toEqual([
    'the kernel gave up on hart 2 in stride_pick (stride.c:37): oh',
    '  at stride_pick (stride.c:37)',
    '  at scheduler',
    '  at 0x80200200',
  ]);
  expect(explainOutcome({ kind: 'panic', message: 'oh' }, 1e8)).toEqual(['the kernel gave up: oh']);
});
