import { describe, expect, it } from 'vitest';
import { Machine } from '../machine/machine.js';
import type { MachineOptions } from '../machine/machine.js';
import { assemble } from '../node/assemble.js';

const CODE = 0x80200000;
const machine = (source: string, options: MachineOptions = {}): Promise<Machine> =>
  Machine.create({ memory: 16 << 20, kernel: assemble(source), ...options });

/** Runs a program that ends in `stop`, and returns registers by number. */
async function run(source: string, options: MachineOptions = {}): Promise<(index: number) => bigint> {
  const m = await machine(
    `${source}\nstop: csrw satp, zero; li t6, 0x100000; li t5, 0x5555; sw t5, 0(t6); j .`,
    options,
  );
  expect(m.run({ untilInstructions: 100_000 })).toEqual({ kind: 'finisher', status: 'pass', code: 0 });
  return (index) => m.harts[0]?.x(index) ?? 0n;
}

const [S0, S1, S2, S3, S4, S5] = [8, 9, 18, 19, 20, 21] as const;
const machineMode: MachineOptions = { firmware: 'none' };
/** Goes to `label` in U-mode (translation off). */
const toUser = (label: string): string =>
  `li t0, 0x100; csrc sstatus, t0; la t0, ${label}; csrw sepc, t0; sret`;
const catchTo = (label: string): string => `la t0, ${label}; csrw stvec, t0`;

describe('traps', () => {
  it('save cause, value, pc and status, and turn interrupts off', async () => {
    const x = await run(`${catchTo('trap')}; csrsi sstatus, 2
      bad: .word 0xffffffff
      .balign 4
      trap: csrr s0, scause; csrr s1, stval; csrr s2, sepc; csrr s3, sstatus; la s4, bad`);
    expect([x(S0), x(S1), x(S2)]).toEqual([2n, 0xffffffffn, x(S4)]);
    // SPP: from S-mode; SPIE: interrupts were on; SIE off.
    expect(x(S3) & 0x122n).toBe(0x120n);
  });

  it('come from U-mode with SPP clear, and SRET goes back to the mode and interrupt state saved', async () => {
    const x = await run(`${catchTo('trap')}; csrci sstatus, 2; li t0, 0x20; csrs sstatus, t0
      ${toUser('user')}
      .balign 4
      user: li s5, 7; ecall
      .balign 4
      trap: csrr s0, scause; csrr s1, sepc; la s2, user; csrr s3, sstatus`);
    expect(x(S0)).toBe(8n);
    expect(x(S1)).toBe(x(S2) + 2n);
    expect(x(S3) & 0x122n).toBe(0x20n);
    expect(x(S5)).toBe(7n);
  });

  it('go to M-mode unless delegated, and never down from M-mode', async () => {
    const x = await run(
      `la t0, mtrap; csrw mtvec, t0; la t0, strap; csrw stvec, t0
      li t0, 4; csrw medeleg, t0
      .word 0xffffffff
      .balign 4
      mtrap: csrr s0, mcause; csrr s1, mstatus
      bnez s2, stop
      li s2, 1; li t0, 0x1800; csrc mstatus, t0; li t0, 0x800; csrs mstatus, t0
      la t0, super; csrw mepc, t0; mret
      super: .word 0xffffffff
      .balign 4
      strap: csrr s3, scause; ecall; j .`,
      machineMode,
    );
    // The first trap was taken in M-mode; the second one, from S-mode, was delegated; its ECALL was not.
    expect(x(S3)).toBe(2n);
    expect(x(S0)).toBe(9n);
    expect(x(S1) & 0x1800n).toBe(0x800n);
  });

  it('vector interrupts but not exceptions in vectored mode', async () => {
    const x = await run(`la t0, table; addi t0, t0, 1; csrw stvec, t0
      li t0, 2; csrw sie, t0; csrw sip, t0; li s0, 1; csrsi sstatus, 2
      nop; j stop
      .balign 256
      table: j exception; .balign 4; j software; .balign 4
      exception: li s1, 1; j stop
      software: li s1, 2; csrr s2, scause`);
    expect([x(S1), x(S2)]).toEqual([2n, (1n << 63n) | 1n]);
  });

  it.each([
    ['a load from nowhere', 'li t1, 0x40000000; ld t1, 0(t1)', 5n, 0x40000000n],
    ['a store to nowhere', 'li t1, 0x40000000; sd t1, 0(t1)', 7n, 0x40000000n],
    ['a fetch from nowhere', 'li t1, 0x40000000; jr t1', 1n, 0x40000000n],
    ['a misaligned atomic', 'la t1, stop; addi t1, t1, 1; amoadd.w t1, t1, (t1)', 6n, undefined],
    ['a misaligned LR', 'la t1, stop; addi t1, t1, 1; lr.w t1, (t1)', 4n, undefined],
    ['an atomic on a device', 'li t1, 0x2000000; amoadd.w t1, t1, (t1)', 7n, 0x2000000n],
    ['an environment break', 'ebreak', 3n, undefined],
    ['a CSR that does not exist', 'csrr t1, 0x5c0', 2n, undefined],
    ['a CSR of M-mode', 'csrr t1, mstatus', 2n, undefined],
    ['a write to a read-only CSR', 'csrw time, t1', 2n, undefined],
    ['MRET in S-mode', 'mret', 2n, 0x30200073n],
  ])('tell the cause of %s', async (_, body, cause, value) => {
    const x = await run(`${catchTo('trap')}; ${body}; j .
      .balign 4
      trap: csrr s0, scause; csrr s1, stval`);
    expect(x(S0)).toBe(cause);
    if (value !== undefined) expect(x(S1)).toBe(value);
  });

  it.each(['csrr t1, sstatus', 'sret', 'wfi', 'sfence.vma', 'csrw sscratch, t1'])(
    'make %s illegal in U-mode',
    async (body) => {
      const x = await run(`${catchTo('trap')}; ${toUser('user')}
      .balign 4
      user: ${body}; j .
      .balign 4
      trap: csrr s0, scause`);
      expect(x(S0)).toBe(2n);
    },
  );

  it('let M-mode forbid SRET, WFI and satp to S-mode by TSR, TW and TVM', async () => {
    for (const [bit, body] of [
      [22, 'sret'],
      [21, 'wfi'],
      [20, 'csrr t1, satp'],
      [20, 'sfence.vma'],
    ] as const) {
      const x = await run(
        `la t0, trap; csrw mtvec, t0; li t0, 0x800 | (1 << ${bit}); csrs mstatus, t0
        la t0, super; csrw mepc, t0; mret
        super: ${body}; j .
        .balign 4
        trap: csrr s0, mcause`,
        machineMode,
      );
      expect(x(S0), body).toBe(2n);
    }
  });
});

