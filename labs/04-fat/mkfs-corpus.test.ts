/**
 * The reference reads, byte for byte, volumes that other programs have made: mkfs.fat or mformat formats, mpartition
 * writes the table, mtools fills, deletes, and says what is there. The disks are put before the kernel one after the
 * other, in a few boots; what its program has got in its memory is compared with the files that went in.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInitrd } from '../../autograder/image/initrd.js';
import { SeededRandom } from '../../autograder/image/seeded-random.js';
import type { Scenario } from '../../autograder/lab/definition.js';
import { runScenario } from '../../autograder/runner/run-scenario.js';
import { buildKernel, buildPrograms } from '../../autograder/toolchain/index.js';
import type { UserProgram } from '../../autograder/toolchain/index.js';
import { haveTools } from '../../emulator/node/require-tool.js';
import { FatResult, planOf } from './image-case.js';
import type { ImageCase, Step } from './image-case.js';
import { diskOf, ForeignVolume, format, titleOf, TOOLS } from './foreign-volume.js';
import type { Shape } from './foreign-volume.js';
import { fatWitness } from './probe-witness.js';
import type { FatEvidence } from './probe-witness.js';
import { mount, statfs } from './steps.js';
import { readWhole } from './cases/volume.js';

const bare = (format: string, kib: number): Shape => ({ format, kib });

const FAT16: readonly Shape[] = [
  bare('-F 16 -s 1', 2200),
  bare('-F 16 -s 1 -f 1', 2200),
  bare('-F 16 -s 1 -f 3', 2300),
  bare('-F 16 -s 1 -f 4', 2300),
  bare('-F 16 -s 1 -R 8', 2300),
  bare('-F 16 -s 1 -R 100', 2300),
  bare('-F 16 -s 1 -r 64', 2200),
  bare('-F 16 -s 1 -r 2048', 2300),
  bare('-F 16 -s 1 -h 63', 2200),
  bare('-F 16 -s 1 -n LABEL -i CAFE1234', 2200),
  bare('-F 16 -s 1 -a', 2200),
  bare('-F 16 -s 1 -M 0xF0', 2200),
  bare('-F 16 -s 2', 4400),
  bare('-F 16 -s 4', 8700),
  bare('-F 16 -s 8', 17_000),
  bare('-F 16 -s 16', 34_000),
  bare('-F 16 -s 32', 68_000),
  bare('-F 16 -s 64', 135_000),
  bare('-F 16 -s 1', 32_700),
  bare('-F 16 -s 4', 100_000),
  bare('-F 16 -S 1024 -s 1', 4400),
  bare('-F 16 -S 1024 -s 4', 17_000),
  bare('-F 16 -S 2048 -s 1', 8800),
  bare('-F 16 -S 2048 -s 2 -f 1', 17_500),
  bare('-F 16 -S 4096 -s 1', 17_500),
  bare('-F 16 -S 4096 -s 2 -r 128', 35_000),
  { ...bare('-F 16 -s 1', 2200), full: true },
  { ...bare('-F 16 -s 4 -f 1', 8700), full: true },
  { ...bare('-F 16 -s 1 --mbr=y', 2200), also: ['/dev/vda1', FatResult.NO_FILESYSTEM] },
  bare('mformat -c 1 -h 16 -s 63', 2520),
  bare('mformat -c 2 -h 16 -s 63 -r 32 -v LABEL', 5040),
  bare('mformat -c 8 -h 64 -s 32', 20_480),
  { ...bare('-F 16 -s 1 -h 63', 2200), first: 63 },
  { ...bare('-F 16 -s 2 -h 2048', 4400), first: 2048, also: ['/dev/vda1', FatResult.OK] },
  { ...bare('-F 16 -S 1024 -s 1 -h 64', 4400), first: 64 },
  { ...bare('-F 16 -s 1 -h 65', 2200), first: 65, table: 'logical', also: ['/dev/vda5', FatResult.OK] },
  { ...bare('-F 16 -s 1', 2200), first: 64, table: 'mpartition', also: ['/dev/vda1', FatResult.OK] },
  { ...bare('-F 16 -S 2048 -s 1', 8800), first: 4096, table: 'mpartition', full: true },
];

const FAT32: readonly Shape[] = [
  bare('-F 32 -s 1', 34_000),
  bare('-F 32 -s 1 -f 1', 34_000),
  bare('-F 32 -s 1 -f 3', 35_000),
  bare('-F 32 -s 1 -R 16', 34_000),
  bare('-F 32 -s 1 -R 200', 34_000),
  bare('-F 32 -s 1 -b 6', 34_000),
  bare('-F 32 -s 1 -b 10 -R 64', 34_000),
  bare('-F 32 -s 1 -n VOLUME -i 0BADF00D', 34_000),
  bare('-F 32 -s 1 -a', 34_000),
  bare('-F 32 -s 1', 64_000),
  bare('-F 32 -s 2', 68_000),
  bare('-F 32 -s 8', 270_000),
  bare('-F 32 -S 1024 -s 1', 68_000),
  bare('-F 32 -S 2048 -s 1', 135_000),
  bare('-F 32 -S 4096 -s 1', 270_000),
  bare('mformat -F -c 1 -h 16 -s 63', 40_320),
  { ...bare('-F 32 -s 1', 34_000), bootSectorLost: true },
  { ...bare('-F 32 -S 1024 -s 1', 68_000), bootSectorLost: true },
  { ...bare('-F 32 -s 1 -h 2048', 34_000), first: 2048 },
  { ...bare('-F 32 -s 1 -h 128', 34_000), first: 128, bootSectorLost: true },
  { ...bare('-F 32 -s 1 -h 63', 34_000), first: 63, table: 'logical' },
  {
    ...bare('-F 32 -s 1', 34_000),
    first: 2048,
    table: 'mpartition',
    also: ['/dev/vda2', FatResult.NO_FILESYSTEM],
  },
];

/** Volumes of FAT12, which are refused. */
const FAT12: readonly Shape[] = [
  bare('-F 12', 360),
  bare('-F 12', 1440),
  bare('-F 12 -s 4', 4000),
  bare('-F 12 -S 4096 -s 1', 8000),
  bare('mformat -f 1440', 1440),
  { ...bare('-F 12 -s 2', 2000), first: 64, table: 'mpartition' },
];

