/** What firmware may do to harts, and how they wait and wake. */
import type { HartControl, LoadFault } from '../firmware/sbi/call.js';
import { HartState } from '../firmware/sbi/call.js';
import { Exception, Mode } from '../hart/exceptions.js';
import type { Hart, HartEnvironment } from '../hart/hart.js';
import { Status } from '../hart/hart.js';
import type { GuestRam } from '../hart/memory.js';
import type { EventHub } from '../observe/events.js';

/** Above this many pages, forgetting the whole TLB is cheaper than page by page. */
const RANGE_PAGES = 64n;
const SSIP = 1 << 1;

export interface HartControlHost {
  readonly memory: GuestRam;
  readonly events: EventHub;
  now(): number;
  setTimer(hart: number, ticks: bigint): void;
  /** Guest cycles that a hart stays START_PENDING. */
  startDelay(hart: number): number;
  /** A bit of the hart's mip may have been set. */
  raised(hart: Hart): void;
  readonly trace: HartEnvironment['trace'];
  readonly enteredSupervisor: HartEnvironment['enteredSupervisor'];
}

export class MachineHarts implements HartControl {
  constructor(
    private readonly harts: readonly Hart[],
    private readonly host: HartControlHost,
  ) {}

  get ids(): readonly number[] {
    return this.harts.map((hart) => hart.id);
  }

  state(hart: number): HartState {
    return this.hart(hart).state;
  }

  setState(hart: number, state: HartState): void {
    this.hart(hart).state = state;
    this.host.trace(4, hart, state, 0n);
    if (this.host.events.wants('hsm')) this.host.events.emit('hsm', { time: this.host.now(), hart, state });
  }

  enterSupervisor(index: number, address: bigint, opaque: bigint): void {
    const hart = this.hart(index);
    hart.setWide('satp', 0n);
    hart.tlb.flush();
    hart.writeStatus(0, Status.SIE | Status.SUM | Status.MXR | Status.MPRV);
    hart.setMode(Mode.Supervisor);
    hart.setX(10, BigInt(hart.id));
    hart.setX(11, opaque);
    hart.pc = address;
    hart.idle = false;
    hart.local = Math.max(hart.local, this.host.now());
    this.host.enteredSupervisor(hart, true);
  }

  startDelay(index: number): number {
    return this.host.startDelay(index);
  }

  halt(index: number): void {
    this.hart(index).state = HartState.Stopped;
  }

  suspend(index: number, resume: () => void): void {
    const hart = this.hart(index);
    hart.onResume = resume;
    this.wait(hart);
    if (hart.wakeable) this.wake(hart);
  }

  /** Lets a hart wait for an interrupt. */
  wait(hart: Hart): void {
    hart.idle = true;
    this.host.trace(5, hart.index, 0, 0n);
    if (this.host.events.wants('idle'))
      this.host.events.emit('idle', { time: this.host.now(), hart: hart.index });
  }

  /** Ends a hart's waiting, at the present time. */
  wake(hart: Hart): void {
    hart.idle = false;
    hart.local = Math.max(hart.local, this.host.now());
    this.host.trace(6, hart.index, 0, 0n);
    if (this.host.events.wants('wake'))
      this.host.events.emit('wake', { time: this.host.now(), hart: hart.index });
    const resume = hart.onResume;
    hart.onResume = undefined;
    resume?.();
  }

  setTimer(hart: number, ticks: bigint): void {
    this.host.setTimer(hart, ticks);
  }

  raiseSoftwareInterrupt(index: number): void {
    const hart = this.hart(index);
    hart.softwareInterrupts |= SSIP;
    this.host.raised(hart);
  }

  lowerSoftwareInterrupt(index: number): boolean {
    const hart = this.hart(index);
    const pending = (hart.softwareInterrupts & SSIP) !== 0;
    hart.softwareInterrupts &= ~SSIP;
    return pending;
  }

  /** Fetches always see memory as it is: there is nothing to do. */
  fenceInstruction(hart: number): void {
    this.hart(hart);
  }

  fenceAddress(index: number, start: bigint, size: bigint): void {
    const hart = this.hart(index);
    const pages = (size + 4095n) / 4096n;
    if (size === 0n || pages > RANGE_PAGES) {
      hart.tlb.flush();
      return;
    }
    for (let page = 0n; page <= pages; page++) hart.tlb.flushPage(BigInt.asUintN(64, start + page * 4096n));
  }

  readMemory(address: bigint, length: number): Uint8Array | undefined {
    const at = Number(address);
    return this.host.memory.contains(at, length) ? this.host.memory.read(at, length) : undefined;
  }

  writeMemory(address: bigint, bytes: Uint8Array): boolean {
    const at = Number(address);
    if (!this.host.memory.contains(at, bytes.length)) return false;
    this.host.memory.write(at, bytes);
    return true;
  }

  readVirtual(index: number, address: bigint, length: number): Uint8Array | LoadFault {
    const hart = this.hart(index);
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      const at = BigInt.asUintN(64, address + BigInt(i));
      const physical = hart.translate(at, 'load');
      if (physical < 0) return { cause: -1 - physical, address: at };
      if (!this.host.memory.contains(physical, 1)) return { cause: Exception.LoadAccessFault, address: at };
      bytes.set(this.host.memory.read(physical, 1), i);
    }
    return bytes;
  }

  private hart(index: number): Hart {
    const hart = this.harts[index];
    if (!hart) throw new RangeError(`there is no hart ${index}`);
    return hart;
  }
}
