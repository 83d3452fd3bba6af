/** The instructions that engines leave to TypeScript: Zicsr, Zifencei, ECALL and the privileged ones. */
import * as layout from '../engine/layout.js';
import { Outcome } from '../engine/engine-calls.js';
import { entryDefinition } from '../engine/operations.js';
import { csrForModify, readCsr, writeCsr } from './csr.js';
import { Exception, Mode } from './exceptions.js';
import type { Hart } from './hart.js';
import { Status } from './hart.js';

/** What only the machine can do for an instruction. */
export interface SystemCalls {
  /** ECALL from S-mode to the firmware in TypeScript; pc is already behind the instruction. */
  firmwareCall(hart: Hart): Outcome;
  /** WFI with nothing pending; pc is already behind the instruction. */
  waitForInterrupt(hart: Hart): Outcome;
  /** FENCE.I and SFENCE.VMA, for observers. */
  fenced(hart: Hart, instruction: 'sfence.vma' | 'fence.i'): void;
}

/** Carries out the instruction of a decoded entry, or raises its exception. */
export function executeSystem(hart: Hart, entry: number, machine: SystemCalls): Outcome {
  const { view } = hart.environment.memory;
  const bits = view.getUint32(entry + layout.ENTRY_IMM, true);
  const length = view.getUint8(entry + layout.ENTRY_LENGTH);
  const definition = entryDefinition(view, entry);
  const illegal = (): Outcome => {
    hart.raise(Exception.IllegalInstruction, BigInt(bits));
    return Outcome.Reload;
  };
  const next = (): void => {
    hart.pc = BigInt.asUintN(64, hart.pc + BigInt(length));
  };
  if (!definition) return illegal();

  switch (definition.name) {
    case 'hint.mark':
      emitMark(hart, bits >> 20);
      return Outcome.Continue;
    case 'ecall':
      return environmentCall(hart, machine, next);
    case 'ebreak':
      hart.raise(Exception.Breakpoint, hart.pc);
      return Outcome.Reload;
    case 'sret':
      if (hart.mode < Mode.Supervisor) return illegal();
      if (hart.mode === Mode.Supervisor && (hart.mstatus & Status.TSR) !== 0) return illegal();
      hart.returnFromSupervisor();
      hart.environment.endSlice(hart);
      return Outcome.Reload;
    case 'mret':
      if (hart.mode !== Mode.Machine) return illegal();
      hart.returnFromMachine();
      hart.environment.endSlice(hart);
      return Outcome.Reload;
    case 'wfi':
      if (hart.mode === Mode.User) return illegal();
      if (hart.mode === Mode.Supervisor && (hart.mstatus & Status.TW) !== 0) return illegal();
      if (hart.wakeable) return Outcome.Continue;
      next();
      return machine.waitForInterrupt(hart);
    case 'fence.i':
      machine.fenced(hart, 'fence.i');
      return Outcome.Continue;
    case 'sfence.vma': {
      if (hart.mode === Mode.User) return illegal();
      if (hart.mode === Mode.Supervisor && (hart.mstatus & Status.TVM) !== 0) return illegal();
      const rs1 = (bits >>> 15) & 31;
      if (rs1 === 0) hart.tlb.flush();
      else hart.tlb.flushPage(hart.x(rs1));
      machine.fenced(hart, 'sfence.vma');
      next();
      return Outcome.Reload;
    }
    default:
      return accessCsr(hart, definition.name, bits, illegal, next);
  }
}

function environmentCall(hart: Hart, machine: SystemCalls, next: () => void): Outcome {
  const { events } = hart.environment;
  if (events.wants('ecall')) {
    events.emit('ecall', {
      time: hart.environment.now(),
      hart: hart.index,
      satp: hart.wide('satp'),
      mode: hart.mode,
      pc: hart.pc,
      registers: Array.from({ length: 8 }, (_, i) => hart.x(10 + i)),
    });
  }
  if (hart.mode === Mode.Supervisor && hart.environment.builtinFirmware) {
    next();
    return machine.firmwareCall(hart);
  }
  hart.raise(
    hart.mode === Mode.User
      ? Exception.EcallFromUser
      : hart.mode === Mode.Supervisor
        ? Exception.EcallFromSupervisor
        : Exception.EcallFromMachine,
    0n,
  );
  return Outcome.Reload;
}

function emitMark(hart: Hart, code: number): void {
  const { events } = hart.environment;
  if (!events.wants('hint')) return;
  events.emit('hint', {
    time: hart.environment.now(),
    hart: hart.index,
    satp: hart.wide('satp'),
    mode: hart.mode,
    pc: hart.pc,
    code,
    registers: Array.from({ length: 4 }, (_, i) => hart.x(10 + i)),
  });
}

/** Zicsr (Unprivileged ISA, chapter 7): which forms read and which write is table 6 there. */
function accessCsr(
  hart: Hart,
  name: string,
  bits: number,
  illegal: () => Outcome,
  next: () => void,
): Outcome {
  const number = bits >>> 20;
  const rd = (bits >>> 7) & 31;
  const source = (bits >>> 15) & 31;
  const operand = name.endsWith('i') ? BigInt(source) : hart.x(source);
  const replaces = name.startsWith('csrrw');
  const writes = replaces || source !== 0;
  const pc = hart.pc;

  let old = 0n;
  if (!replaces || rd !== 0) {
    const value = readCsr(hart, number);
    if (value === undefined) return illegal();
    old = value;
  }
  if (writes) {
    let value = operand;
    if (!replaces) {
      const base = csrForModify(hart, number, old);
      value = name.startsWith('csrrs') ? base | operand : base & BigInt.asUintN(64, ~operand);
    }
    if (!writeCsr(hart, number, value)) return illegal();
    const { events } = hart.environment;
    if (events.wants('csr-write')) {
      events.emit('csr-write', {
        time: hart.environment.now(),
        hart: hart.index,
        csr: number,
        value: readCsr(hart, number) ?? value,
        pc,
        mode: hart.mode,
      });
    }
  }
  hart.setX(rd, old);
  if (!writes) return Outcome.Continue;
  next();
  return Outcome.Reload;
}
