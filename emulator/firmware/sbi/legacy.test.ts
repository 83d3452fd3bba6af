import { beforeEach, describe, expect, it } from 'vitest';
import { HartState, type Sbi, type SbiResult } from './call.js';
import { SbiError } from './extension.js';
import { callSbi, type FakeSbiHost, fakeSbiHost } from './fake-harts.js';
import { createSbi } from './index.js';

const SET_TIMER = 0;
const PUTCHAR = 1;
const GETCHAR = 2;
const CLEAR_IPI = 3;
const SEND_IPI = 4;
const FENCE_I = 5;
const SFENCE_VMA = 6;
const SFENCE_VMA_ASID = 7;
const SHUTDOWN = 8;

/** A virtual address, not a physical one. */
const MASK = 0xffff_ffc0_0000_1000n;

let host: FakeSbiHost;
let sbi: Sbi;

beforeEach(() => {
  host = fakeSbiHost(4);
  host.harts.states.fill(HartState.Started);
  sbi = createSbi(host);
});

/** Legacy calls ignore a6 (chapter 5), so it holds rubbish here. */
const call = (eid: number, args: (number | bigint)[] = [], hart = 0): SbiResult =>
  callSbi(sbi, eid, 0x1234, args, hart);
const legacy = (value: number): object => ({ kind: 'legacy', value: BigInt.asUintN(64, BigInt(value)) });

function mask(...bytes: number[]): void {
  host.harts.virtualMemory.set(
    MASK,
    Uint8Array.from({ length: 64 }, (_, index) => bytes[index] ?? 0),
  );
}

describe('legacy extensions (chapter 5)', () => {
  it('set the timer of the caller (5.1)', () => {
    expect(call(SET_TIMER, [5000], 3)).toEqual(legacy(0));
    expect(host.harts.log).toEqual(['timer 3 5000']);
  });

  it('write a character (5.2)', () => {
    expect(call(PUTCHAR, [0x41])).toEqual(legacy(0));
    expect(call(PUTCHAR, [-1])).toEqual(legacy(0));
    expect(host.console.output).toBe('A\u00ff');
  });

  it('read a character, or -1 when there is none (5.3)', () => {
    host.console.input = 'x';
    expect(call(GETCHAR)).toEqual(legacy(0x78));
    expect(call(GETCHAR)).toEqual(legacy(-1));
  });

  it("clear the caller's IPI and tell whether there was one (5.4)", () => {
    host.harts.softwareInterrupts[2] = true;
    expect(call(CLEAR_IPI, [], 2)).toEqual(legacy(1));
    expect(call(CLEAR_IPI, [], 2)).toEqual(legacy(0));
  });

  it('shut the machine down (5.9)', () => {
    expect(call(SHUTDOWN)).toEqual({ kind: 'no-return' });
    expect(host.device.stops).toEqual([{ kind: 'shutdown', type: 'shutdown', reason: 'none' }]);
  });

  it.each([9, 15])('do not use EID %i', (eid) => {
    expect(call(eid)).toEqual({ kind: 'return', error: SbiError.NotSupported, value: 0n });
  });
});

describe('hart masks in memory (5.5)', () => {
  it('are read at a virtual address of the caller, as long as there are harts', () => {
    mask(0b1010);
    expect(call(SEND_IPI, [MASK], 2)).toEqual(legacy(0));
    expect(host.harts.log).toEqual(['load 2 0xffffffc000001000 8', 'ipi 1', 'ipi 3']);
  });

  it('are little-endian', () => {
    host = fakeSbiHost(33);
    host.harts.states.fill(HartState.Started);
    sbi = createSbi(host);
    mask(1, 0x80, 0, 0, 1);
    call(SEND_IPI, [MASK]);
    expect(host.harts.log.slice(1)).toEqual(['ipi 0', 'ipi 15', 'ipi 32']);
  });

  it('name every hart when there is none, as with OpenSBI', () => {
    call(FENCE_I, [0]);
    expect(host.harts.log).toEqual(['fence.i 0', 'fence.i 1', 'fence.i 2', 'fence.i 3']);
  });

  it('leave out stopped harts', () => {
    host.harts.states[1] = HartState.Stopped;
    mask(0b11);
    call(SEND_IPI, [MASK]);
    expect(host.harts.log.slice(1)).toEqual(['ipi 0']);
  });

  it.each([SEND_IPI, FENCE_I, SFENCE_VMA, SFENCE_VMA_ASID])(
    'trap in the caller where its memory faults (EID %i)',
    (eid) => {
      expect(call(eid, [0x10, 0, 0])).toEqual({ kind: 'trap', cause: 13, tval: 0x10n });
      expect(host.harts.log).toEqual(['load 0 0x10 8']);
    },
  );

  it('are an error when a hart does not exist', () => {
    mask(0b1_0001);
    expect(call(SEND_IPI, [MASK])).toEqual(legacy(SbiError.InvalidParam));
    expect(host.harts.log).toEqual(['load 0 0xffffffc000001000 8']);
  });
});

describe('remote fences (5.6 to 5.8)', () => {
  beforeEach(() => mask(0b100));

  it.each([
    ['FENCE.I', FENCE_I, [], 'fence.i 2'],
    ['SFENCE.VMA over a range', SFENCE_VMA, [0x1000, 0x2000], 'sfence.vma 2 0x1000 8192'],
    ['SFENCE.VMA over everything', SFENCE_VMA, [0, 0], 'sfence.vma 2 0x0 0'],
    ['SFENCE.VMA over everything', SFENCE_VMA, [0x1000, -1], 'sfence.vma 2 0x0 0'],
    ['SFENCE.VMA with ASID', SFENCE_VMA_ASID, [0x1000, 0x1000, 9], 'sfence.vma 2 0x1000 4096 asid 9'],
  ])('execute %s', (_, eid, args, log) => {
    expect(call(eid, [MASK, ...args])).toEqual(legacy(0));
    expect(host.harts.log.slice(1)).toEqual([log]);
  });

  it('refuse a range beyond the address space', () => {
    expect(call(SFENCE_VMA, [MASK, -1, 2])).toEqual(legacy(SbiError.InvalidAddress));
    expect(host.harts.log).toEqual([]);
  });
});
