import { expect, it } from 'vitest';
import { parseDepfile } from './depfile.js';

it('reads names over several lines, with spaces, # and $', () => {
  expect(parseDepfile('a.o: a.c \\\n  dir\\ one/b.h \\\r\n c\\#.h d$$.h\n')).toEqual([
    'a.c',
    'dir one/b.h',
    'c#.h',
    'd$.h',
  ]);
});

it('reads Windows paths', () => {
  expect(parseDepfile('C:\\x\\a.o: C:\\x\\a.c C:/y/b.h\n')).toEqual(['C:\\x\\a.c', 'C:/y/b.h']);
});

it('of nothing is nothing', () => {
  expect(parseDepfile('')).toEqual([]);
  expect(parseDepfile('a.o:\n')).toEqual([]);
});
