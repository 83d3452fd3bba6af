import { beforeEach, describe, expect, it } from 'vitest';
import { InterruptLine } from './device.js';
import { FakeHost } from './fake-host.js';
import { Plic } from './plic.js';

// Two harts as on the virt board: context 2h is hart h in M-mode, 2h + 1 in S-mode.
const S0 = 1;
const M1 = 2;
const S1 = 3;

let host: FakeHost;
let plic: Plic;

beforeEach(() => {
  host = new FakeHost({ harts: 2 });
  plic = new Plic(host, {
    sources: 95,
    contexts: [0, 1].flatMap((hart) => [
      { hart, line: InterruptLine.MachineExternal as const },
      { hart, line: InterruptLine.SupervisorExternal as const },
    ]),
  });
});

const setPriority = (source: number, priority: number): void => plic.write(4 * source, 4, priority);
const setThreshold = (context: number, threshold: number): void =>
  plic.write(0x20_0000 + 0x1000 * context, 4, threshold);
const claim = (context: number): number => plic.read(0x20_0004 + 0x1000 * context, 4);
const complete = (context: number, source: number): void =>
  plic.write(0x20_0004 + 0x1000 * context, 4, source);
const isPending = (source: number): boolean =>
  ((plic.read(0x1000 + 4 * (source >> 5), 4) >>> (source & 31)) & 1) === 1;

function enable(context: number, ...sources: number[]): void {
  const words = [0, 0, 0];
  for (const source of sources) words[source >> 5]! |= 1 << (source & 31);
  for (const [index, word] of words.entries()) plic.write(0x2000 + 0x80 * context + 4 * index, 4, word >>> 0);
}

const seip = (hart: number): boolean => host.interrupt(hart, InterruptLine.SupervisorExternal);
const meip = (hart: number): boolean => host.interrupt(hart, InterruptLine.MachineExternal);

describe('notification', () => {
  it('raises the external interrupt of exactly the contexts that enabled the source', () => {
    setPriority(10, 1);
    enable(S0, 10);
    enable(M1, 10);
    plic.wire(10)(true);
    expect([seip(0), meip(0), seip(1), meip(1)]).toEqual([true, false, false, true]);
  });

  it('needs a priority above the threshold', () => {
    const wire = plic.wire(10);
    enable(S0, 10);
    wire(true);
    expect(seip(0)).toBe(false); // priority 0 never interrupts
    setPriority(10, 3);
    expect(seip(0)).toBe(true);
    setThreshold(S0, 3);
    expect(seip(0)).toBe(false);
    setThreshold(S0, 2);
    expect(seip(0)).toBe(true);
  });

  it('falls when the source is disabled', () => {
    setPriority(10, 1);
    enable(S0, 10);
    plic.wire(10)(true);
    enable(S0);
    expect(seip(0)).toBe(false);
  });

  it('works for the last source', () => {
    setPriority(95, 7);
    enable(S1, 95);
    plic.wire(95)(true);
    expect(seip(1)).toBe(true);
    expect(claim(S1)).toBe(95);
  });
});

describe('claim', () => {
  it('returns the highest priority first and, among equals, the smallest id', () => {
    for (const [source, priority] of [
      [3, 1],
      [8, 5],
      [40, 5],
      [64, 6],
    ] as const) {
      setPriority(source, priority);
      plic.wire(source)(true);
    }
    enable(S0, 3, 8, 40, 64);
    expect([claim(S0), claim(S0), claim(S0), claim(S0), claim(S0)]).toEqual([64, 8, 40, 3, 0]);
  });

  it('clears the pending bit and the notification of every context', () => {
    setPriority(10, 1);
    enable(S0, 10);
    enable(S1, 10);
    plic.wire(10)(true);
    expect(isPending(10)).toBe(true);
    expect(claim(S1)).toBe(10);
    expect(isPending(10)).toBe(false);
    expect([seip(0), seip(1)]).toEqual([false, false]);
    expect(claim(S0)).toBe(0);
  });

  it('is not affected by the threshold', () => {
    setPriority(10, 1);
    enable(S0, 10);
    setThreshold(S0, 7);
    plic.wire(10)(true);
    expect(seip(0)).toBe(false);
    expect(claim(S0)).toBe(10);
  });

  it('never returns a source of priority 0 or one the context did not enable', () => {
    setPriority(4, 1);
    plic.wire(4)(true);
    plic.wire(5)(true);
    enable(S0, 5);
    expect(claim(S0)).toBe(0);
  });
});

