/**
 * Legacy extensions (SBI 2.0, chapter 5): EIDs 0 to 8. They return a single value in a0, ignore a6 and pass lists of
 * harts as bit vectors at a virtual address.
 */
import type { HartControl, SbiHost, SbiRequest, SbiResult } from './call.js';
import { type SbiExtension, SbiError } from './extension.js';
import { everyHart, isReachable, setBits } from './hart-mask.js';
import { fenceAsid, fenceRange } from './rfence.js';

/** Bytes of an `unsigned long`, of which a hart mask is a sequence (5.5). */
const LONG = 8;

function legacy(value: number | bigint): SbiResult {
  return { kind: 'legacy', value: BigInt.asUintN(64, BigInt(value)) };
}

export function legacyExtensions(host: SbiHost): SbiExtension[] {
  const { harts, console, device } = host;

  /** Does something on every hart of the mask at a virtual address of the caller. */
  const onHarts = ({ hart, args }: SbiRequest, action: (hart: number) => void): SbiResult => {
    const targets = hartsAt(harts, hart, args[0]);
    if (!Array.isArray(targets)) return targets;
    for (const target of targets) if (isReachable(harts, target)) action(target);
    return legacy(0);
  };

  const fence = (request: SbiRequest, ...asid: [] | [number]): SbiResult => {
    const range = fenceRange(request.args[1], request.args[2]);
    if (range === undefined) return legacy(SbiError.InvalidAddress);
    return onHarts(request, (target) => {
      if (range !== 'empty') harts.fenceAddress(target, range.start, range.size, ...asid);
    });
  };

  const calls: ((request: SbiRequest) => SbiResult)[] = [
    // 5.1 Set timer
    ({ hart, args }) => {
      harts.setTimer(hart, args[0]);
      return legacy(0);
    },
    // 5.2 Console putchar
    ({ args }) => {
      console.write(Uint8Array.of(Number(args[0] & 0xffn)));
      return legacy(0);
    },
    // 5.3 Console getchar
    () => legacy(console.read(1)[0] ?? -1),
    // 5.4 Clear IPI
    ({ hart }) => legacy(harts.lowerSoftwareInterrupt(hart) ? 1 : 0),
    // 5.5 Send IPI
    (request) => onHarts(request, (target) => harts.raiseSoftwareInterrupt(target)),
    // 5.6 Remote FENCE.I
    (request) => onHarts(request, (target) => harts.fenceInstruction(target)),
    // 5.7 Remote SFENCE.VMA
    (request) => fence(request),
    // 5.8 Remote SFENCE.VMA with ASID
    (request) => fence(request, fenceAsid(request.args[3])),
    // 5.9 System shutdown
    () => {
      device.stop({ kind: 'shutdown', type: 'shutdown', reason: 'none' });
      return { kind: 'no-return' };
    },
  ];
  return calls.map((call, eid) => ({ eid: BigInt(eid), call }));
}

/** The harts of the bit vector at a virtual address of the caller, or the result that ends the call. */
function hartsAt(harts: HartControl, caller: number, address: bigint): number[] | SbiResult {
  // As with OpenSBI, no mask at all means every hart.
  if (address === 0n) return everyHart(harts);
  // Harts with an id beyond that cannot be named (5.5: as many bits as there are harts).
  const longs = Math.ceil(harts.ids.length / (8 * LONG));
  const bytes = harts.readVirtual(caller, address, longs * LONG);
  if (!(bytes instanceof Uint8Array)) return { kind: 'trap', cause: bytes.cause, tval: bytes.address };
  const mask = bytes.reduceRight((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  return setBits(harts, mask, 0n) ?? legacy(SbiError.InvalidParam);
}
