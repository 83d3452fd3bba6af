/** Hart state management extension (SBI 2.0, chapter 9). */
import { type HartControl, HartState, type SbiHost, type SbiRequest, type SbiResult } from './call.js';
import { failure, isExecutable, low32, type SbiExtension, SbiError, success } from './extension.js';
import { hartOf } from './hart-mask.js';

/** The two suspend types this platform implements (9.4); every other is reserved or a platform's own. */
const enum SuspendType {
  DefaultRetentive = 0x0000_0000,
  DefaultNonRetentive = 0x8000_0000,
}

/** A compare value that never comes: a stopped hart has no timer running. */
const NEVER = 0xffff_ffff_ffff_ffffn;

export function hsmExtension(host: SbiHost): SbiExtension {
  const { harts } = host;
  return {
    eid: 0x48_534dn, // HSM
    call({ hart, fid, args: [first, second, third] }: SbiRequest): SbiResult {
      switch (fid) {
        case 0n:
          return startHart(host, first, second, third);
        case 1n:
          return stopHart(harts, hart);
        case 2n: {
          const subject = hartOf(harts, first);
          return subject === undefined
            ? failure(SbiError.InvalidParam)
            : success(BigInt(harts.state(subject)));
        }
        case 3n:
          return suspendHart(host, hart, low32(first), second, third);
        default:
          return failure(SbiError.NotSupported);
      }
    },
  };
}

/** 9.1. Checks in the order of OpenSBI: the hart, then the address, then the hart's state. */
function startHart(host: SbiHost, id: bigint, address: bigint, opaque: bigint): SbiResult {
  const { harts } = host;
  const hart = hartOf(harts, id);
  if (hart === undefined) return failure(SbiError.InvalidParam);
  if (!isExecutable(host, address)) return failure(SbiError.InvalidAddress);
  // A suspended hart and one in transition belong to the supervisor already.
  if (harts.state(hart) !== HartState.Stopped) return failure(SbiError.AlreadyAvailable);
  harts.setState(hart, HartState.StartPending);
  const start = (): void => {
    harts.enterSupervisor(hart, address, opaque);
    harts.setState(hart, HartState.Started);
  };
  const delay = harts.startDelay(hart);
  if (delay === 0) start();
  else if (delay < Infinity) host.device.at(host.device.now() + delay, start);
  return success();
}

/** 9.2. */
function stopHart(harts: HartControl, hart: number): SbiResult {
  harts.setState(hart, HartState.StopPending);
  harts.setTimer(hart, NEVER);
  harts.halt(hart);
  harts.setState(hart, HartState.Stopped);
  return { kind: 'no-return' };
}

/** 9.4. */
function suspendHart(host: SbiHost, hart: number, type: number, resume: bigint, opaque: bigint): SbiResult {
  const { harts } = host;
  const retentive = type === SuspendType.DefaultRetentive;
  if (!retentive && type !== SuspendType.DefaultNonRetentive) return failure(SbiError.InvalidParam);
  if (!retentive && !isExecutable(host, resume)) return failure(SbiError.InvalidAddress);
  harts.setState(hart, HartState.SuspendPending);
  harts.setState(hart, HartState.Suspended);
  harts.suspend(hart, () => {
    harts.setState(hart, HartState.ResumePending);
    if (!retentive) harts.enterSupervisor(hart, resume, opaque);
    harts.setState(hart, HartState.Started);
  });
  return retentive ? success() : { kind: 'no-return' };
}
