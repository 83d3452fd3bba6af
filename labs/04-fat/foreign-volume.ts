/** Volumes that other programs make: mkfs.fat and mformat format, mpartition writes the table, mtools fills. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { partitionedDisk } from '../../autograder/image/partition-table.js';
import type { SeededRandom } from '../../autograder/image/seeded-random.js';
import { toolPath } from '../../emulator/node/require-tool.js';
import type { FatResult, Step } from './image-case.js';
import { list } from './steps.js';

const SECTOR = 512;
export const TOOLS = ['mkfs.fat', 'mformat', 'mpartition', 'mcopy', 'mdel', 'mdir', 'mshowfat'] as const;
type Tool = (typeof TOOLS)[number];

/** How one volume is made, and where it lies. */
export interface Shape {
  /** Arguments of mkfs.fat, or of mformat with its name before them. */
  readonly format: string;
  /** KiB of the volume. */
  readonly kib: number;
  /** A partition's first sector, of 512 bytes; absent: the volume is the disk. */
  readonly first?: number;
  /** Who writes the table: our builder unless given, as an extended partition with a logical one if so. */
  readonly table?: 'logical' | 'mpartition';
  /** Every cluster is given to some file; the last file gets what others have left. */
  readonly full?: boolean;
  /** The boot sector is overwritten at the end: FAT32's copy must do. */
  readonly bootSectorLost?: boolean;
  /** What is mounted besides /dev/vda, and what comes of it. */
  readonly also?: readonly [source: string, result: FatResult];
}

function run(tool: Tool, args: readonly string[], configuration = ''): string {
  const env = {
    ...process.env,
    LC_ALL: 'C.UTF-8',
    MTOOLSRC: configuration,
    MTOOLS_SKIP_CHECK: '1',
    SOURCE_DATE_EPOCH: '946684800',
  };
  return execFileSync(toolPath(tool), args, { env, stdio: 'pipe' }).toString();
}

/** A volume in a file, through mtools; the files that were put into it. */
export class ForeignVolume {
  readonly files = new Map<string, Uint8Array>();
  private readonly tree: string;

  constructor(
    readonly image: string,
    /** Bytes of `image` before the volume. */
    private readonly offset: number,
    private readonly random: SeededRandom,
  ) {
    this.tree = `${image}.tree`;
  }

  tool(name: Tool, ...args: string[]): string {
    return run(name, ['-i', this.offset === 0 ? this.image : `${this.image}@@${this.offset}`, ...args]);
  }

  /** Will be copied by the next {@link copy}. */
  put(name: string, size: number): void {
    const bytes = this.random.bytes(size);
    this.files.set(name, bytes);
    const file = path.join(this.tree, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, bytes);
  }

  copy(): void {
    const names = fs.readdirSync(this.tree).map((name) => path.join(this.tree, name));
    this.tool('mcopy', '-s', '-Q', '-o', ...names, '::');
    fs.rmSync(this.tree, { recursive: true });
  }

  remove(name: string): void {
    this.tool('mdel', `::${name}`);
    this.files.delete(name);
  }

  get free(): number {
    const [, digits = ''] = /([\d ]+) bytes free/.exec(this.tool('mdir', '::')) ?? [];
    return Number(digits.replaceAll(' ', ''));
  }

  /** In how many pieces a file lies. */
  pieces(name: string): number {
    return this.tool('mshowfat', `::${name}`).split('<').length - 1;
  }

  /** What mdir says of a directory: an entry a line, directories with a slash at the end. */
  listing(directory: string): Step {
    const lines = this.tool('mdir', '-a', '-b', `::${directory}`).split('\n');
    const paths = lines.filter((line) => line.startsWith('::'));
    return list(
      directory,
      paths.map((line) => ({ name: path.posix.basename(line), folder: line.endsWith('/') })),
    );
  }

  /** FAT32: FSInfo says where the next free cluster is, and mtools goes on there unless it is FFFFFFFF, unknown. */
  private forgetNextFree(): void {
    const disk = fs.openSync(this.image, 'r+');
    const boot = Buffer.alloc(SECTOR);
    fs.readSync(disk, boot, 0, SECTOR, this.offset);
    if (boot.readUInt16LE(22) === 0) {
      const at = this.offset + boot.readUInt16LE(48) * boot.readUInt16LE(11);
      fs.writeSync(disk, Buffer.alloc(4, 0xff), 0, 4, at + 492);
    }
    fs.closeSync(disk);
  }

