/**
 * Where things are in the machine's one linear memory:
 *
 *     0x00000          unused, so that address 0 is never valid
 *     HARTS            one block of HART_SIZE bytes per hart: registers, CSRs, TLBs
 *     slots            decoded pages of guest code, SLOT_SIZE bytes each
 *     ram              guest RAM, page-aligned, to the end
 *
 * Offsets named in capitals are bytes from the start of a hart's block unless they say otherwise.
 */

export const PAGE_SIZE = 4096;

export const HARTS = 0x10000;
export const HART_SIZE = 0x10000;

/** x0 to x31, 8 bytes each; x0 is never written. */
export const REGISTERS = 0;
/** Where writes to x0 go. */
export const SINK = 0x100;
/** Program counter; current whenever the engine is not inside `run`, and at every call out of it. */
export const PC = 0x108;
/** Instructions the slice may still execute (i32). */
export const BUDGET = 0x110;
/** Linear address of the bank of the data TLB that loads and stores use in the present mode (i32). */
export const DATA_BANK = 0x114;
/** Linear address reserved by LR, or -1 (i32). */
export const RESERVATION = 0x118;
/** Privilege mode as a tag of the fetch TLB: 0 U, 1 S, 3 M (i32). */
export const FETCH_MODE = 0x11c;
/** Virtual address of an access the engine hands to the hart (i64). */
export const ACCESS_ADDRESS = 0x120;
/** Value of a store handed to the hart, or of a load on its way back (i64). */
export const ACCESS_VALUE = 0x128;
/** Linear address at which the engine completes an access (i32). */
export const ACCESS_LINEAR = 0x130;
/** Linear address of the decoded page the hart looked up (i32). */
export const FETCH_SLOT = 0x134;
/** CSRs that hold state of their own, 8 bytes each, in the order of `csr.ts`. */
export const CSRS = 0x400;
export const CSRS_END = 0x800;
/** A private decoded entry for an instruction that crosses a page boundary, and what follows it. */
export const CROSSING = 0x800;
/** The same for an instruction behind a probe. */
export const PROBED = 0x840;

/** Fetch TLB: FETCH_ENTRIES of 16 bytes: tag (i64: virtual page | mode, or -1), linear address of the slot (i32). */
export const FETCH_TLB = 0x1000;
export const FETCH_ENTRIES = 256;
export const FETCH_ENTRY_SIZE = 16;

/**
 * Data TLB: DATA_BANKS banks of DATA_ENTRIES entries of 32 bytes: read tag (i64: virtual page, or -1), write tag
 * (i64), what to add to the low half of a virtual address to get its linear address (i32), and held tag (i64): what
 * would be the write tag if stores to the page were not watched, and so have to be seen.
 */
export const DATA_TLB = 0x4000;
export const DATA_BANKS = 4;
export const DATA_ENTRIES = 256;
export const DATA_ENTRY_SIZE = 32;
export const DATA_WRITE_TAG = 8;
export const DATA_DELTA = 16;
export const DATA_HELD_TAG = 24;
export const DATA_BANK_SIZE = DATA_ENTRIES * DATA_ENTRY_SIZE;

/** Which bank serves which effective privilege. */
export const enum DataBank {
  User = 0,
  Supervisor = 1,
  /** S-mode with sstatus.SUM set. */
  SupervisorUserMemory = 2,
  /** M-mode, with or without mstatus.MPRV. */
  Machine = 3,
}

/**
 * A decoded instruction: 16 bytes.
 *     0  u16 operation number behind a probe
 *     4  u16 operation number   6  u16 rd * 8 (x0: SINK)   8  u8 rs1 * 8   9  u8 rs2 * 8   10  u8 length
 *     12 i32 immediate (jumps and branches: * 8; system: the instruction word)
 * A page has one entry per halfword and a last one that leaves the page.
 */
export const ENTRY_SIZE = 16;
export const ENTRY_PROBED = 0;
export const ENTRY_OP = 4;
export const ENTRY_RD = 6;
export const ENTRY_RS1 = 8;
export const ENTRY_RS2 = 9;
export const ENTRY_LENGTH = 10;
export const ENTRY_IMM = 12;
/** log2 of entry bytes per instruction byte. */
export const ENTRY_SHIFT = 3;

/** Entry bytes of a page, without the last entry. */
export const PAGE_ENTRIES = (PAGE_SIZE / 2) * ENTRY_SIZE;
export const SLOT_SIZE = PAGE_ENTRIES + 64;

/** Where the parts of one machine's memory are. */
export interface MemoryLayout {
  readonly harts: number;
  readonly slots: number;
  readonly slotCount: number;
  readonly ram: number;
  readonly ramSize: number;
  /** Size of the whole in WebAssembly pages of 64 KiB. */
  readonly pages: number;
}

/**
 * Lays out a machine.
 * @param ramSize bytes, a multiple of 4096
 * @throws RangeError when it does not fit into 4 GiB
 */
export function layOut(harts: number, ramSize: number, slotCount = 1024): MemoryLayout {
  const slots = HARTS + harts * HART_SIZE;
  const ram = Math.ceil((slots + slotCount * SLOT_SIZE) / 65536) * 65536;
  const pages = Math.ceil((ram + ramSize) / 65536);
  if (pages > 65536)
    throw new RangeError(`${ramSize} bytes of RAM do not fit: at most ${65536 * 65536 - ram}`);
  return { harts, slots, slotCount, ram, ramSize, pages };
}
