import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { haveTools, toolPath } from '../../emulator/node/require-tool.js';
import { ImageError } from './image-error.js';
import { createImage, filesFromFolder, readImage, type ImageFile } from './root-image.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

const FILES: ImageFile[] = [
  { path: '/bin/sh', bytes: Uint8Array.from({ length: 70_001 }, (_, i) => i * 7) },
  { path: '/bin/ls', bytes: text('\x7fELF') },
  { path: '/etc/rc', bytes: text('ls | cat\n') },
  { path: '/etc/A long name, with spaces and Ünïcödé.txt', bytes: text('x') },
  { path: '/a/b/c/d/empty', bytes: new Uint8Array(0) },
];

const sorted = (files: readonly ImageFile[]): [string, number[]][] =>
  files
    .map(({ path: name, bytes }): [string, number[]] => [name, [...bytes]])
    .sort(([a], [b]) => (a < b ? -1 : 1));

function temporaryFile(bytes: Uint8Array): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-image-')), 'root.img');
  fs.writeFileSync(file, bytes);
  return file;
}

/** Sector where the first partition of a master boot record starts. */
const partitionStart = (image: Uint8Array): number => new DataView(image.buffer).getUint32(0x1be + 8, true);

describe('an image', () => {
  it.each([true, false])('gives back its files (partitioned: %s)', async (partitioned) => {
    expect(sorted(await readImage(await createImage(FILES, { partitioned })))).toEqual(sorted(FILES));
  });

  it('has one partition of type FAT32 behind a master boot record', async () => {
    const image = await createImage(FILES);
    expect([...image.subarray(510, 512)]).toEqual([0x55, 0xaa]);
    expect(image[0x1be + 4]).toBe(0x0c); // FAT32, LBA
    expect([...image.subarray(0x1ce, 0x1fe)].every((b) => b === 0)).toBe(true);
    const boot = image.subarray(partitionStart(image) * 512);
    expect(Buffer.from(boot.subarray(82, 90)).toString()).toBe('FAT32   ');
  });

  it('bare, is a FAT32 volume from its first sector', async () => {
    const image = await createImage(FILES, { partitioned: false });
    expect(Buffer.from(image.subarray(82, 90)).toString()).toBe('FAT32   ');
  });

  it('has the same bytes on every day, in every time zone, whatever the order of the files', async () => {
    const first = await createImage(FILES);
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Kiritimati';
    const now = Date.now;
    Date.now = () => 1.9e12;
    try {
      expect(Buffer.compare(await createImage([...FILES].reverse()), first)).toBe(0);
    } finally {
      Date.now = now;
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
    expect(new Date().getFullYear()).toBeGreaterThan(2000);
  });

  it('is as small as FAT32 can be, and grows with its files', async () => {
    const small = await createImage([]);
    expect(small.length).toBeLessThan(40 << 20);
    const big = { path: '/big', bytes: new Uint8Array(60 << 20).fill(0x5a) };
    const image = await createImage([big]);
    const [read] = await readImage(image);
    expect(Buffer.compare(read!.bytes, big.bytes)).toBe(0);
  });

  it('made from a folder has the files of the folder', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-root-'));
    fs.mkdirSync(path.join(folder, 'etc'));
    fs.writeFileSync(path.join(folder, 'etc', 'motd'), 'hello\n');
    expect(sorted(await readImage(await createImage(filesFromFolder(folder))))).toEqual([
      ['/etc/motd', [...text('hello\n')]],
    ]);
  });
});

describe('what cannot be an image', () => {
  const make = (...paths: string[]): Promise<Uint8Array> =>
    createImage(paths.map((name) => ({ path: name, bytes: text('x') })));

  it.each([
    ['bin/sh', "bin/sh: is not absolute; a path begins with '/'"],
    ['/bin/../sh', "/bin/../sh: has the empty or relative part '..'"],
    ['/bin//sh', "/bin//sh: has the empty or relative part ''"],
    ['/a:b', '/a:b: has a character that FAT cannot hold: ":"'],
    ['/a.', "/a.: has a name that ends in a dot or a space: 'a.'"],
    [`/${'n'.repeat(256)}`, 'has a name of more than 255 characters'],
  ])('%s is refused by name', async (name, message) => {
    await expect(make(name)).rejects.toThrow(ImageError);
    await expect(make(name)).rejects.toThrow(message);
  });

  it('two names that FAT takes for one', async () => {
    await expect(make('/bin/LS', '/bin/ls')).rejects.toThrow('/bin/ls: is there already');
  });

  it('a file where a folder must be', async () => {
    await expect(make('/bin', '/bin/ls')).rejects.toThrow(/^\/bin: is there already/);
  });

  it('more than fits: names the file', async () => {
    const big = { path: '/big', bytes: new Uint8Array(40 << 20) };
    await expect(createImage([big], { size: 36 << 20 })).rejects.toThrow('/big: the image is full');
  });

  it.each([
    [1000, 'multiple of 512'],
    [1 << 20, 'too small for FAT32'],
  ])('a size of %i', async (size, message) => {
    await expect(createImage(FILES, { size })).rejects.toThrow(message);
  });

  it('a folder with a link in it, or that is not there', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-root-'));
    fs.symlinkSync('/etc/passwd', path.join(folder, 'link'));
    expect(() => filesFromFolder(folder)).toThrow(/link: is neither a file nor a folder/);
    expect(() => filesFromFolder(path.join(folder, 'gone'))).toThrow(/gone: ENOENT/);
  });

  it('read from zeros, from a truncated image, from nothing', async () => {
    await expect(readImage(new Uint8Array(1 << 20))).rejects.toThrow('the image: holds no FAT volume');
    await expect(readImage(new Uint8Array(0))).rejects.toThrow(ImageError);
    const image = await createImage(FILES);
    await expect(readImage(image.subarray(0, 1300 * 512))).rejects.toThrow(ImageError);
  });
});

describe.skipIf(!haveTools('mdir', 'mcopy', 'fsck.fat'))('other programs', () => {
  it('fsck.fat finds nothing wrong with the volume', async () => {
    const image = temporaryFile(await createImage(FILES, { partitioned: false }));
    const said = execFileSync(toolPath('fsck.fat'), ['-n', '-v', image], { encoding: 'utf8' });
    expect(said).toMatch(/2 FATs, 32 bit entries/);
    expect(said).toMatch(/: 11 files, /);
  });

  it('mtools reads files from a partitioned image by their long names', async () => {
    const bytes = await createImage(FILES);
    const image = `${temporaryFile(bytes)}@@${partitionStart(bytes) * 512}`;
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    const listed = execFileSync(toolPath('mdir'), ['-i', image, '-/', '-b', '::'], { encoding: 'utf8', env });
    expect(listed.split('\n').filter((line) => !line.endsWith('/'))).toContain('::/etc/rc');
    expect(execFileSync(toolPath('mcopy'), ['-i', image, '::/bin/sh', '-'])).toEqual(
      Buffer.from(FILES[0]!.bytes),
    );
  });
});
