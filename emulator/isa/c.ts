/**
 * C: compressed instructions (Unprivileged ISA, chapter 27), each as the 32-bit instruction it stands for.
 * Floating-point forms are left out until the machine has F and D.
 */
import type { CompressedDefinition, Operands } from './definition.js';
import { encoding } from './definition.js';

/** Bits `high:low` of an encoding, moved so that bit `low` lands on `to`. */
const field = (bits: number, high: number, low: number, to: number): number =>
  ((bits >>> low) & ((1 << (high - low + 1)) - 1)) << to;

const signExtend = (value: number, width: number): number => (value << (32 - width)) >> (32 - width);

const full = (bits: number): number => field(bits, 11, 7, 0);
const fullRs2 = (bits: number): number => field(bits, 6, 2, 0);
/** Register fields of three bits name x8 to x15. */
const prime = (bits: number): number => 8 + field(bits, 9, 7, 0);
const primeRs2 = (bits: number): number => 8 + field(bits, 4, 2, 0);

const imm6 = (bits: number): number => signExtend(field(bits, 12, 12, 5) | field(bits, 6, 2, 0), 6);
const shamt6 = (bits: number): number => field(bits, 12, 12, 5) | field(bits, 6, 2, 0);
const wordOffset = (bits: number): number =>
  field(bits, 12, 10, 3) | field(bits, 6, 6, 2) | field(bits, 5, 5, 6);
const doubleOffset = (bits: number): number => field(bits, 12, 10, 3) | field(bits, 6, 5, 6);
const jumpOffset = (bits: number): number =>
  signExtend(
    field(bits, 12, 12, 11) |
      field(bits, 11, 11, 4) |
      field(bits, 10, 9, 8) |
      field(bits, 8, 8, 10) |
      field(bits, 7, 7, 6) |
      field(bits, 6, 6, 7) |
      field(bits, 5, 3, 1) |
      field(bits, 2, 2, 5),
    12,
  );
const branchOffset = (bits: number): number =>
  signExtend(
    field(bits, 12, 12, 8) |
      field(bits, 11, 10, 3) |
      field(bits, 6, 5, 6) |
      field(bits, 4, 3, 1) |
      field(bits, 2, 2, 5),
    9,
  );

const SP = 2;

function compressed(
  name: string,
  pattern: string,
  target: string,
  expand: (bits: number) => Partial<Operands> | undefined,
): CompressedDefinition {
  return {
    name,
    target,
    ...encoding(pattern),
    expand: (bits) => {
      const operands = expand(bits);
      return operands && { rd: 0, rs1: 0, rs2: 0, imm: 0, ...operands };
    },
  };
}

const arithmetic = (name: string, pattern: string): CompressedDefinition =>
  compressed(`c.${name}`, pattern, name, (b) => ({ rd: prime(b), rs1: prime(b), rs2: primeRs2(b) }));

