/** What a volume says of itself besides files: FSInfo, a second boot sector, how it was left. */
import { partitionedDisk } from '../../../autograder/image/partition-table.js';
import type { SeededRandom } from '../../../autograder/image/seeded-random.js';
import { FatResult } from '../image-case.js';
import type { ImageCase } from '../image-case.js';
import { askedInVain, mount, statfs } from '../steps.js';
import type { VolumeFacts } from '../steps.js';
import { readWhole, SampleVolume, SECTOR, SMALL16, SMALL32 } from './volume.js';

/** Offsets in FSInfo [FAT specification, "FAT32 FSInfo Sector Structure"]. */
const FSI = { LeadSig: 0, StrucSig: 484, FreeCount: 488, NextFree: 492, TrailSig: 508 } as const;

/** Free count and next free cluster: believed if they can be true. */
export function fsInfo(random: SeededRandom): ImageCase[] {
  const on = (title: string, change: (view: DataView, volume: SampleVolume) => VolumeFacts): ImageCase => {
    const volume = new SampleVolume(SMALL32, random);
    volume.file('/FILE.BIN', random.between(500, 9000), { allocation: 'scattered' });
    const disk = volume.finish();
    const facts = change(new DataView(disk.buffer, SECTOR, SECTOR), volume);
    return { title, disk, steps: [mount('/dev/vda'), statfs(facts)] };
  };
  const unknown = { free: null, nextFree: null };
  const clusters = SMALL32.clusters;
  const signature = (name: 'LeadSig' | 'StrucSig' | 'TrailSig'): ImageCase =>
    on(`FSI_${name} wrong`, (view) => {
      view.setUint8(FSI[name] + random.below(4), 0x5a);
      return unknown;
    });
  const fat16 = new SampleVolume(SMALL16, random);
  fat16.file('/FILE.BIN', 100);
  const moved = new SampleVolume(SMALL32, random);
  moved.file('/FILE.BIN', 5000);
  const movedDisk = moved.finish();
  const at = random.between(8, 20);
  movedDisk.copyWithin(at * SECTOR, SECTOR, 2 * SECTOR);
  movedDisk.fill(0, SECTOR, 2 * SECTOR);
  movedDisk[48] = at;
  return [
    {
      ...on('FSInfo as it should be', (_, { writer }) => ({
        free: writer.freeClusters,
        nextFree: writer.nextFree,
      })),
      control: true,
    },
    on('other numbers that can be true', (view) => {
      const facts = { free: random.below(clusters), nextFree: random.between(2, clusters + 1) };
      view.setUint32(FSI.FreeCount, facts.free, true);
      view.setUint32(FSI.NextFree, facts.nextFree, true);
      return facts;
    }),
    on('every cluster free, the last one next', (view) => {
      view.setUint32(FSI.FreeCount, clusters, true);
      view.setUint32(FSI.NextFree, clusters + 1, true);
      return { free: clusters, nextFree: clusters + 1 };
    }),
    on('FFFFFFFF, "unknown", for both', (view) => {
      view.setUint32(FSI.FreeCount, 0xffffffff, true);
      view.setUint32(FSI.NextFree, 0xffffffff, true);
      return unknown;
    }),
    on('a free count one too large', (view, { writer }) => {
      view.setUint32(FSI.FreeCount, clusters + 1, true);
      return { free: null, nextFree: writer.nextFree };
    }),
    on('a next free cluster one behind the last', (view, { writer }) => {
      view.setUint32(FSI.NextFree, clusters + 2, true);
      return { free: writer.freeClusters, nextFree: null };
    }),
    on('a next free cluster of 1', (view, { writer }) => {
      view.setUint32(FSI.NextFree, 1, true);
      return { free: writer.freeClusters, nextFree: null };
    }),
    signature('LeadSig'),
    signature('StrucSig'),
    signature('TrailSig'),
    {
      title: `BPB_FSInfo ${at}`,
      disk: movedDisk,
      steps: [
        mount('/dev/vda'),
        statfs({ free: moved.writer.freeClusters, nextFree: moved.writer.nextFree }),
      ],
    },
    {
      title: 'FAT16, which has no FSInfo',
      disk: fat16.finish(),
      steps: [mount('/dev/vda'), statfs({ bits: 16, ...unknown })],
    },
  ];
}

