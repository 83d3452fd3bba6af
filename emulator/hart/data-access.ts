/** Data accesses that the TLB does not cover: misses, devices, misaligned addresses, faults. */
import * as layout from '../engine/layout.js';
import { Outcome } from '../engine/engine-calls.js';
import { entryDefinition } from '../engine/operations.js';
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

/** Who is told of stores to RAM. Addresses are physical. */
export interface StoreObserver {
  /** Whether there is anything to observe at all. */
  readonly any: boolean;
  /** Whether stores to the page of an address are observed. */
  observes(address: number): boolean;
  /** The instruction at pc has stored `size` bytes, all on one page. */
  stored(hart: Hart, address: number, size: number, value: bigint): void;
  /** The engine will store when it goes on with the instruction at pc. */
  storing(hart: Hart, address: number, size: number): void;
}

/** Bytes of a misaligned store that are on one page. */
interface PagePart {
  readonly physical: number;
  readonly offset: number;
  readonly size: number;
}

export class DataAccess {
  constructor(
    private readonly bus: Bus,
    private readonly code: CodeGuard,
    private readonly observer: StoreObserver,
  ) {}

  /** A load: leaves where the value is in ACCESS_LINEAR. */
  load(hart: Hart, size: number): Outcome {
    const address = this.address(hart);
    if ((Number(address & 7n) & (size - 1)) !== 0) return this.misalignedLoad(hart, address, size);
    const physical = hart.translateAccess(address, 'load');
    if (physical < 0) return this.fault(hart, -1 - physical, address);
    const { ram } = hart.environment;
    if (ram.contains(physical, size)) {
      const linear = this.linear(hart, physical);
      hart.tlb.fillData(hart.bank, address, linear, 'load');
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
    const physical = this.heldStore(hart, address) ?? hart.translateAccess(address, 'store');
    if (physical < 0) return this.fault(hart, -1 - physical, address);
    const { ram, memory } = hart.environment;
    if (ram.contains(physical, size)) {
      const linear = this.linear(hart, physical);
      this.prepareStore(hart, entry, address, physical, size);
      writeSized(memory.view, linear, size, value);
      if (this.observer.observes(physical)) {
        this.observer.stored(hart, physical, size, BigInt.asUintN(size * 8, value));
      }
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
    const held = write ? this.heldStore(hart, address) : undefined;
    const physical = held ?? hart.translateAccess(address, access);
    if (physical < 0) return this.fault(hart, -1 - physical, address);
    const { ram, memory } = hart.environment;
    if (!ram.contains(physical, size)) return this.fault(hart, accessFaults[access], address);
    const linear = this.linear(hart, physical);
    this.setLinear(hart, linear);
    if (!write) {
      hart.tlb.fillData(hart.bank, address, linear, 'load');
      return Outcome.Continue;
    }
    this.prepareStore(hart, entry, address, physical, size);
    if (this.observer.observes(physical)) {
      const conditional = entryDefinition(memory.view, entry)?.effect.kind === 'storeConditional';
      const reserved = memory.i32[(hart.base + layout.RESERVATION) >> 2] === linear;
      if (!conditional || reserved) this.observer.storing(hart, physical, size);
    }
    return Outcome.Continue;
  }

  /** Physical address of a store that only its observer keeps from going straight to memory. */
  private heldStore(hart: Hart, address: bigint): number | undefined {
    if (!this.observer.any) return undefined;
    const linear = hart.tlb.heldStore(hart.bank, address);
    return linear < 0 ? undefined : linear - hart.environment.memory.layout.ram + hart.environment.ram.base;
  }

  /** Forgets decoded code that a store changes, and lets the next store to the page pass if nobody has to see it. */
  private prepareStore(hart: Hart, entry: number, address: bigint, physical: number, size: number): void {
    if (this.code.stored(physical - hart.environment.ram.base, size, entry)) return;
    const held = this.observer.observes(physical);
    hart.tlb.fillData(hart.bank, address, this.linear(hart, physical), held ? 'held' : 'store');
  }

  /** Misaligned accesses to RAM work, a byte at a time; to devices they fault. */
  private misalignedLoad(hart: Hart, address: bigint, size: number): Outcome {
    const { ram } = hart.environment;
    let value = 0n;
    let physical = 0;
    for (let i = 0; i < size; i++) {
      const at = BigInt.asUintN(64, address + BigInt(i));
      // One page, one translation.
      physical = i === 0 || (at & 4095n) === 0n ? hart.translateAccess(at, 'load') : physical + 1;
      if (physical < 0) return this.fault(hart, -1 - physical, at);
      if (!ram.contains(physical, 1)) return this.fault(hart, Exception.LoadMisaligned, address);
      value |= BigInt(hart.environment.memory.u8[this.linear(hart, physical)] ?? 0) << BigInt(8 * i);
    }
    return this.deliver(hart, value);
  }

  private misalignedStore(hart: Hart, entry: number, address: bigint, size: number, value: bigint): Outcome {
    const { ram, memory } = hart.environment;
    const parts: PagePart[] = [];
    const first = Math.min(size, layout.PAGE_SIZE - Number(address & 4095n));
    for (const [offset, length] of [
      [0, first],
      [first, size - first],
    ] as const) {
      if (length === 0) continue;
      const at = BigInt.asUintN(64, address + BigInt(offset));
      const physical = hart.translateAccess(at, 'store');
      if (physical < 0) return this.fault(hart, -1 - physical, at);
      if (!ram.contains(physical, length)) return this.fault(hart, Exception.StoreMisaligned, address);
      parts.push({ physical, offset, size: length });
    }
    for (const part of parts) {
      this.code.stored(part.physical - ram.base, part.size, entry);
      for (let i = 0; i < part.size; i++) {
        const byte = Number((value >> BigInt(8 * (part.offset + i))) & 0xffn);
        memory.u8[this.linear(hart, part.physical + i)] = byte;
      }
    }
    for (const part of parts) {
      if (!this.observer.observes(part.physical)) continue;
      const stored = BigInt.asUintN(8 * part.size, value >> BigInt(8 * part.offset));
      this.observer.stored(hart, part.physical, part.size, stored);
    }
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
