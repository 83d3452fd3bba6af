/** Timer extension (SBI 2.0, chapter 6). */
import type { SbiHost, SbiRequest, SbiResult } from './call.js';
import { failure, type SbiExtension, SbiError, success } from './extension.js';

export function timeExtension({ harts }: SbiHost): SbiExtension {
  return {
    eid: 0x5449_4d45n, // TIME
    call({ hart, fid, args }: SbiRequest): SbiResult {
      if (fid !== 0n) return failure(SbiError.NotSupported);
      // 6.1: the absolute time also decides whether the pending bit falls; all ones never comes.
      harts.setTimer(hart, args[0]);
      return success();
    },
  };
}
