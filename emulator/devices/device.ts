/**
 * What a memory-mapped device is, and what the machine offers it.
 *
 * A device lives in guest time only: it learns the time from {@link DeviceHost.now} and asks to be called
 * back with {@link DeviceHost.at}. It never sees the host's clock, so a run is a function of its inputs.
 */

/** Width of one register access in bytes. The bus splits 8-byte accesses into two of 4, low half first. */
export type AccessSize = 1 | 2 | 4;

/** A memory-mapped device. Offsets are bytes from the start of the device's region. */
export interface Device {
  /** Name as in the board's device tree, such as `serial@10000000`. */
  readonly name: string;
  /** Reads a register; the result is an unsigned number of `size` bytes. Unimplemented offsets read as 0. */
  read(offset: number, size: AccessSize): number;
  /** Writes a register; `value` is unsigned. Unimplemented offsets ignore the write. */
  write(offset: number, size: AccessSize, value: number): void;
}

/** A scheduled callback, to be cancelled if it is no longer wanted. */
export interface ScheduledEvent {
  /** Guest cycle at which it is due. */
  readonly time: number;
  cancel(): void;
}

/** Guest RAM as a device or the firmware sees it: physical addresses, no translation. */
export interface PhysicalMemory {
  /** First physical address of RAM. */
  readonly base: number;
  /** Size in bytes. */
  readonly size: number;
  /** Whether `[address, address + length)` lies inside RAM. */
  contains(address: number, length: number): boolean;
  /**
   * Copies bytes out of RAM.
   * @throws RangeError when the range is not inside RAM
   */
  read(address: number, length: number): Uint8Array;
  /**
   * Copies bytes into RAM, as DMA does: later fetches by any hart see them.
   * @throws RangeError when the range is not inside RAM
   */
  write(address: number, bytes: Uint8Array): void;
  readU16(address: number): number;
  readU32(address: number): number;
  readU64(address: number): bigint;
  writeU16(address: number, value: number): void;
  writeU32(address: number, value: number): void;
  writeU64(address: number, value: bigint): void;
}

/** Interrupt-pending bits a device may drive, numbered as in `mip` (Privileged specification 3.1.9). */
export const enum InterruptLine {
  SupervisorSoftware = 1,
  MachineSoftware = 3,
  SupervisorTimer = 5,
  MachineTimer = 7,
  SupervisorExternal = 9,
  MachineExternal = 11,
}

/** What the machine gives every device. */
export interface DeviceHost {
  /** Number of harts. Devices name harts by index, 0 to harts - 1, which need not be their ids. */
  readonly harts: number;
  /** Guest cycles (instruction times) since reset; inside a hart's slice, that hart's own position. */
  now(): number;
  /** Guest cycles per second. */
  readonly frequency: number;
  /** Calls back once when guest time reaches `cycle` (at once, but not from inside this call, if it has passed). */
  at(cycle: number, callback: () => void): ScheduledEvent;
  /** Drives one bit of a hart's `mip`. Level-sensitive: stays until lowered. */
  setInterrupt(hart: number, line: InterruptLine, level: boolean): void;
  readonly memory: PhysicalMemory;
  /** Ends the run (finisher, SRST). The first call wins. */
  stop(reason: DeviceStop): void;
}

/** Why firmware or a device ended the run. */
export type DeviceStop =
  /** SBI SRST (or the legacy shutdown call). */
  | {
      readonly kind: 'shutdown';
      readonly type: 'shutdown' | 'cold-reboot' | 'warm-reboot';
      readonly reason: 'none' | 'system-failure';
    }
  /** SiFive test finisher: 0x5555 pass, 0x3333 fail with code, 0x7777 reset. */
  | { readonly kind: 'finisher'; readonly status: 'pass' | 'fail' | 'reset'; readonly code: number };

/** An interrupt source wire into the PLIC, held by the device that drives it. */
export type InterruptWire = (level: boolean) => void;
