/** One machine's linear memory and the typed views through which TypeScript reads and writes it. */
import type { PhysicalMemory } from '../devices/device.js';
import type { MemoryLayout } from '../engine/layout.js';

/** Views over the whole linear memory. Guest data is little-endian, as WebAssembly is. */
export class LinearMemory {
  readonly u8: Uint8Array<ArrayBuffer>;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly u32: Uint32Array;
  readonly u64: BigUint64Array;
  readonly view: DataView;

  constructor(
    readonly wasm: WebAssembly.Memory,
    readonly layout: MemoryLayout,
  ) {
    this.u8 = new Uint8Array(wasm.buffer);
    this.u16 = new Uint16Array(wasm.buffer);
    this.i32 = new Int32Array(wasm.buffer);
    this.u32 = new Uint32Array(wasm.buffer);
    this.u64 = new BigUint64Array(wasm.buffer);
    this.view = new DataView(wasm.buffer);
  }
}

/** Guest RAM by physical address, for devices and firmware. Writes tell `onWrite`, which drops decoded code. */
export class GuestRam implements PhysicalMemory {
  readonly size: number;

  constructor(
    private readonly memory: LinearMemory,
    readonly base: number,
    private readonly onWrite: (address: number, length: number) => void,
  ) {
    this.size = memory.layout.ramSize;
  }

  contains(address: number, length: number): boolean {
    return address >= this.base && length >= 0 && address + length <= this.base + this.size;
  }

  read(address: number, length: number): Uint8Array {
    const at = this.linear(address, length);
    return this.memory.u8.slice(at, at + length);
  }

  write(address: number, bytes: Uint8Array): void {
    this.memory.u8.set(bytes, this.linear(address, bytes.length));
    this.onWrite(address, bytes.length);
  }

  readU16(address: number): number {
    return this.memory.view.getUint16(this.linear(address, 2), true);
  }

  readU32(address: number): number {
    return this.memory.view.getUint32(this.linear(address, 4), true);
  }

  readU64(address: number): bigint {
    return this.memory.view.getBigUint64(this.linear(address, 8), true);
  }

  writeU16(address: number, value: number): void {
    this.memory.view.setUint16(this.linear(address, 2), value, true);
    this.onWrite(address, 2);
  }

  writeU32(address: number, value: number): void {
    this.memory.view.setUint32(this.linear(address, 4), value, true);
    this.onWrite(address, 4);
  }

  writeU64(address: number, value: bigint): void {
    this.memory.view.setBigUint64(this.linear(address, 8), value, true);
    this.onWrite(address, 8);
  }

  private linear(address: number, length: number): number {
    if (!this.contains(address, length)) {
      throw new RangeError(`physical range 0x${address.toString(16)}+${length} is not inside RAM`);
    }
    return this.memory.layout.ram + (address - this.base);
  }
}
