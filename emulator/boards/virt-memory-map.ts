/**
 * The memory map of QEMU's virt board (hw/riscv/virt.c, QEMU 7.2): a kernel built for it finds every device of
 * this board where it expects it.
 */

/** Physical addresses `[base, base + size)`. */
export interface MemoryRange {
  readonly base: number;
  readonly size: number;
}

/** A device's registers and its source at the PLIC. */
export interface DeviceRange extends MemoryRange {
  readonly interrupt: number;
}

/** First physical address of RAM. */
export const RAM_BASE = 0x8000_0000;

export const VIRT = {
  finisher: { base: 0x0010_0000, size: 0x1000 },
  rtc: { base: 0x0010_1000, size: 0x1000, interrupt: 11 },
  clint: { base: 0x0200_0000, size: 0x1_0000 },
  plic: { base: 0x0c00_0000, size: 0x60_0000 },
  uart: { base: 0x1000_0000, size: 0x100, interrupt: 10 },
  /** The eight virtio-mmio slots in the order of their addresses. */
  virtio: Array.from({ length: 8 }, (_, slot): DeviceRange => ({
    base: 0x1000_1000 + 0x1000 * slot,
    size: 0x1000,
    interrupt: 1 + slot,
  })),
  /** Interrupt sources at the PLIC: ids 1 to 95. */
  sources: 95,
  /** Ticks of mtime per second. */
  timebase: 10_000_000,
} as const;