let folder = '';
let kernel: Uint8Array;
let programs: readonly UserProgram[];

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-corpus-'));
  const built = await buildKernel();
  if (!built.ok) throw new Error('the reference does not build');
  kernel = built.kernel;
  programs = await buildPrograms();
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function filled(shape: Shape, index: number): ImageCase {
  const title = titleOf(shape);
  const image = path.join(folder, `${index}.img`);
  const offset = format(shape, image);
  const volume = new ForeignVolume(image, offset, new SeededRandom(`${title} ${index}`));
  volume.fill(shape.full ?? false);
  if (shape.full) expect(volume.free, title).toBe(0);
  if (shape.format.includes('-s 1') || shape.full)
    expect(volume.pieces('PIECES.BIN'), title).toBeGreaterThan(1);
  const bits = /-F (32|-c)/.test(shape.format) ? 32 : 16;
  const { also } = shape;
  const again = (source: string, result: FatResult): Step[] => {
    const umount: Step = {
      command: 'umount',
      judge: () => ({ fraction: 1, expected: '', seen: '', function: 'fat_mount' }),
    };
    return [umount, mount(source, result)];
  };
  return {
    title,
    get disk(): Uint8Array {
      return diskOf(shape, image);
    },
    steps: [
      mount('/dev/vda'),
      statfs({
        bits,
        fromBackup: shape.bootSectorLost ?? false,
        ...(offset === 0 && !shape.full && { dirty: false }),
      }),
      ...['/', '/docs', '/docs/a/b/c/d/e/f', '/many'].map((directory) => volume.listing(directory)),
      ...[...volume.files].flatMap(([name, bytes]): Step[] => {
        return readWhole({ path: `/${name}`, bytes, disk: new Uint8Array(0), locate: String });
      }),
      ...(also ? again(...also) : []),
    ],
  };
}

