/**
 * Reading and writing control and status registers (Privileged ISA, chapter 2; Zicsr, Zicntr). WARL fields keep
 * legal values; a register that does not exist, or is out of reach for the mode, is an illegal instruction.
 */
import { Csr } from './csr-numbers.js';
import { Mode } from './exceptions.js';
import type { Hart } from './hart.js';
import { Status } from './hart.js';
import type { WideCsr } from './registers.js';

/** RV64IMAC with S and U (misa, 3.1.1). */
const MISA = Array.from('IMACSU').reduce(
  (bits, letter) => bits | (1n << BigInt(letter.charCodeAt(0) - 65)),
  2n << 62n,
);

/** UXL and SXL: 64 bits, not changeable. */
const SXL_UXL = 0xan << 32n;
const UXL = 2n << 32n;

const machineStatusMask = Object.values(Status).reduce((mask, bit) => mask | bit, 0);
const supervisorStatusMask = Status.SIE | Status.SPIE | Status.SPP | Status.SUM | Status.MXR;

const SUPERVISOR_INTERRUPTS = 0x222;
const ALL_INTERRUPTS = 0xaaa;
const SSIP = 1 << 1;
const SEIP = 1 << 9;
/** Exceptions that can be delegated (medeleg): all but ECALL from M-mode. */
const DELEGABLE = 0xb3ff | (1 << 8);

const wideRegisters = new Map<number, WideCsr>([
  [Csr.mtvec, 'mtvec'],
  [Csr.mscratch, 'mscratch'],
  [Csr.mepc, 'mepc'],
  [Csr.mcause, 'mcause'],
  [Csr.mtval, 'mtval'],
  [Csr.stvec, 'stvec'],
  [Csr.sscratch, 'sscratch'],
  [Csr.sepc, 'sepc'],
  [Csr.scause, 'scause'],
  [Csr.stval, 'stval'],
  [Csr.satp, 'satp'],
]);

const unsigned = (value: number): bigint => BigInt(value >>> 0);
const low32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

/** Whether the hart's mode may touch the register at all (2.1). */
function accessible(hart: Hart, number: number, write: boolean): boolean {
  if (hart.mode < ((number >>> 8) & 3)) return false;
  if (write && number >>> 10 === 3) return false;
  if (number === Csr.satp && hart.mode === Mode.Supervisor && (hart.mstatus & Status.TVM) !== 0) return false;
  if (number >= Csr.cycle && number <= Csr.instret) {
    const bit = 1 << (number - Csr.cycle);
    if (hart.mode !== Mode.Machine && (hart.mcounteren & bit) === 0) return false;
    if (hart.mode === Mode.User && (hart.scounteren & bit) === 0) return false;
  }
  return true;
}

/** The register's value, or undefined when reading it is illegal. */
export function readCsr(hart: Hart, number: number): bigint | undefined {
  if (!accessible(hart, number, false)) return undefined;
  const wide = wideRegisters.get(number);
  if (wide) return hart.wide(wide);
  switch (number) {
    case Csr.cycle:
    case Csr.mcycle:
      return BigInt.asUintN(64, BigInt(hart.executed - 1) + hart.cycleOffset);
    case Csr.instret:
    case Csr.minstret:
      // The instruction at hand has not retired yet.
      return BigInt.asUintN(64, BigInt(hart.retired - 1) + hart.instretOffset);
    case Csr.time:
      return hart.environment.readTime();
    case Csr.sstatus:
      return unsigned(hart.mstatus & supervisorStatusMask) | UXL;
    case Csr.sie:
      return unsigned(hart.mie & hart.mideleg);
    case Csr.sip:
      return unsigned(hart.mip & hart.mideleg);
    case Csr.scounteren:
      return unsigned(hart.scounteren);
    case Csr.senvcfg:
      return unsigned(hart.senvcfg);
    case Csr.mstatus:
      return unsigned(hart.mstatus) | SXL_UXL;
    case Csr.misa:
      return MISA;
    case Csr.medeleg:
      return unsigned(hart.medeleg);
    case Csr.mideleg:
      return unsigned(hart.mideleg);
    case Csr.mie:
      return unsigned(hart.mie);
    case Csr.mip:
      return unsigned(hart.mip);
    case Csr.mcounteren:
      return unsigned(hart.mcounteren);
    case Csr.mcountinhibit:
      return unsigned(hart.mcountinhibit);
    case Csr.menvcfg:
      return unsigned(hart.menvcfg);
    case Csr.mhartid:
      return BigInt(hart.id);
    case Csr.mvendorid:
    case Csr.marchid:
    case Csr.mimpid:
    case Csr.mconfigptr:
      return 0n;
    default:
      return isPerformanceCounter(number) ? 0n : undefined;
  }
}

