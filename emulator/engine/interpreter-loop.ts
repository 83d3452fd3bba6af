/** The interpreter's loop: fetch, dispatch, and a handler for every operation, as WebAssembly. */
import type { Condition, Effect, Expr, Size } from '../isa/ir.js';
import type { EngineCalls } from './engine-calls.js';
import { Outcome } from './engine-calls.js';
import { emitCondition, emitExpression } from './expression.js';
import * as layout from './layout.js';
import { CROSSES, FIRST, ILLEGAL, operations, PAGE_END, PROBE, UNDECODED } from './operations.js';
import type { FunctionBody, Label } from './wasm.js';
import { Op, ValueType } from './wasm.js';

/** Indices of the imported calls. */
export type Imports = Readonly<Record<keyof EngineCalls, number>>;

/** Writes the body of `run`. */
export class Loop {
  private readonly hart = 0;
  private readonly ip: number;
  private readonly budget: number;
  /** Linear address of the page's first entry. */
  private readonly page: number;
  /** Entry bytes that may be reached from here by adding to `ip`: a whole page, or none in CROSSING and PROBED. */
  private readonly span: number;
  /** The same in guest bytes. */
  private readonly pageBytes: number;
  /** Virtual address of the page. */
  private readonly pageAddress: number;
  private readonly bank: number;
  private readonly pc: number;
  private readonly address: number;
  private readonly value: number;
  private readonly linear: number;
  private readonly outcome: number;
  private next: Label = { depth: 0 };
  private refetch: Label = { depth: 0 };
  private reload: Label = { depth: 0 };
  private leave: Label = { depth: 0 };

  constructor(
    private readonly f: FunctionBody,
    private readonly imports: Imports,
    private readonly mulHighUnsigned: number,
  ) {
    this.ip = f.local(ValueType.I32);
    this.budget = f.local(ValueType.I32);
    this.page = f.local(ValueType.I32);
    this.span = f.local(ValueType.I32);
    this.pageBytes = f.local(ValueType.I64);
    this.pageAddress = f.local(ValueType.I64);
    this.bank = f.local(ValueType.I32);
    this.pc = f.local(ValueType.I64);
    this.address = f.local(ValueType.I64);
    this.value = f.local(ValueType.I64);
    this.linear = f.local(ValueType.I32);
    this.outcome = f.local(ValueType.I32);
  }

  emit(): void {
    const { f } = this;
    this.leave = f.open(Op.Block);
    this.reload = f.open(Op.Loop);
    f.get(this.hart).memory(Op.I64Load, layout.PC).set(this.pc);
    f.get(this.hart).memory(Op.I32Load, layout.BUDGET).set(this.budget);
    f.get(this.hart).memory(Op.I32Load, layout.DATA_BANK).set(this.bank);
    this.refetch = f.open(Op.Loop);
    this.emitFetch();
    this.next = f.open(Op.Loop);
    this.emitDispatch();
    f.close().close().close().close();
  }

  /** From `pc` to `ip`: through the fetch TLB, or a call. */
  private emitFetch(): void {
    const { f } = this;
    f.get(this.pc).i64(-4096n).op(Op.I64And).set(this.pageAddress);
    f.get(this.hart);
    f.get(this.pc)
      .op(Op.I32WrapI64)
      .i32(8)
      .op(Op.I32ShrU)
      .i32((layout.FETCH_ENTRIES - 1) << 4)
      .op(Op.I32And);
    f.op(Op.I32Add).tee(this.linear).memory(Op.I64Load, layout.FETCH_TLB);
    f.get(this.pageAddress)
      .get(this.hart)
      .memory(Op.I32Load, layout.FETCH_MODE)
      .op(Op.I64ExtendI32U, Op.I64Or);
    f.op(Op.I64Eq);
    f.open(Op.If);
    f.get(this.linear)
      .memory(Op.I32Load, layout.FETCH_TLB + 8)
      .set(this.page);
    f.else();
    this.saveAt(() => f.get(this.pc));
    f.get(this.hart).call(this.imports.fetch);
    this.emitOutcome();
    f.get(this.hart).memory(Op.I32Load, layout.FETCH_SLOT).set(this.page);
    f.close();
    f.i32(layout.PAGE_ENTRIES).set(this.span);
    f.i64(BigInt(layout.PAGE_SIZE)).set(this.pageBytes);
    f.get(this.page);
    f.get(this.pc)
      .op(Op.I32WrapI64)
      .i32(0xffe)
      .op(Op.I32And)
      .i32(layout.ENTRY_SHIFT)
      .op(Op.I32Shl, Op.I32Add);
    f.set(this.ip);
  }

