import { beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../machine/machine.js';
import { assemble } from '../node/assemble.js';

const MASK = (1n << 64n) - 1n;
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);
const s32 = (value: bigint): bigint => BigInt.asIntN(32, value);
const u32 = (value: bigint): bigint => BigInt.asUintN(32, value);
const truth = (condition: boolean): bigint => (condition ? 1n : 0n);

const divide = (a: bigint, b: bigint): bigint => (b === 0n ? -1n : a / b);
const remainder = (a: bigint, b: bigint): bigint => (b === 0n ? a : a % b);

/** What the manual says each instruction computes; operands are unsigned 64-bit, results taken modulo 2^64. */
const register: Record<string, (a: bigint, b: bigint) => bigint> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  sll: (a, b) => a << (b & 63n),
  slt: (a, b) => truth(s64(a) < s64(b)),
  sltu: (a, b) => truth(a < b),
  xor: (a, b) => a ^ b,
  srl: (a, b) => a >> (b & 63n),
  sra: (a, b) => s64(a) >> (b & 63n),
  or: (a, b) => a | b,
  and: (a, b) => a & b,
  addw: (a, b) => s32(a + b),
  subw: (a, b) => s32(a - b),
  sllw: (a, b) => s32(a << (b & 31n)),
  srlw: (a, b) => s32(u32(a) >> (b & 31n)),
  sraw: (a, b) => s32(a) >> (b & 31n),
  mul: (a, b) => a * b,
  mulh: (a, b) => (s64(a) * s64(b)) >> 64n,
  mulhsu: (a, b) => (s64(a) * b) >> 64n,
  mulhu: (a, b) => (a * b) >> 64n,
  div: (a, b) => divide(s64(a), s64(b)),
  divu: (a, b) => divide(a, b),
  rem: (a, b) => remainder(s64(a), s64(b)),
  remu: (a, b) => remainder(a, b),
  mulw: (a, b) => s32(a * b),
  divw: (a, b) => s32(divide(s32(a), s32(b))),
  divuw: (a, b) => s32(divide(u32(a), u32(b))),
  remw: (a, b) => s32(remainder(s32(a), s32(b))),
  remuw: (a, b) => s32(remainder(u32(a), u32(b))),
};

const atomic: Record<string, (memory: bigint, b: bigint) => bigint> = {
  amoswap: (_, b) => b,
  amoadd: (m, b) => m + b,
  amoxor: (m, b) => m ^ b,
  amoand: (m, b) => m & b,
  amoor: (m, b) => m | b,
  amomin: (m, b) => (m < b ? m : b),
  amomax: (m, b) => (m > b ? m : b),
};
const atomicUnsigned: typeof atomic = {
  amominu: (m, b) => (m < b ? m : b),
  amomaxu: (m, b) => (m > b ? m : b),
};

const immediates: Record<string, (a: bigint, imm: bigint) => bigint> = {
  addi: (a, i) => a + i,
  slti: (a, i) => truth(s64(a) < i),
  sltiu: (a, i) => truth(a < (i & MASK)),
  xori: (a, i) => a ^ (i & MASK),
  ori: (a, i) => a | (i & MASK),
  andi: (a, i) => a & i,
  addiw: (a, i) => s32(a + i),
};
const shifts: Record<string, readonly [number, (a: bigint, shamt: bigint) => bigint]> = {
  slli: [64, (a, n) => a << n],
  srli: [64, (a, n) => a >> n],
  srai: [64, (a, n) => s64(a) >> n],
  slliw: [32, (a, n) => s32(a << n)],
  srliw: [32, (a, n) => s32(u32(a) >> n)],
  sraiw: [32, (a, n) => s32(a) >> n],
};
const branches: Record<string, (a: bigint, b: bigint) => boolean> = {
  beq: (a, b) => a === b,
  bne: (a, b) => a !== b,
  blt: (a, b) => s64(a) < s64(b),
  bge: (a, b) => s64(a) >= s64(b),
  bltu: (a, b) => a < b,
  bgeu: (a, b) => a >= b,
};

const operands = [
  0n,
  1n,
  2n,
  31n,
  63n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x123456789abcdef0n,
  0x7fffffffffffffffn,
  0x8000000000000000n,
  0xffffffff80000000n,
  MASK - 4n,
  MASK,
];
const pairs = operands.flatMap((a) => operands.map((b) => [a, b] as const));

interface Case {
  readonly name: string;
  /** Operands in a0 and a1, result in a2; s-registers are taken. */
  readonly body: string;
  readonly model: (a: bigint, b: bigint) => bigint;
}

const cases: Case[] = [];
const add = (name: string, body: string, model: Case['model']): void =>
  void cases.push({ name, body, model });

