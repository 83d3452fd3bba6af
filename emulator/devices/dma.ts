/**
 * Direct memory access as it can be watched: RAM behind a hook that sees every access a device makes.
 */
import type { PhysicalMemory } from './device.js';

/** Called for every stretch of guest memory a device reads or, with `write`, writes; just before it does. */
export type DmaHook = (address: number, length: number, write: boolean) => void;

/** The same memory, with every access reported to `hook`. */
export function observeDma(memory: PhysicalMemory, hook: DmaHook): PhysicalMemory {
  return {
    base: memory.base,
    size: memory.size,
    contains: (address, length) => memory.contains(address, length),
    read: (address, length) => {
      hook(address, length, false);
      return memory.read(address, length);
    },
    write: (address, bytes) => {
      hook(address, bytes.length, true);
      memory.write(address, bytes);
    },
    readU16: (address) => {
      hook(address, 2, false);
      return memory.readU16(address);
    },
    readU32: (address) => {
      hook(address, 4, false);
      return memory.readU32(address);
    },
    readU64: (address) => {
      hook(address, 8, false);
      return memory.readU64(address);
    },
    writeU16: (address, value) => {
      hook(address, 2, true);
      memory.writeU16(address, value);
    },
    writeU32: (address, value) => {
      hook(address, 4, true);
      memory.writeU32(address, value);
    },
    writeU64: (address, value) => {
      hook(address, 8, true);
      memory.writeU64(address, value);
    },
  };
}
