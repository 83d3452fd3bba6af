import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { haveTools, toolPath } from '../../emulator/node/require-tool.js';
import { aliasOf, isShortName, longEntries, packShortName, shortNameChecksum, unitsOf } from './fat-names.js';
import { FatVolumeWriter } from './fat-writer.js';
import type { FatShape } from './fat-writer.js';
import { partitionedDisk } from './partition-table.js';
import { readImage } from './root-image.js';
import { SeededRandom } from './seeded-random.js';

const SHAPES: [string, FatShape][] = [
  ['FAT16', { bits: 16, clusters: 4200 }],
  ['FAT16, large sectors', { bits: 16, clusters: 4100, sectorSize: 2048, sectorsPerCluster: 2 }],
  ['FAT32', { bits: 32, clusters: 65_600 }],
  ['FAT32, one FAT', { bits: 32, clusters: 70_000, fats: 1, sectorsPerCluster: 2 }],
];

function filled(shape: FatShape, seed = 1): { writer: FatVolumeWriter; files: Map<string, Uint8Array> } {
  const random = new SeededRandom(seed);
  const writer = new FatVolumeWriter(shape, random);
  const files = new Map<string, Uint8Array>();
  writer.addFolder('/DIR');
  for (const [i, allocation] of (['contiguous', 'backwards', 'scattered'] as const).entries()) {
    for (const name of [`/FILE${i}.BIN`, `/DIR/a longer name ${i}.text`]) {
      const bytes = random.bytes(random.between(1, 9000));
      files.set(name, bytes);
      writer.addFile(name, bytes, { allocation });
    }
  }
  writer.finish();
  return { writer, files };
}

describe('a volume', () => {
  it.each(SHAPES.filter(([, { sectorSize = 512 }]) => sectorSize === 512))(
    '%s is read by FatFs',
    async (_, shape) => {
      const { writer, files } = filled(shape);
      const read = await readImage(writer.bytes);
      expect(read.map(({ path: name }) => name).sort()).toEqual([...files.keys()].sort());
      for (const { path: name, bytes } of read) {
        expect(Buffer.compare(bytes, files.get(name) ?? new Uint8Array(0)), name).toBe(0);
      }
    },
  );

  it('is the same for the same seed, and another for another', () => {
    const bytes = (seed: number): Uint8Array => filled({ bits: 16, clusters: 4200 }, seed).writer.bytes;
    expect(Buffer.compare(bytes(3), bytes(3))).toBe(0);
    expect(Buffer.compare(bytes(3), bytes(4))).not.toBe(0);
  });

  it('has its chains where it says', () => {
    const { writer } = filled({ bits: 32, clusters: 65_600 });
    const chain = writer.chainOf('/FILE2.BIN');
    expect(chain.length).toBeGreaterThan(1);
    for (const [i, cluster] of chain.entries()) {
      expect(writer.fatEntry(cluster)).toBe(chain[i + 1] ?? 0x0fffffff);
    }
    expect(writer.view.getUint16(writer.entryAt('/FILE2.BIN') + 26, true)).toBe((chain[0] ?? 0) & 0xffff);
  });

  it('packs the twelve bits of FAT12', () => {
    const writer = new FatVolumeWriter({ bits: 12, clusters: 100 });
    writer.addFile('/A.BIN', new Uint8Array(512 * 5));
    const chain = writer.chainOf('/A.BIN');
    expect(chain.map((cluster) => writer.fatEntry(cluster))).toEqual([...chain.slice(1), 0xfff]);
  });
});

describe.skipIf(!haveTools('fsck.fat'))('fsck.fat', () => {
  it.each(SHAPES)('finds nothing wrong with %s', (_, shape) => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-fat-')), 'fat.img');
    fs.writeFileSync(file, filled(shape).writer.bytes);
    const said = execFileSync(toolPath('fsck.fat'), ['-n', '-v', file], { encoding: 'utf8' });
    expect(said).toMatch(new RegExp(`${shape.clusters} data clusters|/${shape.clusters} clusters`));
    expect(said).toMatch(/: 8 files|: 7 files/);
    expect(said).not.toMatch(/[Dd]ifferences|wrong|[Cc]ontains|[Bb]ad|[Dd]irty/);
  });
});

describe('names', () => {
  it('know what is short', () => {
    for (const name of ['A', 'README.TXT', 'A~1.B', '12345678.123'])
      expect(isShortName(name), name).toBe(true);
    for (const name of ['a', 'README.TEXT', '123456789', 'A B', '.A', 'A.', 'A.B.C']) {
      expect(isShortName(name), name).toBe(false);
    }
    expect(aliasOf('A long name.text', 1)).toBe('ALONGN~1.TEX');
    expect([...packShortName('AB.C')]).toEqual([...Buffer.from('AB      C  ')]);
  });

  it('are cut into pieces of 13 units, the last first', () => {
    expect(longEntries(unitsOf('x'.repeat(13)), 0)).toHaveLength(1);
    const [last, first] = longEntries(unitsOf('x'.repeat(14)), 0xab);
    expect([last?.[0], last?.[13], last?.[11]]).toEqual([0x42, 0xab, 0x0f]);
    expect([...(last?.subarray(1, 7) ?? [])]).toEqual([0x78, 0, 0, 0, 0xff, 0xff]);
    expect(first?.[0]).toBe(1);
  });

  it('have the checksum that the specification’s ChkSum() gives', () => {
    // As mkfs.fat and mtools have it for this name.
    expect(shortNameChecksum(packShortName('ALONGN~1.TEX'))).toBe(
      [...packShortName('ALONGN~1.TEX')].reduce((sum, c) => ((((sum & 1) << 7) | (sum >> 1)) + c) & 0xff, 0),
    );
  });
});

describe('a partitioned disk', () => {
  it('chains logical partitions', () => {
    const volume = Uint8Array.from({ length: 1024 }, () => 7);
    const disk = partitionedDisk(
      512 * 100,
      [{ slot: 0, type: 6, first: 10, bytes: volume }],
      [
        { type: 6, first: 31, bytes: volume },
        { type: 0x83, first: 51, bytes: volume },
      ],
    );
    const view = new DataView(disk.buffer);
    const entry = (sector: number, slot: number): number[] => {
      const at = sector * 512 + 446 + 16 * slot;
      return [disk[at + 4] ?? 0, view.getUint32(at + 8, true), view.getUint32(at + 12, true)];
    };
    expect(entry(0, 0)).toEqual([6, 10, 2]);
    expect(entry(0, 1)).toEqual([5, 30, 70]);
    expect(entry(30, 0)).toEqual([6, 1, 2]);
    expect(entry(30, 1)).toEqual([5, 20, 3]);
    expect(entry(50, 0)).toEqual([0x83, 1, 2]);
    expect(entry(50, 1)).toEqual([0, 0, 0]);
    for (const sector of [0, 30, 50]) expect(view.getUint16(sector * 512 + 510)).toBe(0x55aa);
    expect(disk[31 * 512]).toBe(7);
  });
});
