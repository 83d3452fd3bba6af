/** Data accesses that the TLB does not cover: misses, devices, misaligned addresses, faults. */
import * as layout from '../engine/layout.js';
import { Outcome } from '../engine/engine-calls.js';
import { Exception } from './exceptions.js';
import type { Hart } from './hart.js';
import { accessFaults } from './sv39.js';

/** Physical memory outside RAM, as harts reach it. */
export interface Bus {
  /** The value as an unsigned number of `size` bytes, or undefined where nothing answers. */
  read(hart: Hart, address: number, size: number): bigint | undefined;
  /** False where nothing answers. */
  write(hart: Hart, address: number, size: number, value: bigint): boolean;
}

/** What stores must do to decoded code. */
export interface CodeGuard {
  /**
   * RAM is about to change by a store of the instruction at `entry`. `offset` counts from the start of RAM.
   * @returns true when the page still has decoded code, so that the next store to it must be seen as well
   */
  stored(offset: number, length: number, entry: number): boolean;
}

export class DataAccess {
  constructor(
    private readonly bus: Bus,
    private readonly code: CodeGuard,
  ) {}

  /** A load: leaves where the value is in ACCESS_LINEAR. */
  load(hart: Hart, size: number): Outcome {
    const address = this.address(hart);
    if ((Number(address & 7n) & (size - 1)) !== 0) return this.misalignedLoad(hart, address, size);
    const physical = hart.translate(address, 'load');
    if (physical < 0) return this.fault(hart, -1 - physical, address);
    const { ram } = hart.environment;
    if (ram.contains(physical, size)) {
      const linear = this.linear(hart, physical);
      hart.tlb.fillData(hart.bank, address, linear, false);
      this.setLinear(hart, linear);
      return Outcome.Continue;
    }
    const value = this.bus.read(hart, physical, size);
    if (value === undefined) return this.fault(hart, Exception.LoadAccessFault, address);
    return this.deliver(hart, value);
  }

  /** A store of ACCESS_VALUE, carried out here. */
  store(hart: Hart, entry: number, size: number): Outcome {
    const address = this.address(hart);
    const value = hart.environment.memory.u64[(hart.base + layout.ACCESS_VALUE) >> 3] ?? 0n;
    if ((Number(address & 7n) & (size - 1)) !== 0)
      return this.misalignedStore(hart, entry, address, size, value);
    const physical = hart.translate(address, 'store');
    if (physical < 0) return this.fault(hart, -1 - physical, address);
    const { ram, memory } = hart.environment;
    if (ram.contains(physical, size)) {
      const linear = this.linear(hart, physical);
      const watched = this.code.stored(physical - ram.base, size, entry);
      if (!watched) hart.tlb.fillData(hart.bank, address, linear, true);
      writeSized(memory.view, linear, size, value);
      return Outcome.Continue;
    }
    if (!this.bus.write(hart, physical, size, BigInt.asUintN(size * 8, value))) {
      return this.fault(hart, Exception.StoreAccessFault, address);
    }
    return Outcome.Continue;
  }

  /** LR, SC or AMO: leaves where the operand is in ACCESS_LINEAR. Only RAM has atomics (A.PMA: RsrvEventual). */
  atomic(hart: Hart, entry: number, size: number, write: boolean): Outcome {
    const address = this.address(hart);
    if ((Number(address & 7n) & (size - 1)) !== 0) {
      return this.fault(hart, write ? Exception.StoreMisaligned : Exception.LoadMisaligned, address);
    }
    const access = write ? 'store' : 'load';
    const physical = hart.translate(address, access);
    if (physical < 0) return this.fault(hart, -1 - physical, address);
    const { ram } = hart.environment;
    if (!ram.contains(physical, size)) return this.fault(hart, accessFaults[access], address);
    const linear = this.linear(hart, physical);
    const watched = write && this.code.stored(physical - ram.base, size, entry);
    if (!watched) hart.tlb.fillData(hart.bank, address, linear, write);
    this.setLinear(hart, linear);
    return Outcome.Continue;
  }

  /** Misaligned accesses to RAM work, a byte at a time; to devices they fault. */
  private misalignedLoad(hart: Hart, address: bigint, size: number): Outcome {
    const { ram } = hart.environment;
    let value = 0n;
    for (let i = 0; i < size; i++) {
      const at = BigInt.asUintN(64, address + BigInt(i));
      const physical = hart.translate(at, 'load');
      if (physical < 0) return this.fault(hart, -1 - physical, at);
      if (!ram.contains(physical, 1)) return this.fault(hart, Exception.LoadMisaligned, address);
      value |= BigInt(hart.environment.memory.u8[this.linear(hart, physical)] ?? 0) << BigInt(8 * i);
    }
    return this.deliver(hart, value);
  }

  private misalignedStore(hart: Hart, entry: number, address: bigint, size: number, value: bigint): Outcome {
    const { ram } = hart.environment;
    const targets: number[] = [];
    for (let i = 0; i < size; i++) {
      const at = BigInt.asUintN(64, address + BigInt(i));
      const physical = hart.translate(at, 'store');
      if (physical < 0) return this.fault(hart, -1 - physical, at);
      if (!ram.contains(physical, 1)) return this.fault(hart, Exception.StoreMisaligned, address);
      targets.push(physical);
    }
    targets.forEach((physical, i) => {
      this.code.stored(physical - ram.base, 1, entry);
      hart.environment.memory.u8[this.linear(hart, physical)] = Number((value >> BigInt(8 * i)) & 0xffn);
    });
    return Outcome.Continue;
  }

  private deliver(hart: Hart, value: bigint): Outcome {
    hart.environment.memory.u64[(hart.base + layout.ACCESS_VALUE) >> 3] = value;
    this.setLinear(hart, hart.base + layout.ACCESS_VALUE);
    return Outcome.Continue;
  }

  private fault(hart: Hart, cause: Exception, address: bigint): Outcome {
    hart.raise(cause, address);
    return Outcome.Reload;
  }

  private address(hart: Hart): bigint {
    return hart.environment.memory.u64[(hart.base + layout.ACCESS_ADDRESS) >> 3] ?? 0n;
  }

  private linear(hart: Hart, physical: number): number {
    return hart.environment.memory.layout.ram + (physical - hart.environment.ram.base);
  }

  private setLinear(hart: Hart, linear: number): void {
    hart.environment.memory.i32[(hart.base + layout.ACCESS_LINEAR) >> 2] = linear;
  }
}

function writeSized(view: DataView, at: number, size: number, value: bigint): void {
  switch (size) {
    case 1:
      view.setUint8(at, Number(value & 0xffn));
      return;
    case 2:
      view.setUint16(at, Number(value & 0xffffn), true);
      return;
    case 4:
      view.setUint32(at, Number(value & 0xffffffffn), true);
      return;
    default:
      view.setBigUint64(at, value, true);
  }
}
