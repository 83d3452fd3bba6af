import { describe, expect, it } from 'vitest';
import { SbiError } from './extension.js';
import { callSbi, fakeSbiHost } from './fake-harts.js';
import { createSbi } from './index.js';

const BASE = 0x10;
const sbi = createSbi(fakeSbiHost(1));
const value = (fid: number, argument: number | bigint = 0): bigint => {
  const result = callSbi(sbi, BASE, fid, [argument]);
  expect(result).toMatchObject({ kind: 'return', error: SbiError.Success });
  return result.kind === 'return' ? result.value : -1n;
};

describe('base extension (chapter 4)', () => {
  it('implements version 2.0 of the specification (4.1)', () => {
    expect(value(0)).toBe(0x0200_0000n);
  });

  it('claims none of the registered implementation ids (4.2, 4.9)', () => {
    expect(value(1)).toBeGreaterThan(0xffn);
    expect(value(2)).toBe(1n);
  });

  it.each([
    ['BASE', 0x10],
    ['TIME', 0x5449_4d45],
    ['sPI', 0x73_5049],
    ['RFNC', 0x5246_4e43],
    ['HSM', 0x48_534d],
    ['SRST', 0x5352_5354],
    ['DBCN', 0x4442_434e],
    ['legacy set timer', 0],
    ['legacy shutdown', 8],
  ])('finds %s by probing (4.4)', (_, eid) => {
    expect(value(3, eid)).toBe(1n);
  });

  it.each([
    ['PMU', 0x50_4d55],
    ['SUSP', 0x5355_5350],
    ['a reserved legacy id', 9],
    ['an id that only its low 32 bits name', 0x1_0000_0010n],
    ['all ones', -1n],
  ])('does not find %s', (_, eid) => {
    expect(value(3, BigInt.asUintN(64, BigInt(eid)))).toBe(0n);
  });

  it.each([4, 5, 6])('answers 0 for the machine id of function %i (4.5 to 4.7)', (fid) => {
    expect(value(fid)).toBe(0n);
  });
});

describe('an unsupported call (chapter 3)', () => {
  it.each([
    ['extension', 0x0a00_0000, 0],
    ['extension', 0x50_4d55, 0],
    ['function of BASE', 0x10, 7],
    ['function of TIME', 0x5449_4d45, 1],
    ['function of sPI', 0x73_5049, 1],
    ['function of RFNC', 0x5246_4e43, 7],
    ['function of HSM', 0x48_534d, 4],
    ['function of SRST', 0x5352_5354, 1],
    ['function of DBCN', 0x4442_434e, 3],
    ['function that only its low 32 bits name', 0x10, 0x1_0000_0000n],
  ])('to an unknown %s is SBI_ERR_NOT_SUPPORTED', (_, eid, fid) => {
    const host = fakeSbiHost(1);
    expect(callSbi(createSbi(host), eid, fid)).toEqual({
      kind: 'return',
      error: SbiError.NotSupported,
      value: 0n,
    });
    expect([host.harts.log, host.device.stops, host.console.output]).toEqual([[], [], '']);
  });
});
