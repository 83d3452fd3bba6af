/** Where a volume is on a disk, and what is none. */
import { partitionedDisk, writePartitionTable } from '../../../autograder/image/partition-table.js';
import type { SeededRandom } from '../../../autograder/image/seeded-random.js';
import { FatResult } from '../image-case.js';
import type { ImageCase, Step } from '../image-case.js';
import { askedInVain, mount, statfs } from '../steps.js';
import { readWhole, SampleVolume, SECTOR, SMALL16, SMALL32, wholeDisk } from './volume.js';

const { NO_FILESYSTEM } = FatResult;

/** A FAT16 volume with one file: what mount is asked for is in the title. */
function sample(random: SeededRandom): { volume: SampleVolume; bytes: Uint8Array; whole: ImageCase } {
  const volume = new SampleVolume(SMALL16, random);
  const file = volume.file('/HELLO.TXT', random.between(600, 3000));
  const whole = wholeDisk('a FAT16 volume, so that something can be mounted at all', volume, [file]);
  return { volume, bytes: whole.disk, whole: { ...whole, control: true } };
}

const refused = (
  title: string,
  disk: Uint8Array,
  source = '/dev/vda',
  path = '/HELLO.TXT',
  factsToo = false,
): ImageCase => {
  return { title, disk, steps: [mount(source, NO_FILESYSTEM), ...askedInVain(path, factsToo)] };
};

/** Disks without a file system: uCore-SMP's blank fs.img, and what looks a little like one. */
export function blankDisks(random: SeededRandom): ImageCase[] {
  const { whole } = sample(random);
  const signed = new Uint8Array(1 << 20);
  signed.set([0x55, 0xaa], 510);
  const text = new TextEncoder().encode('This is not the image that you are looking for.\n');
  const written = Uint8Array.from({ length: 1 << 20 }, (_, i) => text[i % text.length] ?? 0);
  return [
    whole,
    refused('a disk of zeros', new Uint8Array(2 << 20)),
    refused('a disk of random bytes', random.bytes(1 << 20)),
    refused('a disk of text', written),
    refused('zeros with 55 AA at 510', signed),
    refused('a disk of one sector', new Uint8Array(SECTOR)),
    refused('zeros, partition 1 asked for', new Uint8Array(1 << 20), '/dev/vda1'),
  ];
}

