/** What the kernel makes of its disk: volumes that it must mount, and damage that it must survive. */
import { beforeAll, describe, expect, it } from 'vitest';
import { GuestScripts, textFile } from './guest-script.js';

const CLUSTER = 512;
/** Where the copy of the boot sector is: sector 6 (BPB_BkBootSec). */
const BACKUP = 6 * 512;
const TEXT = Array.from({ length: 4000 }, (_, i) => `line ${i} of a file of many clusters\n`).join('');
const long = textFile('/etc/A long name, with ümlauts.text', TEXT);
const cleanEnd = { kind: 'shutdown', type: 'shutdown', reason: 'none' };
const failure = { kind: 'shutdown', type: 'shutdown', reason: 'system-failure' };

let guest: GuestScripts;

beforeAll(async () => {
  guest = await GuestScripts.build();
});

describe('the root volume', () => {
  it.each([
    ['bare', false],
    ['in a partition', true],
  ])('is mounted %s, and its files read whole', async (_, partitioned) => {
    const run = await guest.run(`cat '/etc/A long name, with ümlauts.text'\n`, {
      files: [long],
      partitioned,
    });
    expect(run.output).toBe(TEXT);
    expect(run.stop).toEqual(cleanEnd);
  });

  it('is not told by the case of letters', async () => {
    const run = await guest.run('/BIN/ECHO found; cat /ETC/../etc/./motd\n', {
      files: [textFile('/etc/Motd', 'hello\n')],
    });
    expect(run.output).toBe('found\nhello\n');
  });

  // Microsoft FAT specification, "Boot Sector and BPB": [field, offset, bytes].
  it.each([
    ['BS_jmpBoot', 0, [0, 0, 0]],
    ['BPB_BytsPerSec not a power of two', 11, [0x00, 0x03]],
    ['BPB_BytsPerSec too small', 11, [0x00, 0x01]],
    ['BPB_SecPerClus zero', 13, [0]],
    ['BPB_SecPerClus not a power of two', 13, [3]],
    ['BPB_RsvdSecCnt zero', 14, [0, 0]],
    ['BPB_NumFATs zero', 16, [0]],
    ['BPB_NumFATs so many that nothing is left', 16, [200]],
    ['BPB_RootEntCnt on FAT32', 17, [0x00, 0x02]],
    ['BPB_TotSec32 zero', 32, [0, 0, 0, 0]],
    ['BPB_TotSec32 beyond the disk', 32, [0, 0, 0, 0x10]],
    ['BPB_TotSec32 so small that this is FAT12', 32, [0x00, 0x10, 0, 0]],
    ['BPB_FATSz32 zero', 36, [0, 0, 0, 0]],
    ['BPB_FATSz32 too small for the clusters', 36, [1, 0, 0, 0]],
    ['BPB_FSVer', 42, [1, 0]],
    ['BPB_RootClus below 2', 44, [1, 0, 0, 0]],
    ['BPB_RootClus beyond the volume', 44, [0, 0, 0, 0x0f]],
    ['the signature', 510, [0, 0]],
  ])('is refused for its %s', async (_, offset, bytes) => {
    const run = await guest.run('', {
      edit: (disk) => {
        disk.set(bytes, offset);
        disk.set(bytes, BACKUP + offset);
        return disk;
      },
    });
    expect(run.output).toContain('mount: FR_NO_FILESYSTEM (13)\n\npanic: cannot mount the root file system');
    expect(run.stop).toEqual(failure);
  });

  it('is mounted by the copy of its boot sector when the first is lost', async () => {
    const run = await guest.run('df /; cat /etc/motd\n', {
      files: [textFile('/etc/motd', 'hello\n')],
      edit: (disk) => disk.fill(0, 0, 512),
    });
    expect(run.output).toMatch(/^FAT32 .* \/, by its backup boot sector\nhello\n$/m);
    expect(run.stop).toEqual(cleanEnd);
  });

  it.each([
    ['all zeros', (disk: Uint8Array) => disk.fill(0), 'FR_NO_FILESYSTEM (13)'],
    ['cut short', (disk: Uint8Array) => disk.slice(0, 1 << 20), 'FR_NO_FILESYSTEM (13)'],
    ['one sector', (disk: Uint8Array) => disk.slice(0, 512), 'FR_NO_FILESYSTEM (13)'],
    ['missing', () => null, 'FR_NOT_READY (3)'],
  ])('is named as the cause when the disk is %s', async (_, edit, result) => {
    const run = await guest.run('', { edit });
    expect(run.output).toContain(`mount: ${result}\n\npanic: cannot mount the root file system`);
    expect(run.stop).toEqual(failure);
  });

  it.each([
    ['leads back into itself', (first: number) => first],
    ['leads to a free cluster', () => 0],
    ['leads to a bad cluster', () => 0x0ffffff7],
    ['leaves the volume', () => 0x0fff0000],
    ['ends before the file does', () => 0x0fffffff],
  ])('gives an error, not a hang, for a chain that %s', async (_, next) => {
    const run = await guest.run('cat /etc/damaged > /tmp/part\necho status $?\nls -l /tmp\n', {
      files: [textFile('/etc/damaged', TEXT)],
      edit: (disk) => {
        const fat = new Fat32(disk);
        const first = fat.findCluster((text) => text === TEXT.slice(0, CLUSTER));
        fat.setEntry(first + 3, next(first));
        return disk;
      },
    });
    expect(run.output).toMatch(/^cat: \/etc\/damaged: Input\/output error\nstatus 1\n/);
    expect(run.stop).toEqual(cleanEnd);
  });

  it('gives an error for a directory that leads back into itself', async () => {
    const names = Array.from({ length: 60 }, (_, i) => textFile(`/etc/many/file-number-${i}`, 'x'));
    const run = await guest.run('ls /etc/many > /dev/null; echo status $?; cat /etc/many/absent\n', {
      files: names,
      edit: (disk) => {
        const fat = new Fat32(disk);
        const first = fat.findCluster((text) => text.startsWith('.  ') && text.includes('FILE-N'));
        fat.setEntry(fat.entry(first), first);
        return disk;
      },
    });
    expect(run.output).toBe(
      'ls: /etc/many: Input/output error\nstatus 1\ncat: /etc/many/absent: Input/output error\n',
    );
  });
});

/** The first FAT of a bare FAT32 volume with one sector a cluster. */
class Fat32 {
  private readonly view: DataView;
  private readonly fat: number;
  private readonly data: number;

  constructor(private readonly disk: Uint8Array) {
    this.view = new DataView(disk.buffer, disk.byteOffset, disk.byteLength);
    const reserved = this.view.getUint16(14, true);
    const sectors = this.view.getUint32(36, true);
    this.fat = reserved * 512;
    this.data = (reserved + sectors * (this.disk[16] ?? 0)) * 512;
  }

  entry(cluster: number): number {
    return this.view.getUint32(this.fat + 4 * cluster, true) & 0x0fffffff;
  }

  setEntry(cluster: number, value: number): void {
    this.view.setUint32(this.fat + 4 * cluster, value, true);
  }

  text(cluster: number): string {
    const at = this.data + (cluster - 2) * CLUSTER;
    return new TextDecoder('latin1').decode(this.disk.subarray(at, at + CLUSTER));
  }

  findCluster(matches: (text: string) => boolean): number {
    for (let cluster = 2; this.data + (cluster - 1) * CLUSTER <= this.disk.length; cluster++) {
      if (matches(this.text(cluster))) return cluster;
    }
    throw new Error('no cluster matches');
  }
}
