/**
 * Names in FAT directories. [FAT] is Microsoft's "FAT32 File System Specification", version 1.03; sections "FAT
 * Directory Structure" and "FAT Long Directory Entries".
 */

/** Bytes of a directory entry, short or long. */
export const ENTRY_SIZE = 32;

export const Attribute = {
  ReadOnly: 0x01,
  Hidden: 0x02,
  System: 0x04,
  VolumeId: 0x08,
  Directory: 0x10,
  Archive: 0x20,
  LongName: 0x0f,
} as const;

/** DIR_NTRes: Windows NT's flags for names that are all lower case. */
export const LowerCase = { Name: 0x08, Extension: 0x10 } as const;

/** LDIR_Ord: set in the last piece, which comes first. */
export const LAST_LONG_ENTRY = 0x40;

const UNITS_PER_ENTRY = 13;
/** Offsets of the 13 units in a long entry. */
const UNIT_OFFSETS = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];

/** Fields of a short entry. */
export interface ShortEntry {
  /** DIR_Name, 11 bytes. */
  readonly name: Uint8Array;
  readonly attributes: number;
  readonly ntReserved?: number;
  readonly cluster: number;
  readonly size: number;
}

/** 1 January 2000, 00:00 [FAT, "Date and Time Formats"]. */
const DATE = (20 << 9) | (1 << 5) | 1;

export function shortEntry({ name, attributes, ntReserved = 0, cluster, size }: ShortEntry): Uint8Array {
  const entry = new Uint8Array(ENTRY_SIZE);
  const view = new DataView(entry.buffer);
  entry.set(name);
  entry[11] = attributes;
  entry[12] = ntReserved;
  view.setUint16(16, DATE, true);
  view.setUint16(18, DATE, true);
  view.setUint16(20, cluster >>> 16, true);
  view.setUint16(24, DATE, true);
  view.setUint16(26, cluster & 0xffff, true);
  view.setUint32(28, size, true);
  return entry;
}

/** `README.TXT` as the 11 bytes of DIR_Name: bytes of the code page, upper case or not as given. */
export function packShortName(name: string): Uint8Array {
  const dot = name.lastIndexOf('.');
  const [base, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot + 1)] : [name, ''];
  const text = base.padEnd(8).slice(0, 8) + extension.padEnd(3).slice(0, 3);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Whether a name needs no long name: upper case, 8 and 3 characters, of those that a short name may have. */
export function isShortName(name: string): boolean {
  return /^[A-Z0-9!#$%&'()@^_`{}~-]{1,8}(\.[A-Z0-9!#$%&'()@^_`{}~-]{1,3})?$/.test(name);
}

/** A short name for a long one, distinct for distinct `index` [FAT, "The Basis-Name Generation Algorithm"]. */
export function aliasOf(longName: string, index: number): string {
  const clean = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9_]/g, '');
  const dot = longName.lastIndexOf('.');
  const base = clean(dot > 0 ? longName.slice(0, dot) : longName);
  const extension = clean(dot > 0 ? longName.slice(dot + 1) : '').slice(0, 3);
  const tail = `~${index}`;
  const short = `${base.slice(0, 8 - tail.length)}${tail}`;
  return extension === '' ? short : `${short}.${extension}`;
}

/** ChkSum() of a short name [FAT, "Organization and Association of Short & Long Directory Entries"]. */
export function shortNameChecksum(name: Uint8Array): number {
  let sum = 0;
  for (const byte of name.subarray(0, 11)) sum = (((sum & 1) << 7) + (sum >> 1) + byte) & 0xff;
  return sum;
}

/** The units of UTF-16 that a string has. */
export function unitsOf(name: string): number[] {
  return Array.from({ length: name.length }, (_, i) => name.charCodeAt(i));
}

/**
 * The long entries of a name, in the order in which they lie on the disk: the last piece first.
 * @param units 1 to 260; the specification allows 255
 */
export function longEntries(units: readonly number[], checksum: number): Uint8Array[] {
  const count = Math.ceil(units.length / UNITS_PER_ENTRY);
  const padded = [...units];
  if (units.length % UNITS_PER_ENTRY !== 0) padded.push(0);
  while (padded.length < count * UNITS_PER_ENTRY) padded.push(0xffff);
  const entries = Array.from({ length: count }, (_, piece) => {
    const entry = new Uint8Array(ENTRY_SIZE);
    const view = new DataView(entry.buffer);
    entry[0] = (piece + 1) | (piece + 1 === count ? LAST_LONG_ENTRY : 0);
    entry[11] = Attribute.LongName;
    entry[13] = checksum;
    for (const [i, offset] of UNIT_OFFSETS.entries()) {
      view.setUint16(offset, padded[piece * UNITS_PER_ENTRY + i] ?? 0xffff, true);
    }
    return entry;
  });
  return entries.reverse();
}
