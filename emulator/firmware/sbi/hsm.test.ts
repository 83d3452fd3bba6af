import { beforeEach, describe, expect, it } from 'vitest';
import { HartState, type Sbi, type SbiResult } from './call.js';
import { SbiError } from './extension.js';
import { callSbi, type FakeSbiHost, fakeSbiHost } from './fake-harts.js';
import { createSbi } from './index.js';

const HSM = 0x48_534d;
const START = 0;
const STOP = 1;
const STATUS = 2;
const SUSPEND = 3;

const ENTRY = 0x8000_0000;
/** The fake machine has 1 MiB of RAM. */
const END_OF_RAM = ENTRY + (1 << 20);

let host: FakeSbiHost;
let sbi: Sbi;

beforeEach(() => {
  host = fakeSbiHost(4);
  sbi = createSbi(host);
});

const call = (fid: number, args: (number | bigint)[] = [], hart = 0): SbiResult =>
  callSbi(sbi, HSM, fid, args, hart);
const returned = (error: SbiError, value = 0n): object => ({ kind: 'return', error, value });

describe('hart start (9.1)', () => {
  it('puts a stopped hart at the address, by way of START_PENDING', () => {
    expect(call(START, [2, ENTRY + 0x100, 0xdead_beef_0000_0001n])).toEqual(returned(SbiError.Success));
    expect(host.harts.log).toEqual([
      `state 2 ${HartState.StartPending}`,
      'enter 2 0x80000100 16045690981097406465',
      `state 2 ${HartState.Started}`,
    ]);
  });

  it.each([4, 64, -1, 1n << 32n])('is SBI_ERR_INVALID_PARAM for hart %i, which does not exist', (hart) => {
    expect(call(START, [hart, ENTRY, 0])).toEqual(returned(SbiError.InvalidParam));
    expect(host.harts.log).toEqual([]);
  });

  it.each([
    ['below RAM', ENTRY - 2],
    ['beyond RAM', END_OF_RAM],
    ['where only half an instruction fits', END_OF_RAM - 1],
    ['a device', 0x1000_0000],
    ['odd', ENTRY + 1],
    ['zero', 0],
    ['at the end of the address space', -2],
  ])('is SBI_ERR_INVALID_ADDRESS when the address is %s', (_, address) => {
    expect(call(START, [1, address, 0])).toEqual(returned(SbiError.InvalidAddress));
    expect(host.harts.states[1]).toBe(HartState.Stopped);
  });

  it.each([
    HartState.Started,
    HartState.StartPending,
    HartState.StopPending,
    HartState.Suspended,
    HartState.SuspendPending,
    HartState.ResumePending,
  ])('is SBI_ERR_ALREADY_AVAILABLE for a hart in state %i', (state) => {
    host.harts.states[3] = state;
    expect(call(START, [3, ENTRY, 0])).toEqual(returned(SbiError.AlreadyAvailable));
    expect(host.harts.log).toEqual([]);
  });

  it('is SBI_ERR_ALREADY_AVAILABLE for the caller itself', () => {
    expect(call(START, [0, ENTRY, 0])).toEqual(returned(SbiError.AlreadyAvailable));
  });

  it('judges the hart first, then the address, then the state, as OpenSBI does', () => {
    expect(call(START, [9, 0, 0])).toEqual(returned(SbiError.InvalidParam));
    expect(call(START, [0, 0, 0])).toEqual(returned(SbiError.InvalidAddress));
  });
});

describe('hart ids with holes', () => {
  it('are what calls go by', () => {
    const sparse = fakeSbiHost([1, 6]);
    sbi = createSbi(sparse);
    expect(call(START, [0, ENTRY, 0])).toEqual(returned(SbiError.InvalidParam));
    expect(call(STATUS, [6])).toEqual(returned(SbiError.Success, BigInt(HartState.Stopped)));
    expect(call(START, [6, ENTRY, 5])).toEqual(returned(SbiError.Success));
    expect(sparse.harts.log[1]).toBe('enter 1 0x80000000 5');
    expect(call(STATUS, [2])).toEqual(returned(SbiError.InvalidParam));
  });
});