  private emitDispatch(): void {
    const { f } = this;
    const count = FIRST + operations.length;
    f.get(this.budget).op(Op.I32Eqz);
    f.open(Op.If);
    this.saveAt(() => this.emitPc());
    f.branch(this.leave);
    f.close();
    f.get(this.budget).i32(1).op(Op.I32Sub).set(this.budget);
    let illegal = this.next;
    const labels: Label[] = [];
    for (let number = count - 1; number >= 0; number--) {
      const label = f.open(Op.Block);
      labels.unshift(label);
      if (number === ILLEGAL) illegal = label;
    }
    // The innermost block, opened last, is operation 0.
    f.get(this.ip).memory(Op.I32Load16U, layout.ENTRY_OP);
    f.branchTable(labels, illegal);
    for (let number = 0; number < count; number++) {
      f.close();
      this.emitOperation(number);
    }
  }

  private emitOperation(number: number): void {
    const { f } = this;
    switch (number) {
      case UNDECODED:
        this.emitNotCounted();
        this.emitSave();
        f.get(this.hart).get(this.ip).call(this.imports.decode);
        this.emitOutcome();
        f.branch(this.next);
        return;
      case PAGE_END:
        this.emitNotCounted();
        this.emitPc();
        f.set(this.pc).branch(this.refetch);
        return;
      case CROSSES:
        this.emitNotCounted();
        this.emitSave();
        f.get(this.hart).call(this.imports.cross);
        this.emitOutcome();
        f.get(this.hart).i32(layout.CROSSING).op(Op.I32Add).tee(this.ip);
        f.i32(layout.PAGE_ENTRIES - layout.ENTRY_SIZE)
          .op(Op.I32Sub)
          .set(this.page);
        f.i32(0).set(this.span);
        f.i64(0n).set(this.pageBytes);
        f.branch(this.next);
        return;
      case PROBE:
        this.emitSave();
        f.get(this.hart).get(this.ip).call(this.imports.probe);
        this.emitOutcome();
        this.emitNotCounted();
        // The same pc at another entry: page + (PROBED - ip).
        f.get(this.hart).i32(layout.PROBED).op(Op.I32Add).tee(this.linear);
        f.get(this.page).op(Op.I32Add).get(this.ip).op(Op.I32Sub).set(this.page);
        f.get(this.linear).set(this.ip);
        f.i32(0).set(this.span);
        f.i64(0n).set(this.pageBytes);
        f.branch(this.next);
        return;
      case ILLEGAL:
        this.emitSystem(4);
        return;
    }
    const operation = operations[number - FIRST];
    if (!operation) throw new Error(`no operation ${number}`);
    this.emitEffect(operation.definition.effect, operation.length);
  }

  private emitEffect(effect: Effect, length: 2 | 4): void {
    const { f } = this;
    switch (effect.kind) {
      case 'setRd':
        this.setRd(() => this.expression(effect.value, length));
        this.advance(length);
        return;
      case 'load':
        this.emitLoad(effect.size, effect.signed, effect.address, length);
        return;
      case 'store':
        this.emitStore(effect.size, effect.address, effect.value, length);
        return;
      case 'jump':
        this.setRd(() => this.emitPc(length));
        this.emitJump();
        return;
      case 'jumpIndirect':
        this.expression(effect.target, length);
        f.set(this.address);
        this.setRd(() => this.emitPc(length));
        f.get(this.address)
          .get(this.pageAddress)
          .op(Op.I64Xor)
          .tee(this.value)
          .get(this.pageBytes)
          .op(Op.I64LtU);
        f.open(Op.If);
        f.get(this.page).get(this.value).op(Op.I32WrapI64).i32(layout.ENTRY_SHIFT).op(Op.I32Shl, Op.I32Add);
        f.set(this.ip).branch(this.next);
        f.close();
        f.get(this.address).set(this.pc).branch(this.refetch);
        return;
      case 'branch':
        this.condition(effect.condition, length);
        f.open(Op.If);
        this.emitJump();
        f.close();
        this.advance(length);
        return;
      case 'amo':
        this.atomicAddress(effect.size, true);
        this.loadLinear(effect.size, true);
        f.set(this.value);
        f.get(this.linear);
        this.expression(effect.value, length);
        f.memory(effect.size === 4 ? Op.I64Store32 : Op.I64Store, 0);
        this.setRd(() => f.get(this.value));
        this.advance(length);
        return;
      case 'loadReserved':
        this.atomicAddress(effect.size, false);
        f.get(this.hart).get(this.linear).memory(Op.I32Store, layout.RESERVATION);
        this.setRd(() => {
          this.loadLinear(effect.size, true);
        });
        this.advance(length);
        return;
      case 'storeConditional':
        this.atomicAddress(effect.size, true);
        f.get(this.hart).memory(Op.I32Load, layout.RESERVATION).get(this.linear).op(Op.I32Eq);
        f.open(Op.If);
        f.get(this.linear);
        this.register('rs2');
        f.memory(effect.size === 4 ? Op.I64Store32 : Op.I64Store, 0);
        this.setRd(() => f.i64(0n));
        f.else();
        this.setRd(() => f.i64(1n));
        f.close();
        f.get(this.hart).i32(-1).memory(Op.I32Store, layout.RESERVATION);
        this.advance(length);
        return;
      case 'system':
        this.emitSystem(length);
        return;
      case 'nothing':
        this.advance(length);
        return;
    }
  }

