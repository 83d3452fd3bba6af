import { describe, expect, it } from 'vitest';
import { Mode } from '../hart/exceptions.js';
import { assemble } from '../node/assemble.js';
import type { ProbeHit } from '../observe/events.js';
import { Machine } from './machine.js';
import type { MachineOptions } from './machine.js';

const CODE = 0x80200000;
const STOP = 'li t6, 0x100000; li t5, 0x5555; sw t5, 0(t6); j .';
const machine = (source: string, options: MachineOptions = {}): Promise<Machine> =>
  Machine.create({ memory: 16 << 20, kernel: assemble(source), ...options });

/** 2-byte and 4-byte instructions, and one across a page boundary at 0x80200ffe. */
const MIXED = `
  li s0, 3
  1: addi s1, s1, 1
  .option push; .option norvc
  add s2, s2, s1
  .option pop
  la t0, far; jalr t0
  addi s0, s0, -1
  bnez s0, 1b
  csrr s4, sscratch
  ${STOP}
  .balign 4096
  .fill 2043, 2, 1
  c.nop
  far: c.nop
  c.nop
  c.nop
  .option norvc
  addi s3, s3, 2
  ret`;

/** Every address at which an instruction was executed, by stepping one at a time. */
async function stepped(source: string, options: MachineOptions = {}): Promise<number[]> {
  const m = await machine(source, options);
  const seen: number[] = [];
  for (let count = 1; m.run({ untilInstructions: count }).kind === 'budget'; count++) {
    seen.push(Number(m.harts[0]?.pc));
  }
  return seen;
}

describe('a probe', () => {
  it('is hit as often as its instruction executes, whatever the instruction', async () => {
    const path = [CODE, ...(await stepped(MIXED))];
    expect(path).toContain(0x80201ffe);
    const m = await machine(MIXED);
    const hits: number[] = [];
    for (const address of new Set(path)) {
      m.probe(address, ({ pc }) => {
        expect(Number(pc)).toBe(address);
        hits.push(address);
      });
    }
    expect(m.run().kind).toBe('finisher');
    expect(hits).toEqual(path);
  });

  it('sees the registers before the instruction, its time, its hart and its mode', async () => {
    const m = await machine('li a0, 1; probed: addi a0, a0, 1; wfi; j .-4', { harts: 2, bootHart: 1 });
    const hits: (ProbeHit & { readonly a0: bigint })[] = [];
    m.probe(CODE + 2, (hit) => hits.push({ ...hit, a0: m.harts[hit.hart]?.x(10) ?? 0n }));
    m.run();
    const at = { hart: 1, time: 2, pc: BigInt(CODE + 2), mode: Mode.Supervisor };
    expect(hits).toEqual([{ ...at, a0: 1n }]);
  });

  it('does not change the run', async () => {
    const race = `
      li s10, 0
      9: beq s10, a0, 8f
      mv s11, a0; li a7, 0x48534D; li a6, 0; mv a0, s10; la a1, work; li a2, 0; ecall; mv a0, s11
      8: addi s10, s10, 1; li t0, 3; bne s10, t0, 9b
      work: la s0, shared; li s1, 1500
      1: ld t0, 0(s0); addi t0, t0, 1; sd t0, 0(s0); lr.d t1, (s0); sc.d t2, t1, (s0)
      rdcycle t3; csrw sscratch, t3; rdtime t4; sd t4, 8(s0)
      la t5, work; lw t6, 0(t5); sw t6, 0(t5)
      addi s1, s1, -1; bnez s1, 1b
      2: wfi; j 2b
      .data; .balign 4096
      shared: .dword 0, 0`;
    const options = { harts: 3, seed: 5 };
    const plain = await machine(race, options);
    const probed = await machine(race, options);
    let hits = 0;
    const remove = [];
    for (let at = CODE; at < CODE + 0x100; at += 2) {
      remove.push(
        probed.probe(at, () => {
          hits++;
        }),
      );
    }
    for (const count of [1, 1000, 20_000]) {
      for (const m of [plain, probed]) m.run({ untilInstructions: count });
      expect(probed.digest()).toBe(plain.digest());
    }
    expect(hits).toBe(20_000);
    for (const stop of remove) stop();
    for (const m of [plain, probed]) m.run();
    expect(hits).toBe(20_000);
    expect(probed.digest()).toBe(plain.digest());
    expect(probed.traceDigest()).toBe(plain.traceDigest());
  });

  it('may be added and removed at any time, by its own listener too', async () => {
    const m = await machine(MIXED);
    const seen: string[] = [];
    const first = m.probe(CODE + 2, () => {
      seen.push('first');
      first();
      const second = m.probe(CODE + 2, () => {
        seen.push('second');
        second();
        second();
        m.probe(CODE + 2, () => seen.push('third'));
      });
    });
    m.run();
    expect(seen).toEqual(['first', 'second', 'third']);
    expect([m.harts[0]?.x(9), m.harts[0]?.x(19)]).toEqual([3n, 6n]);
  });

  it('stays when its page is decoded again: after a store to it, and when there is no room', async () => {
    const m = await machine(`
      call probed
      la t0, probed; lw t1, 4(t0); sw t1, 4(t0); fence.i
      call probed
      li s0, 1100; li s1, 0x80400000; li t0, 0x8082; li t2, 4096
      1: sh t0, 0(s1); jalr s1; add s1, s1, t2; addi s0, s0, -1; bnez s0, 1b
      call probed
      ${STOP}
      .balign 4096
      .option norvc
      probed: addi s5, s5, 1
      ret`);
    const counts: bigint[] = [];
    m.probe(CODE + 0x1000, () => counts.push(m.harts[0]?.x(21) ?? 0n));
    expect(m.run().kind).toBe('finisher');
    expect(counts).toEqual([0n, 1n, 2n]);
    expect(m.harts[0]?.x(21)).toBe(3n);
  });

  it('is hit by the instruction that replaces another', async () => {
    const m = await machine(`
      la t0, patch; li t1, 0x00a00513; sw t1, 0(t0); fence.i
      .balign 4
      patch: .word 0xffffffff
      ${STOP}`);
    let hits = 0;
    m.harts.forEach((hart) => {
      hart.setX(10, 0n);
    });
    for (let at = CODE; at < CODE + 32; at += 4) {
      m.probe(at, ({ pc }) => {
        if (m.memory.readU32(Number(pc)) === 0x00a00513) hits++;
      });
    }
    expect(m.run().kind).toBe('finisher');
    expect([hits, m.harts[0]?.x(10)]).toEqual([1, 10n]);
  });

  it.each([1, CODE + 1, 0x1000, 0x80000000 + (16 << 20), NaN])('is refused at %d', async (address) => {
    const m = await machine('j .');
    expect(() => m.probe(address, () => undefined)).toThrow(RangeError);
  });
});
