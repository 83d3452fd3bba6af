/**
 * The language in which the meaning of an instruction is written: typed expressions over its operands, and the
 * effects it has on the hart. The interpreter and the compiler both translate this; neither knows any
 * instruction by name.
 *
 * Arithmetic is WebAssembly's: two's complement, wrapping, shifts modulo the width.
 */

/** Register operands by the name of their field in the encoding. */
export type RegisterField = 'rs1' | 'rs2';

/** Binary operators on 64-bit values. Division is only applied where it cannot trap. */
export type BinaryOp =
  'add' | 'sub' | 'mul' | 'divS' | 'divU' | 'remS' | 'remU' | 'and' | 'or' | 'xor' | 'shl' | 'shrS' | 'shrU';

/** Comparisons of 64-bit values; the result is a condition. */
export type CompareOp = 'eq' | 'ne' | 'ltS' | 'ltU' | 'geS' | 'geU';

/** A 64-bit value. */
export type Expr =
  | { readonly kind: 'register'; readonly field: RegisterField }
  /** The sign-extended immediate. */
  | { readonly kind: 'immediate' }
  | { readonly kind: 'constant'; readonly value: bigint }
  /** Address of this instruction. */
  | { readonly kind: 'pc' }
  /** Address of the next instruction in memory. */
  | { readonly kind: 'nextPc' }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly a: Expr; readonly b: Expr }
  /** 32-bit operation on the low halves, sign-extended to 64 bits. */
  | { readonly kind: 'word'; readonly op: BinaryOp; readonly a: Expr; readonly b: Expr }
  /** Sign-extension (`signed`) or zero-extension of the low 32 bits. */
  | { readonly kind: 'extend32'; readonly signed: boolean; readonly value: Expr }
  /** The condition as 0 or 1. */
  | { readonly kind: 'truth'; readonly condition: Condition }
  /** Only the chosen arm is evaluated. */
  | { readonly kind: 'choose'; readonly condition: Condition; readonly yes: Expr; readonly no: Expr }
  /** High 64 bits of the 128-bit product. */
  | {
      readonly kind: 'mulHigh';
      readonly signedA: boolean;
      readonly signedB: boolean;
      readonly a: Expr;
      readonly b: Expr;
    }
  /** Inside an `amo`: the value that was in memory, sign-extended. */
  | { readonly kind: 'memoryValue' };

/** A comparison, or a conjunction of two. */
export type Condition =
  | { readonly kind: 'compare'; readonly op: CompareOp; readonly a: Expr; readonly b: Expr }
  | { readonly kind: 'both'; readonly a: Condition; readonly b: Condition };

/** Size of a memory access in bytes. */
export type Size = 1 | 2 | 4 | 8;

/** What an instruction does. Effects happen in order; each operand register is read before any is written. */
export type Effect =
  | { readonly kind: 'setRd'; readonly value: Expr }
  | { readonly kind: 'load'; readonly size: Size; readonly signed: boolean; readonly address: Expr }
  | { readonly kind: 'store'; readonly size: Size; readonly address: Expr; readonly value: Expr }
  /** Jump to pc + immediate; rd = link. */
  | { readonly kind: 'jump' }
  /** Jump to a computed address; rd = link. */
  | { readonly kind: 'jumpIndirect'; readonly target: Expr }
  /** Branch to pc + immediate when the condition holds. */
  | { readonly kind: 'branch'; readonly condition: Condition }
  /** Read-modify-write of memory at rs1; rd = old value. */
  | { readonly kind: 'amo'; readonly size: 4 | 8; readonly value: Expr }
  | { readonly kind: 'loadReserved'; readonly size: 4 | 8 }
  | { readonly kind: 'storeConditional'; readonly size: 4 | 8 }
  /** Rare and privileged: carried out by the hart in TypeScript, which finds the definition by its name. */
  | { readonly kind: 'system' }
  /** Nothing: orderings that a machine running one hart at a time keeps anyway. */
  | { readonly kind: 'nothing' };

export const rs1: Expr = { kind: 'register', field: 'rs1' };
export const rs2: Expr = { kind: 'register', field: 'rs2' };
export const imm: Expr = { kind: 'immediate' };
export const pc: Expr = { kind: 'pc' };
export const nextPc: Expr = { kind: 'nextPc' };
export const memoryValue: Expr = { kind: 'memoryValue' };

export const constant = (value: bigint): Expr => ({ kind: 'constant', value });
export const binary = (op: BinaryOp, a: Expr, b: Expr): Expr => ({ kind: 'binary', op, a, b });
export const word = (op: BinaryOp, a: Expr, b: Expr): Expr => ({ kind: 'word', op, a, b });
export const extend32 = (signed: boolean, value: Expr): Expr => ({ kind: 'extend32', signed, value });
export const compare = (op: CompareOp, a: Expr, b: Expr): Condition => ({ kind: 'compare', op, a, b });
export const both = (a: Condition, b: Condition): Condition => ({ kind: 'both', a, b });
export const truth = (condition: Condition): Expr => ({ kind: 'truth', condition });
export const choose = (condition: Condition, yes: Expr, no: Expr): Expr => ({
  kind: 'choose',
  condition,
  yes,
  no,
});
export const mulHigh = (signedA: boolean, signedB: boolean, a: Expr, b: Expr): Expr => ({
  kind: 'mulHigh',
  signedA,
  signedB,
  a,
  b,
});

export const setRd = (value: Expr): Effect => ({ kind: 'setRd', value });
export const load = (size: Size, signed: boolean, address: Expr): Effect => ({
  kind: 'load',
  size,
  signed,
  address,
});
export const store = (size: Size, address: Expr, value: Expr): Effect => ({
  kind: 'store',
  size,
  address,
  value,
});
export const branch = (condition: Condition): Effect => ({ kind: 'branch', condition });
export const amo = (size: 4 | 8, value: Expr): Effect => ({ kind: 'amo', size, value });
export const system: Effect = { kind: 'system' };
