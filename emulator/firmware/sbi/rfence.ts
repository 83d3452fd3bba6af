/** RFENCE extension (SBI 2.0, chapter 8). The machine has no hypervisor extension, so HFENCEs are not supported. */
import type { SbiHost, SbiRequest, SbiResult } from './call.js';
import { failure, type SbiExtension, SbiError, success } from './extension.js';
import { hartsInMask, isReachable } from './hart-mask.js';

const ALL_ONES = 0xffff_ffff_ffff_ffffn;
const ADDRESS_SPACE = 1n << 64n;

/** What a remote SFENCE.VMA covers; `size` 0 is the entire address space, as `HartControl.fenceAddress` takes it. */
export interface FenceRange {
  readonly start: bigint;
  readonly size: bigint;
}

/**
 * The range that `start_addr` and `size` name: the entire address space when both are 0 or the size is all ones
 * (chapter 8, and 5.7 for the legacy calls); `empty` for any other range of size 0; undefined when it runs over the
 * end of the address space, which is SBI_ERR_INVALID_ADDRESS.
 */
export function fenceRange(start: bigint, size: bigint): FenceRange | 'empty' | undefined {
  if ((start === 0n && size === 0n) || size === ALL_ONES) return { start: 0n, size: 0n };
  if (start + size > ADDRESS_SPACE) return undefined;
  return size === 0n ? 'empty' : { start, size };
}

/** The ASID of a fence: satp holds 16 bits of it (Privileged specification 4.1.11), the rest is ignored as there. */
export function fenceAsid(asid: bigint): number {
  return Number(asid & 0xffffn);
}

export function rfenceExtension({ harts }: SbiHost): SbiExtension {
  const remote = (mask: bigint, base: bigint, fence: (hart: number) => void): SbiResult => {
    const targets = hartsInMask(harts, mask, base);
    if (targets === undefined) return failure(SbiError.InvalidParam);
    for (const target of targets) if (isReachable(harts, target)) fence(target);
    return success();
  };

  return {
    eid: 0x5246_4e43n, // RFNC
    call({ fid, args: [mask, base, start, size, asid] }: SbiRequest): SbiResult {
      if (fid === 0n) return remote(mask, base, (target) => harts.fenceInstruction(target));
      if (fid !== 1n && fid !== 2n) return failure(SbiError.NotSupported);
      const range = fenceRange(start, size);
      if (range === undefined) return failure(SbiError.InvalidAddress);
      return remote(mask, base, (target) => {
        if (range === 'empty') return;
        if (fid === 1n) harts.fenceAddress(target, range.start, range.size);
        else harts.fenceAddress(target, range.start, range.size, fenceAsid(asid));
      });
    },
  };
}