describe('CSRs', () => {
  it('swap, set and clear, returning the old value', async () => {
    const x = await run(`li t0, 0xf0; csrw sscratch, t0; li t1, 0x3c
      csrrs s0, sscratch, t1; csrrc s1, sscratch, t1; csrrw s2, sscratch, t1; csrrsi s3, sscratch, 3; csrr s4, sscratch`);
    expect([x(S0), x(S1), x(S2), x(S3), x(S4)]).toEqual([0xf0n, 0xfcn, 0xc0n, 0x3cn, 0x3fn]);
  });

  it('keep only legal values', async () => {
    const x = await run(`li t0, -1; csrw sie, t0; csrr s0, sie; csrw sepc, t0; csrr s1, sepc
      csrr s2, satp; li t0, 0x7; slli t0, t0, 60; csrw satp, t0; csrr s3, satp; csrr s4, sstatus`);
    expect(x(S0)).toBe(0x222n);
    expect(x(S1)).toBe((1n << 64n) - 2n);
    // A mode that is not implemented leaves satp alone.
    expect(x(S3)).toBe(x(S2));
    expect(x(S4) >> 32n).toBe(2n);
  });

  it('count cycles and instructions exactly', async () => {
    const x = await run('rdcycle s0; nop; nop; rdcycle s1; rdinstret s2; nop; rdinstret s3');
    expect(x(S1) - x(S0)).toBe(3n);
    expect(x(S3) - x(S2)).toBe(2n);
  });

  it('count a trap as a cycle but not as an instruction', async () => {
    const x = await run(`${catchTo('trap')}; rdcycle s0; rdinstret s1; .word 0xffffffff
      .balign 4
      trap: rdcycle s2; rdinstret s3`);
    expect(x(S2) - x(S0)).toBe(3n);
    expect(x(S3) - x(S1)).toBe(2n);
  });

  it('say what the hart is', async () => {
    const x = await run('csrr s0, misa; csrr s1, mhartid', machineMode);
    expect(x(S0)).toBe((2n << 62n) | 0x141105n);
    expect(x(S1)).toBe(0n);
  });
});

