/**
 * One hart: registers, privilege, traps and interrupts (Privileged ISA, chapters 3 and 10). Its state lives in
 * linear memory, where the engines work on it; this class carries out what is too rare for them.
 */
import { HartState } from '../firmware/sbi/call.js';
import * as layout from '../engine/layout.js';
import type { EventHub } from '../observe/events.js';
import { Exception, Mode } from './exceptions.js';
import type { GuestRam, LinearMemory } from './memory.js';
import { HartRegisters } from './registers.js';
import { accessFaults, walk } from './sv39.js';
import type { AccessKind, WalkStep } from './sv39.js';
import { Tlb } from './tlb.js';

/** What a hart needs to know of the machine around it. */
export interface HartEnvironment {
  readonly memory: LinearMemory;
  readonly ram: GuestRam;
  readonly events: EventHub;
  /** Guest cycles, at the instruction being carried out. */
  now(): number;
  /** The `time` CSR: ticks of the timebase, never less than any hart has read. */
  readTime(): bigint;
  /** Ends the running hart's slice behind the present instruction, so that interrupts are looked at. */
  endSlice(hart: Hart): void;
  /** Whether ECALL from S-mode goes to the firmware in TypeScript. */
  readonly builtinFirmware: boolean;
  /** A hart is about to execute in S-mode, other than by a trap; `start` as in the event `supervisor-enter`. */
  enteredSupervisor(hart: Hart, start: boolean): void;
  /** Adds to the run's trace digest. */
  trace(kind: number, hart: number, a: number, b: bigint): void;
}

/** Fields of mstatus (Privileged ISA 3.1.6). */
export const Status = {
  SIE: 1 << 1,
  MIE: 1 << 3,
  SPIE: 1 << 5,
  MPIE: 1 << 7,
  SPP: 1 << 8,
  MPP: 3 << 11,
  MPRV: 1 << 17,
  SUM: 1 << 18,
  MXR: 1 << 19,
  TVM: 1 << 20,
  TW: 1 << 21,
  TSR: 1 << 22,
} as const;

const INTERRUPT = 1n << 63n;
/** Order in which simultaneous interrupts are taken (Privileged ISA 3.1.9). */
const interruptPriority = [11, 3, 7, 9, 1, 5];

export class Hart extends HartRegisters {
  readonly tlb: Tlb;
  /** Guest cycle at which the present slice would end with an empty budget. */
  sliceEnd = 0;
  /** Guest cycle up to which the hart has run. */
  local = 0;
  /** Instructions executed, and those among them that trapped instead of retiring. */
  steps = 0;
  trapped = 0;
  /** Called once when an SBI suspend ends. */
  onResume: (() => void) | undefined;
  /** Offsets that cycle and instret writes added. */
  cycleOffset = 0n;
  instretOffset = 0n;
  /** Whether S-mode begins anew when the hart gets there: after a reset, or when M-mode has written satp. */
  freshSupervisor = true;
  /** `retired` when the hart last entered U-mode. */
  private userStart = 0;

  constructor(
    index: number,
    id: number,
    readonly environment: HartEnvironment,
  ) {
    super(index, id, environment.memory);
    this.tlb = new Tlb(environment.memory, this.base);
    this.reset();
  }

  /** M-mode, translation off, interrupts off, stopped (Privileged ISA 3.4). */
  reset(): void {
    const { u8 } = this.environment.memory;
    u8.fill(0, this.base, this.base + layout.CROSSING);
    this.mode = Mode.Machine;
    this.state = HartState.Stopped;
    this.setReservation(-1);
    // What OpenSBI leaves behind for the supervisor it starts.
    if (this.environment.builtinFirmware) {
      this.medeleg = 0xffff & ~((1 << Exception.EcallFromSupervisor) | (1 << Exception.EcallFromMachine));
      this.mideleg = 0x222;
      this.mcounteren = 7;
      this.scounteren = 7;
    }
    this.modeChanged();
  }

  get mip(): number {
    return this.lines | this.softwareInterrupts;
  }

  /** Instructions executed since reset, the one at hand included. */
  get executed(): number {
    return this.steps + this.sliceBudget - this.budget;
  }

  /** Those among them that did not trap. */
  get retired(): number {
    return this.executed - this.trapped;
  }

  /** Instructions retired since the hart last entered U-mode; of interest while it is there. */
  get userRetired(): number {
    return this.retired - this.userStart;
  }

  /** Budget that the present slice began with, less what it was shortened by; 0 between slices. */
  sliceBudget = 0;

  // --- Privilege ---

