/** The system bus: which device answers at which physical address. */
import type { AccessSize, Device } from '../devices/device.js';
import type { Bus } from '../hart/data-access.js';
import type { Hart } from '../hart/hart.js';

/** A device and where it is. */
export interface Region {
  readonly base: number;
  readonly size: number;
  readonly device: Device;
}

export class SystemBus implements Bus {
  private readonly regions: readonly Region[];

  constructor(regions: readonly Region[]) {
    this.regions = [...regions].sort((a, b) => a.base - b.base);
  }

  /** Accesses wider than 4 bytes reach the device as two of 4, low half first. */
  read(hart: Hart, address: number, size: number): bigint | undefined {
    const region = this.find(address, size);
    if (!region) return undefined;
    const offset = address - region.base;
    let value: bigint;
    if (size === 8) {
      const low = region.device.read(offset, 4);
      value = BigInt(low >>> 0) | (BigInt(region.device.read(offset + 4, 4) >>> 0) << 32n);
    } else {
      value = BigInt(region.device.read(offset, size as AccessSize) >>> 0);
    }
    this.observe(hart, address, size, false, value);
    return value;
  }

  write(hart: Hart, address: number, size: number, value: bigint): boolean {
    const region = this.find(address, size);
    if (!region) return false;
    this.observe(hart, address, size, true, value);
    const offset = address - region.base;
    if (size === 8) {
      region.device.write(offset, 4, Number(value & 0xffffffffn));
      region.device.write(offset + 4, 4, Number(value >> 32n));
    } else {
      region.device.write(offset, size as AccessSize, Number(value));
    }
    return true;
  }

  private find(address: number, size: number): Region | undefined {
    return this.regions.find(
      (region) => address >= region.base && address + size <= region.base + region.size,
    );
  }

  private observe(hart: Hart, address: number, size: number, write: boolean, value: bigint): void {
    const { events } = hart.environment;
    if (!events.wants('mmio')) return;
    events.emit('mmio', {
      time: hart.environment.now(),
      hart: hart.index,
      address,
      size,
      write,
      value,
      pc: hart.pc,
    });
  }
}