  fill(full: boolean): void {
    for (let i = 0; i < 8; i++) this.put(`HOLE${i}.BIN`, this.random.between(1, 3000));
    this.put('README.TXT', this.random.between(1, 600));
    this.put('lower.txt', this.random.between(1, 600));
    this.put('EMPTY', 0);
    this.put('A long name with spaces.text', this.random.between(600, 5000));
    this.put('ünïcödé – ß 漢字.bin', this.random.between(1, 2000));
    this.put('docs/a/b/c/d/e/f/Deep File.dat', this.random.between(1, 9000));
    for (let i = 0; i < 20; i++) this.put(`many/entry number ${i}`, this.random.between(0, 40));
    this.copy();
    if (full) {
      this.put('FILLER.BIN', this.free);
      this.copy();
    }
    // Holes, which the next files lie in.
    for (const hole of [0, 2, 4, 6]) this.remove(`HOLE${hole}.BIN`);
    this.forgetNextFree();
    this.put('after.txt', 30);
    this.copy();
    this.put('PIECES.BIN', full ? this.free : 40_000 + this.random.below(5000));
    this.copy();
  }
}

/** Formats a volume, with its table if mpartition writes one. Returns the bytes before it. */
export function format({ format: options, kib, first = 0, table }: Shape, image: string): number {
  const offset = table === 'mpartition' ? first : 0;
  const sectors = kib * 2;
  fs.writeFileSync(image, new Uint8Array(0));
  fs.truncateSync(image, (offset + sectors + (offset > 0 ? 64 : 0)) * SECTOR);
  if (table === 'mpartition') {
    const configuration = `${image}.rc`;
    fs.writeFileSync(configuration, `drive p: file="${image}" partition=1\n`);
    const type = options.includes('-F 32') ? '0x0c' : options.includes('-F 16') ? '0x06' : '0x01';
    run('mpartition', ['-I', 'p:'], configuration);
    run('mpartition', ['-c', '-b', `${first}`, '-l', `${sectors}`, '-T', type, 'p:'], configuration);
  }
  const args = options.split(' ');
  if (args[0] === 'mformat') {
    const size = options.includes('-f') ? [] : ['-T', `${sectors}`];
    run('mformat', ['-i', image, ...args.slice(1), ...size, '::']);
  } else {
    // mkfs.fat counts the volume's own sectors, partition tables sectors of 512 bytes.
    const sectorSize = Number(/-S (\d+)/.exec(options)?.[1] ?? SECTOR);
    const own = (offset * SECTOR) / sectorSize;
    const place = offset > 0 ? ['--offset', `${own}`, '-h', `${own}`] : [];
    run('mkfs.fat', [...args, ...place, '--invariant', image, `${kib}`]);
  }
  return offset * SECTOR;
}

/** The disk of a volume. Some are large: each is read when it is put before the kernel. */
export function diskOf(
  { format: options, first = 0, table, bootSectorLost = false }: Shape,
  image: string,
): Uint8Array {
  const volume = new Uint8Array(fs.readFileSync(image));
  if (bootSectorLost) volume.fill(0xf6, 0, SECTOR);
  if (first === 0 || table === 'mpartition') return volume;
  const placed = { bytes: volume, type: options.includes('-F 16') ? 0x06 : 0x0c, first };
  const size = (first + 64) * SECTOR + volume.length;
  return table === 'logical'
    ? partitionedDisk(size, [], [placed])
    : partitionedDisk(size, [{ ...placed, slot: 0 }]);
}

export function titleOf({
  format: options,
  kib,
  first,
  table,
  full = false,
  bootSectorLost = false,
}: Shape): string {
  return [
    options.startsWith('mformat') ? options : `mkfs.fat ${options}`,
    `${kib} KiB`,
    ...(first === undefined ? [] : [`from sector ${first}`]),
    ...(table === undefined ? [] : [table]),
    ...(full ? ['full'] : []),
    ...(bootSectorLost ? ['boot sector lost'] : []),
  ].join(', ');
}
