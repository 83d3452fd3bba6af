/** Master boot records and extended boot records (UEFI Specification 2.10, section 5.2.1, "Legacy MBR"). */

const TABLE = 446;
const ENTRY = 16;
const SECTOR = 512;

/** A partition that a table describes; its contents are the caller's. */
export interface PartitionEntry {
  /** Slot of the table, 0 to 3. */
  readonly slot: number;
  /** 0x06 FAT16, 0x0c FAT32 LBA, 0x05 extended … */
  readonly type: number;
  /** In sectors of 512 bytes, from what the table counts from. */
  readonly first: number;
  readonly count: number;
  /** 0x80 active; 0 unless given. */
  readonly status?: number;
}

/** Writes a table and the signature 55 AA into the sector at byte `at`. */
export function writePartitionTable(disk: Uint8Array, at: number, entries: readonly PartitionEntry[]): void {
  const view = new DataView(disk.buffer, disk.byteOffset + at, SECTOR);
  for (const { slot, type, first, count, status = 0 } of entries) {
    const entry = TABLE + ENTRY * slot;
    view.setUint8(entry, status);
    // Cylinder, head and sector, beyond what they can say: nobody reads them.
    for (const field of [1, 5]) {
      view.setUint8(entry + field, 0xfe);
      view.setUint16(entry + field + 1, 0xffff);
    }
    view.setUint8(entry + 4, type);
    view.setUint32(entry + 8, first, true);
    view.setUint32(entry + 12, count, true);
  }
  view.setUint16(510, 0x55aa);
}

/** A volume and where it goes. */
export interface PlacedVolume {
  readonly bytes: Uint8Array;
  readonly type: number;
  /** In sectors of the disk. */
  readonly first: number;
}

/**
 * A disk with a master boot record, primary partitions, and one extended partition with a chain of records, each in
 * the sector before its logical partition.
 * @param size bytes; whole sectors
 */
export function partitionedDisk(
  size: number,
  primary: readonly (PlacedVolume & { readonly slot: number })[],
  logical: readonly PlacedVolume[] = [],
): Uint8Array {
  const disk = new Uint8Array(size);
  const sectors = size / SECTOR;
  for (const { bytes, first } of [...primary, ...logical]) disk.set(bytes, first * SECTOR);
  const entries: PartitionEntry[] = primary.map(({ slot, type, first, bytes }) => {
    return { slot, type, first, count: Math.ceil(bytes.length / SECTOR) };
  });
  const [firstLogical] = logical;
  if (firstLogical !== undefined) {
    const slot = [0, 1, 2, 3].find((free) => !entries.some((entry) => entry.slot === free)) ?? 3;
    const extended = firstLogical.first - 1;
    entries.push({ slot, type: 0x05, first: extended, count: sectors - extended });
    for (const [i, { first, type, bytes }] of logical.entries()) {
      const record: PartitionEntry[] = [{ slot: 0, type, first: 1, count: Math.ceil(bytes.length / SECTOR) }];
      const next = logical[i + 1];
      if (next !== undefined) {
        const count = Math.ceil(next.bytes.length / SECTOR) + 1;
        record.push({ slot: 1, type: 0x05, first: next.first - 1 - extended, count });
      }
      writePartitionTable(disk, (first - 1) * SECTOR, record);
    }
  }
  writePartitionTable(disk, 0, entries);
  return disk;
}
