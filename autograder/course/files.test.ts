/** The file system calls, rightly and wrongly used by a program in the guest. */
import { beforeAll, describe, expect, it } from 'vitest';
import { GuestScripts } from './guest-script.js';

/** What guest-programs/file_calls.c expects in /etc/pattern. */
const pattern = Uint8Array.from({ length: 300_001 }, (_, i) => i * 7 + (i >> 8) * 13 + (i >> 16));

let guest: GuestScripts;

beforeAll(async () => {
  guest = await GuestScripts.build('file_calls.c');
});

describe('the file system calls', () => {
  it.each([
    [1, 0],
    [4, 0],
    [4, 1],
    [8, 2],
  ])('answer as Linux does, on %i harts, seed %i', async (harts, seed) => {
    const run = await guest.run('file_calls\nls /tmp\n', {
      files: [{ path: '/etc/pattern', bytes: pattern }],
      harts,
      memory: 16 << 20,
      seed,
    });
    expect(run.output).toBe('file_calls: done\n');
    expect(run.stop).toEqual({ kind: 'shutdown', type: 'shutdown', reason: 'none' });
  });
});
