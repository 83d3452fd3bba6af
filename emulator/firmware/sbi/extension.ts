/** What the files of the SBI extensions have in common. */
import type { SbiHost, SbiRequest, SbiResult } from './call.js';

/** Standard error codes (SBI 2.0, chapter 3, table of standard SBI errors). */
export const enum SbiError {
  Success = 0,
  Failed = -1,
  NotSupported = -2,
  InvalidParam = -3,
  Denied = -4,
  InvalidAddress = -5,
  AlreadyAvailable = -6,
  AlreadyStarted = -7,
  AlreadyStopped = -8,
  NoSharedMemory = -9,
}

/** One SBI extension: all functions behind one EID. */
export interface SbiExtension {
  readonly eid: bigint;
  call(request: SbiRequest): SbiResult;
}

export function success(value = 0n): SbiResult {
  return { kind: 'return', error: SbiError.Success, value };
}

export function failure(error: SbiError): SbiResult {
  return { kind: 'return', error, value: 0n };
}

/** The low 32 bits of an argument that the specification declares as 32 bits wide. */
export function low32(argument: bigint): number {
  return Number(argument & 0xffff_ffffn);
}

/** Whether a supervisor may begin to execute at a physical address: RAM, at an instruction boundary. */
export function isExecutable(host: SbiHost, address: bigint): boolean {
  return address % 2n === 0n && host.device.memory.contains(Number(address), 2);
}