  /** Writes mstatus; only fields in `mask` change. */
  writeStatus(value: number, mask: number): void {
    const before = this.mstatus;
    let after = (before & ~mask) | (value & mask);
    // MPP is WARL: 2 is no mode.
    if ((after & Status.MPP) >>> 11 === 2) after = (after & ~Status.MPP) | (before & Status.MPP);
    this.setNarrow('mstatus', after);
    const changed = before ^ after;
    if ((changed & Status.MXR) !== 0) {
      for (let bank = 0; bank < layout.DATA_BANKS; bank++) this.tlb.flushBank(bank);
    } else if (
      (changed & (Status.MPRV | Status.MPP | Status.SUM)) !== 0 &&
      ((before | after) & Status.MPRV) !== 0
    ) {
      this.tlb.flushBank(layout.DataBank.Machine);
    }
    if ((changed & (Status.SUM | Status.MPRV)) !== 0) this.modeChanged();
  }

  /** Points the engine at the TLB bank and fetch tag of the present mode. */
  private modeChanged(): void {
    const { i32 } = this.environment.memory;
    const bank =
      this.mode === Mode.Machine
        ? layout.DataBank.Machine
        : this.mode === Mode.User
          ? layout.DataBank.User
          : (this.mstatus & Status.SUM) !== 0
            ? layout.DataBank.SupervisorUserMemory
            : layout.DataBank.Supervisor;
    this.bank = bank;
    i32[(this.base + layout.DATA_BANK) >> 2] = this.tlb.bankAddress(bank);
    i32[(this.base + layout.FETCH_MODE) >> 2] = this.mode;
  }

  /** The bank of the data TLB in use. */
  bank: layout.DataBank = layout.DataBank.Machine;

  setMode(mode: Mode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    this.modeChanged();
    if (mode === Mode.User) {
      this.userStart = this.retired;
      const { events } = this.environment;
      if (events.wants('user-enter')) {
        events.emit('user-enter', {
          time: this.environment.now(),
          hart: this.index,
          satp: this.wide('satp'),
          pc: this.pc,
          a0: this.x(10),
        });
      }
    }
  }

  // --- Address translation ---

  /** As {@link translate}, for an access of the hart: tells observers of the page walk. */
  translateAccess(address: bigint, access: AccessKind): number {
    const { events } = this.environment;
    if (!events.wants('page-walk')) return this.translate(address, access);
    const entries: WalkStep[] = [];
    const physical = this.translate(address, access, entries);
    if (!this.translates(access)) return physical;
    events.emit('page-walk', {
      time: this.environment.now(),
      hart: this.index,
      satp: this.wide('satp'),
      address,
      access,
      entries,
      ...(physical >= 0 && { physical }),
    });
    return physical;
  }

  /** Privilege mode of an access (MPRV: 3.1.6.3). */
  private accessMode(access: AccessKind): Mode {
    const status = this.mstatus;
    return this.mode === Mode.Machine && access !== 'fetch' && (status & Status.MPRV) !== 0
      ? (status & Status.MPP) >>> 11
      : this.mode;
  }

  /** Whether an access goes through page tables. */
  private translates(access: AccessKind): boolean {
    return this.accessMode(access) !== Mode.Machine && this.wide('satp') >> 60n !== 0n;
  }

  /**
   * Physical address of a virtual one, or `-1 - code` of the exception. Does not fill the TLB.
   * @param steps where to put the page-table entries read
   */
  translate(address: bigint, access: AccessKind, steps?: WalkStep[]): number {
    if (!this.translates(access)) {
      return address < 1n << 56n ? Number(address) : -1 - accessFaults[access];
    }
    const status = this.mstatus;
    return walk(
      this.environment.ram,
      {
        root: Number(this.wide('satp') & 0xfffffffffffn) * layout.PAGE_SIZE,
        user: this.accessMode(access) === Mode.User,
        sum: (status & Status.SUM) !== 0,
        mxr: (status & Status.MXR) !== 0,
      },
      address,
      access,
      steps,
    );
  }

  // --- Traps ---

  /** Raises an exception at the present pc; the instruction does not retire. */
  raise(cause: Exception, tval: bigint): void {
    this.trapped++;
    if (this.isFixedPoint(cause, tval)) {
      // The handler's first instruction traps to itself, and has before: so it will for the rest of the slice.
      this.trapped += this.budget;
      this.budget = 0;
      return;
    }
    this.trap(cause, false, tval);
  }

  /** Whether taking this exception would change nothing at all. */
  private isFixedPoint(cause: Exception, tval: bigint): boolean {
    const { pc, mode, mstatus } = this;
    if (mode === Mode.Machine) {
      return (
        (this.wide('mtvec') & ~3n) === pc &&
        this.wide('mepc') === pc &&
        this.wide('mcause') === BigInt(cause) &&
        this.wide('mtval') === tval &&
        (mstatus & (Status.MIE | Status.MPIE | Status.MPP)) === Status.MPP
      );
    }
    return (
      mode === Mode.Supervisor &&
      ((this.medeleg >>> cause) & 1) !== 0 &&
      (this.wide('stvec') & ~3n) === pc &&
      this.wide('sepc') === pc &&
      this.wide('scause') === BigInt(cause) &&
      this.wide('stval') === tval &&
      (mstatus & (Status.SIE | Status.SPIE | Status.SPP)) === Status.SPP
    );
  }