/** FAT32 has its boot sector twice. */
export function backupBootSector(random: SeededRandom): ImageCase[] {
  const on = (
    title: string,
    sectorSize: number,
    damage: (disk: Uint8Array) => void,
    facts: VolumeFacts,
  ): ImageCase => {
    const volume = new SampleVolume({ ...SMALL32, sectorSize }, random);
    const file = volume.file('/KEPT.BIN', 5000, { allocation: 'scattered' });
    const disk = volume.finish();
    damage(disk);
    return { title, disk, steps: [mount('/dev/vda'), statfs(facts), ...readWhole(file)] };
  };
  const lost = (disk: Uint8Array): void => {
    disk.fill(0, 0, SECTOR);
  };
  const volume = new SampleVolume(SMALL32, random);
  const file = volume.file('/KEPT.BIN', 3000);
  volume.finish();
  const inPartition = partitionedDisk(volume.writer.bytes.length + 128 * SECTOR, [
    { slot: 1, type: 0x0c, first: 100, bytes: volume.writer.bytes },
  ]);
  inPartition.set(random.bytes(SECTOR), 100 * SECTOR);
  const moved = volume.moved(file, inPartition, 100 * SECTOR);
  const refuse = (title: string, damage: (disk: Uint8Array) => void): ImageCase => {
    const other = new SampleVolume(SMALL32, random);
    const disk = other.finish();
    damage(disk);
    return {
      title,
      disk,
      steps: [mount('/dev/vda', FatResult.NO_FILESYSTEM), ...askedInVain('/KEPT.BIN', true)],
    };
  };
  return [
    { ...on('nothing is wrong', 512, () => undefined, { fromBackup: false }), control: true },
    { ...on('zeros in sector 0', 512, lost, { fromBackup: true }), control: true },
    on('zeros in sector 0, sectors of 4096', 4096, lost, { fromBackup: true }),
    on('random bytes in sector 0, sectors of 1024', 1024, (disk) => disk.set(random.bytes(SECTOR)), {
      fromBackup: true,
    }),
    on('no signature in sector 0', 512, (disk) => disk.fill(0, 510, 512), { fromBackup: true }),
    on('BPB_SecPerClus 7 in sector 0', 512, (disk) => disk.fill(7, 13, 14), { fromBackup: true }),
    {
      title: 'random bytes in sector 0 of partition 2',
      disk: inPartition,
      steps: [mount('/dev/vda'), statfs({ fromBackup: true }), ...readWhole(moved)],
    },
    refuse('both are lost', (disk) => disk.fill(0, 0, 8 * SECTOR)),
    refuse('a copy that does not say that it is in sector 6', (disk) => {
      disk.fill(0, 0, SECTOR);
      disk.set([9, 0], 6 * SECTOR + 50);
    }),
  ];
}

/** Entry 1 of the FAT: ClnShutBitMask and HrdErrBitMask. */
export function volumeState(random: SeededRandom): ImageCase[] {
  const on = (bits: 16 | 32, dirty: boolean, hardErrors: boolean, active?: number): ImageCase => {
    const shape = bits === 16 ? SMALL16 : { ...SMALL32, ...(active !== undefined && { activeFat: active }) };
    const volume = new SampleVolume(shape, random);
    const file = volume.file('/FILE.BIN', 700);
    const top = bits === 16 ? 0x8000 : 0x08000000;
    const all = bits === 16 ? 0xffff : 0x0fffffff;
    volume.writer.setFatEntry(1, all - (dirty ? top : 0) - (hardErrors ? top / 2 : 0));
    const words = [
      dirty ? 'not unmounted' : 'unmounted',
      hardErrors ? 'with disk errors' : 'without disk errors',
    ];
    return {
      title: `FAT${bits}, ${words.join(', ')}${active === undefined ? '' : `, FAT ${active} is current`}`,
      disk: volume.finish(),
      steps: [mount('/dev/vda'), statfs({ dirty, hardErrors }), ...readWhole(file)],
    };
  };
  return [
    on(16, false, false),
    on(16, true, false),
    on(16, false, true),
    { ...on(16, true, true), control: true },
    on(32, false, false),
    on(32, true, false),
    on(32, false, true),
    on(32, true, true, 1),
  ];
}
