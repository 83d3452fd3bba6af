/** The Sv39 page-table walk (Privileged ISA 10.3.2, 10.4). Accessed and dirty bits are updated by hardware. */
import type { PhysicalMemory } from '../devices/device.js';
import { Exception } from './exceptions.js';

export type AccessKind = 'fetch' | 'load' | 'store';

const pageFaults = {
  fetch: Exception.InstructionPageFault,
  load: Exception.LoadPageFault,
  store: Exception.StorePageFault,
} as const;

export const accessFaults = {
  fetch: Exception.InstructionAccessFault,
  load: Exception.LoadAccessFault,
  store: Exception.StoreAccessFault,
} as const;

/** A page-table entry as a walk read it. */
export interface WalkStep {
  /** Physical address. */
  readonly at: number;
  readonly pte: bigint;
}

/** What a walk depends on. */
export interface WalkContext {
  /** Physical address of the root table. */
  readonly root: number;
  /** Effective mode is U. */
  readonly user: boolean;
  /** sstatus.SUM and sstatus.MXR. */
  readonly sum: boolean;
  readonly mxr: boolean;
}

// Low word of a page-table entry.
const V = 1;
const R = 2;
const W = 4;
const X = 8;
const U = 16;
const A = 64;
const D = 128;

/**
 * Translates a virtual address.
 * @param steps where to put the entries read, before accessed and dirty bits change
 * @returns the physical address, or `-1 - code` for the exception to raise
 */
export function walk(
  ram: PhysicalMemory,
  context: WalkContext,
  address: bigint,
  access: AccessKind,
  steps?: WalkStep[],
): number {
  const fault = -1 - pageFaults[access];
  if (BigInt.asIntN(39, address) !== BigInt.asIntN(64, address)) return fault;
  const low = Number(BigInt.asUintN(39, address));
  let table = context.root;
  for (let level = 2; level >= 0; level--) {
    const span = 4096 * 512 ** level;
    const at = table + (Math.floor(low / span) % 512) * 8;
    if (!ram.contains(at, 8)) return -1 - accessFaults[access];
    const flags = ram.readU32(at);
    const high = ram.readU32(at + 4);
    steps?.push({ at, pte: ram.readU64(at) });
    // Bits 63:54 are reserved without Svnapot and Svpbmt.
    if ((flags & V) === 0 || (flags & (R | W)) === W || high >>> 22 !== 0) return fault;
    const frame = ((flags >>> 10) + high * 0x400000) * 4096;
    if ((flags & (R | X)) === 0) {
      // A pointer to the next level; its D, A and U bits are reserved (10.3.1).
      if (level === 0 || (flags & (A | D | U)) !== 0) return fault;
      table = frame;
      continue;
    }
    if (!permitted(flags, context, access)) return fault;
    if (frame % span !== 0) return fault;
    const wanted = access === 'store' ? A | D : A;
    if ((flags & wanted) !== wanted) ram.writeU32(at, flags | wanted);
    return frame + (low % span);
  }
  return fault;
}

function permitted(flags: number, context: WalkContext, access: AccessKind): boolean {
  if (context.user) {
    if ((flags & U) === 0) return false;
  } else if ((flags & U) !== 0 && (access === 'fetch' || !context.sum)) {
    return false;
  }
  switch (access) {
    case 'fetch':
      return (flags & X) !== 0;
    case 'load':
      return (flags & R) !== 0 || (context.mxr && (flags & X) !== 0);
    case 'store':
      return (flags & W) !== 0;
  }
}
