import { describe, expect, it } from 'vitest';
import type { TraceLine } from '../lab/evidence.js';
import { diffTrace } from './trace-diff.js';
import type { TraceDiff } from './trace-diff.js';

const lines = (text: string, times = false): TraceLine[] =>
  text.split(' ').map((letter, i) => ({ text: letter, hart: 0, ...(times && { guestTime: i }) }));

const show = ({ rows }: TraceDiff): string[] =>
  rows.map((row) =>
    row.side === 'gap'
      ? `@${row.count}`
      : `${{ both: ' ', expected: '-', seen: '+' }[row.side]}${row.line.text}${row.moved ? '~' : ''}`,
  );

const all = { context: Infinity, rows: Infinity };

describe('diffTrace', () => {
  it('tells what is missing, what is too much, and what is out of order', () => {
    const diff = diffTrace({ expected: lines('a b c d e'), seen: lines('a c d b f', true) }, all);
    expect(show(diff)).toEqual([' a', '-b~', ' c', ' d', '-e', '+b~', '+f']);
  });

  it('takes the time of what happened from the seen side', () => {
    const { rows } = diffTrace({ expected: lines('a b'), seen: lines('b', true) }, all);
    expect(rows).toMatchObject([
      { line: { text: 'a' } },
      { side: 'both', line: { text: 'b', guestTime: 0 } },
    ]);
  });

  it('holds events of different harts apart', () => {
    const seen = [{ text: 'a', hart: 1 }];
    expect(show(diffTrace({ expected: lines('a'), seen }, all))).toEqual(['-a', '+a']);
  });

  it('leaves out what is far from any difference, but no single line', () => {
    const diff = diffTrace(
      { expected: lines('a b c d e f g h i j k'), seen: lines('a b c d X g h i j k') },
      { context: 1, rows: 99 },
    );
    expect(show(diff)).toEqual(['@3', ' d', '-e', '-f', '+X', ' g', '@4']);
    const close = diffTrace({ expected: lines('a b X d'), seen: lines('a b d') }, { context: 1, rows: 99 });
    expect(show(close)).toEqual([' a', ' b', '-X', ' d']);
  });

  it('counts the differences that do not fit', () => {
    const diff = diffTrace({ expected: lines('a b c d e f'), seen: [] }, { context: 1, rows: 4 });
    expect(show(diff)).toEqual(['-a', '-b', '-c', '-d']);
    expect(diff.omitted).toBe(2);
  });

  it('gives up on long traces that have nothing in common', () => {
    const long = (name: string): TraceLine[] =>
      Array.from({ length: 5000 }, (_, i) => ({ text: `${name}${i}` }));
    const { rows, omitted } = diffTrace({ expected: long('a'), seen: long('b') }, { context: 2, rows: 10 });
    expect([rows.length, omitted]).toEqual([10, 9990]);
  });

  it('has nothing to show for equal traces', () => {
    expect(
      show(diffTrace({ expected: lines('a b c'), seen: lines('a b c') }, { context: 2, rows: 9 })),
    ).toEqual(['@3']);
    expect(diffTrace({ expected: [], seen: [] }, all).rows).toEqual([]);
  });
});
