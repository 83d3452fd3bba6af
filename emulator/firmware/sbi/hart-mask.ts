/** Hart lists as calls pass them (SBI 2.0, 3.1). */
import { type HartControl, HartState } from './call.js';

/** A base of -1 means every available hart, whatever the mask. */
const EVERY_HART = 0xffff_ffff_ffff_ffffn;

/**
 * The harts that `hart_mask` and `hart_mask_base` name, in ascending order; undefined when the base or any hart of
 * the mask does not exist, which is SBI_ERR_INVALID_PARAM.
 */
export function hartsInMask(count: number, mask: bigint, base: bigint): number[] | undefined {
  if (base === EVERY_HART) return Array.from({ length: count }, (_, hart) => hart);
  if (base >= BigInt(count)) return undefined;
  return setBits(mask, Number(base), count);
}

/** Bits of a mask as hart ids from `base` on, or undefined when one is not below `count`. */
export function setBits(mask: bigint, base: number, count: number): number[] | undefined {
  const harts: number[] = [];
  for (let rest = mask, hart = base; rest !== 0n; rest >>= 1n, hart++) {
    if ((rest & 1n) === 0n) continue;
    if (hart >= count) return undefined;
    harts.push(hart);
  }
  return harts;
}

/**
 * Whether an interrupt or a remote fence reaches a hart. A stopped hart is the firmware's and takes neither: it will
 * start with address translation off and nothing cached.
 */
export function isReachable(harts: HartControl, hart: number): boolean {
  const state = harts.state(hart);
  return state !== HartState.Stopped && state !== HartState.StopPending;
}
