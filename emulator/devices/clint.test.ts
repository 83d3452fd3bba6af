import { describe, expect, it } from 'vitest';
import { Clint, CLINT_SIZE } from './clint.js';
import { InterruptLine } from './device.js';
import { FakeHost } from './fake-host.js';
import { Timebase } from './timebase.js';

const CYCLES_PER_TICK = 10;

function build(harts = 2): { host: FakeHost; clint: Clint } {
  const host = new FakeHost({ harts, frequency: 100_000_000 });
  return { host, clint: new Clint(host, { timebase: 10_000_000 }) };
}

function write64(clint: Clint, offset: number, value: bigint): void {
  clint.write(offset, 4, Number(value & 0xffff_ffffn));
  clint.write(offset + 4, 4, Number(value >> 32n));
}

describe('software interrupts', () => {
  it('drives MSIP of the hart the register belongs to, and of no other', () => {
    const { host, clint } = build();
    clint.write(4, 4, 1);
    expect(host.interrupt(0, InterruptLine.MachineSoftware)).toBe(false);
    expect(host.interrupt(1, InterruptLine.MachineSoftware)).toBe(true);
    expect([clint.read(0, 4), clint.read(4, 4)]).toEqual([0, 1]);
    clint.write(4, 4, 0);
    expect(host.interrupt(1, InterruptLine.MachineSoftware)).toBe(false);
  });

  it('implements only bit 0 and no register of an absent hart', () => {
    const { host, clint } = build(1);
    clint.write(0, 4, 0xffff_fffe);
    expect(host.interrupt(0, InterruptLine.MachineSoftware)).toBe(false);
    clint.write(4, 4, 1);
    expect(clint.read(4, 4)).toBe(0);
  });
});

describe('hart ids with holes', () => {
  it('are what registers go by; those of no hart read 0 and ignore writes', () => {
    const host = new FakeHost({ harts: 2, frequency: 100_000_000 });
    const clint = new Clint(host, { hartIds: [1, 4094] });
    for (const id of [0, 1, 2, 4094]) {
      clint.write(4 * id, 4, 1);
      write64(clint, 0x4000 + 8 * id, BigInt(id));
    }
    expect([0, 1, 2, 4094].map((id) => clint.read(4 * id, 4))).toEqual([0, 1, 0, 1]);
    expect([0, 1, 2, 4094].map((id) => clint.read(0x4000 + 8 * id, 4))).toEqual([0, 1, 0, 4094]);
    expect([0, 1].map((hart) => host.interrupt(hart, InterruptLine.MachineSoftware))).toEqual([true, true]);
    host.advance(20);
    expect([0, 1].map((hart) => host.interrupt(hart, InterruptLine.MachineTimer))).toEqual([true, false]);
  });
});

describe('mtime', () => {
  it('counts the timebase, ten cycles a tick at 100 MHz', () => {
    const { host, clint } = build();
    host.advance(25 * CYCLES_PER_TICK - 1);
    expect(clint.mtime()).toBe(24n);
    host.advance(1);
    expect(clint.read(0xbff8, 4)).toBe(25);
    expect(clint.read(0xbffc, 4)).toBe(0);
  });

  it('goes on from the value written to it', () => {
    const { host, clint } = build();
    host.advance(1000);
    write64(clint, 0xbff8, 0x1_0000_0000n);
    expect(clint.mtime()).toBe(0x1_0000_0000n);
    host.advance(CYCLES_PER_TICK);
    expect(clint.mtime()).toBe(0x1_0000_0001n);
    expect(clint.read(0xbffc, 4)).toBe(1);
  });

  it('moves the comparators when it is written', () => {
    const { host, clint } = build(1);
    write64(clint, 0x4000, 1000n);
    clint.supervisorTimer(0).set(2000n);
    write64(clint, 0xbff8, 999n);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(false);
    host.advance(CYCLES_PER_TICK);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(true);
    host.advance(1000 * CYCLES_PER_TICK);
    expect(host.interrupt(0, InterruptLine.SupervisorTimer)).toBe(true);
    write64(clint, 0xbff8, 0n);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(false);
    expect(host.interrupt(0, InterruptLine.SupervisorTimer)).toBe(false);
  });

  it('wraps as a 64-bit counter does', () => {
    const { host, clint } = build(1);
    write64(clint, 0xbff8, 0xffff_ffff_ffff_ffffn);
    host.advance(CYCLES_PER_TICK);
    expect(clint.mtime()).toBe(0n);
  });
});

describe('mtimecmp', () => {
  it('raises MTIP on the very cycle at which mtime reaches it', () => {
    const { host, clint } = build();
    write64(clint, 0x4008, 3n);
    host.advance(3 * CYCLES_PER_TICK - 1);
    expect(host.interrupt(1, InterruptLine.MachineTimer)).toBe(false);
    host.advance(1);
    expect(host.interrupt(1, InterruptLine.MachineTimer)).toBe(true);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(false);
  });

  it('lowers MTIP when a later time is written, and keeps it high until then', () => {
    const { host, clint } = build(1);
    write64(clint, 0x4000, 0n);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(true);
    host.advance(10_000);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(true);
    write64(clint, 0x4000, 1_000_000n);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(false);
  });

  it('compares unsigned and leaves nothing scheduled for a time that never comes', () => {
    const { host, clint } = build(1);
    write64(clint, 0x4000, 0x8000_0000_0000_0000n);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(false);
    expect(host.scheduled).toBe(0);
    expect(clint.read(0x4004, 4)).toBe(0x8000_0000);
  });

  it('is at rest after reset', () => {
    const { host, clint } = build(1);
    host.advance(1e9);
    expect(host.interrupt(0, InterruptLine.MachineTimer)).toBe(false);
    expect(clint.read(0x4000, 4)).toBe(0xffff_ffff);
  });

  it('keeps only the newest of several deadlines', () => {
    const { host, clint } = build(1);
    for (const deadline of [100n, 50n, 70n]) clint.supervisorTimer(0).set(deadline);
    expect(host.scheduled).toBe(1);
    host.advance(69 * CYCLES_PER_TICK);
    expect(host.interrupt(0, InterruptLine.SupervisorTimer)).toBe(false);
    host.advance(CYCLES_PER_TICK);
    expect(host.interrupt(0, InterruptLine.SupervisorTimer)).toBe(true);
  });
});

it('reads zero and ignores writes outside its registers and below their width', () => {
  const { host, clint } = build(1);
  for (const offset of [0x3ffc, 0x8000, 0xbff4, 0xc000, CLINT_SIZE - 4]) {
    clint.write(offset, 4, 0xffff_ffff);
    expect(clint.read(offset, 4)).toBe(0);
  }
  clint.write(0, 1, 1);
  expect(host.interrupt(0, InterruptLine.MachineSoftware)).toBe(false);
  expect(() => clint.supervisorTimer(1)).toThrow('there is no hart 1');
});

describe('a timebase that does not divide the frequency', () => {
  it('names the first cycle at which a tick has passed', () => {
    const clock = new Timebase(3_000_000, 2_000_000);
    for (const ticks of [1n, 2n, 3n, 1_000_001n]) {
      const cycle = clock.cycleOf(ticks)!;
      expect(clock.ticksAt(cycle)).toBe(ticks);
      expect(clock.ticksAt(cycle - 1)).toBe(ticks - 1n);
    }
  });

  it('rejects a frequency that is not a positive integer', () => {
    expect(() => new Timebase(0, 1)).toThrow(RangeError);
    expect(() => new Timebase(1, 1.5)).toThrow('ticks per second');
  });
});
