/** IPI extension (SBI 2.0, chapter 7). */
import type { SbiHost, SbiRequest, SbiResult } from './call.js';
import { failure, type SbiExtension, SbiError, success } from './extension.js';
import { hartsInMask, isReachable } from './hart-mask.js';

export function ipiExtension({ harts }: SbiHost): SbiExtension {
  return {
    eid: 0x73_5049n, // sPI
    call({ fid, args: [mask, base] }: SbiRequest): SbiResult {
      if (fid !== 0n) return failure(SbiError.NotSupported);
      const targets = hartsInMask(harts, mask, base);
      if (targets === undefined) return failure(SbiError.InvalidParam);
      for (const target of targets) if (isReachable(harts, target)) harts.raiseSoftwareInterrupt(target);
      return success();
    },
  };
}
