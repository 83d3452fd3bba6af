import { beforeEach, describe, expect, it } from 'vitest';
import { HartState, type Sbi } from './call.js';
import { SbiError } from './extension.js';
import { callSbi, type FakeSbiHost, fakeSbiHost } from './fake-harts.js';
import { createSbi } from './index.js';

const RFNC = 0x5246_4e43;
const FENCE_I = 0;
const SFENCE_VMA = 1;
const SFENCE_VMA_ASID = 2;

let host: FakeSbiHost;
let sbi: Sbi;

beforeEach(() => {
  host = fakeSbiHost(3);
  host.harts.states.fill(HartState.Started);
  sbi = createSbi(host);
});

const success = { kind: 'return', error: SbiError.Success, value: 0n };
const invalidAddress = { kind: 'return', error: SbiError.InvalidAddress, value: 0n };
const invalidParam = { kind: 'return', error: SbiError.InvalidParam, value: 0n };

describe('remote fences (chapter 8)', () => {
  it('execute FENCE.I on the harts of the mask (8.1)', () => {
    expect(callSbi(sbi, RFNC, FENCE_I, [0b110, 0])).toEqual(success);
    expect(host.harts.log).toEqual(['fence.i 1', 'fence.i 2']);
  });

  it('execute SFENCE.VMA over the range (8.2)', () => {
    expect(callSbi(sbi, RFNC, SFENCE_VMA, [1, 1, 0x8000_1000, 0x3000])).toEqual(success);
    expect(host.harts.log).toEqual(['sfence.vma 1 0x80001000 12288']);
  });

  it('execute SFENCE.VMA for one address space (8.3)', () => {
    expect(callSbi(sbi, RFNC, SFENCE_VMA_ASID, [1, 0, 0x1000, 0x1000, 7])).toEqual(success);
    expect(host.harts.log).toEqual(['sfence.vma 0 0x1000 4096 asid 7']);
  });

  it.each([
    ['start and size are 0', 0, 0],
    ['the size is all ones', 0x5000, -1],
  ])('cover the entire address space when %s', (_, start, size) => {
    callSbi(sbi, RFNC, SFENCE_VMA, [1, 0, start, size]);
    callSbi(sbi, RFNC, SFENCE_VMA_ASID, [1, 0, start, size, 3]);
    expect(host.harts.log).toEqual(['sfence.vma 0 0x0 0', 'sfence.vma 0 0x0 0 asid 3']);
  });

  it('cover nothing when only the size is 0', () => {
    expect(callSbi(sbi, RFNC, SFENCE_VMA, [1, 0, 0x1000, 0])).toEqual(success);
    expect(host.harts.log).toEqual([]);
  });

  it('may cover the last page of the address space, but nothing beyond', () => {
    expect(callSbi(sbi, RFNC, SFENCE_VMA, [1, 0, -0x1000, 0x1000])).toEqual(success);
    expect(callSbi(sbi, RFNC, SFENCE_VMA, [1, 0, -0x1000, 0x1001])).toEqual(invalidAddress);
    expect(callSbi(sbi, RFNC, SFENCE_VMA_ASID, [1, 0, -1, 2, 0])).toEqual(invalidAddress);
    expect(host.harts.log).toEqual(['sfence.vma 0 0xfffffffffffff000 4096']);
  });

  it.each([FENCE_I, SFENCE_VMA, SFENCE_VMA_ASID])(
    'are SBI_ERR_INVALID_PARAM for an absent hart, and then reach nobody (function %i)',
    (fid) => {
      expect(callSbi(sbi, RFNC, fid, [0b1001, 0, 0, 0])).toEqual(invalidParam);
      expect(callSbi(sbi, RFNC, fid, [1, 3, 0, 0])).toEqual(invalidParam);
      expect(host.harts.log).toEqual([]);
    },
  );

  it('reach every hart for a base of -1, except those that are stopped', () => {
    host.harts.states[1] = HartState.Stopped;
    expect(callSbi(sbi, RFNC, FENCE_I, [0, -1])).toEqual(success);
    expect(host.harts.log).toEqual(['fence.i 0', 'fence.i 2']);
  });

  it.each([3, 4, 5, 6])('of a hypervisor are SBI_ERR_NOT_SUPPORTED (function %i, 8.4 to 8.7)', (fid) => {
    expect(callSbi(sbi, RFNC, fid, [1, 0, 0, 0])).toEqual({
      kind: 'return',
      error: SbiError.NotSupported,
      value: 0n,
    });
  });
});