describe('gateway', () => {
  beforeEach(() => {
    setPriority(10, 1);
    enable(S0, 10);
  });

  it('forwards no second request before the first is completed', () => {
    const wire = plic.wire(10);
    wire(true);
    expect(claim(S0)).toBe(10);
    wire(false);
    wire(true);
    expect(isPending(10)).toBe(false);
    complete(S0, 10);
    expect(isPending(10)).toBe(true);
    expect(seip(0)).toBe(true);
  });

  it('forwards nothing at completion when the level has fallen', () => {
    const wire = plic.wire(10);
    wire(true);
    claim(S0);
    wire(false);
    complete(S0, 10);
    expect(isPending(10)).toBe(false);
    wire(true);
    expect(isPending(10)).toBe(true);
  });

  it('does not retract a request when the level falls before the claim', () => {
    const wire = plic.wire(10);
    wire(true);
    wire(false);
    expect(seip(0)).toBe(true);
    expect(claim(S0)).toBe(10);
  });

  it('ignores a completion from a context that has not enabled the source', () => {
    plic.wire(10)(true);
    claim(S0);
    complete(S1, 10);
    expect(isPending(10)).toBe(false);
    complete(S0, 10);
    expect(isPending(10)).toBe(true);
  });

  it('accepts a completion from another context than the claimant', () => {
    enable(S1, 10);
    plic.wire(10)(true);
    claim(S0);
    complete(S1, 10);
    expect(isPending(10)).toBe(true);
  });

  it('ignores a completion for a request nobody claimed', () => {
    const wire = plic.wire(10);
    wire(true);
    complete(S0, 10);
    wire(false);
    expect(claim(S0)).toBe(10);
    expect(claim(S0)).toBe(0);
  });
});

describe('registers', () => {
  it('keep three bits of priority and threshold', () => {
    setPriority(1, 0xffff_ffff);
    setThreshold(S0, 0xffff_ffff);
    expect(plic.read(4, 4)).toBe(7);
    expect(plic.read(0x20_1000, 4)).toBe(7);
  });

  it('have no bit for source 0 and none beyond the last source', () => {
    for (const word of [0, 1, 2, 3]) plic.write(0x2080 + 4 * word, 4, 0xffff_ffff);
    expect([0, 1, 2, 3].map((word) => plic.read(0x2080 + 4 * word, 4))).toEqual([
      0xffff_fffe, 0xffff_ffff, 0xffff_ffff, 0,
    ]);
    setPriority(0, 7);
    setPriority(96, 7);
    expect([plic.read(0, 4), plic.read(4 * 96, 4)]).toEqual([0, 0]);
  });

  it('ignore writes to pending bits, to absent contexts and of the wrong width', () => {
    plic.write(0x1000, 4, 0xffff_ffff);
    expect(plic.read(0x1000, 4)).toBe(0);
    plic.write(0x20_0000 + 0x1000 * 4, 4, 7);
    expect(plic.read(0x20_0000 + 0x1000 * 4, 4)).toBe(0);
    expect(claim(4)).toBe(0);
    plic.write(4, 1, 7);
    expect(plic.read(4, 4)).toBe(0);
  });
});

it('has no wire for source 0 and none beyond the last', () => {
  expect(() => plic.wire(0)).toThrow('expected 1 to 95');
  expect(() => plic.wire(96)).toThrow(RangeError);
});
