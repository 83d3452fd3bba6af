/** System reset extension (SBI 2.0, chapter 10). */
import type { SbiHost, SbiRequest, SbiResult } from './call.js';
import { failure, low32, type SbiExtension, SbiError } from './extension.js';

/** Reset types by number; every other is reserved or a vendor's (10.1). */
const TYPES = ['shutdown', 'cold-reboot', 'warm-reboot'] as const;

/** Reset reasons by number; every other is reserved or somebody's own (10.1). */
const REASONS = ['none', 'system-failure'] as const;

export function srstExtension({ device }: SbiHost): SbiExtension {
  return {
    eid: 0x5352_5354n, // SRST
    call({ fid, args }: SbiRequest): SbiResult {
      if (fid !== 0n) return failure(SbiError.NotSupported);
      const type = TYPES[low32(args[0])];
      const reason = REASONS[low32(args[1])];
      if (type === undefined || reason === undefined) return failure(SbiError.InvalidParam);
      device.stop({ kind: 'shutdown', type, reason });
      return { kind: 'no-return' };
    },
  };
}
