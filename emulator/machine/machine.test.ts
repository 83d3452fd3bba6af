import { describe, expect, it } from 'vitest';
import { assemble } from '../node/assemble.js';
import { HartState } from '../firmware/sbi/call.js';
import { Machine } from './machine.js';
import type { MachineOptions } from './machine.js';

const small: MachineOptions = { memory: 16 << 20 };
const machine = (source: string, options: MachineOptions = {}): Promise<Machine> =>
  Machine.create({ ...small, kernel: assemble(source), ...options });

/** SBI SRST: shutdown, no reason. */
const SHUTDOWN = 'li a7, 0x53525354; li a6, 0; li a0, 0; li a1, 0; ecall';
/** Every other hart begins at `label` with a1 = 0. */
const startOthers = (harts: number, label: string): string => `
  mv s11, a0
  li s10, 0
9: beq s10, s11, 8f
  li a7, 0x48534D; li a6, 0; mv a0, s10; la a1, ${label}; li a2, 0; ecall
8: addi s10, s10, 1
  li t0, ${harts}
  bne s10, t0, 9b
`;

describe('a run', () => {
  it('ends when the guest shuts down, and says why', async () => {
    const m = await machine(SHUTDOWN);
    expect(m.run()).toEqual({ kind: 'shutdown', type: 'shutdown', reason: 'none' });
    expect(m.run()).toEqual({ kind: 'shutdown', type: 'shutdown', reason: 'none' });
  });

  it('ends at the finisher with its code', async () => {
    const m = await machine('li t0, 0x100000; li t1, 0x73333; sw t1, 0(t0); j .');
    expect(m.run({ untilInstructions: 1000 })).toEqual({ kind: 'finisher', status: 'fail', code: 7 });
  });

  it('executes exactly the instructions asked for', async () => {
    const m = await machine('1: addi s0, s0, 1; j 1b');
    for (const count of [1, 2, 999, 1000, 123_457]) {
      expect(m.run({ untilInstructions: count })).toEqual({ kind: 'budget' });
      expect(m.instructions).toBe(count);
      expect(m.harts[0]?.x(8)).toBe(BigInt(Math.ceil(count / 2)));
    }
  });

  it('takes a cycle an instruction', async () => {
    const m = await machine('1: j 1b', { frequency: 1_000_000 });
    m.run({ untilTime: 0.5 });
    expect(m.time).toBe(0.5);
    expect(m.instructions).toBe(500_000);
  });

  it('jumps over time in which every hart waits', async () => {
    const m = await machine(`
      li t0, 32; csrw sie, t0
      li a7, 0x54494D45; li a6, 0; li a0, 50000000; ecall
      wfi
      ${SHUTDOWN}`);
    expect(m.run().kind).toBe('shutdown');
    expect(m.time).toBeCloseTo(5, 5);
    expect(m.instructions).toBeLessThan(50);
  });

  it('tells waiting for input from waiting for nothing', async () => {
    const nothing = await machine('wfi; j .-4');
    expect(nothing.run()).toEqual({ kind: 'deadlock' });
    const input = await machine('li t0, 0x10000000; li t1, 1; sb t1, 1(t0); 1: wfi; j 1b');
    expect(input.run()).toEqual({ kind: 'input' });
  });

  it('lets the caller wait through idle time', async () => {
    const m = await machine(
      'li t0, 32; csrw sie, t0; li a7, 0x54494D45; li a6, 0; li a0, 10000000; ecall; wfi; ' + SHUTDOWN,
    );
    expect(m.run({ stopWhenIdle: true })).toEqual({ kind: 'idle', next: 1 });
    m.skipIdle(0.25);
    expect(m.time).toBe(0.25);
    expect(m.run({ stopWhenIdle: true })).toEqual({ kind: 'idle', next: 1 });
    m.skipIdle(2);
    expect(m.run({ stopWhenIdle: true }).kind).toBe('shutdown');
  });

  it('passes time in a trap loop that retires nothing', async () => {
    const m = await machine('la t0, 1f; csrw stvec, t0; .balign 4; 1: .word 0xffffffff');
    expect(m.run({ untilInstructions: 100_000 })).toEqual({ kind: 'budget' });
    const unmapped = await machine('csrw stvec, zero; jr zero');
    expect(unmapped.run({ untilInstructions: 100_000 })).toEqual({ kind: 'budget' });
    expect(unmapped.harts[0]?.retired).toBeLessThan(5);
  });

  it('counts a hart that traps to its own handler exactly, wherever the run is cut', async () => {
    for (const source of [
      'la t0, 1f; csrw stvec, t0; .balign 4; 1: .word 0xffffffff',
      'csrw stvec, zero; jr zero',
    ]) {
      const whole = await machine(source);
      const cut = await machine(source);
      whole.run({ untilInstructions: 5000 });
      for (let part = 1; part <= 5000; part += 7) cut.run({ untilInstructions: part });
      cut.run({ untilInstructions: 5000 });
      expect(whole.instructions).toBe(5000);
      expect(cut.digest()).toBe(whole.digest());
    }
  });

  it('spends little host time on such a hart', async () => {
    const m = await machine('csrw stvec, zero; jr zero', { frequency: 1_000_000 });
    expect(m.run({ untilTime: 200 })).toEqual({ kind: 'budget' });
    expect(m.instructions).toBe(2e8);
  });
});

