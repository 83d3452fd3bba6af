import { describe, expect, it } from 'vitest';
import { assemble } from '../node/assemble.js';
import type { StoreHit } from '../observe/events.js';
import { Machine } from './machine.js';
import type { MachineOptions } from './machine.js';

const DATA = 0x80201000;
const STOP = 'li a7, 0x53525354; li a6, 0; li a0, 0; li a1, 0; ecall';
const machine = (source: string, options: MachineOptions = {}): Promise<Machine> =>
  Machine.create({
    memory: 16 << 20,
    kernel: assemble(`${source}\n${STOP}\n.data; data: .zero 8192`),
    ...options,
  });

/** What is stored to a range, without time and pc. */
async function stores(
  source: string,
  address = DATA,
  size = 8,
): Promise<[at: number, size: number, value: bigint][]> {
  const m = await machine(`la s0, data\n${source}`);
  const seen: [number, number, bigint][] = [];
  m.watch(address, size, (store) => {
    const now = m.memory.read(store.address, store.size);
    const value = now.reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
    expect(store.value).toBe(value);
    seen.push([store.address - DATA, store.size, store.value]);
  });
  expect(m.run({ untilTime: 1 }).kind).toBe('shutdown');
  return seen;
}

describe('a watch', () => {
  it('sees stores of every size, again and again', async () => {
    expect(
      await stores(`li t0, -2; li s1, 2
        1: sd t0, 0(s0); sw t0, 4(s0); sh t0, 6(s0); sb t0, 7(s0)
        addi s1, s1, -1; bnez s1, 1b`),
    ).toEqual(
      Array(2)
        .fill([
          [0, 8, 0xfffffffffffffffen],
          [4, 4, 0xfffffffen],
          [6, 2, 0xfffen],
          [7, 1, 0xfen],
        ])
        .flat(),
    );
  });

  it('sees the range alone, and whatever touches it', async () => {
    expect(
      await stores(
        'sd s0, 0(s0); sb zero, 11(s0); sb zero, 12(s0); sd zero, 8(s0); sd zero, 16(s0)',
        DATA + 12,
        2,
      ),
    ).toEqual([
      [12, 1, 0n],
      [8, 8, 0n],
    ]);
  });

  it('sees AMOs with what they leave, and SC when it succeeds', async () => {
    expect(
      await stores(`li t0, 5; li t1, -1
        amoadd.d t2, t0, (s0); amoadd.d t2, t0, (s0); amominu.w t2, t1, (s0); amoswap.w t2, t1, (s0)
        sc.d s1, t0, (s0)
        lr.d t2, (s0); sc.d s2, t0, (s0)
        lr.w t2, (s0); sc.w s3, t1, (s0)`),
    ).toEqual([
      [0, 8, 5n],
      [0, 8, 10n],
      [0, 4, 10n],
      [0, 4, 0xffffffffn],
      [0, 8, 5n],
      [0, 4, 0xffffffffn],
    ]);
  });

  it('sees misaligned stores, one that crosses a page as two', async () => {
    expect(
      await stores(
        'li t0, 0x0102030405060708; sd t0, 1(s0); li t1, 4093; add t1, t1, s0; sd t0, 0(t1)',
        DATA,
        8192,
      ),
    ).toEqual([
      [1, 8, 0x0102030405060708n],
      [4093, 3, 0x060708n],
      [4096, 5, 0x0102030405n],
    ]);
  });

  it('tells time, hart and pc', async () => {
    const m = await machine('la s0, data; nop; sd zero, 0(s0); li t0, 1; amoadd.w t0, t0, (s0)', {
      harts: 2,
      bootHart: 1,
    });
    const seen: StoreHit[] = [];
    const pcs: bigint[] = [];
    m.watch(DATA, 4, (store) => {
      seen.push(store);
      expect(m.harts[store.hart]?.pc).toBeDefined();
    });
    for (const at of [0x8020000a, 0x80200010]) m.probe(at, ({ pc }) => pcs.push(pc));
    m.run({ untilTime: 1 });
    expect(seen.map(({ time, hart }) => [time, hart])).toEqual([
      [4, 1],
      [6, 1],
    ]);
    expect(seen.map(({ pc }) => pc)).toEqual([0x8020000an, 0x80200010n]);
    expect(pcs).toEqual([0x8020000an, 0x80200010n]);
  });

  it('sees stores through page tables, whichever the virtual page', async () => {
    // Root at data + 4096: gigapages 2 (itself) and 4 (the same RAM).
    const m = await machine(`
      la s0, data; la t0, root; li t1, 0x200000cf; sd t1, 16(t0); sd t1, 32(t0)
      srli t0, t0, 12; li t1, 8; slli t1, t1, 60; or t0, t0, t1; csrw satp, t0; sfence.vma
      li t0, 7; sd t0, 0(s0)
      li t1, 0x80000000; add s1, s0, t1; li t0, 8; sd t0, 0(s1); sd t0, 0(s1)
      j 2f
      .balign 4096
      root: .zero 4096
      2:`);
    const seen: [number, bigint][] = [];
    const data = Number(await place(m));
    m.watch(data, 8, ({ address, value }) => seen.push([address - data, value]));
    expect(m.run({ untilTime: 1 }).kind).toBe('shutdown');
    expect(seen).toEqual([
      [0, 7n],
      [0, 8n],
      [0, 8n],
    ]);
  });

  it('does not see DMA and firmware', async () => {
    const m = await machine('j .');
    const seen: StoreHit[] = [];
    m.watch(DATA, 8, (store) => seen.push(store));
    m.memory.writeU64(DATA, 7n);
    expect(seen).toEqual([]);
  });

  it('may begin and end in the middle of a run', async () => {
    const m = await machine('la s0, data; 1: addi s1, s1, 1; sd s1, 0(s0); j 1b');
    m.run({ untilInstructions: 1000 });
    const seen: bigint[] = [];
    const stop = m.watch(DATA, 8, ({ value }) => {
      seen.push(value);
      if (seen.length === 3) stop();
    });
    m.run({ untilInstructions: 2000 });
    const first = seen[0] ?? 0n;
    expect(seen).toEqual([first, first + 1n, first + 2n]);
    stop();
    m.watch(DATA, 8, ({ value }) => seen.push(value));
    m.run({ untilInstructions: 2006 });
    expect(seen).toHaveLength(5);
  });

  it.each([
    [DATA, 0],
    [0x1000, 8],
    [0x80000000 + (16 << 20) - 4, 8],
    [DATA, 1.5],
  ])('is refused at %d for %d bytes', async (address, size) => {
    const m = await machine('j .');
    expect(() => m.watch(address, size, () => undefined)).toThrow(RangeError);
  });
});

