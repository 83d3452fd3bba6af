/**
 * The built-in firmware: RISC-V Supervisor Binary Interface Specification 2.0 without guest code in M-mode.
 * One file an extension; this one finds the extension that a call is for.
 */
import { baseExtension } from './base.js';
import type { Sbi, SbiHost } from './call.js';
import { dbcnExtension } from './dbcn.js';
import { failure, type SbiExtension, SbiError } from './extension.js';
import { hsmExtension } from './hsm.js';
import { ipiExtension } from './ipi.js';
import { legacyExtensions } from './legacy.js';
import { rfenceExtension } from './rfence.js';
import { srstExtension } from './srst.js';
import { timeExtension } from './time.js';

export function createSbi(host: SbiHost): Sbi {
  const extensions = new Map<bigint, SbiExtension>();
  for (const extension of [
    baseExtension((eid) => extensions.has(eid)),
    timeExtension(host),
    ipiExtension(host),
    rfenceExtension(host),
    hsmExtension(host),
    srstExtension(host),
    dbcnExtension(host),
    ...legacyExtensions(host),
  ]) {
    extensions.set(extension.eid, extension);
  }
  return {
    // Chapter 3: an unknown EID answers as an unknown FID does.
    handle: (request) => extensions.get(request.eid)?.call(request) ?? failure(SbiError.NotSupported),
  };
}