/** mhpmcounter3-31 and mhpmevent3-31 exist and read as zero (3.1.10). */
function isPerformanceCounter(number: number): boolean {
  return (
    (number >= Csr.mhpmcounter3 && number <= Csr.mhpmcounter31) ||
    (number >= Csr.mhpmevent3 && number <= Csr.mhpmevent31)
  );
}

/**
 * The value that CSRRS and CSRRC modify: as read, but for SEIP only the bit that software set (3.1.9).
 */
export function csrForModify(hart: Hart, number: number, value: bigint): bigint {
  if (number !== Csr.mip) return value;
  return (value & ~BigInt(SEIP)) | BigInt(hart.softwareInterrupts & SEIP);
}

/** Writes a register; false when that is illegal. */
export function writeCsr(hart: Hart, number: number, value: bigint): boolean {
  if (!accessible(hart, number, true)) return false;
  switch (number) {
    case Csr.satp: {
      const mode = value >> 60n;
      // A write with an unsupported mode has no effect (10.1.11).
      if (mode !== 0n && mode !== 8n) return true;
      hart.setWide('satp', value);
      if (hart.mode === Mode.Machine) hart.freshSupervisor = true;
      hart.tlb.flush();
      return true;
    }
    case Csr.stvec:
    case Csr.mtvec:
      hart.setWide(number === Csr.stvec ? 'stvec' : 'mtvec', value & ~2n);
      return true;
    case Csr.sepc:
    case Csr.mepc:
      hart.setWide(number === Csr.sepc ? 'sepc' : 'mepc', value & ~1n);
      return true;
    case Csr.sstatus:
      hart.writeStatus(low32(value), supervisorStatusMask);
      break;
    case Csr.mstatus:
      hart.writeStatus(low32(value), machineStatusMask);
      break;
    case Csr.sie:
      hart.mie = (hart.mie & ~hart.mideleg) | (low32(value) & hart.mideleg);
      break;
    case Csr.mie:
      hart.mie = low32(value) & ALL_INTERRUPTS;
      break;
    case Csr.sip: {
      const writable = SSIP & hart.mideleg;
      hart.softwareInterrupts = (hart.softwareInterrupts & ~writable) | (low32(value) & writable);
      break;
    }
    case Csr.mip:
      hart.softwareInterrupts = low32(value) & SUPERVISOR_INTERRUPTS;
      break;
    case Csr.medeleg:
      hart.medeleg = low32(value) & DELEGABLE;
      return true;
    case Csr.mideleg:
      hart.mideleg = low32(value) & SUPERVISOR_INTERRUPTS;
      break;
    case Csr.scounteren:
      hart.scounteren = low32(value) & 7;
      return true;
    case Csr.mcounteren:
      hart.mcounteren = low32(value) & 7;
      return true;
    case Csr.mcountinhibit:
      hart.mcountinhibit = low32(value) & 5;
      return true;
    case Csr.menvcfg:
      hart.menvcfg = low32(value) & 1;
      return true;
    case Csr.senvcfg:
      hart.senvcfg = low32(value) & 1;
      return true;
    case Csr.mcycle:
      hart.cycleOffset = value - BigInt(hart.executed);
      return true;
    case Csr.minstret:
      hart.instretOffset = value - BigInt(hart.retired);
      return true;
    case Csr.misa:
      return true;
    default: {
      const wide = wideRegisters.get(number);
      if (wide) {
        hart.setWide(wide, value);
        return true;
      }
      return isPerformanceCounter(number);
    }
  }
  // Only the registers that decide whether an interrupt can be taken get here.
  hart.environment.endSlice(hart);
  return true;
}
