/** Hart lists as calls pass them (SBI 2.0, 3.1): by hart id; what comes out are indices. */
import { type HartControl, HartState } from './call.js';

/** A base of -1 means every available hart, whatever the mask. */
const EVERY_HART = 0xffff_ffff_ffff_ffffn;

/** Index of the hart with an id, or undefined when there is none. */
export function hartOf({ ids }: HartControl, id: bigint): number | undefined {
  const index = id <= 0xffff_ffffn ? ids.indexOf(Number(id)) : -1;
  return index < 0 ? undefined : index;
}

/** Every hart of the machine. */
export function everyHart({ ids }: HartControl): number[] {
  return [...ids.keys()];
}

/**
 * The harts that `hart_mask` and `hart_mask_base` name, in ascending order; undefined when a hart of the mask does not
 * exist or the base lies above them all, which is SBI_ERR_INVALID_PARAM. The base itself may be the id of no hart, as
 * with OpenSBI: it only says where bit 0 is.
 */
export function hartsInMask(harts: HartControl, mask: bigint, base: bigint): number[] | undefined {
  if (base === EVERY_HART) return everyHart(harts);
  if (base > BigInt(harts.ids.at(-1) ?? 0)) return undefined;
  return setBits(harts, mask, base);
}

/** Bits of a mask as harts whose ids count from `base` on, or undefined when one does not exist. */
export function setBits(harts: HartControl, mask: bigint, base: bigint): number[] | undefined {
  const found: number[] = [];
  for (let rest = mask, id = base; rest !== 0n; rest >>= 1n, id++) {
    if ((rest & 1n) === 0n) continue;
    const hart = hartOf(harts, id);
    if (hart === undefined) return undefined;
    found.push(hart);
  }
  return found;
}

/** States in which a hart is the supervisor's. */
const reachable: readonly HartState[] = [
  HartState.Started,
  HartState.SuspendPending,
  HartState.Suspended,
  HartState.ResumePending,
];

/**
 * Whether an interrupt or a remote fence reaches a hart. A stopped hart, or one about to start, is the firmware's and
 * takes neither: it will start with address translation off and nothing cached.
 */
export function isReachable(harts: HartControl, hart: number): boolean {
  return reachable.includes(harts.state(hart));
}
