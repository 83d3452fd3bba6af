/**
 * Core-local interruptor: software interrupts and the machine timer of every hart.
 *
 * SiFive FU540-C000 Manual v1p4, chapter 9 (register map 9.1, msip 9.2, timer registers 9.3). The clock,
 * `mtime`, is what the `time` CSR shows (Privileged specification 3.2.1).
 */
import {
  type AccessSize,
  type Device,
  type DeviceHost,
  InterruptLine,
  type ScheduledEvent,
} from './device.js';
import { Timebase } from './timebase.js';

/** Bytes the CLINT takes on the bus. */
export const CLINT_SIZE = 0x1_0000;

const MSIP = 0x0000;
const MTIMECMP = 0x4000;
const MTIME = 0xbff8;

const ALL_ONES = 0xffff_ffff_ffff_ffffn;

/** Replaces the low (`half` 0) or the high (`half` 1) 32 bits of a 64-bit register. */
function withHalf(register: bigint, half: number, value: number): bigint {
  return half === 0
    ? (register & 0xffff_ffff_0000_0000n) | BigInt(value)
    : (register & 0xffff_ffffn) | (BigInt(value) << 32n);
}

function halfOf(register: bigint, half: number): number {
  return Number((register >> (half === 0 ? 0n : 32n)) & 0xffff_ffffn);
}

/**
 * One comparator: its interrupt line is high exactly while mtime >= compare, both unsigned. It starts with a
 * compare value of all ones, which no run reaches.
 */
export class TimerComparator {
  private value = ALL_ONES;
  private due: ScheduledEvent | undefined;

  constructor(
    private readonly host: DeviceHost,
    private readonly clock: MachineClock,
    private readonly hart: number,
    private readonly line: InterruptLine,
  ) {}

  /** The compare value in timebase ticks. */
  get compare(): bigint {
    return this.value;
  }

  set(ticks: bigint): void {
    this.value = BigInt.asUintN(64, ticks);
    this.refresh();
  }

  /** Drives the line anew; to be called whenever mtime has been written. */
  refresh(): void {
    this.due?.cancel();
    this.due = undefined;
    const reached = this.clock.ticks() >= this.value;
    this.host.setInterrupt(this.hart, this.line, reached);
    if (reached) return;
    const cycle = this.clock.cycleOf(this.value);
    if (cycle !== undefined) this.due = this.host.at(cycle, () => this.refresh());
  }
}

/** mtime: guest time in ticks of the timebase, plus what the guest added by writing to it. */
export class MachineClock {
  private readonly timebase: Timebase;
  private offset = 0n;

  /** @param ticksPerSecond the device tree's timebase-frequency */
  constructor(
    private readonly host: DeviceHost,
    readonly ticksPerSecond: number,
  ) {
    this.timebase = new Timebase(host.frequency, ticksPerSecond);
  }

  /** mtime now. */
  ticks(): bigint {
    return BigInt.asUintN(64, this.timebase.ticksAt(this.host.now()) + this.offset);
  }

  /** What writes to mtime have added to the ticks since reset; 0 unless the guest wrote to it. */
  get ticksAdded(): bigint {
    return this.offset;
  }

  set(ticks: bigint): void {
    this.offset = BigInt.asIntN(64, ticks - this.timebase.ticksAt(this.host.now()));
  }

  /** The guest cycle at which mtime reaches `ticks`, or undefined when no run lasts so long. */
  cycleOf(ticks: bigint): number | undefined {
    return this.timebase.cycleOf(ticks - this.offset);
  }
}

export interface ClintOptions {
  /** Ticks of mtime per second; 10 MHz on QEMU virt. */
  readonly timebase?: number;
  /** By index: the id of each hart, at most 4094; registers go by it. The index unless given. */
  readonly hartIds?: readonly number[];
}

export class Clint implements Device {
  readonly name = 'clint@2000000';
  readonly clock: MachineClock;
  private readonly msip: boolean[];
  /** By hart id. */
  private readonly indices: ReadonlyMap<number, number>;
  private readonly machineTimers: TimerComparator[] = [];
  private readonly supervisorTimers: TimerComparator[] = [];

  constructor(
    private readonly host: DeviceHost,
    options: ClintOptions = {},
  ) {
    this.clock = new MachineClock(host, options.timebase ?? 10_000_000);
    this.indices = new Map(
      Array.from({ length: host.harts }, (_, index) => [options.hartIds?.[index] ?? index, index]),
    );
    this.msip = new Array<boolean>(host.harts).fill(false);
    for (let hart = 0; hart < host.harts; hart++) {
      this.machineTimers.push(new TimerComparator(host, this.clock, hart, InterruptLine.MachineTimer));
      this.supervisorTimers.push(new TimerComparator(host, this.clock, hart, InterruptLine.SupervisorTimer));
    }
  }

  /** mtime, as the `time` CSR and the TIME extension of the SBI see it. */
  mtime(): bigint {
    return this.clock.ticks();
  }

  /**
   * The timer that the built-in firmware keeps for a hart's supervisor: drives STIP. It is no register of the
   * CLINT; guest firmware in M-mode makes its own out of the machine timer.
   * @throws RangeError when there is no such hart
   */
  supervisorTimer(hart: number): TimerComparator {
    const timer = this.supervisorTimers[hart];
    if (timer === undefined) throw new RangeError(`there is no hart ${hart}`);
    return timer;
  }

  read(offset: number, size: AccessSize): number {
    // Registers are 4 or 8 bytes wide; narrower or misaligned accesses reach none of them.
    if (size !== 4 || offset % 4 !== 0) return 0;
    const half = (offset >> 2) & 1;
    // Registers of harts that do not exist read 0.
    if (offset < MTIMECMP) return this.msip[this.index((offset - MSIP) >> 2)] === true ? 1 : 0;
    if (offset < MTIME) return halfOf(this.timer((offset - MTIMECMP) >> 3)?.compare ?? 0n, half);
    return offset < MTIME + 8 ? halfOf(this.clock.ticks(), half) : 0;
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size !== 4 || offset % 4 !== 0) return;
    const half = (offset >> 2) & 1;
    if (offset < MTIMECMP) {
      const hart = this.index((offset - MSIP) >> 2);
      if (hart < 0) return;
      const level = (value & 1) !== 0;
      this.msip[hart] = level;
      this.host.setInterrupt(hart, InterruptLine.MachineSoftware, level);
    } else if (offset < MTIME) {
      const timer = this.timer((offset - MTIMECMP) >> 3);
      timer?.set(withHalf(timer.compare, half, value));
    } else if (offset < MTIME + 8) {
      this.clock.set(withHalf(this.clock.ticks(), half, value));
      for (const timer of this.machineTimers) timer.refresh();
      for (const timer of this.supervisorTimers) timer.refresh();
    }
  }
  /** Index of the hart with an id, or -1. */
  private index(id: number): number {
    return this.indices.get(id) ?? -1;
  }

  private timer(id: number): TimerComparator | undefined {
    return this.machineTimers[this.index(id)];
  }
}
