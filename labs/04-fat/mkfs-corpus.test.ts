/**
 * The reference reads, byte for byte, volumes that other programs have made: mkfs.fat formats, mtools fills. The disks
 * are put before the kernel one after the other, in a few boots.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInitrd } from '../../autograder/image/initrd.js';
import { partitionedDisk } from '../../autograder/image/partition-table.js';
import { SeededRandom } from '../../autograder/image/seeded-random.js';
import type { Scenario } from '../../autograder/lab/definition.js';
import { runScenario } from '../../autograder/runner/run-scenario.js';
import { buildKernel, buildPrograms } from '../../autograder/toolchain/index.js';
import type { UserProgram } from '../../autograder/toolchain/index.js';
import { haveTools, toolPath } from '../../emulator/node/require-tool.js';
import { planOf } from './image-case.js';
import type { ImageCase, Step } from './image-case.js';
import { fatWitness } from './probe-witness.js';
import type { FatEvidence } from './probe-witness.js';
import { mount, statfs } from './steps.js';
import { readWhole } from './cases/volume.js';

/** Arguments of mkfs.fat, KiB of the volume, and where it lies. */
interface Shape {
  readonly format: string;
  readonly kib: number;
  /** Sector of the partition's begin; the whole disk when absent. */
  readonly first?: number;
  readonly logical?: boolean;
}

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
  { format: '-F 16 -s 1 -h 63', kib: 2200, first: 63 },
  { format: '-F 16 -s 2 -h 2048', kib: 4400, first: 2048 },
  { format: '-F 16 -S 1024 -s 1 -h 64', kib: 4400, first: 64 },
  { format: '-F 16 -s 1 -h 65', kib: 2200, first: 65, logical: true },
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
  bare('-F 32 -S 1024 -s 1', 68_000),
  bare('-F 32 -S 2048 -s 1', 135_000),
  { format: '-F 32 -s 1 -h 2048', kib: 34_000, first: 2048 },
  { format: '-F 32 -s 1 -h 63', kib: 34_000, first: 63, logical: true },
];

const SECTOR = 512;
const TOOLS = ['mkfs.fat', 'mcopy', 'mdel'] as const;
const env = {
  ...process.env,
  LC_ALL: 'C.UTF-8',
  MTOOLS_SKIP_CHECK: '1',
  MTOOLS_NO_VFAT: '0',
  SOURCE_DATE_EPOCH: '946684800',
};

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

/** Formats and fills a volume; the file system's own clusters are left in a mess on purpose. */
function make(shape: Shape, index: number): ImageCase {
  const random = new SeededRandom(`corpus ${shape.format} ${shape.kib} ${index}`);
  const image = path.join(folder, `${index}.img`);
  const tree = path.join(folder, `${index}`);
  fs.writeFileSync(image, new Uint8Array(0));
  fs.truncateSync(image, shape.kib * 1024);
  execFileSync(toolPath('mkfs.fat'), [...shape.format.split(' '), '--invariant', image], {
    env,
    stdio: 'pipe',
  });
  const files = new Map<string, Uint8Array>();
  const put = (name: string, size: number): void => {
    const bytes = random.bytes(size);
    files.set(name, bytes);
    const file = path.join(tree, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  };
  const tool = (name: (typeof TOOLS)[number], ...args: string[]): void => {
    execFileSync(toolPath(name), ['-i', image, ...args], { env, stdio: 'pipe' });
  };
  const copyAll = (): void => {
    tool('mcopy', '-s', '-Q', '-o', ...fs.readdirSync(tree).map((name) => path.join(tree, name)), '::');
    fs.rmSync(tree, { recursive: true });
  };
  for (let i = 0; i < 6; i++) put(`HOLE${i}.BIN`, random.between(1, 3000));
  copyAll();
  // Holes: what comes next is written in pieces.
  for (const hole of [0, 2, 4]) {
    tool('mdel', `::HOLE${hole}.BIN`);
    files.delete(`HOLE${hole}.BIN`);
  }
  put('README.TXT', random.between(1, 600));
  put('lower.txt', random.between(1, 600));
  put('EMPTY', 0);
  put('A long name with spaces.text', random.between(600, 5000));
  put('ünïcödé – ß \u{1f600}.bin', random.between(1, 2000));
  put('docs/a/b/c/Deep File.dat', random.between(1, 9000));
  for (let i = 0; i < 20; i++) put(`many/entry number ${i}`, random.between(0, 40));
  put('PIECES.BIN', 40_000 + random.below(5000));
  copyAll();
  const bytes = (): Uint8Array => {
    const volume = new Uint8Array(fs.readFileSync(image));
    const { first, logical = false } = shape;
    if (first === undefined) return volume;
    const type = shape.format.includes('-F 16') ? 0x06 : 0x0c;
    const size = first * SECTOR + volume.length + 64 * SECTOR;
    const placed = { bytes: volume, type, first };
    return logical ? partitionedDisk(size, [], [placed]) : partitionedDisk(size, [{ ...placed, slot: 0 }]);
  };
  const reads = [...files].flatMap(([name, content]): Step[] => {
    return readWhole({ path: `/${name}`, bytes: content, disk: new Uint8Array(0), locate: String });
  });
  const bits = shape.format.includes('-F 16') ? 16 : 32;
  const place = shape.first === undefined ? '' : `, sector ${shape.first}${shape.logical ? ', logical' : ''}`;
  return {
    title: `mkfs.fat ${shape.format}, ${shape.kib} KiB${place}`,
    get disk(): Uint8Array {
      return bytes(); // one at a time: some are large
    },
    steps: [mount('/dev/vda'), statfs({ bits, fromBackup: false }), ...reads],
  };
}

async function wrongSteps(cases: readonly ImageCase[]): Promise<string[]> {
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
          {
            path: '/bin/init',
            bytes: programs.find(({ name }) => name === 'fatprobe')?.elf ?? new Uint8Array(0),
          },
          { path: '/etc/plan', bytes: new TextEncoder().encode(planOf(cases)) },
        ]),
      ),
    witness: fatWitness(() => cases),
  };
  const run = await runScenario({ scenario, seed: 0, kernel, programs });
  expect(run.outcome).toEqual({ kind: 'completed' });
  const { outcomes } = run.witness as FatEvidence;
  expect(outcomes).toHaveLength(cases.reduce((sum, { steps }) => sum + steps.length, 0));
  return outcomes
    .filter(({ fraction }) => fraction < 1)
    .map(({ image, expected, seen }) => `${cases[image]?.title}: ${expected}: ${seen}`);
}

describe.skipIf(!haveTools(...TOOLS))('volumes made by mkfs.fat and filled by mtools', () => {
  it('are at least forty', () => {
    expect(FAT16.length + FAT32.length).toBeGreaterThanOrEqual(40);
  });

  it.each([
    ['FAT16', FAT16],
    ['FAT32', FAT32],
  ])('%s: every file is read byte for byte', async (_, shapes) => {
    expect(await wrongSteps(shapes.map(make))).toEqual([]);
  });
});
