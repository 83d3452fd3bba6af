import { beforeEach, describe, expect, it } from 'vitest';
import { layOut } from '../engine/layout.js';
import { GuestRam, LinearMemory } from './memory.js';
import { walk } from './sv39.js';
import type { AccessKind, WalkContext } from './sv39.js';

const V = 1;
const R = 2;
const W = 4;
const X = 8;
const U = 16;
const A = 64;
const D = 128;

const BASE = 0x80000000;
const ROOT = BASE;
const MIDDLE = BASE + 0x1000;
const LEAF = BASE + 0x2000;
const FRAME = BASE + 0x5000;
const ADDRESS = 0x40201123n;

const fault = { fetch: -13, load: -14, store: -16 } as const;
const accessFault = { fetch: -2, load: -6, store: -8 } as const;

let ram: GuestRam;

const pte = (frame: number, flags: number): bigint => (BigInt(frame / 4096) << 10n) | BigInt(flags);
const supervisor: WalkContext = { root: ROOT, user: false, sum: false, mxr: false };
const user: WalkContext = { ...supervisor, user: true };
const translate = (access: AccessKind, context = supervisor, address = ADDRESS): number =>
  walk(ram, context, address, access);

/** ADDRESS is vpn[2] 1, vpn[1] 1, vpn[0] 1. */
function map(flags: number): void {
  ram.writeU64(ROOT + 8, pte(MIDDLE, V));
  ram.writeU64(MIDDLE + 8, pte(LEAF, V));
  ram.writeU64(LEAF + 8, pte(FRAME, flags));
}

beforeEach(() => {
  const layout = layOut(1, 1 << 20, 1);
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages });
  ram = new GuestRam(new LinearMemory(memory, layout), BASE, () => undefined);
});

describe('the Sv39 walk', () => {
  it('finds a page through three levels', () => {
    map(V | R | W | X | A | D);
    for (const access of ['fetch', 'load', 'store'] as const) expect(translate(access)).toBe(FRAME + 0x123);
  });

  it('finds megapages and gigapages', () => {
    ram.writeU64(ROOT + 8, pte(MIDDLE, V));
    ram.writeU64(MIDDLE + 8, pte(BASE + 0x200000, V | R | A));
    expect(translate('load')).toBe(BASE + 0x200000 + 0x1123);
    ram.writeU64(ROOT + 8, pte(0xc0000000, V | R | A));
    expect(translate('load')).toBe(0xc0000000 + 0x201123);
  });

  it('faults on a superpage that is not aligned to its size', () => {
    ram.writeU64(ROOT + 8, pte(MIDDLE, V));
    ram.writeU64(MIDDLE + 8, pte(BASE + 0x1000, V | R | A));
    expect(translate('load')).toBe(fault.load);
  });

  it.each([
    ['not valid', R | W | X | A | D],
    ['writable but not readable', V | W | A | D],
    ['a pointer at the last level', V],
  ])('faults on an entry that is %s', (_, flags) => {
    map(flags);
    for (const access of ['fetch', 'load', 'store'] as const) expect(translate(access)).toBe(fault[access]);
  });

  it('faults on reserved bits', () => {
    map(V | R | A);
    ram.writeU64(LEAF + 8, pte(FRAME, V | R | A) | (1n << 54n));
    expect(translate('load')).toBe(fault.load);
    map(V | R | A);
    ram.writeU64(MIDDLE + 8, pte(LEAF, V | U));
    expect(translate('load')).toBe(fault.load);
  });

  it('faults on an address that is not sign-extended from bit 38', () => {
    map(V | R | A);
    expect(translate('load', supervisor, ADDRESS | (1n << 39n))).toBe(fault.load);
    expect(translate('load', supervisor, 0xffffffff_ffffffffn)).toBe(fault.load);
    ram.writeU64(ROOT + 8 * 511, pte(0xc0000000, V | R | A));
    expect(translate('load', supervisor, 0xffffffff_ffffffffn)).toBe(0xc0000000 + 0x3fffffff);
  });

  it('takes an access fault where a table is not in RAM', () => {
    ram.writeU64(ROOT + 8, pte(0x1000, V));
    for (const access of ['fetch', 'load', 'store'] as const)
      expect(translate(access)).toBe(accessFault[access]);
  });

  it('grants each access only its own permission', () => {
    map(V | R | A | D);
    expect([translate('fetch'), translate('load'), translate('store')]).toEqual([-13, FRAME + 0x123, -16]);
    map(V | X | A | D);
    expect([translate('fetch'), translate('load'), translate('store')]).toEqual([FRAME + 0x123, -14, -16]);
    expect(translate('load', { ...supervisor, mxr: true })).toBe(FRAME + 0x123);
  });

  it('keeps U-mode and S-mode apart', () => {
    map(V | R | W | X | A | D);
    expect(translate('load', user)).toBe(fault.load);
    map(V | R | W | X | U | A | D);
    expect(translate('load', user)).toBe(FRAME + 0x123);
    expect(translate('load')).toBe(fault.load);
    expect(translate('load', { ...supervisor, sum: true })).toBe(FRAME + 0x123);
    expect(translate('fetch', { ...supervisor, sum: true })).toBe(fault.fetch);
  });

  it('sets A on any access and D on a store, and only on success', () => {
    map(V | R | W);
    translate('load');
    expect(ram.readU32(LEAF + 8) & (A | D)).toBe(A);
    translate('store');
    expect(ram.readU32(LEAF + 8) & (A | D)).toBe(A | D);
    map(V | R);
    translate('store');
    expect(ram.readU32(LEAF + 8) & (A | D)).toBe(0);
  });
});
