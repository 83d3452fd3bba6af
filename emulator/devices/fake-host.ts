/**
 * A stand-in for the machine in tests of devices and firmware: an array as RAM, a clock that the test turns,
 * and a record of every interrupt line and stop.
 */
import type { DeviceHost, DeviceStop, InterruptLine, PhysicalMemory, ScheduledEvent } from './device.js';

/** Guest RAM over an ordinary array. */
export class ArrayMemory implements PhysicalMemory {
  readonly bytes: Uint8Array;
  private readonly view: DataView;

  constructor(
    readonly base: number,
    readonly size: number,
  ) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  contains(address: number, length: number): boolean {
    return address >= this.base && length >= 0 && address + length <= this.base + this.size;
  }

  private offset(address: number, length: number): number {
    if (!this.contains(address, length)) {
      throw new RangeError(`0x${address.toString(16)} + ${length} is outside RAM`);
    }
    return address - this.base;
  }

  read(address: number, length: number): Uint8Array {
    const start = this.offset(address, length);
    return this.bytes.slice(start, start + length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.bytes.set(bytes, this.offset(address, bytes.length));
  }

  readU16(address: number): number {
    return this.view.getUint16(this.offset(address, 2), true);
  }

  readU32(address: number): number {
    return this.view.getUint32(this.offset(address, 4), true);
  }

  readU64(address: number): bigint {
    return this.view.getBigUint64(this.offset(address, 8), true);
  }

  writeU16(address: number, value: number): void {
    this.view.setUint16(this.offset(address, 2), value, true);
  }

  writeU32(address: number, value: number): void {
    this.view.setUint32(this.offset(address, 4), value, true);
  }

  writeU64(address: number, value: bigint): void {
    this.view.setBigUint64(this.offset(address, 8), value, true);
  }
}

interface PendingEvent extends ScheduledEvent {
  readonly callback: () => void;
}

export interface FakeHostOptions {
  readonly harts?: number;
  /** Guest cycles per second. */
  readonly frequency?: number;
  /** Bytes of RAM at 0x80000000. */
  readonly memory?: number;
}

export class FakeHost implements DeviceHost {
  readonly harts: number;
  readonly frequency: number;
  readonly memory: ArrayMemory;
  /** Every reason a device gave for ending the run, in order. */
  readonly stops: DeviceStop[] = [];
  private cycle = 0;
  private events: PendingEvent[] = [];
  private readonly lines: number[];

  constructor(options: FakeHostOptions = {}) {
    this.harts = options.harts ?? 1;
    this.frequency = options.frequency ?? 100_000_000;
    this.memory = new ArrayMemory(0x8000_0000, options.memory ?? 1 << 20);
    this.lines = new Array<number>(this.harts).fill(0);
  }

  now(): number {
    return this.cycle;
  }

  at(cycle: number, callback: () => void): ScheduledEvent {
    const event: PendingEvent = {
      time: cycle,
      callback,
      cancel: () => {
        this.events = this.events.filter((pending) => pending !== event);
      },
    };
    this.events.push(event);
    return event;
  }

  setInterrupt(hart: number, line: InterruptLine, level: boolean): void {
    const mip = this.lines[hart];
    if (mip === undefined) throw new RangeError(`there is no hart ${hart}`);
    this.lines[hart] = level ? mip | (1 << line) : mip & ~(1 << line);
  }

  stop(reason: DeviceStop): void {
    this.stops.push(reason);
  }

  /** Whether a hart's `mip` has the bit of `line` set. */
  interrupt(hart: number, line: InterruptLine): boolean {
    return ((this.lines[hart] ?? 0) & (1 << line)) !== 0;
  }

  /** Number of callbacks that are still to come. */
  get scheduled(): number {
    return this.events.length;
  }

  /** Moves guest time forward by `cycles`, calling back what falls due on the way, in order of time. */
  advance(cycles: number): void {
    const end = this.cycle + cycles;
    for (;;) {
      let next: PendingEvent | undefined;
      for (const event of this.events) {
        if (event.time <= end && (next === undefined || event.time < next.time)) next = event;
      }
      if (next === undefined) break;
      next.cancel();
      this.cycle = Math.max(this.cycle, next.time);
      next.callback();
    }
    this.cycle = end;
  }
}
