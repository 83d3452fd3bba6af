/** Translates expressions of the instruction definitions to WebAssembly, whatever holds the operands. */
import type { BinaryOp, CompareOp, Condition, Expr, RegisterField } from '../isa/ir.js';
import type { FunctionBody } from './wasm.js';
import { Op, ValueType } from './wasm.js';

/** Where an engine keeps the operands of the instruction at hand; each leaves an i64 on the stack. */
export interface OperandSource {
  register(field: RegisterField): void;
  immediate(): void;
  pc(): void;
  nextPc(): void;
  memoryValue(): void;
  /** Replaces two i64 on the stack by the high half of their unsigned product. */
  mulHighUnsigned(): void;
}

const binaryOps: Readonly<Record<BinaryOp, Op>> = {
  add: Op.I64Add,
  sub: Op.I64Sub,
  mul: Op.I64Mul,
  divS: Op.I64DivS,
  divU: Op.I64DivU,
  remS: Op.I64RemS,
  remU: Op.I64RemU,
  and: Op.I64And,
  or: Op.I64Or,
  xor: Op.I64Xor,
  shl: Op.I64Shl,
  shrS: Op.I64ShrS,
  shrU: Op.I64ShrU,
};

const wordOps: Readonly<Partial<Record<BinaryOp, Op>>> = {
  shl: Op.I32Shl,
  shrS: Op.I32ShrS,
  shrU: Op.I32ShrU,
};

const compareOps: Readonly<Record<CompareOp, Op>> = {
  eq: Op.I64Eq,
  ne: Op.I64Ne,
  ltS: Op.I64LtS,
  ltU: Op.I64LtU,
  geS: Op.I64GeS,
  geU: Op.I64GeU,
};

/** Leaves the expression's value on the stack as an i64. */
export function emitExpression(f: FunctionBody, source: OperandSource, expr: Expr): void {
  const emit = (inner: Expr): void => {
    emitExpression(f, source, inner);
  };
  switch (expr.kind) {
    case 'register':
      source.register(expr.field);
      return;
    case 'immediate':
      source.immediate();
      return;
    case 'constant':
      f.i64(expr.value);
      return;
    case 'pc':
      source.pc();
      return;
    case 'nextPc':
      source.nextPc();
      return;
    case 'memoryValue':
      source.memoryValue();
      return;
    case 'binary':
      emit(expr.a);
      emit(expr.b);
      f.op(binaryOps[expr.op]);
      return;
    case 'word': {
      const op = wordOps[expr.op];
      if (op === undefined) throw new Error(`${expr.op} has no 32-bit form`);
      emit(expr.a);
      f.op(Op.I32WrapI64);
      emit(expr.b);
      f.op(Op.I32WrapI64, op, Op.I64ExtendI32S);
      return;
    }
    case 'extend32':
      emit(expr.value);
      if (expr.signed) f.op(Op.I64Extend32S);
      else f.op(Op.I32WrapI64, Op.I64ExtendI32U);
      return;
    case 'truth':
      emitCondition(f, source, expr.condition);
      f.op(Op.I64ExtendI32U);
      return;
    case 'choose':
      emitCondition(f, source, expr.condition);
      f.openValue(ValueType.I64);
      emit(expr.yes);
      f.else();
      emit(expr.no);
      f.close();
      return;
    case 'mulHigh':
      emit(expr.a);
      emit(expr.b);
      source.mulHighUnsigned();
      // A signed operand stands for its unsigned value minus 2^64 when negative.
      for (const [signed, operand, other] of [
        [expr.signedA, expr.a, expr.b],
        [expr.signedB, expr.b, expr.a],
      ] as const) {
        if (!signed) continue;
        emit(operand);
        f.i64(63n).op(Op.I64ShrS);
        emit(other);
        f.op(Op.I64And, Op.I64Sub);
      }
      return;
  }
}

/** Leaves the condition on the stack as an i32, 0 or 1. */
export function emitCondition(f: FunctionBody, source: OperandSource, condition: Condition): void {
  if (condition.kind === 'both') {
    emitCondition(f, source, condition.a);
    emitCondition(f, source, condition.b);
    f.op(Op.I32And);
    return;
  }
  emitExpression(f, source, condition.a);
  emitExpression(f, source, condition.b);
  f.op(compareOps[condition.op]);
}