// All harts add to one word with and without atomics; what comes out depends on how they interleave.
const race = (harts: number): string => `
  ${startOthers(harts, 'work')}
work:
  la s0, shared
  li s1, 3000
1: ld t0, 0(s0); addi t0, t0, 1; sd t0, 0(s0)
  li t1, 1; amoadd.d zero, t1, (s0)
  addi s1, s1, -1; bnez s1, 1b
2: wfi; j 2b
  .data; .balign 4096
shared: .dword 0
`;

describe('determinism', () => {
  it('gives the same digest at every instruction count, however the run was cut', async () => {
    const whole = await machine(race(4), { harts: 4, seed: 3 });
    const cut = await machine(race(4), { harts: 4, seed: 3 });
    for (const count of [1, 100, 1001, 7777, 20_000, 60_000]) {
      whole.run({ untilInstructions: count });
      for (let part = cut.instructions; part < count; part += 97) cut.run({ untilInstructions: part });
      cut.run({ untilInstructions: count });
      expect(cut.digest()).toBe(whole.digest());
    }
  });

  it('runs every seed differently, and every seed the same again', async () => {
    const results: string[] = [];
    for (let seed = 0; seed < 12; seed++) {
      const first = await machine(race(4), { harts: 4, seed });
      const again = await machine(race(4), { harts: 4, seed });
      expect(first.run().kind).toBe('deadlock');
      again.run();
      expect(again.digest()).toBe(first.digest());
      results.push(first.digest());
    }
    expect(new Set(results).size).toBe(12);
  });

  it('notices a single changed byte of memory or of a register', async () => {
    const m = await machine('j .');
    m.run({ untilInstructions: 10 });
    const before = m.digest();
    m.memory.write(0x80000123, Uint8Array.of(1));
    expect(m.digest()).not.toBe(before);
    m.memory.write(0x80000123, Uint8Array.of(0));
    expect(m.digest()).toBe(before);
    m.harts[0]?.setX(7, 1n);
    expect(m.digest()).not.toBe(before);
  });
});

