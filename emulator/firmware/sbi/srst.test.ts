import { describe, expect, it } from 'vitest';
import { SbiError } from './extension.js';
import { callSbi, fakeSbiHost } from './fake-harts.js';
import { createSbi } from './index.js';

const SRST = 0x5352_5354;

describe('system reset (10.1)', () => {
  it.each([
    [0, 0, 'shutdown', 'none'],
    [0, 1, 'shutdown', 'system-failure'],
    [1, 0, 'cold-reboot', 'none'],
    [2, 1, 'warm-reboot', 'system-failure'],
    // Declared as uint32_t: whatever a caller leaves in the high half does not matter.
    [0xffff_ffff_0000_0000n, 1n << 40n, 'shutdown', 'none'],
  ])('type %s for reason %s ends the run', (type, reason, typeName, reasonName) => {
    const host = fakeSbiHost(1);
    expect(callSbi(createSbi(host), SRST, 0, [type, reason])).toEqual({ kind: 'no-return' });
    expect(host.device.stops).toEqual([{ kind: 'shutdown', type: typeName, reason: reasonName }]);
  });

  it.each([
    ['a reserved type', 3, 0],
    ['a reserved type', 0xefff_ffff, 0],
    ["a vendor's type", 0xf000_0000, 0],
    ['a reserved reason', 0, 2],
    ["an implementation's reason", 0, 0xe000_0000],
    ["a vendor's reason", 0, 0xffff_ffff],
  ])('is SBI_ERR_INVALID_PARAM for %s', (_, type, reason) => {
    const host = fakeSbiHost(1);
    expect(callSbi(createSbi(host), SRST, 0, [type, reason])).toEqual({
      kind: 'return',
      error: SbiError.InvalidParam,
      value: 0n,
    });
    expect(host.device.stops).toEqual([]);
  });
});
