import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { didYouMean, guestSeconds, integer, memorySize, oneOf, readFileOption } from './option-values.js';

describe('memory sizes are QEMU’s', () => {
  it.each([
    ['128', 128 * 2 ** 20],
    ['128M', 128 * 2 ** 20],
    ['128m', 128 * 2 ** 20],
    ['1G', 2 ** 30],
    ['1.5G', 1.5 * 2 ** 30],
    ['524288K', 2 ** 29],
    ['2G', 2 ** 31],
  ])('%s', (text, bytes) => expect(memorySize(text)).toBe(bytes));

  it.each(['', '0', '-1', '3G', '512K', '1025K', '1T', 'all', '0.0001M', '12 M', 'Infinity'])(
    'refuses %j',
    (text) => expect(() => memorySize(text)).toThrow('Expected 1M to 2G'),
  );
});

describe('integers', () => {
  it.each(['0', '65', '1.5', '', ' 4', '4x', '1e1', '-3', 'four'])('refuses %j outside 1 to 64', (text) =>
    expect(() => integer(1, 64)(text)).toThrow('Expected an integer from 1 to 64.'),
  );
  it('takes decimal and hexadecimal', () => {
    expect([integer(1, 64)('64'), integer(0, 255)('0xfF')]).toEqual([64, 255]);
  });
});

describe('guest seconds', () => {
  it('are positive numbers', () => expect([guestSeconds('2.5'), guestSeconds('1e-3')]).toEqual([2.5, 0.001]));
  it.each(['0', '-1', 'soon', 'Infinity', '1e999', ''])('are not %j', (text) =>
    expect(() => guestSeconds(text)).toThrow('guest seconds above 0'),
  );
});

describe('names', () => {
  it('are taken when known, and suggested when nearly so', () => {
    expect(oneOf('stride', 'rr')('rr')).toBe('rr');
    expect(() => oneOf('stride', 'rr')('strid')).toThrow('Expected stride or rr. Did you mean stride?');
    expect(() => oneOf('stride', 'rr')('lottery')).toThrow(/^Expected stride or rr.$/);
    expect(didYouMean('stride', ['01-bootcamp', '03-stride'])).toBe(' Did you mean 03-stride?');
    expect(didYouMean('3-strid', ['01-bootcamp', '03-stride'])).toBe(' Did you mean 03-stride?');
  });
});

describe('files', () => {
  it('that cannot be read are named with their option', () => {
    expect(() => readFileOption('--drive', '/no/such.img')).toThrow('--drive /no/such.img: no such file');
    expect(() => readFileOption('--kernel', os.tmpdir())).toThrow('is a folder, expected a file');
  });
});
