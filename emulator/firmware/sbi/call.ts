/**
 * The contract between the machine and the SBI implementation in TypeScript
 * (RISC-V Supervisor Binary Interface Specification 2.0, chapter 3: a7 = EID, a6 = FID, a0-a5 arguments,
 * result in a0 = error, a1 = value).
 */
import type { DeviceHost } from '../../devices/device.js';

/** HSM hart states with their numbers (SBI 2.0, section 9, table of hart states). */
export const enum HartState {
  Started = 0,
  Stopped = 1,
  StartPending = 2,
  StopPending = 3,
  Suspended = 4,
  SuspendPending = 5,
  ResumePending = 6,
}

/**
 * What the SBI may do to the harts; implemented by the machine. All addresses and values are 64-bit. Harts go by their
 * index here; only the guest names them by id.
 */
export interface HartControl {
  /** By index: the hart's id (`mhartid`), ascending. */
  readonly ids: readonly number[];
  /** The hart's HSM state; the machine shows it as an `hsm` event whenever it changes. */
  state(hart: number): HartState;
  setState(hart: number, state: HartState): void;
  /**
   * Puts a hart at `address` in S-mode with satp = 0, sstatus.SIE = 0, a0 = its id and a1 = `opaque`
   * (SBI 2.0, 9.1), and lets it run from the next slice on.
   */
  enterSupervisor(hart: number, address: bigint, opaque: bigint): void;
  /** Guest cycles that a hart stays START_PENDING before it executes its first instruction; Infinity: for ever. */
  startDelay(hart: number): number;
  /** Takes a hart off the machine (HSM STOPPED) until `enterSupervisor`. */
  halt(hart: number): void;
  /** Suspends execution until an interrupt enabled in `sie` is pending; `resume` is called when that happens. */
  suspend(hart: number, resume: () => void): void;
  /** Sets the hart's timer compare in timebase ticks; lowers STIP if it lies ahead (SBI 2.0, chapter 6). */
  setTimer(hart: number, ticks: bigint): void;
  /** Raises SSIP on a hart. */
  raiseSoftwareInterrupt(hart: number): void;
  /** Lowers SSIP on a hart; whether it had been pending (SBI 2.0, 5.4: only a legacy call needs this). */
  lowerSoftwareInterrupt(hart: number): boolean;
  /** FENCE.I on a hart, at once. */
  fenceInstruction(hart: number): void;
  /** SFENCE.VMA on a hart: the whole TLB when `size` is 0 or all ones, otherwise the range. */
  fenceAddress(hart: number, start: bigint, size: bigint, asid?: number): void;
  /**
   * Reads bytes at an address as the calling hart's S-mode sees physical memory, or undefined when the range
   * is not RAM.
   */
  readMemory(address: bigint, length: number): Uint8Array | undefined;
  /** Writes physical RAM; false when the range is not RAM. */
  writeMemory(address: bigint, bytes: Uint8Array): boolean;
  /**
   * Reads bytes at a virtual address as a load by the hart's S-mode would, or says which fault that load takes
   * (SBI 2.0, chapter 5: legacy calls pass hart masks this way).
   */
  readVirtual(hart: number, address: bigint, length: number): Uint8Array | LoadFault;
}

/** The exception a load takes: `cause` is 13 (load page fault) or 5 (load access fault). */
export interface LoadFault {
  readonly cause: number;
  /** The faulting virtual address. */
  readonly address: bigint;
}

/** Console as the firmware uses it; the machine connects it to the UART's host side. */
export interface FirmwareConsole {
  write(bytes: Uint8Array): void;
  /** Up to `limit` bytes of pending input. */
  read(limit: number): Uint8Array;
}

/** One call. Arguments are unsigned 64-bit. */
export interface SbiRequest {
  /** Index of the caller. */
  readonly hart: number;
  readonly eid: bigint;
  readonly fid: bigint;
  readonly args: readonly [bigint, bigint, bigint, bigint, bigint, bigint];
}

/**
 * What a call returns. `return` puts error and value into a0/a1 (legacy calls only a0); `no-return` means that the
 * hart's state was replaced (hart_stop, non-retentive suspend, reset). A retentive suspend returns at once; the hart
 * then waits before it executes the next instruction. `trap` raises an exception in the calling supervisor with sepc
 * at the ECALL (chapter 5: faults that legacy calls take on its behalf).
 */
export type SbiResult =
  | { readonly kind: 'return'; readonly error: number; readonly value: bigint }
  | { readonly kind: 'legacy'; readonly value: bigint }
  | { readonly kind: 'no-return' }
  | { readonly kind: 'trap'; readonly cause: number; readonly tval: bigint };

/** The firmware itself: `handle` is called for every ECALL from S-mode when no guest firmware runs in M-mode. */
export interface Sbi {
  handle(request: SbiRequest): SbiResult;
}

/** What an {@link Sbi} is built from. */
export interface SbiHost {
  readonly harts: HartControl;
  readonly console: FirmwareConsole;
  readonly device: DeviceHost;
}