describe('a slow hart', () => {
  it('is START_PENDING until its time comes, and cannot be started again', () => {
    host.harts.startDelays.set(2, 1000);
    expect(call(START, [2, ENTRY, 7])).toEqual(returned(SbiError.Success));
    host.device.advance(999);
    expect(host.harts.log).toEqual([`state 2 ${HartState.StartPending}`]);
    expect(call(START, [2, ENTRY, 7])).toEqual(returned(SbiError.AlreadyAvailable));
    host.device.advance(1);
    expect(host.harts.log.slice(1)).toEqual(['enter 2 0x80000000 7', `state 2 ${HartState.Started}`]);
  });

  it('may never come', () => {
    host.harts.startDelays.set(2, Infinity);
    expect(call(START, [2, ENTRY, 7])).toEqual(returned(SbiError.Success));
    expect(host.device.scheduled).toBe(0);
  });
});

describe('hart stop (9.2)', () => {
  it('takes the caller off the machine, its timer stopped, and does not return', () => {
    expect(call(STOP)).toEqual({ kind: 'no-return' });
    expect(host.harts.log).toEqual([
      `state 0 ${HartState.StopPending}`,
      'timer 0 18446744073709551615',
      'halt 0',
      `state 0 ${HartState.Stopped}`,
    ]);
  });

  it('leaves a hart that can be started again', () => {
    call(START, [1, ENTRY, 0]);
    call(STOP, [], 1);
    expect(call(STATUS, [1])).toEqual(returned(SbiError.Success, 1n));
    expect(call(START, [1, ENTRY, 5])).toEqual(returned(SbiError.Success));
    expect(call(STATUS, [1])).toEqual(returned(SbiError.Success, 0n));
  });
});

describe('hart get status (9.3)', () => {
  it.each([
    HartState.Started,
    HartState.Stopped,
    HartState.StartPending,
    HartState.StopPending,
    HartState.Suspended,
    HartState.SuspendPending,
    HartState.ResumePending,
  ])('returns state %i by its number', (state) => {
    host.harts.states[2] = state;
    expect(call(STATUS, [2])).toEqual(returned(SbiError.Success, BigInt(state)));
  });

  it.each([4, -1])('is SBI_ERR_INVALID_PARAM for hart %i, which does not exist', (hart) => {
    expect(call(STATUS, [hart])).toEqual(returned(SbiError.InvalidParam));
  });
});

describe('hart suspend (9.4)', () => {
  it('keeps registers in the default retentive state and ignores the resume address', () => {
    expect(call(SUSPEND, [0, 1, 2])).toEqual(returned(SbiError.Success));
    expect(host.harts.log).toEqual([
      `state 0 ${HartState.SuspendPending}`,
      `state 0 ${HartState.Suspended}`,
      'suspend 0',
    ]);
    host.harts.log.length = 0;
    host.harts.resume!();
    expect(host.harts.log).toEqual([`state 0 ${HartState.ResumePending}`, `state 0 ${HartState.Started}`]);
  });

  it('resumes at the address with the opaque value from the default non-retentive state', () => {
    expect(call(SUSPEND, [0x8000_0000, ENTRY + 2, 77], 0)).toEqual({ kind: 'no-return' });
    host.harts.log.length = 0;
    host.harts.resume!();
    expect(host.harts.log).toEqual([
      `state 0 ${HartState.ResumePending}`,
      'enter 0 0x80000002 77',
      `state 0 ${HartState.Started}`,
    ]);
  });

  it('takes the type from the low 32 bits, however a compiler extended it', () => {
    expect(call(SUSPEND, [0xffff_ffff_8000_0000n, ENTRY, 0])).toEqual({ kind: 'no-return' });
  });

  it.each([
    ['reserved', 0x0000_0001],
    ['reserved', 0x0fff_ffff],
    ['platform specific', 0x1000_0000],
    ['platform specific', 0x7fff_ffff],
    ['reserved', 0x8000_0001],
    ['reserved', 0x8fff_ffff],
    ['platform specific', 0x9000_0000],
    ['platform specific', 0xffff_ffff],
  ])('is SBI_ERR_INVALID_PARAM for a %s type: %i', (_, type) => {
    expect(call(SUSPEND, [type, ENTRY, 0])).toEqual(returned(SbiError.InvalidParam));
    expect(host.harts.log).toEqual([]);
  });

  it('is SBI_ERR_INVALID_ADDRESS when a non-retentive suspend could not resume', () => {
    expect(call(SUSPEND, [0x8000_0000, 0, 0])).toEqual(returned(SbiError.InvalidAddress));
    expect(call(SUSPEND, [0x8000_0000, ENTRY + 1, 0])).toEqual(returned(SbiError.InvalidAddress));
    expect(host.harts.states[0]).toBe(HartState.Started);
  });
});
