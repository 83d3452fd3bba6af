/**
 * An instruction definition: its encoding and its meaning in one place.
 * Encodings: RISC-V Unprivileged ISA, chapter 35 (RV32/64G instruction set listings).
 */
import type { Effect } from './ir.js';

/** Instruction formats by the layout of their immediate (Unprivileged ISA 2.2, 2.3). */
export type Format =
  | 'R'
  | 'I'
  /** Shift by a 6-bit constant. */
  | 'Shift'
  /** 32-bit shift by a 5-bit constant. */
  | 'ShiftW'
  | 'S'
  | 'B'
  | 'U'
  | 'J'
  /** csr in 31:20, rs1 or zimm in 19:15. */
  | 'Csr'
  | 'Fence'
  /** aq and rl in 26:25. */
  | 'Amo'
  /** No operands. */
  | 'None';

export interface Definition {
  /** Mnemonic, as in the manual. */
  readonly name: string;
  readonly format: Format;
  /** An instruction word is this one when `(word & mask) === match`. */
  readonly mask: number;
  readonly match: number;
  readonly effect: Effect;
}

/** A 16-bit instruction: the 32-bit instruction it stands for (Unprivileged ISA, chapter 27). */
export interface CompressedDefinition {
  readonly name: string;
  readonly mask: number;
  readonly match: number;
  /** The expansion, or undefined when these operands are reserved. */
  readonly expand: (bits: number) => Operands | undefined;
  /** Mnemonic of the definition this expands to. */
  readonly target: string;
}

/** The operand fields of a decoded instruction. Unused ones are 0. */
export interface Operands {
  readonly rd: number;
  readonly rs1: number;
  readonly rs2: number;
  /** Sign-extended immediate; for `Csr` the CSR number, for U-format the value of bits 31:12 in place. */
  readonly imm: number;
}

/**
 * Parses an encoding written most significant bit first: `0`, `1` for fixed bits and `.` for operand bits;
 * spaces are free.
 */
export function encoding(pattern: string): { mask: number; match: number } {
  const bits = pattern.replaceAll(' ', '');
  let mask = 0;
  let match = 0;
  for (const bit of bits) {
    mask = (mask << 1) | (bit === '.' ? 0 : 1);
    match = (match << 1) | (bit === '1' ? 1 : 0);
  }
  return { mask: mask >>> 0, match: match >>> 0 };
}

/** Defines a 32-bit instruction. */
export function define(name: string, format: Format, pattern: string, effect: Effect): Definition {
  return { name, format, ...encoding(pattern), effect };
}

/** Extracts the operands of a 32-bit instruction word. */
export function operandsOf(format: Format, word: number): Operands {
  const rd = (word >>> 7) & 31;
  const rs1 = (word >>> 15) & 31;
  const rs2 = (word >>> 20) & 31;
  switch (format) {
    case 'R':
    case 'Amo':
      return { rd, rs1, rs2, imm: 0 };
    case 'I':
      return { rd, rs1, rs2: 0, imm: word >> 20 };
    case 'Shift':
      return { rd, rs1, rs2: 0, imm: (word >>> 20) & 63 };
    case 'ShiftW':
      return { rd, rs1, rs2: 0, imm: (word >>> 20) & 31 };
    case 'S':
      return { rd: 0, rs1, rs2, imm: ((word >> 25) << 5) | rd };
    case 'B':
      return {
        rd: 0,
        rs1,
        rs2,
        imm: ((word >> 31) << 12) | ((word & 0x80) << 4) | ((word >>> 20) & 0x7e0) | ((word >>> 7) & 0x1e),
      };
    case 'U':
      return { rd, rs1: 0, rs2: 0, imm: word & 0xfffff000 };
    case 'J':
      return {
        rd,
        rs1: 0,
        rs2: 0,
        imm: ((word >> 31) << 20) | (word & 0xff000) | ((word >>> 9) & 0x800) | ((word >>> 20) & 0x7fe),
      };
    case 'Csr':
      return { rd, rs1, rs2: 0, imm: word >>> 20 };
    case 'Fence':
      return { rd, rs1, rs2, imm: word >> 20 };
    case 'None':
      return { rd: 0, rs1, rs2, imm: 0 };
  }
}