function refused(shape: Shape, index: number): ImageCase {
  const image = path.join(folder, `refused-${index}.img`);
  format(shape, image);
  const disk = diskOf(shape, image);
  return { title: titleOf(shape), disk, steps: [mount('/dev/vda', FatResult.NO_FILESYSTEM)] };
}

/** What was not as it should be, on all the disks together. */
async function wrongSteps(cases: readonly ImageCase[]): Promise<string[]> {
  const init = programs.find(({ name }) => name === 'fatprobe')?.elf ?? new Uint8Array(0);
  const scenario: Scenario = {
    id: 'corpus',
    title: 'Volumes of mkfs.fat and mtools',
    harts: 1,
    bootargs: 'sched=rr',
    budget: 30,
    machine: { memory: 16 << 20 },
    disk: () => Promise.resolve(new Uint8Array(4096)),
    initrd: () =>
      Promise.resolve(
        createInitrd([
          { path: '/bin/init', bytes: init },
          { path: '/etc/plan', bytes: new TextEncoder().encode(planOf(cases)) },
        ]),
      ),
    witness: fatWitness(() => cases),
  };
  const { outcome, witness } = await runScenario({ scenario, seed: 0, kernel, programs });
  expect(outcome).toEqual({ kind: 'completed' });
  const { outcomes } = witness as FatEvidence;
  expect(outcomes).toHaveLength(cases.reduce((sum, { steps }) => sum + steps.length, 0));
  return outcomes
    .filter(({ fraction }) => fraction < 1)
    .map(({ image, expected, seen }) => `${cases[image]?.title}: ${expected}: ${seen}`);
}

describe.skipIf(!haveTools(...TOOLS))('volumes made by mkfs.fat and mtools', () => {
  it('have at least forty shapes, no two the same', () => {
    const titles = [...FAT12, ...FAT16, ...FAT32].map(titleOf);
    expect(new Set(titles).size).toBe(titles.length);
    expect(FAT16.length + FAT32.length).toBeGreaterThanOrEqual(40);
  });

  it.each([
    ['FAT16', FAT16],
    ['FAT32', FAT32],
  ])(
    '%s: every directory is what mdir says, every file is read byte for byte',
    async (_, shapes) => {
      expect(await wrongSteps(shapes.map(filled))).toEqual([]);
    },
    300_000,
  );

  it('FAT12: refused as FR_NO_FILESYSTEM', async () => {
    expect(await wrongSteps(FAT12.map(refused))).toEqual([]);
  });

  it('one byte that differs is found', async () => {
    const right = filled(bare('-F 16 -s 1', 2200), 1000);
    const disk = right.disk;
    const at = Buffer.from(disk).lastIndexOf(Buffer.from('PIECES  BIN'));
    expect(at).toBeGreaterThan(0);
    const firstCluster = disk[at + 26]! | (disk[at + 27]! << 8);
    disk[diskOffset(disk, firstCluster) + 17]! ^= 0x40;
    expect(await wrongSteps([{ ...right, disk }])).toEqual([
      expect.stringMatching(/^mkfs.fat -F 16 -s 1, 2200 KiB: \/PIECES.BIN: bytes 0 to .*: byte 17 is wrong/),
    ]);
  });
});

/** Where a cluster of a FAT16 volume with sectors of 512 bytes lies. */
function diskOffset(disk: Uint8Array, cluster: number): number {
  const view = new DataView(disk.buffer);
  const fats = disk[16]! * view.getUint16(22, true);
  const root = (view.getUint16(17, true) * 32) / 512;
  const data = view.getUint16(14, true) + fats + root;
  return (data + (cluster - 2) * disk[13]!) * 512;
}
