import { beforeEach, describe, expect, it } from 'vitest';
import { HartState, type Sbi } from './call.js';
import { SbiError } from './extension.js';
import { callSbi, type FakeSbiHost, fakeSbiHost } from './fake-harts.js';
import { createSbi } from './index.js';

const SPI = 0x73_5049;
const ALL = -1;

let host: FakeSbiHost;
let sbi: Sbi;

beforeEach(() => {
  host = fakeSbiHost(4);
  host.harts.states.fill(HartState.Started);
  sbi = createSbi(host);
});

const returned = (error: SbiError, value = 0n): object => ({ kind: 'return', error, value });

describe('send IPI (7.1)', () => {
  it.each([
    ['a mask', 0b101, 0, ['ipi 0', 'ipi 2']],
    ['a mask and a base', 0b11, 2, ['ipi 2', 'ipi 3']],
    ['a base of -1, whatever the mask', 0, ALL, ['ipi 0', 'ipi 1', 'ipi 2', 'ipi 3']],
    ['an empty mask', 0, 0, []],
  ])('reaches the harts of %s (3.1)', (_, mask, base, log) => {
    expect(callSbi(sbi, SPI, 0, [mask, base])).toEqual(returned(SbiError.Success));
    expect(host.harts.log).toEqual(log);
  });

  it.each([
    ['a hart in the mask does not exist', 0b10001, 0],
    ['a hart above the base does not exist', 0b11, 3],
    ['the highest bit of the mask is set', 1n << 63n, 0],
    ['the base does not exist', 0, 4],
    ['the base is far away', 1, -2],
  ])('is SBI_ERR_INVALID_PARAM and reaches nobody when %s (3.1)', (_, mask, base) => {
    expect(callSbi(sbi, SPI, 0, [mask, base])).toEqual(returned(SbiError.InvalidParam));
    expect(host.harts.log).toEqual([]);
  });

  it('reaches suspended harts but not stopped ones', () => {
    host.harts.states[1] = HartState.Suspended;
    host.harts.states[2] = HartState.Stopped;
    expect(callSbi(sbi, SPI, 0, [0b1110, 0])).toEqual(returned(SbiError.Success));
    expect(host.harts.log).toEqual(['ipi 1', 'ipi 3']);
  });

  it('names up to 64 harts with one mask', () => {
    const many = fakeSbiHost(64);
    many.harts.states.fill(HartState.Started);
    callSbi(createSbi(many), SPI, 0, [1n << 63n, 0]);
    expect(many.harts.log).toEqual(['ipi 63']);
  });
});

describe('hart ids with holes', () => {
  let sparse: FakeSbiHost;

  beforeEach(() => {
    sparse = fakeSbiHost([0, 2, 70]);
    sparse.harts.states.fill(HartState.Started);
    sbi = createSbi(sparse);
  });

  it.each([
    ['by their ids', 0b101, 0, ['ipi 0', 'ipi 1']],
    ['beyond 64 by a base', 1, 70, ['ipi 2']],
    ['from a base that is no hart', 0b10, 1, ['ipi 1']],
    ['all at once', 0, ALL, ['ipi 0', 'ipi 1', 'ipi 2']],
  ])('are reached %s', (_, mask, base, log) => {
    expect(callSbi(sbi, SPI, 0, [mask, base])).toEqual(returned(SbiError.Success));
    expect(sparse.harts.log).toEqual(log);
  });

  it.each([
    ['a hole', 0b10, 0],
    ['a base above the last', 0, 71],
  ])('are SBI_ERR_INVALID_PARAM for %s', (_, mask, base) => {
    expect(callSbi(sbi, SPI, 0, [mask, base])).toEqual(returned(SbiError.InvalidParam));
    expect(sparse.harts.log).toEqual([]);
  });
});
