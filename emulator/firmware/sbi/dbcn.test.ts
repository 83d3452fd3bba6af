import { beforeEach, describe, expect, it } from 'vitest';
import type { Sbi, SbiResult } from './call.js';
import { SbiError } from './extension.js';
import { callSbi, type FakeSbiHost, fakeSbiHost } from './fake-harts.js';
import { createSbi } from './index.js';

const DBCN = 0x4442_434e;
const WRITE = 0;
const READ = 1;
const WRITE_BYTE = 2;

const BUFFER = 0x8000_2000;
/** The fake machine has 1 MiB of RAM. */
const END_OF_RAM = 0x8010_0000;

let host: FakeSbiHost;
let sbi: Sbi;

beforeEach(() => {
  host = fakeSbiHost(1);
  sbi = createSbi(host);
});

const call = (fid: number, ...args: (number | bigint)[]): SbiResult => callSbi(sbi, DBCN, fid, args);
const returned = (error: SbiError, value = 0n): object => ({ kind: 'return', error, value });
const memory = (length: number): string => new TextDecoder().decode(host.device.memory.read(BUFFER, length));

describe('console write (12.1)', () => {
  it('writes bytes of memory and returns how many', () => {
    host.device.memory.write(BUFFER, new TextEncoder().encode('hello, world'));
    expect(call(WRITE, 5, BUFFER, 0)).toEqual(returned(SbiError.Success, 5n));
    expect(host.console.output).toBe('hello');
  });

  it('may write a part: at most 64 KiB a call', () => {
    expect(call(WRITE, 0x8_0000, 0x8000_0000, 0)).toEqual(returned(SbiError.Success, 0x1_0000n));
    expect(host.console.output).toHaveLength(0x1_0000);
  });

  it('writes nothing when asked to', () => {
    expect(call(WRITE, 0, 0, 0)).toEqual(returned(SbiError.Success, 0n));
  });
});

describe('console read (12.2)', () => {
  it('reads what is pending, up to the limit', () => {
    host.console.input = 'abcdef';
    expect(call(READ, 4, BUFFER, 0)).toEqual(returned(SbiError.Success, 4n));
    expect(memory(6)).toBe('abcd\0\0');
    expect(call(READ, 4, BUFFER, 0)).toEqual(returned(SbiError.Success, 2n));
    expect(memory(4)).toBe('efcd');
  });

  it('writes nothing into memory when nothing is pending', () => {
    expect(call(READ, 4, BUFFER, 0)).toEqual(returned(SbiError.Success, 0n));
    expect(memory(4)).toBe('\0\0\0\0');
  });

  it('takes no input that it cannot deliver', () => {
    host.console.input = 'abc';
    expect(call(READ, 4, END_OF_RAM - 1, 0)).toEqual(returned(SbiError.InvalidParam));
    expect(host.console.input).toBe('abc');
  });
});

describe.each([
  ['write', WRITE],
  ['read', READ],
])('console %s of memory that is not there (3.2)', (_, fid) => {
  it.each([
    ['begins below RAM', 4, 0x7fff_ffff, 0],
    ['ends beyond RAM', 4, END_OF_RAM - 3, 0],
    ['is a device', 4, 0x1000_0000, 0],
    ['is longer than RAM', 1n << 63n, BUFFER, 0],
    ['wraps around', -1, BUFFER, 0],
    ['has a high half', 4, BUFFER, 1],
  ])('is SBI_ERR_INVALID_PARAM when it %s', (_case, count, low, high) => {
    expect(call(fid, count, low, high)).toEqual(returned(SbiError.InvalidParam));
    expect(host.console.output).toBe('');
  });
});

describe('console write byte (12.3)', () => {
  it('writes the low eight bits and returns 0', () => {
    expect(call(WRITE_BYTE, 0x1_0041)).toEqual(returned(SbiError.Success));
    expect(host.console.output).toBe('A');
  });
});
