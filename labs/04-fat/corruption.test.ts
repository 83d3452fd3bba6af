/**
 * Damaged disks, put before the reference one after the other. Whatever is on them: every step comes to an end soon,
 * the kernel stays up, and nothing is asked of the disk that it has not got. bench/damaged-disks.ts does the same with
 * as many disks as one likes.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildKernel, buildPrograms } from '../../autograder/toolchain/index.js';
import type { UserProgram } from '../../autograder/toolchain/index.js';
import { DAMAGE_KINDS, runDamagedDisks, titleOfKind } from './damaged-disks.js';

const IMAGES = 500;

let kernel: Uint8Array;
let programs: readonly UserProgram[];

beforeAll(async () => {
  const built = await buildKernel();
  if (!built.ok) throw new Error('the reference does not build');
  kernel = built.kernel;
  programs = await buildPrograms();
});

describe('damaged disks', () => {
  it.each(DAMAGE_KINDS.map((kind) => [titleOfKind(kind), kind] as const))(
    '%s: the kernel stays up, and asks for nothing that there is not',
    async (_, kind) => {
      const run = await runDamagedDisks(kind, IMAGES, 0, { kernel, programs });
      expect(run.faults).toEqual([]);
      expect(run.stop).toEqual({ kind: 'shutdown', type: 'shutdown', reason: 'none' });
      expect(run.images).toBe(IMAGES);
      // Most damage does not keep a volume from being mounted, and some does; some is noticed later.
      expect(run.mounted).toBeGreaterThan(IMAGES / 2);
      expect(run.mounted).toBeLessThan(IMAGES);
      expect(run.contradictions).toBeGreaterThan(IMAGES / 10);
    },
    300_000,
  );
});