  private emitSystem(length: 2 | 4): void {
    this.emitSave();
    this.f.get(this.hart).get(this.ip).call(this.imports.system);
    this.emitOutcome();
    this.advance(length);
  }

  /** Linear address of a data access, in `linear`, when the TLB covers it; the `else` arm follows. */
  private openDataLookup(size: Size, write: boolean): void {
    const { f } = this;
    f.get(this.bank);
    f.get(this.address)
      .op(Op.I32WrapI64)
      .i32(7)
      .op(Op.I32ShrU)
      .i32((layout.DATA_ENTRIES - 1) << 5)
      .op(Op.I32And);
    f.op(Op.I32Add).tee(this.linear);
    f.memory(Op.I64Load, write ? layout.DATA_WRITE_TAG : 0);
    // A misaligned address keeps its low bits and so never equals a tag.
    f.get(this.address)
      .i64(-4096n | BigInt(size - 1))
      .op(Op.I64And, Op.I64Eq);
    f.open(Op.If);
    f.get(this.address).op(Op.I32WrapI64).get(this.linear).memory(Op.I32Load, layout.DATA_DELTA);
    f.op(Op.I32Add).set(this.linear);
    f.else();
  }

  private emitLoad(size: Size, signed: boolean, address: Expr, length: 2 | 4): void {
    const { f } = this;
    this.expression(address, length);
    f.set(this.address);
    this.openDataLookup(size, false);
    f.get(this.hart).get(this.address).memory(Op.I64Store, layout.ACCESS_ADDRESS);
    this.emitSave();
    f.get(this.hart).get(this.ip).i32(size).call(this.imports.load);
    this.emitOutcome();
    f.get(this.hart).memory(Op.I32Load, layout.ACCESS_LINEAR).set(this.linear);
    f.close();
    this.setRd(() => {
      this.loadLinear(size, signed);
    });
    this.advance(length);
  }

  private emitStore(size: Size, address: Expr, value: Expr, length: 2 | 4): void {
    const { f } = this;
    this.expression(address, length);
    f.set(this.address);
    this.openDataLookup(size, true);
    f.get(this.hart).get(this.address).memory(Op.I64Store, layout.ACCESS_ADDRESS);
    f.get(this.hart);
    this.expression(value, length);
    f.memory(Op.I64Store, layout.ACCESS_VALUE);
    this.emitSave();
    f.get(this.hart).get(this.ip).i32(size).call(this.imports.store);
    this.emitOutcome();
    this.advance(length);
    f.close();
    f.get(this.linear);
    this.expression(value, length);
    f.memory(({ 1: Op.I64Store8, 2: Op.I64Store16, 4: Op.I64Store32, 8: Op.I64Store } as const)[size], 0);
    this.advance(length);
  }

  /** Linear address of the atomic access at rs1, in `linear`. */
  private atomicAddress(size: 4 | 8, write: boolean): void {
    const { f } = this;
    this.register('rs1');
    f.set(this.address);
    this.openDataLookup(size, write);
    f.get(this.hart).get(this.address).memory(Op.I64Store, layout.ACCESS_ADDRESS);
    this.emitSave();
    f.get(this.hart)
      .get(this.ip)
      .i32(size)
      .i32(write ? 1 : 0)
      .call(this.imports.atomic);
    this.emitOutcome();
    f.get(this.hart).memory(Op.I32Load, layout.ACCESS_LINEAR).set(this.linear);
    f.close();
  }