/** More specific patterns stand before the general ones they overlap. */
export const c: CompressedDefinition[] = [
  compressed('c.addi4spn', '000 ........ ... 00', 'addi', (b) => {
    const imm = field(b, 12, 11, 4) | field(b, 10, 7, 6) | field(b, 6, 6, 2) | field(b, 5, 5, 3);
    return imm === 0 ? undefined : { rd: primeRs2(b), rs1: SP, imm };
  }),
  compressed('c.lw', '010 ... ... .. ... 00', 'lw', (b) => ({
    rd: primeRs2(b),
    rs1: prime(b),
    imm: wordOffset(b),
  })),
  compressed('c.ld', '011 ... ... .. ... 00', 'ld', (b) => ({
    rd: primeRs2(b),
    rs1: prime(b),
    imm: doubleOffset(b),
  })),
  compressed('c.sw', '110 ... ... .. ... 00', 'sw', (b) => ({
    rs1: prime(b),
    rs2: primeRs2(b),
    imm: wordOffset(b),
  })),
  compressed('c.sd', '111 ... ... .. ... 00', 'sd', (b) => ({
    rs1: prime(b),
    rs2: primeRs2(b),
    imm: doubleOffset(b),
  })),

  compressed('c.addi', '000 . ..... ..... 01', 'addi', (b) => ({ rd: full(b), rs1: full(b), imm: imm6(b) })),
  compressed('c.addiw', '001 . ..... ..... 01', 'addiw', (b) =>
    full(b) === 0 ? undefined : { rd: full(b), rs1: full(b), imm: imm6(b) },
  ),
  compressed('c.li', '010 . ..... ..... 01', 'addi', (b) => ({ rd: full(b), imm: imm6(b) })),
  compressed('c.addi16sp', '011 . 00010 ..... 01', 'addi', (b) => {
    const imm = signExtend(
      field(b, 12, 12, 9) | field(b, 6, 6, 4) | field(b, 5, 5, 6) | field(b, 4, 3, 7) | field(b, 2, 2, 5),
      10,
    );
    return imm === 0 ? undefined : { rd: SP, rs1: SP, imm };
  }),
  compressed('c.lui', '011 . ..... ..... 01', 'lui', (b) =>
    imm6(b) === 0 ? undefined : { rd: full(b), imm: imm6(b) << 12 },
  ),
  compressed('c.srli', '100 . 00 ... ..... 01', 'srli', (b) => ({
    rd: prime(b),
    rs1: prime(b),
    imm: shamt6(b),
  })),
  compressed('c.srai', '100 . 01 ... ..... 01', 'srai', (b) => ({
    rd: prime(b),
    rs1: prime(b),
    imm: shamt6(b),
  })),
  compressed('c.andi', '100 . 10 ... ..... 01', 'andi', (b) => ({
    rd: prime(b),
    rs1: prime(b),
    imm: imm6(b),
  })),
  arithmetic('sub', '100 0 11 ... 00 ... 01'),
  arithmetic('xor', '100 0 11 ... 01 ... 01'),
  arithmetic('or', '100 0 11 ... 10 ... 01'),
  arithmetic('and', '100 0 11 ... 11 ... 01'),
  arithmetic('subw', '100 1 11 ... 00 ... 01'),
  arithmetic('addw', '100 1 11 ... 01 ... 01'),
  compressed('c.j', '101 ........... 01', 'jal', (b) => ({ imm: jumpOffset(b) })),
  compressed('c.beqz', '110 ... ... ..... 01', 'beq', (b) => ({ rs1: prime(b), imm: branchOffset(b) })),
  compressed('c.bnez', '111 ... ... ..... 01', 'bne', (b) => ({ rs1: prime(b), imm: branchOffset(b) })),

  compressed('c.slli', '000 . ..... ..... 10', 'slli', (b) => ({
    rd: full(b),
    rs1: full(b),
    imm: shamt6(b),
  })),
  compressed('c.lwsp', '010 . ..... ..... 10', 'lw', (b) =>
    full(b) === 0
      ? undefined
      : { rd: full(b), rs1: SP, imm: field(b, 12, 12, 5) | field(b, 6, 4, 2) | field(b, 3, 2, 6) },
  ),
  compressed('c.ldsp', '011 . ..... ..... 10', 'ld', (b) =>
    full(b) === 0
      ? undefined
      : { rd: full(b), rs1: SP, imm: field(b, 12, 12, 5) | field(b, 6, 5, 3) | field(b, 4, 2, 6) },
  ),
  compressed('c.jr', '100 0 ..... 00000 10', 'jalr', (b) => (full(b) === 0 ? undefined : { rs1: full(b) })),
  compressed('c.mv', '100 0 ..... ..... 10', 'add', (b) => ({ rd: full(b), rs2: fullRs2(b) })),
  compressed('c.ebreak', '100 1 00000 00000 10', 'ebreak', () => ({})),
  compressed('c.jalr', '100 1 ..... 00000 10', 'jalr', (b) => ({ rd: 1, rs1: full(b) })),
  compressed('c.add', '100 1 ..... ..... 10', 'add', (b) => ({ rd: full(b), rs1: full(b), rs2: fullRs2(b) })),
  compressed('c.swsp', '110 ...... ..... 10', 'sw', (b) => ({
    rs1: SP,
    rs2: fullRs2(b),
    imm: field(b, 12, 9, 2) | field(b, 8, 7, 6),
  })),
  compressed('c.sdsp', '111 ...... ..... 10', 'sd', (b) => ({
    rs1: SP,
    rs2: fullRs2(b),
    imm: field(b, 12, 10, 3) | field(b, 9, 7, 6),
  })),
];