describe('translation', () => {
  // Root at 0x80400000 maps the gigabyte of RAM onto itself for S-mode, and 0x0 onto a table for U-mode pages.
  const tables = `
    li t0, 0x80400000; li t1, 0x200000cf; sd t1, 16(t0)
    li t1, 0x20100401; sd t1, 0(t0)
    li t0, 0x80401000; li t1, 0x20100801; sd t1, 0(t0)
    li t0, 0x80402000; li t1, 0x20100cd7; sd t1, 8(t0)
    li t1, 0x20100cc3; sd t1, 16(t0)
    li t0, 8; slli t0, t0, 60; li t1, 0x80400; or t0, t0, t1; csrw satp, t0; sfence.vma`;

  it('keeps S-mode out of U-mode pages unless SUM is set', async () => {
    const x = await run(`${tables}; ${catchTo('trap')}
      li t1, 0x1000; li t0, 1; slli t0, t0, 18; csrs sstatus, t0; li t2, 55; sd t2, 0(t1); ld s0, 0(t1)
      csrc sstatus, t0; ld s1, 0(t1); j .
      .balign 4
      trap: csrr s2, scause; csrr s3, stval`);
    expect([x(S0), x(S1), x(S2), x(S3)]).toEqual([55n, 0n, 13n, 0x1000n]);
  });

  it('sees a changed entry after SFENCE.VMA, of one address or of all', async () => {
    const change = 'li t0, 0x80402000; li t1, 0x201010c3; sd t1, 16(t0)';
    const x = await run(`${tables}
      li t0, 0x80403000; li t1, 11; sd t1, 0(t0); li t0, 0x80404000; li t1, 22; sd t1, 0(t0)
      li t2, 0x2000; ld s0, 0(t2); ${change}; sfence.vma t2; ld s1, 0(t2)`);
    expect([x(S0), x(S1)]).toEqual([11n, 22n]);
  });

  it('faults a store to a read-only page with the address', async () => {
    const x = await run(`${tables}; ${catchTo('trap')}; li t2, 0x2000; ld s0, 8(t2); sd t2, 24(t2); j .
      .balign 4
      trap: csrr s1, scause; csrr s2, stval`);
    expect([x(S1), x(S2)]).toEqual([15n, 0x2018n]);
  });

  it('runs an instruction that lies across two pages', async () => {
    const m = await machine(`j cross; .balign 4096; .zero 4094
      cross: .option push; .option norvc; addi s0, zero, 1234; .option pop
      li t6, 0x100000; li t5, 0x5555; sw t5, 0(t6)`);
    expect(m.run({ untilInstructions: 100 }).kind).toBe('finisher');
    expect(m.harts[0]?.x(S0)).toBe(1234n);
    expect(m.memory.readU32(CODE + 0x1ffe)).not.toBe(0);
  });

  it('lets M-mode access memory as another mode by MPRV', async () => {
    const x = await run(
      `${tables}
      la t0, trap; csrw mtvec, t0
      li t0, 0x80403000; li t1, 99; sd t1, 0(t0)
      li t0, 0x20000; csrs mstatus, t0
      li t2, 0x1000; ld s0, 0(t2)
      li t0, 0x1800; csrc mstatus, t0; ld s1, 0(t2)
      csrs mstatus, t0; ld s2, 0(t2); j stop
      .balign 4
      trap: csrr s3, mcause; csrr s4, mtval`,
      machineMode,
    );
    // MPP was 0 (U) from reset: both loads are translated; with MPP = M the address is physical and not there.
    expect([x(S0), x(S1), x(S3), x(S4)]).toEqual([99n, 99n, 5n, 0x1000n]);
  });
});
