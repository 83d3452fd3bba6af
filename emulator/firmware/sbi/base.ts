/** Base extension (SBI 2.0, chapter 4). Its functions always succeed. */
import type { SbiRequest, SbiResult } from './call.js';
import { failure, type SbiExtension, SbiError, success } from './extension.js';

/** Version 2.0: major in bits 30:24, minor in bits 23:0 (4.1). */
const SPECIFICATION_VERSION = (2n << 24n) | 0n;

/** `HL`: not one of the registered ids (4.9), so that nobody takes this firmware for another. */
const IMPLEMENTATION_ID = 0x484cn;

const IMPLEMENTATION_VERSION = 1n;

/** @param isAvailable whether an extension can be called, by its EID */
export function baseExtension(isAvailable: (eid: bigint) => boolean): SbiExtension {
  return {
    eid: 0x10n,
    call({ fid, args }: SbiRequest): SbiResult {
      switch (fid) {
        case 0n:
          return success(SPECIFICATION_VERSION);
        case 1n:
          return success(IMPLEMENTATION_ID);
        case 2n:
          return success(IMPLEMENTATION_VERSION);
        case 3n:
          return success(isAvailable(args[0]) ? 1n : 0n);
        // mvendorid, marchid, mimpid: 0 is always legal (4.5 to 4.7).
        case 4n:
        case 5n:
        case 6n:
          return success(0n);
        default:
          return failure(SbiError.NotSupported);
      }
    },
  };
}
