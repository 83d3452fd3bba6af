/** Volumes that contradict themselves: an error, and in no case a hang or a read of something else. */
import { Attribute, packShortName, shortEntry } from '../../../autograder/image/fat-names.js';
import type { FatShape } from '../../../autograder/image/fat-writer.js';
import { partitionedDisk } from '../../../autograder/image/partition-table.js';
import type { SeededRandom } from '../../../autograder/image/seeded-random.js';
import { FatResult } from '../image-case.js';
import type { ImageCase, Step } from '../image-case.js';
import { close, list, listFails, lookup, mount, open, readFails, statfs, survives } from '../steps.js';
import { readWhole, SampleVolume, SECTOR, SMALL16, SMALL32 } from './volume.js';

const { INT_ERR, NO_FILE } = FatResult;
const CLUSTER = 512;

/** A path that says nothing of what is the matter with the file: kernels see names. */
const anyFile = (random: SeededRandom): string => `/${random.letters(7).toUpperCase()}.BIN`;
const anyFolder = (random: SeededRandom): string => `/${random.letters(7).toUpperCase()}`;
/** Of a path in the root directory. */
const nameOf = (path: string): string => path.slice(1);

/** Clusters of the damaged files. */
const LENGTH = 24;

/** Chains that are wrong from the cluster with index `at` on. */
export function damagedChains(random: SeededRandom): ImageCase[] {
  return [...chainsOf('FAT16', SMALL16, random), ...chainsOf('FAT32', SMALL32, random), ...loops(random)];
}

function chainsOf(type: string, shape: FatShape, random: SeededRandom): ImageCase[] {
  const bad = shape.bits === 16 ? 0xfff7 : 0x0ffffff7;
  const values: [string, number][] = [
    ['a free cluster', 0],
    ['cluster 1, which there is not', 1],
    ['a bad cluster', bad],
    ['a cluster one behind the last', shape.clusters + 2],
    ['a cluster far behind the last', bad - random.between(2, 900)],
  ];
  return values.map(([title, value]): ImageCase => {
    const volume = new SampleVolume(shape, random);
    const good = volume.file(anyFile(random), 3 * CLUSTER, { allocation: 'scattered' });
    const file = volume.file(anyFile(random), LENGTH * CLUSTER, { allocation: 'scattered' });
    const at = random.between(1, LENGTH - 2);
    volume.writer.setFatEntry(volume.writer.chainOf(file.path)[at] ?? 2, value);
    const limit = (at + 1) * CLUSTER;
    return {
      title: `${type}: a chain that leads to ${title}`,
      disk: volume.finish(),
      steps: [
        mount('/dev/vda'),
        ...random.shuffled([[open(file.path), readFails(file, limit, limit), close], readWhole(good)]).flat(),
      ],
    };
  });
}

function loops(random: SeededRandom): ImageCase[] {
  /** A file whose cluster `from` leads back to its cluster `to`; its size says that it has many more. */
  const loop = (title: string, from: number, to: number): ImageCase => {
    const volume = new SampleVolume(SMALL16, random);
    const good = volume.file(anyFile(random), 3 * CLUSTER, { allocation: 'scattered' });
    const distinct = from + 1;
    const size = 8 * distinct * CLUSTER;
    const bytes = random.bytes(distinct * CLUSTER);
    const path = anyFile(random);
    volume.writer.addFile(path, bytes, { allocation: 'scattered', size });
    const chain = volume.writer.chainOf(path);
    volume.writer.setFatEntry(chain[from] ?? 2, chain[to] ?? 2);
    const whole = new Uint8Array(size);
    whole.set(bytes);
    const file = volume.contents(path, whole);
    return {
      title,
      disk: volume.finish(),
      steps: [
        mount('/dev/vda'),
        ...random
          .shuffled([
            [open(file.path), readFails(file, distinct * CLUSTER, 3 * distinct * CLUSTER), close],
            readWhole(good),
          ])
          .flat(),
      ],
    };
  };
  return [
    loop('a cluster that leads to itself', 0, 0),
    loop('a last cluster that leads to itself', LENGTH - 1, LENGTH - 1),
    loop('a chain that leads back to its beginning', LENGTH - 1, 0),
    loop('a chain that leads back into itself', LENGTH - 1, random.between(2, LENGTH - 3)),
    ...contradictions(random),
    ...damagedDirectories(random),
  ];
}

/** Sizes and first clusters that do not agree with chains. */
function contradictions(random: SeededRandom): ImageCase[] {
  const volume = new SampleVolume(SMALL16, random);
  const bytes = random.bytes(5 * CLUSTER);
  const shortPath = anyFile(random);
  volume.writer.addFile(shortPath, bytes, { allocation: 'scattered', size: 9 * CLUSTER + 100 });
  const longer = new Uint8Array(9 * CLUSTER + 100);
  longer.set(bytes);
  const short = volume.contents(shortPath, longer);
  const nowhere = [0, 1, SMALL16.clusters + 2, 0xffff].map((cluster) => {
    const path = anyFile(random);
    const name = packShortName(nameOf(path));
    volume.writer.addRawEntries('/', [
      shortEntry({ name, attributes: Attribute.Archive, cluster, size: 700 }),
    ]);
    return path;
  });
  const fails = (path: string): Step[] => {
    const file = volume.contents(path, new Uint8Array(700));
    return [open(path), readFails(file, 0, 0), close];
  };
  // More clusters than the size needs are no fault: they are room for more.
  const roomy = random.bytes(6 * CLUSTER);
  const roomyPath = anyFile(random);
  volume.writer.addFile(roomyPath, roomy, { allocation: 'scattered', size: CLUSTER + 9 });
  const part = volume.contents(roomyPath, roomy.subarray(0, CLUSTER + 9));
  return [
    {
      title: 'sizes and first clusters that contradict the FAT',
      disk: volume.finish(),
      steps: [
        mount('/dev/vda'),
        ...random
          .shuffled([
            [open(short.path), readFails(short, 5 * CLUSTER, 5 * CLUSTER), close],
            ...nowhere.map(fails),
            readWhole(part),
          ])
          .flat(),
      ],
    },
  ];
}