describe('harts', () => {
  it('start through HSM with their id and argument, in S-mode', async () => {
    const m = await machine(
      `${startOthers(4, 'work')}
      1: wfi; j 1b
      work: la t0, seen; slli t1, a0, 3; add t0, t0, t1; li t2, 77; add t2, t2, a0; sd t2, 0(t0); j 1b
      .data; .balign 4096
      seen: .zero 64`,
      { harts: 4, seed: 5 },
    );
    expect(m.run().kind).toBe('deadlock');
    const seen = [0, 1, 2, 3].map((hart) => Number(m.memory.readU64(0x80201000 + 8 * hart)));
    expect(seen).toEqual([77, 78, 79, 80].map((value, hart) => (hart === m.bootHart ? 0 : value)));
    expect(m.harts.map((hart) => hart.state)).toEqual(Array(4).fill(HartState.Started));
  });

  it('make atomic additions add up whatever the schedule, and plain ones not', async () => {
    const totals = new Set<bigint>();
    for (let seed = 0; seed < 6; seed++) {
      const m = await machine(race(4), { harts: 4, seed });
      m.run();
      const total = m.memory.readU64(0x80201000);
      expect(total).toBeLessThanOrEqual(24_000n);
      totals.add(total);
    }
    expect(totals.size).toBeGreaterThan(1);
  });

  it('fail SC when another hart ran in between, and succeed in the end', async () => {
    const m = await machine(
      `${startOthers(4, 'work')}
      work: la s0, shared; li s1, 2000
      1: lr.d t0, (s0); addi t0, t0, 1; sc.d t1, t0, (s0); bnez t1, 1b
      addi s1, s1, -1; bnez s1, 1b
      2: wfi; j 2b
      .data; .balign 4096
      shared: .dword 0`,
      { harts: 4, seed: 9 },
    );
    expect(m.run().kind).toBe('deadlock');
    expect(m.memory.readU64(0x80201000)).toBe(8000n);
  });

  it('never read a time earlier than another hart has read', async () => {
    const m = await machine(
      `${startOthers(4, 'work')}
      work: la s0, lock; la s1, latest; li s2, 3000
      1: li t0, 1; amoswap.w.aq t0, t0, (s0); bnez t0, 1b
      rdtime t1; ld t2, 0(s1); bltu t1, t2, fail; sd t1, 0(s1)
      amoswap.w.rl zero, zero, (s0)
      addi s2, s2, -1; bnez s2, 1b
      2: wfi; j 2b
      fail: li t0, 0x100000; li t1, 0x3333; sw t1, 0(t0); j .
      .data; .balign 4096
      lock: .dword 0
      latest: .dword 0`,
      { harts: 4, seed: 2 },
    );
    expect(m.run().kind).toBe('deadlock');
    expect(m.memory.readU64(0x80201008)).toBeGreaterThan(0n);
  });

  it('take their own timer interrupt at its cycle', async () => {
    const m = await machine(
      `la t0, trap; csrw stvec, t0; li t0, 32; csrw sie, t0; csrsi sstatus, 2
      li a7, 0x54494D45; li a6, 0; li a0, 1000; ecall
      1: j 1b
      .balign 4
      trap: rdcycle s0; rdtime s1; csrr s2, scause; ${SHUTDOWN}`,
    );
    expect(m.run().kind).toBe('shutdown');
    // Tick 1000 of a 10 MHz clock is cycle 10 000 at 100 MHz.
    expect(m.harts[0]?.x(8)).toBe(10_000n);
    expect(m.harts[0]?.x(9)).toBe(1000n);
    expect(m.harts[0]?.x(18)).toBe((1n << 63n) | 5n);
  });

  it('see code that was just stored, with and without the page being run', async () => {
    const m = await machine(
      `li s3, 2
      1: .balign 4
      patch: li a0, 1; .balign 4; mv s0, a0
      la t0, patch; li t1, 0x02a00513; sw t1, 0(t0); fence.i
      addi s3, s3, -1; bnez s3, 1b
      la t0, far; jalr t0; mv s1, a0
      li t1, 0x04d00513; la t0, far; sw t1, 0(t0); fence.i; jalr t0; mv s2, a0
      ${SHUTDOWN}
      .balign 4096
      far: .word 0x00700513; ret`,
    );
    expect(m.run().kind).toBe('shutdown');
    const [s0, s1, s2] = [8, 9, 18].map((index) => m.harts[0]?.x(index));
    expect([s0, s1, s2]).toEqual([42n, 7n, 77n]);
  });

  it('run an atomic on the page it is on', async () => {
    const m = await machine(`la t0, word; li t1, 5; amoadd.w a0, t1, (t0); lw s0, 0(t0); mv s1, a0
      ${SHUTDOWN}
      .balign 8
      word: .word 37`);
    expect(m.run({ untilInstructions: 1000 }).kind).toBe('shutdown');
    expect([m.harts[0]?.x(8), m.harts[0]?.x(9)]).toEqual([42n, 37n]);
  });
});

describe('observation', () => {
  it('does not change the run', async () => {
    const plain = await machine(race(2), { harts: 2, seed: 4 });
    const watched = await machine(race(2), { harts: 2, seed: 4 });
    let events = 0;
    for (const kind of [
      'trap',
      'ecall',
      'idle',
      'wake',
      'hsm',
      'csr-write',
      'mmio',
      'sbi',
      'fence',
    ] as const) {
      watched.on(kind, () => events++);
    }
    plain.run();
    watched.run();
    expect(events).toBeGreaterThan(0);
    expect(watched.digest()).toBe(plain.digest());
  });

  it('sees CSR writes with their value, mode and place', async () => {
    const m = await machine(`csrw sscratch, sp; li t0, 34; csrs sie, t0; ${SHUTDOWN}`);
    const writes: unknown[] = [];
    m.on('csr-write', ({ hart, csr, value, pc }) => writes.push([hart, csr, value, pc]));
    m.run();
    expect(writes).toEqual([
      [0, 0x140, 0n, 0x80200000n],
      [0, 0x104, 34n, 0x80200008n],
    ]);
  });
});

describe('options', () => {
  it.each([
    [{ harts: 0 }, /harts: found 0, expected 1 to 64/],
    [{ harts: 65 }, /harts: found 65/],
    [{ memory: 12345 }, /memory: found 12345 bytes/],
    [{ seed: -3 }, /seed: found -3/],
  ])('%o is refused', async (options, message) => {
    await expect(machine('j .', options)).rejects.toThrow(message);
  });
});