  private loadLinear(size: Size, signed: boolean): void {
    const op = {
      1: signed ? Op.I64Load8S : Op.I64Load8U,
      2: signed ? Op.I64Load16S : Op.I64Load16U,
      4: signed ? Op.I64Load32S : Op.I64Load32U,
      8: Op.I64Load,
    }[size];
    this.f.get(this.linear).memory(op, 0);
  }

  /** To pc + immediate: inside the page by moving `ip`, otherwise through the fetch TLB. */
  private emitJump(): void {
    const { f } = this;
    f.get(this.ip).get(this.ip).memory(Op.I32Load, layout.ENTRY_IMM).op(Op.I32Add).tee(this.linear);
    f.get(this.page).op(Op.I32Sub).get(this.span).op(Op.I32LtU);
    f.open(Op.If);
    f.get(this.linear).set(this.ip).branch(this.next);
    f.close();
    this.emitPc();
    f.get(this.ip).memory(Op.I32Load, layout.ENTRY_IMM).i32(layout.ENTRY_SHIFT).op(Op.I32ShrS);
    f.op(Op.I64ExtendI32S, Op.I64Add).set(this.pc).branch(this.refetch);
  }

  private advance(length: 2 | 4): void {
    this.f
      .get(this.ip)
      .i32(length << layout.ENTRY_SHIFT)
      .op(Op.I32Add)
      .set(this.ip)
      .branch(this.next);
  }

  /** Leaves the address of this instruction, plus `offset`, on the stack. */
  private emitPc(offset = 0): void {
    const { f } = this;
    f.get(this.pageAddress);
    f.get(this.ip).get(this.page).op(Op.I32Sub).i32(layout.ENTRY_SHIFT).op(Op.I32ShrU);
    if (offset > 0) f.i32(offset).op(Op.I32Add);
    f.op(Op.I64ExtendI32U, Op.I64Add);
  }

  /** What the dispatch counted was not an instruction. */
  private emitNotCounted(): void {
    this.f.get(this.budget).i32(1).op(Op.I32Add).set(this.budget);
  }

  private saveAt(pc: () => void): void {
    const { f } = this;
    f.get(this.hart);
    pc();
    f.memory(Op.I64Store, layout.PC);
    f.get(this.hart).get(this.budget).memory(Op.I32Store, layout.BUDGET);
  }

  /** Makes pc and budget visible before a call. */
  private emitSave(): void {
    this.saveAt(() => {
      this.emitPc();
    });
  }

  /** Acts on the outcome on the stack; on Continue it takes over the budget and falls through. */
  private emitOutcome(): void {
    const { f } = this;
    f.tee(this.outcome);
    f.open(Op.If);
    f.get(this.outcome).i32(Outcome.Leave).op(Op.I32Eq).branchIf(this.leave);
    f.branch(this.reload);
    f.close();
    // A call may shorten the slice.
    f.get(this.hart).memory(Op.I32Load, layout.BUDGET).set(this.budget);
  }

  private register(field: 'rs1' | 'rs2'): void {
    const { f } = this;
    f.get(this.hart)
      .get(this.ip)
      .memory(Op.I32Load8U, field === 'rs1' ? layout.ENTRY_RS1 : layout.ENTRY_RS2);
    f.op(Op.I32Add).memory(Op.I64Load, layout.REGISTERS);
  }

  private setRd(value: () => void): void {
    const { f } = this;
    f.get(this.hart).get(this.ip).memory(Op.I32Load16U, layout.ENTRY_RD).op(Op.I32Add);
    value();
    f.memory(Op.I64Store, layout.REGISTERS);
  }

  private expression(expr: Expr, length: 2 | 4): void {
    emitExpression(this.f, this.operands(length), expr);
  }

  private condition(condition: Condition, length: 2 | 4): void {
    emitCondition(this.f, this.operands(length), condition);
  }

  private operands(length: 2 | 4): Parameters<typeof emitExpression>[1] {
    const { f } = this;
    return {
      register: (field) => {
        this.register(field);
      },
      immediate: () => {
        f.get(this.ip).memory(Op.I64Load32S, layout.ENTRY_IMM);
      },
      pc: () => {
        this.emitPc();
      },
      nextPc: () => {
        this.emitPc(length);
      },
      memoryValue: () => {
        f.get(this.value);
      },
      mulHighUnsigned: () => {
        f.call(this.mulHighUnsigned);
      },
    };
  }
}