function damagedDirectories(random: SeededRandom): ImageCase[] {
  const volume = new SampleVolume(SMALL32, random);
  const { writer } = volume;
  const names = Array.from({ length: 62 }, (_, i) => ({ name: `F${i}` }));
  const filled = (): { path: string; chain: readonly number[] } => {
    const path = anyFolder(random);
    writer.addFolder(path);
    for (const { name } of names) writer.addFile(`${path}/${name}`, new Uint8Array(0));
    return { path, chain: writer.chainOf(path) };
  };
  const ring = filled();
  writer.setFatEntry(ring.chain.at(-1) ?? 2, ring.chain[1] ?? 2);
  const torn = filled();
  writer.setFatEntry(torn.chain[1] ?? 2, 0);
  const healthy = filled();
  const [zero = '', beyond = '', upper = ''] = [0, SMALL32.clusters + 2, 0x80000005].map((cluster) => {
    const path = anyFolder(random);
    const name = packShortName(nameOf(path));
    writer.addRawEntries('/', [shortEntry({ name, attributes: Attribute.Directory, cluster, size: 0 })]);
    return path;
  });
  const good = volume.file(anyFile(random), 1000);
  const absent = random.letters(7).toUpperCase();
  return [
    {
      title: 'directories that lead back into themselves, to nowhere, out of the volume',
      disk: volume.finish(),
      steps: [
        mount('/dev/vda'),
        ...random
          .shuffled([
            [listFails(ring.path), lookup(`${ring.path}/${absent}`, INT_ERR), lookup(`${ring.path}/F7`)],
            [listFails(torn.path), lookup(`${torn.path}/${absent}`, INT_ERR)],
            [list(healthy.path, names), lookup(`${healthy.path}/${absent}`, NO_FILE)],
            ...[zero, beyond, upper].map((path) => [listFails(path)]),
            [lookup(`${beyond}/${absent}`, INT_ERR)],
            readWhole(good),
          ])
          .flat(),
      ],
    },
  ];
}

/**
 * A volume between two others, whose numbers lead out of it: nothing outside may be read but the table. The disk is
 * cached in blocks of 4096 bytes, and the volume begins and ends where one does.
 */
export function insideTheVolume(random: SeededRandom): ImageCase[] {
  const BLOCK = 8;
  const volume = new SampleVolume(SMALL16, random);
  const { writer } = volume;
  const good = volume.file(anyFile(random), 9 * CLUSTER, { allocation: 'scattered' });
  const out = volume.file(anyFile(random), 9 * CLUSTER, { allocation: 'scattered' });
  writer.setFatEntry(writer.chainOf(out.path)[3] ?? 2, SMALL16.clusters + 2 + random.between(8, 60));
  const pastPath = anyFile(random);
  const folderPath = anyFolder(random);
  const past = shortEntry({
    name: packShortName(nameOf(pastPath)),
    attributes: Attribute.Archive,
    cluster: SMALL16.clusters + 40,
    size: 4000,
  });
  const folder = shortEntry({
    name: packShortName(nameOf(folderPath)),
    attributes: Attribute.Directory,
    cluster: SMALL16.clusters + 90,
    size: 0,
  });
  writer.addRawEntries('/', [past, folder]);
  volume.finish();
  const first = BLOCK * random.between(20, 60);
  const sectors = Math.ceil(writer.bytes.length / SECTOR / BLOCK) * BLOCK;
  const disk = partitionedDisk((first + sectors + 400) * SECTOR, [
    { slot: 0, type: 0x06, first, bytes: writer.bytes },
  ]);
  disk.set(random.bytes((first - BLOCK) * SECTOR), BLOCK * SECTOR);
  disk.set(random.bytes(400 * SECTOR), (first + sectors) * SECTOR);
  const base = first * SECTOR;
  const outside = volume.moved(out, disk, base);
  const beyond = volume.moved(volume.contents(pastPath, new Uint8Array(4000)), disk, base);
  return [
    {
      title: 'a volume between random bytes',
      disk,
      readable: [
        [0, BLOCK * SECTOR],
        [base, base + sectors * SECTOR],
      ],
      steps: [
        mount('/dev/vda'),
        ...readWhole(volume.moved(good, disk, base)),
        open(outside.path),
        readFails(outside, 4 * CLUSTER, 4 * CLUSTER),
        close,
        open(beyond.path),
        readFails(beyond, 0, 0),
        close,
        listFails(folderPath),
        statfs({ clusters: SMALL16.clusters }),
        list('/', [
          ...[good.path, out.path, pastPath].map((path) => ({ name: nameOf(path) })),
          { name: nameOf(folderPath), folder: true },
        ]),
        survives('walk'),
      ],
    },
  ];
}
