/** Debug console extension (SBI 2.0, chapter 12). Memory is passed by physical address (3.2). */
import type { SbiHost, SbiRequest, SbiResult } from './call.js';
import { failure, low32, type SbiExtension, SbiError, success } from './extension.js';

/** Calls may be served in part (12.1, 12.2): this bounds what one call costs the host. */
const MAXIMUM_BYTES = 0x1_0000n;

export function dbcnExtension({ harts, console, device }: SbiHost): SbiExtension {
  /** Whether the range that a call names is RAM. The high half of an RV64 physical address is 0. */
  const isMemory = (count: bigint, low: bigint, high: bigint): boolean =>
    high === 0n && device.memory.contains(Number(low), Number(count));

  const write = (count: bigint, low: bigint, high: bigint): SbiResult => {
    if (count === 0n) return success(0n);
    if (!isMemory(count, low, high)) return failure(SbiError.InvalidParam);
    const bytes = harts.readMemory(low, Number(count < MAXIMUM_BYTES ? count : MAXIMUM_BYTES));
    if (bytes === undefined) return failure(SbiError.InvalidParam);
    console.write(bytes);
    return success(BigInt(bytes.length));
  };

  const read = (count: bigint, low: bigint, high: bigint): SbiResult => {
    if (count === 0n) return success(0n);
    if (!isMemory(count, low, high)) return failure(SbiError.InvalidParam);
    const bytes = console.read(Number(count < MAXIMUM_BYTES ? count : MAXIMUM_BYTES));
    return harts.writeMemory(low, bytes) ? success(BigInt(bytes.length)) : failure(SbiError.InvalidParam);
  };

  return {
    eid: 0x4442_434en, // DBCN
    call({ fid, args: [first, second, third] }: SbiRequest): SbiResult {
      switch (fid) {
        case 0n:
          return write(first, second, third);
        case 1n:
          return read(first, second, third);
        case 2n:
          console.write(Uint8Array.of(low32(first)));
          return success(0n);
        default:
          return failure(SbiError.NotSupported);
      }
    },
  };
}
