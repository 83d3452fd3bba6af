/** Files: where their bytes are. */
import type { Allocation, FatShape } from '../../../autograder/image/fat-writer.js';
import type { SeededRandom } from '../../../autograder/image/seeded-random.js';
import type { ImageCase, Step } from '../image-case.js';
import { close, list, mount, open, read } from '../steps.js';
import { readWhole, SampleVolume, SMALL16, SMALL32, wholeDisk } from './volume.js';

/** What fatprobe can read at once. */
const READ_LIMIT = 256 << 10;

/** Reads that begin and end anywhere, forwards and backwards. */
export function oddReads(random: SeededRandom): ImageCase[] {
  const volume = (title: string, shape: FatShape): ImageCase => {
    const sample = new SampleVolume(shape, random);
    const cluster = sample.writer.clusterSize;
    const file = sample.file('/DATA.BIN', 9 * cluster + random.between(1, cluster - 1), {
      allocation: 'scattered',
    });
    const exact = sample.file('/EXACT.BIN', 2 * cluster);
    const empty = sample.file('/EMPTY', 0);
    const one = sample.file('/ONE', 1);
    const size = file.bytes.length;
    const offsets = Array.from({ length: 6 }, () => random.below(size));
    const reads: Step[] = [
      read(file, cluster - 1, 2),
      read(file, 3 * cluster - 7, cluster + 14),
      read(file, cluster, cluster),
      read(file, 0, 1),
      ...offsets.map((offset) => read(file, offset, random.between(1, 3 * cluster))),
      read(file, size - 1, 100),
      read(file, size, 10),
      read(file, size + 5000, 10),
      read(file, 5 * cluster + 3, Math.min(2 * size, READ_LIMIT)),
      read(file, 1, 0),
    ];
    return {
      title,
      disk: sample.finish(),
      steps: [
        mount('/dev/vda'),
        open(file.path),
        ...reads,
        close,
        ...readWhole(file),
        ...[exact, empty, one].flatMap(readWhole),
        open(exact.path),
        read(exact, 2 * cluster, 1),
        read(exact, 2 * cluster - 1, 2),
        close,
      ],
    };
  };
  return [
    volume('FAT16, clusters of 512 bytes', SMALL16),
    volume('FAT16, clusters of 2048 bytes', { ...SMALL16, sectorsPerCluster: 4 }),
    volume('FAT16, clusters of 16 KiB', { ...SMALL16, sectorsPerCluster: 32 }),
    volume('FAT32, clusters of 512 bytes', SMALL32),
    volume('FAT32, clusters of 4096 bytes, of one sector', { ...SMALL32, sectorSize: 4096 }),
  ];
}

/** Files in pieces. */
export function fragmented(random: SeededRandom): ImageCase[] {
  const volume = (title: string, shape: FatShape, allocation: Allocation, clusters: number): ImageCase => {
    const sample = new SampleVolume(shape, random);
    const file = sample.file('/PIECES.BIN', clusters * sample.writer.clusterSize - random.between(1, 400), {
      allocation,
    });
    const other = sample.file('/OTHER.BIN', 1500);
    return wholeDisk(title, sample, [file, other]);
  };
  // Two files whose clusters take turns.
  const woven = new SampleVolume(SMALL16, random);
  const even = woven.file('/EVEN.BIN', 40 * 512, {
    allocation: Array.from({ length: 40 }, (_, i) => 100 + 2 * i),
  });
  const odd = woven.file('/ODD.BIN', 40 * 512, {
    allocation: Array.from({ length: 40 }, (_, i) => 101 + 2 * i),
  });
  return [
    volume('FAT16, one piece', SMALL16, 'contiguous', 50),
    volume('FAT16, anywhere', SMALL16, 'scattered', 60),
    volume('FAT16, last cluster first', SMALL16, 'backwards', 60),
    wholeDisk('FAT16, two files that take turns', woven, [even, odd]),
    volume('FAT32, anywhere: the FAT is read all over', SMALL32, 'scattered', 60),
    volume('FAT32, last cluster first', SMALL32, 'backwards', 40),
    volume('FAT32 without mirroring, anywhere', { ...SMALL32, activeFat: 1 }, 'scattered', 30),
  ];
}

/**
 * All values that end a chain, and the upper four bits of FAT32's entries, which do not count. The size of a file says
 * where it ends; a directory that fills its clusters ends with its chain and nothing else.
 */
export function endsOfChains(random: SeededRandom): ImageCase[] {
  const ends = Array.from({ length: 8 }, (_, i) => 0xf8 + i);
  const volume = (title: string, shape: FatShape, noise: boolean): ImageCase => {
    const sample = new SampleVolume(shape, random);
    const { writer } = sample;
    const fill = shape.bits === 32 ? 0x0fffff00 : 0xff00;
    const steps = ends.flatMap((end): Step[] => {
      const text = end.toString(16).toUpperCase();
      const endOfChain = fill | end;
      const file = sample.file(`/F${text}.BIN`, 512 * random.between(2, 4), {
        allocation: 'scattered',
        endOfChain,
      });
      const folder = `/D${text}`;
      writer.addFolder(folder);
      // Two clusters of 16 entries; the first two are "." and "..".
      const names = Array.from({ length: 30 }, (_, i) => ({ name: `N${i}` }));
      for (const { name } of names) writer.addFile(`${folder}/${name}`, new Uint8Array(0));
      const chains = [writer.chainOf(file.path), writer.chainOf(folder)];
      writer.setFatEntry(chains[1]?.at(-1) ?? 2, endOfChain);
      for (const cluster of noise ? chains.flat() : []) {
        writer.setFatEntry(cluster, (writer.fatEntry(cluster) | (random.between(1, 15) * 2 ** 28)) >>> 0);
      }
      return [...readWhole(file), list(folder, names)];
    });
    return { title, disk: sample.finish(), steps: [mount('/dev/vda'), ...steps] };
  };
  return [
    volume('FAT16: FFF8 to FFFF', SMALL16, false),
    volume('FAT32: 0FFFFFF8 to 0FFFFFFF', SMALL32, false),
    volume('FAT32: the same, with noise in the upper four bits of every entry', SMALL32, true),
  ];
}

/** A long file in small reads. */
export const EFFORT_CLUSTERS = 240;
export const EFFORT_READ = 100;
export function longRead(random: SeededRandom): ImageCase[] {
  const sample = new SampleVolume(SMALL16, random);
  const file = sample.file('/LONG.BIN', EFFORT_CLUSTERS * 512, { allocation: 'scattered' });
  const reads = Array.from({ length: Math.ceil(file.bytes.length / EFFORT_READ) }, (_, i) =>
    read(file, i * EFFORT_READ, EFFORT_READ),
  );
  return [
    {
      title: `${EFFORT_CLUSTERS} scattered clusters, ${EFFORT_READ} bytes at a time`,
      disk: sample.finish(),
      steps: [mount('/dev/vda'), open(file.path), ...reads, close],
    },
  ];
}
