/**
 * Goldfish real-time clock: nanoseconds since the Unix epoch, with one alarm.
 *
 * Android emulator, GOLDFISH-VIRTUAL-HARDWARE.TXT, part VIII ("Goldfish real-time clock"); device-tree binding
 * `google,goldfish-rtc`. Time begins at a fixed moment and advances with guest time, so that every run of the
 * same inputs reads the same clock.
 */
import type { AccessSize, Device, DeviceHost, InterruptWire, ScheduledEvent } from './device.js';
import { Timebase } from './timebase.js';

const TIME_LOW = 0x00;
const TIME_HIGH = 0x04;
const ALARM_LOW = 0x08;
const ALARM_HIGH = 0x0c;
const IRQ_ENABLED = 0x10;
const CLEAR_ALARM = 0x14;
const ALARM_STATUS = 0x18;
const CLEAR_INTERRUPT = 0x1c;

const LOW = 0xffff_ffffn;

/** 2026-01-01T00:00:00Z, the time at reset unless another is given, in nanoseconds since 1970. */
export const DEFAULT_EPOCH = 1_767_225_600_000_000_000n;

export interface GoldfishRtcOptions {
  readonly interrupt: InterruptWire;
  /** Nanoseconds since 1970-01-01T00:00:00Z at guest time 0. */
  readonly epoch?: bigint;
}

export class GoldfishRtc implements Device {
  readonly name = 'rtc@101000';
  private readonly interrupt: InterruptWire;
  private readonly nanoseconds: Timebase;
  /** Clock at guest time 0; writes to the time registers move it. */
  private start: bigint;
  /** High half of the time as latched by the last read of the low half. */
  private latchedHigh = 0;
  private alarm = 0n;
  private armed: ScheduledEvent | undefined;
  private pending = false;
  private interruptEnabled = false;

  constructor(
    private readonly host: DeviceHost,
    options: GoldfishRtcOptions,
  ) {
    this.interrupt = options.interrupt;
    this.nanoseconds = new Timebase(host.frequency, 1_000_000_000);
    this.start = options.epoch ?? DEFAULT_EPOCH;
  }

  /** Nanoseconds since 1970 as the guest sees them. */
  time(): bigint {
    return BigInt.asUintN(64, this.start + this.nanoseconds.ticksAt(this.host.now()));
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4) return 0;
    switch (offset) {
      case TIME_LOW: {
        const time = this.time();
        this.latchedHigh = Number(time >> 32n);
        return Number(time & LOW);
      }
      case TIME_HIGH:
        return this.latchedHigh;
      case ALARM_LOW:
        return Number(this.alarm & LOW);
      case ALARM_HIGH:
        return Number(this.alarm >> 32n);
      case IRQ_ENABLED:
        return this.interruptEnabled ? 1 : 0;
      case ALARM_STATUS:
        return this.armed === undefined ? 0 : 1;
      default:
        return 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size !== 4) return;
    switch (offset) {
      case TIME_LOW:
        this.setTime((this.time() & ~LOW) | BigInt(value));
        break;
      case TIME_HIGH:
        this.setTime((this.time() & LOW) | (BigInt(value) << 32n));
        break;
      case ALARM_HIGH:
        this.alarm = (this.alarm & LOW) | (BigInt(value) << 32n);
        break;
      case ALARM_LOW:
        // Drivers write the high half first; the low half arms the alarm.
        this.alarm = (this.alarm & ~LOW) | BigInt(value);
        this.arm();
        break;
      case IRQ_ENABLED:
        this.interruptEnabled = (value & 1) !== 0;
        this.drive();
        break;
      case CLEAR_ALARM:
        this.disarm();
        break;
      case CLEAR_INTERRUPT:
        this.pending = false;
        this.drive();
        break;
    }
  }

  private setTime(time: bigint): void {
    this.start += time - this.time();
    if (this.armed !== undefined) this.arm();
  }

  private disarm(): void {
    this.armed?.cancel();
    this.armed = undefined;
  }

  private arm(): void {
    this.disarm();
    const cycle = this.nanoseconds.cycleOf(this.alarm - this.start);
    if (cycle === undefined) return;
    if (cycle <= this.host.now()) this.ring();
    else this.armed = this.host.at(cycle, () => this.ring());
  }

  private ring(): void {
    this.armed = undefined;
    this.pending = true;
    this.drive();
  }

  private drive(): void {
    this.interrupt(this.pending && this.interruptEnabled);
  }
}