/** Volumes that are the disk, or in one of the four partitions of a master boot record. */
export function bareAndPartitioned(random: SeededRandom): ImageCase[] {
  const one = new SampleVolume(SMALL16, random);
  const two = new SampleVolume(SMALL16, random);
  const first = one.file('/ONE.BIN', random.between(1000, 9000));
  const second = two.file('/TWO.BIN', random.between(1000, 9000));
  const size = one.finish().length;
  two.finish();
  const sectors = size / SECTOR;
  const start = random.between(63, 300);
  const behind = start + sectors + random.between(1, 200);
  const disk = (slots: readonly [number, number], types: readonly [number, number]): Uint8Array =>
    partitionedDisk((behind + sectors + 100) * SECTOR, [
      { slot: slots[0], type: types[0], first: start, bytes: one.writer.bytes },
      { slot: slots[1], type: types[1], first: behind, bytes: two.writer.bytes },
    ]);
  const steps = (source: string, which: 1 | 2, on: Uint8Array): Step[] => [
    mount(source),
    statfs({ serial: which === 1 ? one.serial : two.serial }),
    ...readWhole(which === 1 ? one.moved(first, on, start * SECTOR) : two.moved(second, on, behind * SECTOR)),
  ];
  const found = (title: string, on: Uint8Array, source: string, which: 1 | 2): ImageCase => {
    return { title, disk: on, steps: steps(source, which, on) };
  };
  const large = new SampleVolume(SMALL32, random);
  const inLarge = large.file('/THREE.BIN', 5000);
  large.finish();
  const large32 = partitionedDisk((2048 + large.writer.bytes.length / SECTOR) * SECTOR, [
    { slot: 0, type: 0x0c, first: 2048, bytes: large.writer.bytes },
  ]);
  const plain = disk([0, 1], [0x06, 0x0e]);
  const swapped = disk([3, 2], [0x06, 0x04]);
  const foreign = disk([0, 1], [0x83, 0x06]);
  const invalid = disk([0, 1], [0x06, 0x06]);
  invalid[446] = 0x7f; // a status that is none
  const protective = disk([0, 1], [0xee, 0x06]);
  const damaged = disk([0, 1], [0x06, 0x06]);
  damaged.fill(0, start * SECTOR, (start + 1) * SECTOR);
  const far = disk([0, 1], [0x06, 0x06]);
  writePartitionTable(far, 0, [{ slot: 0, type: 0x06, first: 0xfffffff0, count: sectors }]);
  return [
    { ...wholeDisk('a volume without partitions', one, [first]), control: true },
    refused('a volume without partitions, partition 1 asked for', one.writer.bytes, '/dev/vda1', '/ONE.BIN'),
    found('two partitions, /dev/vda', plain, '/dev/vda', 1),
    found('two partitions, /dev/vda1', plain, '/dev/vda1', 1),
    found('two partitions, /dev/vda2', plain, '/dev/vda2', 2),
    refused('two partitions, /dev/vda3', plain, '/dev/vda3', '/TWO.BIN', true),
    found('partitions in slots 3 and 4, /dev/vda', swapped, '/dev/vda', 2),
    found('partitions in slots 3 and 4, /dev/vda4', swapped, '/dev/vda4', 1),
    found('a Linux partition before the FAT partition', foreign, '/dev/vda', 2),
    refused('a Linux partition asked for, though FAT is in it', foreign, '/dev/vda1', '/ONE.BIN', true),
    found('a first entry whose status is neither 00 nor 80', invalid, '/dev/vda', 2),
    found('a first partition that is not formatted', damaged, '/dev/vda', 2),
    found('a first partition behind the end of the disk', far, '/dev/vda', 2),
    refused('a protective entry of a GPT', protective, '/dev/vda', '/TWO.BIN', true),
    { title: 'FAT32 in partition 1', disk: large32, steps: steps32() },
  ];

  function steps32(): Step[] {
    return [mount('/dev/vda'), ...readWhole(large.moved(inLarge, large32, 2048 * SECTOR))];
  }
}

/** Logical partitions in an extended one, and chains of records that are damaged. */
export function logicalPartitions(random: SeededRandom): ImageCase[] {
  const volumes = [1, 2, 3].map((n) => {
    const volume = new SampleVolume(SMALL16, random);
    const file = volume.file('/FILE.BIN', random.between(700, 4000) + n);
    volume.finish();
    return { volume, file };
  });
  const sectors = (volumes[0]?.volume.writer.bytes.length ?? 0) / SECTOR;
  const firsts = volumes.map((_, i) => 100 + i * (sectors + 64 + random.below(50)));
  const size = ((firsts.at(-1) ?? 0) + sectors + 64) * SECTOR;
  const logical = volumes.map(({ volume }, i) => {
    return { bytes: volume.writer.bytes, type: 0x06, first: firsts[i] ?? 0 };
  });
  const extended = (logical[0]?.first ?? 1) - 1;
  const disk = partitionedDisk(size, [], logical);
  const at = (title: string, on: Uint8Array, source: string, index: number): ImageCase => {
    const entry = volumes[index];
    if (entry === undefined) throw new RangeError(`no volume ${index}`);
    const moved = entry.volume.moved(entry.file, on, (firsts[index] ?? 0) * SECTOR);
    const { serial } = entry.volume;
    return { title, disk: on, steps: [mount(source), statfs({ serial }), ...readWhole(moved)] };
  };
  const linux = disk.slice();
  linux[extended * SECTOR + 446 + 4] = 0x83;
  const looped = disk.slice();
  // The second record says that it is the next one, for ever.
  const secondRecord = ((firsts[1] ?? 1) - 1) * SECTOR;
  writePartitionTable(looped, secondRecord, [
    { slot: 0, type: 0x83, first: 1, count: sectors },
    { slot: 1, type: 0x05, first: (firsts[1] ?? 1) - 1 - extended, count: sectors },
  ]);
  writePartitionTable(looped, extended * SECTOR, [
    { slot: 0, type: 0x83, first: 1, count: sectors },
    { slot: 1, type: 0x05, first: (firsts[1] ?? 1) - 1 - extended, count: sectors },
  ]);
  const cut = disk.slice();
  cut.fill(0, secondRecord + 510, secondRecord + 512);
  return [
    { ...at('three logical partitions, /dev/vda', disk, '/dev/vda', 0), control: true },
    at('three logical partitions, /dev/vda5', disk, '/dev/vda5', 0),
    at('three logical partitions, /dev/vda6', disk, '/dev/vda6', 1),
    at('three logical partitions, /dev/vda7', disk, '/dev/vda7', 2),
    refused('three logical partitions, /dev/vda8', disk, '/dev/vda8', '/FILE.BIN', true),
    refused('the extended partition itself, /dev/vda1', disk, '/dev/vda1', '/FILE.BIN', true),
    at('a Linux partition first: the second is still /dev/vda6', linux, '/dev/vda6', 1),
    at('a Linux partition first, /dev/vda', linux, '/dev/vda', 1),
    refused('records that lead in a circle', looped, '/dev/vda', '/FILE.BIN', true),
    at('a second record without 55 AA: the first partition', cut, '/dev/vda', 0),
    refused('a second record without 55 AA: /dev/vda6', cut, '/dev/vda6', '/FILE.BIN', true),
  ];
}

