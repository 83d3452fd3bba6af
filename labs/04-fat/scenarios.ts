/**
 * The runs on which lab 04 is graded. The kernel boots from an initial RAM disk that holds `fatprobe` alone, as
 * /bin/init; the disk is changed under it, image by image. All contents are random, by the seed.
 */
import { createInitrd } from '../../autograder/image/initrd.js';
import { SeededRandom } from '../../autograder/image/seeded-random.js';
import type { Scenario } from '../../autograder/lab/definition.js';
import { geometries, invalidBootSectors } from './cases/boot-sectors.js';
import { damagedChains, insideTheVolume } from './cases/damage.js';
import { endsOfChains, fragmented, longRead, oddReads } from './cases/files.js';
import { backupBootSector, fsInfo, volumeState } from './cases/metadata.js';
import { bareAndPartitioned, blankDisks, fatTypes, logicalPartitions } from './cases/mounts.js';
import { directories, oddNames, paths } from './cases/names.js';
import type { ImageCase } from './image-case.js';
import { planOf } from './image-case.js';
import { fatWitness } from './probe-witness.js';

/** What the disk is before the first change. */
const FIRST_DISK_BYTES = 4096;
/** Guest seconds: the runs of the reference take less than a fifth. */
const BUDGET = 2;

function scenario(
  id: string,
  title: string,
  make: (random: SeededRandom) => ImageCase[],
  { budget = BUDGET, harts = 1 } = {},
): Scenario {
  let last: { seed: number; cases: readonly ImageCase[] } | undefined;
  // The plan and the witness want the same images; they depend on the seed alone.
  const casesFor = (seed: number): readonly ImageCase[] => {
    if (last?.seed !== seed) last = { seed, cases: make(new SeededRandom(`${id} ${seed}`)) };
    return last.cases;
  };
  return {
    id,
    title,
    harts,
    bootargs: 'sched=rr',
    budget,
    machine: { memory: 16 << 20 },
    disk: () => Promise.resolve(new Uint8Array(FIRST_DISK_BYTES)),
    initrd: ({ seed, programs }) => {
      const init = programs.find(({ name }) => name === 'fatprobe');
      if (init === undefined) throw new Error('there is no program fatprobe');
      return Promise.resolve(
        createInitrd([
          { path: '/bin/init', bytes: init.elf },
          { path: '/etc/plan', bytes: new TextEncoder().encode(planOf(casesFor(seed))) },
        ]),
      );
    },
    witness: fatWitness(casesFor),
  };
}

export const blank = scenario('blank', 'Disks without a file system', blankDisks);
export const volumes = scenario('volumes', 'Whole disks and partitions', bareAndPartitioned);
export const logical = scenario('logical', 'Logical partitions', logicalPartitions);
export const types = scenario('types', 'FAT12, FAT16, FAT32', fatTypes);
export const geometry = scenario('geometry', 'Sizes of sectors and clusters', geometries);
export const bootSectors = scenario('boot-sectors', 'Boot sectors that do not count', invalidBootSectors);
export const reads = scenario('reads', 'Reads at odd offsets', oddReads);
export const fragments = scenario('fragments', 'Files in pieces', fragmented);
export const chainEnds = scenario('chain-ends', 'Ends of chains', endsOfChains);
export const names = scenario('names', 'Short and long names', oddNames);
export const pathWalk = scenario('paths', 'Deep paths, missing files', paths, { harts: 2 });
export const listing = scenario('listing', 'Directories', directories);
export const damage = scenario('damage', 'Damaged chains', damagedChains);
export const inside = scenario('inside', 'A volume between others', insideTheVolume);
export const freeSpace = scenario('fsinfo', 'FSInfo', fsInfo);
export const backup = scenario('backup', 'Boot sectors that are lost', backupBootSector);
export const state = scenario('state', 'How a volume was left', volumeState);
export const effort = scenario('effort', 'A long file in small reads', longRead);