  private trap(cause: number, interrupt: boolean, tval: bigint): void {
    const from = this.mode;
    const { environment } = this;
    const { events } = environment;
    const delegated = interrupt ? this.mideleg : this.medeleg;
    const to = from !== Mode.Machine && ((delegated >>> cause) & 1) !== 0 ? Mode.Supervisor : Mode.Machine;
    const epc = this.pc;
    environment.trace(interrupt ? 1 : 2, this.index, cause, epc);
    if (from === Mode.User && events.wants('user-leave')) {
      events.emit('user-leave', {
        time: environment.now(),
        hart: this.index,
        satp: this.wide('satp'),
        retired: this.userRetired,
        interrupt,
        cause,
        epc,
        tval,
      });
    }
    if (events.wants('trap')) {
      events.emit('trap', {
        time: environment.now(),
        hart: this.index,
        from,
        to,
        interrupt,
        cause,
        epc,
        tval,
      });
    }
    const status = this.mstatus;
    const code = interrupt ? INTERRUPT | BigInt(cause) : BigInt(cause);
    let vector: bigint;
    if (to === Mode.Supervisor) {
      this.setWide('sepc', epc);
      this.setWide('scause', code);
      this.setWide('stval', tval);
      const previous =
        ((status & Status.SIE) !== 0 ? Status.SPIE : 0) | (from === Mode.User ? 0 : Status.SPP);
      this.writeStatus(previous, Status.SIE | Status.SPIE | Status.SPP);
      vector = this.wide('stvec');
    } else {
      this.setWide('mepc', epc);
      this.setWide('mcause', code);
      this.setWide('mtval', tval);
      const previous = ((status & Status.MIE) !== 0 ? Status.MPIE : 0) | (from << 11);
      this.writeStatus(previous, Status.MIE | Status.MPIE | Status.MPP);
      vector = this.wide('mtvec');
    }
    this.setMode(to);
    const base = vector & ~3n;
    this.pc = interrupt && (vector & 3n) === 1n ? base + 4n * BigInt(cause) : base;
    this.setReservation(-1);
  }

  /** SRET: back to the mode in SPP (10.1.1). */
  returnFromSupervisor(): void {
    const status = this.mstatus;
    const mode = (status & Status.SPP) !== 0 ? Mode.Supervisor : Mode.User;
    const enable = (status & Status.SPIE) !== 0 ? Status.SIE : 0;
    this.writeStatus(enable | Status.SPIE, Status.SIE | Status.SPIE | Status.SPP | Status.MPRV);
    this.pc = this.wide('sepc');
    this.setMode(mode);
  }

  /** MRET: back to the mode in MPP (3.1.6.1). */
  returnFromMachine(): void {
    const status = this.mstatus;
    const mode: Mode = (status & Status.MPP) >>> 11;
    const enable = (status & Status.MPIE) !== 0 ? Status.MIE : 0;
    const mask = Status.MIE | Status.MPIE | Status.MPP | (mode === Mode.Machine ? 0 : Status.MPRV);
    this.writeStatus(enable | Status.MPIE, mask);
    this.pc = this.wide('mepc');
    this.setMode(mode);
    if (mode === Mode.Supervisor) {
      const start = this.freshSupervisor;
      this.freshSupervisor = false;
      this.environment.enteredSupervisor(this, start);
    }
  }

  // --- Interrupts ---

  /** Drives a bit of mip from outside. */
  setLine(line: number, level: boolean): void {
    const bit = 1 << line;
    if (level === ((this.lines & bit) !== 0)) return;
    this.lines = level ? this.lines | bit : this.lines & ~bit;
    if (level) this.environment.endSlice(this);
  }

  /** Whether an interrupt ends WFI: pending and enabled in mie, whatever the global enables (3.3.3). */
  get wakeable(): boolean {
    return (this.mip & this.mie) !== 0;
  }

  /** Takes the most urgent interrupt that is pending and enabled; true if there was one. */
  takeInterrupt(): boolean {
    const pending = this.mip & this.mie;
    if (pending === 0) return false;
    const status = this.mstatus;
    const machineOn = this.mode !== Mode.Machine || (status & Status.MIE) !== 0;
    const supervisorOn =
      this.mode === Mode.User || (this.mode === Mode.Supervisor && (status & Status.SIE) !== 0);
    const takeable = (machineOn ? pending & ~this.mideleg : 0) || (supervisorOn ? pending & this.mideleg : 0);
    if (takeable === 0) return false;
    for (const cause of interruptPriority) {
      if ((takeable & (1 << cause)) === 0) continue;
      this.trap(cause, true, 0n);
      return true;
    }
    return false;
  }
}