/** The number of clusters decides, nothing else. */
export function fatTypes(random: SeededRandom): ImageCase[] {
  const mounted = (title: string, clusters: number, bits: 16 | 32, type?: string): ImageCase => {
    const volume = new SampleVolume({ bits, clusters }, random);
    const file = volume.file('/TYPE.BIN', random.between(2000, 5000), { allocation: 'scattered' });
    // BS_FilSysType, in the copy as well.
    if (type !== undefined) volume.writer.bytes.set(new TextEncoder().encode(type), bits === 32 ? 82 : 54);
    const facts = statfs({ bits, clusters, fromBackup: false });
    return { title, disk: volume.finish(), steps: [mount('/dev/vda'), facts, ...readWhole(file)] };
  };
  const fat12 = (clusters: number, type?: string, fatSectors = 0): ImageCase => {
    const volume = new SampleVolume({ bits: 12, clusters, fatSectors }, random);
    volume.file('/TYPE.BIN', 3000);
    const disk = volume.finish();
    if (type !== undefined) disk.set(new TextEncoder().encode(type), 54);
    const label = type === undefined ? '' : `, labelled ${type.trim()}`;
    const wide = fatSectors > 0 ? ', a FAT with room for 16 bits each' : '';
    return refused(`${clusters} clusters: FAT12${label}${wide}`, disk, '/dev/vda', '/TYPE.BIN', true);
  };
  const inDisguise = new SampleVolume({ bits: 32, clusters: 65_524 }, random);
  return [
    { ...mounted('4085 clusters: FAT16', 4085, 16), control: true },
    mounted('4086 clusters: FAT16', 4086, 16),
    mounted('65524 clusters: FAT16', 65_524, 16),
    mounted('65525 clusters: FAT32', 65_525, 32),
    mounted('65526 clusters: FAT32', 65_526, 32),
    mounted('a FAT16 volume that calls itself FAT12', 5000, 16, 'FAT12   '),
    mounted('a FAT16 volume that calls itself FAT32', 5000, 16, 'FAT32   '),
    mounted('a FAT32 volume that calls itself FAT16', 65_600, 32, 'FAT16   '),
    mounted('a FAT32 volume that calls itself nothing', 65_600, 32, '        '),
    fat12(4084),
    fat12(4084, 'FAT16   ', 17),
    fat12(2000, undefined, 16),
    refused(
      '65524 clusters, laid out as FAT32: by its number it is FAT16, without a root',
      inDisguise.finish(),
      '/dev/vda',
      '/TYPE.BIN',
      true,
    ),
  ];
}
