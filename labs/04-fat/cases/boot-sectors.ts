/** Boot sectors of every size, and boot sectors that do not count. */
import type { FatShape } from '../../../autograder/image/fat-writer.js';
import type { SeededRandom } from '../../../autograder/image/seeded-random.js';
import { FatResult } from '../image-case.js';
import type { ImageCase } from '../image-case.js';
import { askedInVain, list, mount, statfs } from '../steps.js';
import { readWhole, SampleVolume, SMALL16, SMALL32 } from './volume.js';

/** Sizes of sectors and clusters, numbers of FATs, roots: from one end to the other. */
export function geometries(random: SeededRandom): ImageCase[] {
  const shape = (title: string, of: FatShape): ImageCase => {
    const volume = new SampleVolume(of, random);
    volume.writer.addFolder('/SUB');
    const cluster = volume.writer.clusterSize;
    const near = volume.file('/SUB/NEAR.BIN', Math.min(cluster + random.between(1, 500), 100_000));
    // The last cluster of all, and its neighbour.
    const last = of.clusters + 1;
    const far = volume.file('/FAR.BIN', Math.min(2 * cluster, cluster + 700), {
      allocation: [last, last - 1],
    });
    const disk = volume.finish();
    const facts = statfs({ clusterSize: cluster, clusters: of.clusters });
    const names = list('/', [{ name: 'SUB', folder: true }, { name: 'FAR.BIN' }]);
    return { title, disk, steps: [mount('/dev/vda'), facts, names, ...readWhole(near), ...readWhole(far)] };
  };
  const sector = random.pick([1024, 2048]);
  return [
    shape('FAT16, sectors of 512, 1 a cluster', SMALL16),
    shape('FAT16, sectors of 4096, 1 a cluster', { ...SMALL16, sectorSize: 4096 }),
    shape(`FAT16, sectors of ${sector}, 2 a cluster`, {
      ...SMALL16,
      sectorSize: sector,
      sectorsPerCluster: 2,
    }),
    shape('FAT16, sectors of 512, 64 a cluster', { bits: 16, clusters: 4085, sectorsPerCluster: 64 }),
    shape('FAT16, sectors of 512, 128 a cluster', { bits: 16, clusters: 4085, sectorsPerCluster: 128 }),
    shape('FAT16, sectors of 4096, 16 a cluster', {
      bits: 16,
      clusters: 4085,
      sectorSize: 4096,
      sectorsPerCluster: 16,
    }),
    shape('FAT16 with one FAT and 16 root entries', { ...SMALL16, fats: 1, rootEntries: 16 }),
    shape('FAT16 with three FATs and 7 reserved sectors', { ...SMALL16, fats: 3, reservedSectors: 7 }),
    shape('FAT16 with sectors to spare behind the last cluster', {
      ...SMALL16,
      sectorsPerCluster: 4,
      slackSectors: 3,
      hiddenSectors: 63,
    }),
    shape('FAT32, sectors of 512, 1 a cluster', SMALL32),
    shape('FAT32, sectors of 512, 8 a cluster', { ...SMALL32, sectorsPerCluster: 8 }),
    shape('FAT32, sectors of 4096, 1 a cluster', { ...SMALL32, sectorSize: 4096 }),
    shape('FAT32, one FAT, 500 reserved sectors', { ...SMALL32, fats: 1, reservedSectors: 500 }),
    shape('FAT32, no mirroring: FAT 1 of 2 is current', { ...SMALL32, activeFat: 1 }),
    shape('FAT32, no mirroring: FAT 0 of 2 is current', { ...SMALL32, activeFat: 0 }),
  ];
}

/** Offsets in the boot sector [FAT specification, "Boot Sector and BPB"]. */
type Damage = readonly [title: string, offset: number, bytes: readonly number[]];

const little = (value: number, size: number): number[] =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256);

