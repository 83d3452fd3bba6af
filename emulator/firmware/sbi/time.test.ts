import { expect, it, describe } from 'vitest';
import { SbiError } from './extension.js';
import { callSbi, fakeSbiHost } from './fake-harts.js';
import { createSbi } from './index.js';

const TIME = 0x5449_4d45;

describe('set timer (6.1)', () => {
  const host = fakeSbiHost(4);
  const sbi = createSbi(host);

  it('sets the timer of the calling hart to an absolute time', () => {
    expect(callSbi(sbi, TIME, 0, [123_456_789_012n], 2)).toEqual({
      kind: 'return',
      error: SbiError.Success,
      value: 0n,
    });
    expect(host.harts.log).toEqual(['timer 2 123456789012']);
  });

  it('passes on the time that never comes', () => {
    callSbi(sbi, TIME, 0, [-1], 1);
    expect(host.harts.log.slice(-1)).toEqual(['timer 1 18446744073709551615']);
  });
});
