import { describe, expect, it } from 'vitest';
import { matchesOutput, outputLines, refreshedOutput } from './match-output.js';

const lines = (text: string): string[] => (text === '' ? [] : text.split('|'));

describe('what a handout shows of an output', () => {
  it.each([
    ['a|b', 'a|b'],
    ['…', ''],
    ['…', 'a|b'],
    ['a|…', 'a'],
    ['a|…|d', 'a|b|c|d'],
    ['…|b|…|b|c', 'b|a|b|b|c'],
    ['a  |b', 'a|b'],
    ['a|', 'a'],
  ])('%j is %j', (shown, printed) => {
    expect(matchesOutput(lines(shown), lines(printed))).toBe(true);
  });

  it.each([
    ['', 'a'],
    ['a', ''],
    ['a|b', 'a'],
    ['a', 'a|b'],
    ['a|…|d', 'a|b|c'],
    ['…|b', 'b|c'],
    ['a …', 'a b'],
    [' a', 'a'],
  ])('%j is not %j', (shown, printed) => {
    expect(matchesOutput(lines(shown), lines(printed))).toBe(false);
  });

  it('ends where the last line with anything on it ends', () => {
    expect(outputLines('a  \n\nb\n\n\n')).toEqual(['a', '', 'b']);
    expect(outputLines('')).toEqual([]);
  });
});

describe('refreshing', () => {
  it.each<[string, string, string, string]>([
    ['leaves what is right as it is', 'a|…|d', 'a|b|c|d', 'a|…|d'],
    ['fills in what was not shown at all', '', 'a|b', 'a|b'],
    ['takes away what is not printed any more', 'a|b', '', ''],
    ['keeps elisions beside lines that are still there', 'a|…|x 1|…|z', 'a|b|x 2|c|d|z', 'a|…|x 2|…|z'],
    [
      'finds a changed line by the words in it',
      '…|score 12 of 20|…',
      'a|score 13 of 20|b',
      '…|score 13 of 20|…',
    ],
    ['keeps as many lines around an elision as there were', 'a|b|…|c', 'p|q|r|s', 'p|q|…|s'],
    ['lets an elision swallow what is new beside it', 'a|…|d', 'a|n|b|e', 'a|…|e'],
  ])('%s', (_, shown, printed, result) => {
    const refreshed = refreshedOutput(lines(shown), lines(printed));
    expect(refreshed.join('|')).toBe(result);
    expect(matchesOutput(refreshed, lines(printed))).toBe(true);
  });
});