for (const [name, model] of Object.entries(register)) add(name, `${name} a2, a0, a1`, model);
for (const [name, model] of Object.entries(immediates)) {
  for (const imm of [-2048n, -1n, 0n, 7n, 2047n])
    add(`${name} ${imm}`, `${name} a2, a0, ${imm}`, (a) => model(a, imm));
}
for (const [name, [width, model]] of Object.entries(shifts)) {
  for (const shamt of [0, 1, width / 2, width - 1]) {
    add(`${name} ${shamt}`, `${name} a2, a0, ${shamt}`, (a) => model(a, BigInt(shamt)));
  }
}
for (const [name, model] of Object.entries(branches)) {
  add(name, `li a2, 1; ${name} a0, a1, 3f; li a2, 0; 3:`, (a, b) => truth(model(a, b)));
}
add('lui', 'lui a2, 0x80000', () => 0xffffffff80000000n);
add('auipc', 'jal a3, 3f; 3: auipc a2, 0xfffff; sub a2, a2, a3', () => -4096n);

for (const width of ['d', 'w'] as const) {
  const [read, store, view] = width === 'd' ? (['ld', 'sd', s64] as const) : (['lw', 'sw', s32] as const);
  const unsigned = width === 'd' ? (x: bigint): bigint => x : u32;
  for (const [models, as] of [
    [atomic, view],
    [atomicUnsigned, unsigned],
  ] as const) {
    for (const [name, model] of Object.entries(models)) {
      const prepare = `li t0, 0x80600000; ${store} a0, 0(t0); ${name}.${width}.aqrl t1, a1, (t0)`;
      add(`${name}.${width} returns the old value`, `${prepare}; mv a2, t1`, (a) => view(a));
      add(`${name}.${width} stores the new value`, `${prepare}; ${read} a2, 0(t0)`, (a, b) =>
        view(model(as(a), as(b))),
      );
    }
  }
}

for (const [load, store, bits, signed] of [
  ['lb', 'sb', 8, true],
  ['lh', 'sh', 16, true],
  ['lw', 'sw', 32, true],
  ['ld', 'sd', 64, true],
  ['lbu', 'sb', 8, false],
  ['lhu', 'sh', 16, false],
  ['lwu', 'sw', 32, false],
] as const) {
  // Aligned, misaligned, and across a page boundary.
  for (const offset of [0, 1, 3, 4, 7, 4090, 4093, 4095]) {
    const body = `li t0, 0x80600000 + ${offset}; ${store} a0, 0(t0); ${load} a2, 0(t0)`;
    add(`${store} and ${load} at ${offset}`, body, (a) =>
      signed ? BigInt.asIntN(bits, a) : BigInt.asUintN(bits, a),
    );
  }
}
add(
  'sh changes no more bytes than its own',
  'li t0, 0x80600000; li t1, -1; sd t1, 0(t0); sh zero, 2(t0); ld a2, 0(t0)',
  () => 0xffffffff0000ffffn,
);
add(
  'x0 stays zero',
  'add x0, a0, a1; li t0, 0x80600000; sd a0, 0(t0); ld x0, 0(t0); amoswap.d x0, a1, (t0); mv a2, x0',
  () => 0n,
);

const OPERANDS = 0x80800000;
const RESULTS = 0x80900000;

describe('every instruction computes what the manual says', () => {
  let machine: Machine;

  beforeAll(async () => {
    const loop = ({ body }: Case): string => `
      li s0, ${OPERANDS}; li s2, ${pairs.length}
      1: ld a0, 0(s0); ld a1, 8(s0)
      ${body}
      sd a2, 0(s1); addi s0, s0, 16; addi s1, s1, 8; addi s2, s2, -1; bnez s2, 1b`;
    machine = await Machine.create({
      memory: 32 << 20,
      kernel: assemble(`li s1, ${RESULTS}\n${cases.map(loop).join('')}\n2: wfi; j 2b`),
    });
    pairs.forEach(([a, b], i) => {
      machine.memory.writeU64(OPERANDS + 16 * i, a);
      machine.memory.writeU64(OPERANDS + 16 * i + 8, b);
    });
    expect(machine.run({ untilInstructions: 10_000_000 }).kind).toBe('deadlock');
  });

  it.each(cases.map((entry, index) => [entry.name, index, entry] as const))(
    '%s',
    (_name, index, { model }) => {
      const base = RESULTS + 8 * pairs.length * index;
      const seen = pairs.map((_, i) => machine.memory.readU64(base + 8 * i));
      expect(seen).toEqual(pairs.map(([a, b]) => model(a, b) & MASK));
    },
  );
});
