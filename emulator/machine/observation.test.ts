import { describe, expect, it } from 'vitest';
import { assemble } from '../node/assemble.js';
import { openSbi } from '../node/open-sbi.js';
import type { PageWalkEvent, SupervisorEnterEvent } from '../observe/events.js';
import { Machine } from './machine.js';
import type { MachineOptions } from './machine.js';

const CODE = 0x80200000;
const machine = (source: string, options: MachineOptions = {}): Promise<Machine> =>
  Machine.create({ memory: 16 << 20, kernel: assemble(source), ...options });

describe('page walks', () => {
  /** Turns on Sv39 with one gigapage that maps RAM to itself. */
  const paged = (code: string): string => `
    la s0, root; li t1, 0x2000000f; sd t1, 16(s0)
    srli t0, s0, 12; li t1, 8; slli t1, t1, 60; or s1, t0, t1; csrw satp, s1; sfence.vma
    ${code}
    1: wfi; j 1b
    .balign 4096
    root: .zero 4096
    level1: .zero 4096
    level0: .zero 4096`;
  const root = CODE + 0x1000;
  const satp = (8n << 60n) | BigInt(root >>> 12);

  async function walks(code: string): Promise<PageWalkEvent[]> {
    const m = await machine(paged(code));
    const seen: PageWalkEvent[] = [];
    m.on('page-walk', (event) => seen.push(event));
    m.run({ untilTime: 0.01 });
    return seen;
  }

  it('tell what was looked up, the entries read, and where it led', async () => {
    // One fetch behind the write of satp, one behind SFENCE.VMA.
    const [, fetch, load, store, ...rest] = await walks(
      'ld t0, 0(s0); ld t0, 8(s0); sd t0, 8(s0); sd t0, 8(s0)',
    );
    expect(fetch).toMatchObject({
      hart: 0,
      satp,
      access: 'fetch',
      entries: [{ at: root + 16, pte: 0x2000004fn }],
    });
    expect(fetch?.physical).toBe(Number(fetch?.address));
    // The entry is accessed by now, and dirty after the store alone.
    expect(load).toMatchObject({
      access: 'load',
      address: BigInt(root),
      entries: [{ at: root + 16, pte: 0x2000004fn }],
      physical: root,
    });
    expect(store).toMatchObject({ access: 'store', entries: [{ at: root + 16, pte: 0x2000004fn }] });
    expect(rest).toEqual([]);
  });

  it('go down every level', async () => {
    const pointer = (page: string, slot: number, table: string): string =>
      `la t0, ${page}; srli t0, t0, 2; ori t0, t0, 1; la t1, ${table}; sd t0, ${8 * slot}(t1)`;
    const events = await walks(`
      ${pointer('level1', 3, 'root')}; ${pointer('level0', 1, 'level1')}
      li t0, 0x20080000 | 0xcf; la t1, level0; sd t0, 16(t1)
      li t0, 0xc0202123; lb t1, 0(t0)`);
    expect(events.at(-1)).toMatchObject({
      address: 0xc0202123n,
      entries: [
        { at: root + 24, pte: BigInt(((root + 0x1000) >>> 12) * 1024 + 1) },
        { at: root + 0x1000 + 8, pte: BigInt(((root + 0x2000) >>> 12) * 1024 + 1) },
        { at: root + 0x2000 + 16, pte: 0x200800cfn },
      ],
      physical: 0x80200123,
    });
  });

  it('may end in a fault', async () => {
    const events = await walks('la t0, 2f; csrw stvec, t0; lb t1, 0(zero); .balign 4; 2: wfi; j 2b');
    const fault = events.at(-1);
    expect(fault).toMatchObject({ access: 'load', address: 0n, entries: [{ at: root, pte: 0n }] });
    expect(fault).not.toHaveProperty('physical');
    const odd = await walks(
      'la t0, 2f; csrw stvec, t0; li t0, 1; slli t0, t0, 50; lb t1, 0(t0); .balign 4; 2: wfi; j 2b',
    );
    expect(odd.at(-1)).toMatchObject({ address: 1n << 50n, entries: [] });
  });

  it('are one a page for a misaligned access, and none without translation', async () => {
    const events = await walks('la t0, level0; sd zero, -3(t0); csrw satp, zero; ld t1, 1(t0)');
    const accesses = events.map(({ access, address }) => [access, Number(address) - root]);
    expect(accesses.filter(([access]) => access !== 'fetch')).toEqual([
      ['store', 0x1ffd],
      ['store', 0x2000],
    ]);
  });
});

describe('entering S-mode', () => {
  it('is seen when the builtin firmware starts and resumes harts', async () => {
    const m = await machine(
      `csrw satp, zero
      li a0, 4; la a1, work; li a2, 99; li a7, 0x48534D; li a6, 0; ecall
      li t0, 2; csrw sie, t0; csrw sip, t0
      li a0, 0x80000000; la a1, resumed; li a2, 55; li a7, 0x48534D; li a6, 3; ecall
      work: 1: wfi; j 1b
      resumed: csrw sip, zero; j 1b`,
      { hartIds: [1, 4], bootHart: 1 },
    );
    const seen: SupervisorEnterEvent[] = [];
    m.on('supervisor-enter', (event) => seen.push(event));
    m.run({ untilTime: 0.01 });
    expect(seen.map(({ hart, a0, a1, satp, start }) => [hart, a0, a1, satp, start])).toEqual([
      [1, 4n, 99n, 0n, true],
      [0, 1n, 55n, 0n, true],
    ]);
    expect(seen[0]?.pc).toBe(m.harts[1]?.steps === 0 ? 0n : seen[0]?.pc);
  });

  it('is told as a start or as a return when firmware in M-mode does it', async () => {
    const m = await machine(
      `la t0, machine; csrw mtvec, t0; li t0, 0x800; csrs mstatus, t0; la t0, super; csrw mepc, t0; mret
      super: ecall; ecall; 1: wfi; j 1b
      .balign 4
      machine: csrr t0, mepc; addi t0, t0, 4; csrw mepc, t0
      bnez s0, 2f
      li s0, 1; mret
      2: csrw satp, zero; mret`,
      { firmware: 'none' },
    );
    const seen: boolean[] = [];
    m.on('supervisor-enter', ({ start }) => seen.push(start));
    m.run({ untilTime: 0.01 });
    expect(seen).toEqual([true, false, true]);
  });

  it.skipIf(!openSbi('fw_dynamic.bin'))(
    'is seen with OpenSBI: a start for each hart, then returns',
    async () => {
      const m = await machine(
        `mv s11, a0
      li a0, 1; sub a0, a0, s11; la a1, work; li a2, 99; li a7, 0x48534D; li a6, 0; ecall
      work: 1: wfi; j 1b`,
        { harts: 2, bootHart: 1, memory: 64 << 20, firmware: openSbi('fw_dynamic.bin') ?? 'none' },
      );
      const seen: SupervisorEnterEvent[] = [];
      m.on('supervisor-enter', (event) => seen.push(event));
      m.run({ untilTime: 0.2 });
      const starts = seen.filter(({ start }) => start);
      expect(starts.map(({ hart, a0, satp }) => [hart, a0, satp])).toEqual([
        [1, 1n, 0n],
        [0, 0n, 0n],
      ]);
      expect([starts[0]?.pc, starts[1]?.a1]).toEqual([BigInt(CODE), 99n]);
      expect(seen.length).toBeGreaterThan(2);
    },
  );
});
