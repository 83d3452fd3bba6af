/**
 * Backing stores of block devices, in sectors of 512 bytes.
 */

/** Bytes a sector, whatever the medium behind (virtio 1.2, section 5.2.4). */
export const SECTOR_SIZE = 512;

export interface BlockStore {
  /** Capacity in sectors. */
  readonly sectors: number;
  /** Reads whole sectors that lie inside the store. */
  read(sector: number, count: number): Uint8Array;
  /** Writes whole sectors that lie inside the store. */
  write(sector: number, bytes: Uint8Array): void;
}

/**
 * A disk image that a run may write to without changing it: written sectors are kept apart. An image whose length
 * is no multiple of 512 reads as if padded with zeros.
 */
export class CopyOnWriteDisk implements BlockStore {
  readonly sectors: number;
  private readonly written = new Map<number, Uint8Array>();

  constructor(private readonly image: Uint8Array) {
    this.sectors = Math.ceil(image.length / SECTOR_SIZE);
  }

  read(sector: number, count: number): Uint8Array {
    const bytes = new Uint8Array(count * SECTOR_SIZE);
    bytes.set(this.image.subarray(sector * SECTOR_SIZE, (sector + count) * SECTOR_SIZE));
    for (let index = 0; index < count; index++) {
      const own = this.written.get(sector + index);
      if (own !== undefined) bytes.set(own, index * SECTOR_SIZE);
    }
    return bytes;
  }

  write(sector: number, bytes: Uint8Array): void {
    for (let offset = 0; offset < bytes.length; offset += SECTOR_SIZE) {
      this.written.set(sector + offset / SECTOR_SIZE, bytes.slice(offset, offset + SECTOR_SIZE));
    }
  }

  /** The written sectors in ascending order. */
  *changes(): Generator<{ readonly sector: number; readonly bytes: Uint8Array }> {
    for (const sector of [...this.written.keys()].sort((a, b) => a - b)) {
      yield { sector, bytes: this.read(sector, 1) };
    }
  }

  /** The disk as the guest sees it now: a copy of the image with the written sectors in place. */
  contents(): Uint8Array {
    const bytes = new Uint8Array(this.sectors * SECTOR_SIZE);
    bytes.set(this.image);
    for (const [sector, own] of this.written) bytes.set(own, sector * SECTOR_SIZE);
    return bytes;
  }
}