/** One field wrong at a time. Volumes without a backup, so that nothing can be saved. */
export function invalidBootSectors(random: SeededRandom): ImageCase[] {
  const fat16 = new SampleVolume(SMALL16, random);
  const file16 = fat16.file('/FIELD.BIN', 3000);
  const good16 = fat16.finish();
  const fat32 = new SampleVolume({ ...SMALL32, reservedSectors: 6 }, random);
  const file32 = fat32.file('/FIELD.BIN', 3000);
  const good32 = fat32.finish();
  const sectors16 = good16.length / 512;
  const sectors32 = good32.length / 512;
  const fatSectors16 = fat16.writer.fatBytes / 512;
  const all16: Damage[] = [
    ['BS_jmpBoot 00 00 00', 0, [0, 0, 0]],
    ['BS_jmpBoot EB 3C 00', 0, [0xeb, 0x3c, 0x00]],
    ['the signature AA 55', 510, [0xaa, 0x55]],
    ['BPB_BytsPerSec 0', 11, little(0, 2)],
    ['BPB_BytsPerSec 256', 11, little(256, 2)],
    ['BPB_BytsPerSec 768', 11, little(768, 2)],
    ['BPB_BytsPerSec 8192', 11, little(8192, 2)],
    ['BPB_SecPerClus 0', 13, [0]],
    ['BPB_SecPerClus 3', 13, [3]],
    ['BPB_RsvdSecCnt 0', 14, [0, 0]],
    ['BPB_NumFATs 0', 16, [0]],
    ['BPB_RootEntCnt 0 on FAT16', 17, [0, 0]],
    ['BPB_TotSec16 and BPB_TotSec32 0', 19, [0, 0]],
    ['BPB_TotSec16 one sector beyond the disk', 19, little(sectors16 + 1, 2)],
    ['BPB_FATSz16 too small for the clusters, by one sector', 22, little(fatSectors16 - 1, 2)],
    ['BPB_RsvdSecCnt so large that no cluster is left', 14, little(sectors16, 2)],
  ];
  const all32: Damage[] = [
    ['BPB_RootEntCnt 512 on FAT32', 17, little(512, 2)],
    ['BPB_TotSec32 one sector beyond the disk', 32, little(sectors32 + 1, 4)],
    ['BPB_TotSec32 four thousand million', 32, little(0xffffffff, 4)],
    ['BPB_FATSz32 2^31: the FATs alone are larger than 2^32 sectors', 36, little(2 ** 31, 4)],
    ['BPB_FSVer 1', 42, little(1, 2)],
    ['BPB_RootClus 1', 44, little(1, 4)],
    ['BPB_RootClus one too large', 44, little(SMALL32.clusters + 2, 4)],
    ['BPB_ExtFlags: FAT 3 of 2 is current', 40, little(0x83, 2)],
  ];
  const chosen16 = [...all16.slice(0, 3), ...random.shuffled(all16.slice(3)).slice(0, 9)];
  const refuse = (good: Uint8Array, [title, offset, bytes]: Damage): ImageCase => {
    const disk = good.slice();
    disk.set(bytes, offset);
    return { title, disk, steps: [mount('/dev/vda', FatResult.NO_FILESYSTEM), ...askedInVain('/FIELD.BIN')] };
  };
  const jump = good16.slice();
  jump.set([0xe9, 0x12, 0x34]);
  return [
    {
      title: 'a FAT16 volume as it was made',
      disk: good16,
      control: true,
      steps: [mount('/dev/vda'), ...readWhole(file16)],
    },
    {
      title: 'a FAT32 volume as it was made',
      disk: good32,
      control: true,
      steps: [mount('/dev/vda'), ...readWhole(file32)],
    },
    {
      title: 'BS_jmpBoot E9 12 34, which is right',
      disk: jump,
      steps: [mount('/dev/vda'), ...readWhole(file16)],
    },
    ...random.shuffled([
      ...chosen16.map((damage) => refuse(good16, damage)),
      ...all32.map((damage) => refuse(good32, damage)),
    ]),
  ];
}