/** Address of `data`: `la s0, data` is what the program begins with. */
async function place(m: Machine): Promise<bigint> {
  m.run({ untilInstructions: 2 });
  return Promise.resolve(m.harts[0]?.x(8) ?? 0n);
}

describe('a run with watches', () => {
  /** Every kind of store, through page tables whose accessed and dirty bits are cleared now and then, on 3 harts. */
  const source = `
    li s10, 0
    9: beq s10, a0, 8f
    mv s11, a0; li a7, 0x48534D; li a6, 0; mv a0, s10; la a1, work; li a2, 0; ecall; mv a0, s11
    8: addi s10, s10, 1; li t0, 3; bne s10, t0, 9b
    work: la s0, data; la s2, root; li t1, 0x20000000 | 0x0f; sd t1, 16(s2)
    srli t0, s2, 12; li t1, 8; slli t1, t1, 60; or t0, t0, t1; csrw satp, t0; sfence.vma
    li s1, 700
    1: ld t0, 0(s0); addi t0, t0, 1; sd t0, 0(s0)
    amoadd.d t1, t0, (s0); amoswap.w t1, t0, (s0); amoadd.d t1, t0, (s0)
    lr.d t1, (s0); sc.d t2, t0, (s0); sd t0, 13(s0)
    li t3, 4092; add t3, t3, s0; sd t0, 0(t3); rdcycle t4; sw t4, 40(s0)
    la t3, stored; lw t4, 0(t3); sw t4, 0(t3)
    andi t3, s1, 15; bnez t3, 2f
    li t1, 0x20000000 | 0x0f; sd t1, 16(s2)
    andi t3, s1, 31; bnez t3, 2f
    sfence.vma
    2: call stored; addi s1, s1, -1; bnez s1, 1b
    3: wfi; j 3b
    stored: addi s3, s3, 1; ret
    .balign 4096
    root: .zero 4096`;

  it.each([0, 5, 11])('is the same run, seed %i', async (seed) => {
    const options = { harts: 3, seed };
    const plain = await machine(source, options);
    const watched = await machine(source, options);
    let hits = 0;
    // All of the program and its data.
    const stop = watched.watch(0x80200000, 0x6000, () => hits++);
    for (const count of [500, 501, 10_000, 30_011]) {
      for (const m of [plain, watched]) m.run({ untilInstructions: count });
      expect(watched.digest()).toBe(plain.digest());
    }
    expect(hits).toBeGreaterThan(3000);
    stop();
    for (const m of [plain, watched]) m.run({ untilInstructions: 40_000 });
    watched.watch(0x80200000, 0x6000, () => hits++);
    for (const m of [plain, watched]) m.run({ untilTime: 1 });
    expect(watched.digest()).toBe(plain.digest());
    expect(watched.traceDigest()).toBe(plain.traceDigest());
  });

  it('has the same TLB: a page that it knows to be writable stays so without another walk', async () => {
    const kept = `
      la s0, data; la s2, root; li t1, 0x2000004f; sd t1, 16(s2)
      srli t0, s2, 12; li t1, 8; slli t1, t1, 60; or t0, t0, t1; csrw satp, t0; sfence.vma
      li t1, 0x2000004f; sd t0, 0(s0); sd t0, 16(s0); sd t1, 16(s2); sd t1, 16(s2)
      sd t0, 0(s0); amoadd.d t0, t0, (s0); ld s5, 16(s2)
      1: wfi; j 1b
      .balign 4096
      root: .zero 4096`;
    const plain = await machine(kept);
    const watched = await machine(kept);
    let hits = 0;
    watched.watch(0x80203000, 8, () => hits++);
    for (const m of [plain, watched]) m.run({ untilTime: 0.01 });
    expect(hits).toBe(3);
    expect(watched.harts[0]?.x(21)).toBe(0x2000004fn);
    expect(watched.digest()).toBe(plain.digest());
  });
});
