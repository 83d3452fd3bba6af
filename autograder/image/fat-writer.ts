/**
 * FAT volumes of any shape, right or deliberately wrong. `root-image.ts` makes what a guest boots from; this makes
 * what a driver is tested with. [FAT] is Microsoft's "FAT32 File System Specification", version 1.03.
 */
import {
  aliasOf,
  Attribute,
  ENTRY_SIZE,
  isShortName,
  longEntries,
  packShortName,
  shortEntry,
  shortNameChecksum,
  unitsOf,
} from './fat-names.js';
import { ImageError } from './image-error.js';
import { SeededRandom } from './seeded-random.js';

export type FatBits = 12 | 16 | 32;

/** How a volume is laid out. What the specification makes depend on the FAT's width has its usual value. */
export interface FatShape {
  /** Width of a FAT entry. That it agrees with the number of clusters is the caller's business. */
  readonly bits: FatBits;
  /** Number of data clusters; their numbers are 2 to `clusters` + 1. */
  readonly clusters: number;
  /** Bytes: 512 unless given. */
  readonly sectorSize?: number;
  readonly sectorsPerCluster?: number;
  readonly reservedSectors?: number;
  readonly fats?: number;
  /** BPB_RootEntCnt of FAT12 and FAT16: 512 unless given. */
  readonly rootEntries?: number;
  readonly hiddenSectors?: number;
  /** Sectors behind the last cluster that are too few for another one. */
  readonly slackSectors?: number;
  /** FAT32: number of the only FAT that is kept up to date; the others are then filled with noise. */
  readonly activeFat?: number;
  readonly serial?: number;
  /** Sectors of a FAT where it shall have more than it needs. */
  readonly fatSectors?: number;
}

/** In which clusters a file lies. */
export type Allocation =
  /** One after the other. */
  | 'contiguous'
  /** One after the other, the last first. */
  | 'backwards'
  /** Anywhere. */
  | 'scattered'
  /** Here. */
  | readonly number[];

export interface FileOptions {
  readonly allocation?: Allocation;
  /** What ends the chain: any value from …F8 to …FF; the highest unless given. */
  readonly endOfChain?: number;
  /** DIR_Name. Without it and without `longName`, both are made from the path. */
  readonly shortName?: Uint8Array;
  /** Null: none. */
  readonly longName?: string | null;
  readonly ntReserved?: number;
  readonly attributes?: number;
  /** DIR_FileSize where it shall not be the length of the contents. */
  readonly size?: number;
}

/** In every width, after what is too wide is cut off. The upper four bits of FAT32's entries are reserved. */
const END_OF_CHAIN = 0x0fffffff;

interface Folder {
  readonly path: string;
  /** Clusters; empty for the root of FAT12 and FAT16. */
  readonly chain: number[];
  /** Bytes in use. */
  length: number;
  aliases: number;
}

/** A volume in the making. */
export class FatVolumeWriter {
  readonly bits: FatBits;
  readonly sectorSize: number;
  readonly clusterSize: number;
  readonly clusters: number;
  readonly fats: number;
  /** Bytes from the beginning of the volume. */
  readonly fatStart: number;
  readonly fatBytes: number;
  readonly rootStart: number;
  readonly dataStart: number;
  readonly rootEntries: number;
  /** The volume. Change what you like: that is what it is for. */
  readonly bytes: Uint8Array;
  readonly view: DataView;
  private readonly used: Uint8Array;
  private readonly folders = new Map<string, Folder>();
  private readonly chains = new Map<string, readonly number[]>();
  private readonly entries = new Map<string, number>();
  private cursor = 2;

  constructor(
    readonly shape: FatShape,
    private readonly random: SeededRandom = new SeededRandom(0),
  ) {
    const { bits, clusters, sectorSize = 512, sectorsPerCluster = 1, fats = 2, slackSectors = 0 } = shape;
    const reserved = shape.reservedSectors ?? (bits === 32 ? 32 : 1);
    this.bits = bits;
    this.sectorSize = sectorSize;
    this.clusterSize = sectorSize * sectorsPerCluster;
    this.clusters = clusters;
    this.fats = fats;
    this.rootEntries = bits === 32 ? 0 : (shape.rootEntries ?? 512);
    const needed = Math.ceil(((clusters + 2) * bits) / 8 / sectorSize);
    const fatSectors = Math.max(needed, shape.fatSectors ?? 0);
    const rootSectors = Math.ceil((this.rootEntries * ENTRY_SIZE) / sectorSize);
    this.fatStart = reserved * sectorSize;
    this.fatBytes = fatSectors * sectorSize;
    this.rootStart = this.fatStart + fats * this.fatBytes;
    this.dataStart = this.rootStart + rootSectors * sectorSize;
    const sectors = this.dataStart / sectorSize + clusters * sectorsPerCluster + slackSectors;
    this.bytes = new Uint8Array(sectors * sectorSize);
    this.view = new DataView(this.bytes.buffer);
    this.used = new Uint8Array(clusters + 2).fill(1, 0, 2);
    this.setFatEntry(0, 0x0ffffff8);
    this.setFatEntry(1, END_OF_CHAIN);
    const root: Folder = {
      path: '/',
      chain: bits === 32 ? [this.allocate(1)[0] ?? 2] : [],
      length: 0,
      aliases: 0,
    };
    this.folders.set('/', root);
    if (bits === 32) this.link(root.chain);
    this.writeBootSector(reserved, fatSectors, sectors);
  }

  /** Adds a file; its folder must be there. @throws ImageError when it does not fit */
  addFile(path: string, contents: Uint8Array, options: FileOptions = {}): void {
    const count = Math.ceil(contents.length / this.clusterSize);
    const chain = this.allocate(count, options.allocation ?? 'contiguous');
    this.link(chain, options.endOfChain);
    for (const [i, cluster] of chain.entries()) {
      const part = contents.subarray(i * this.clusterSize, (i + 1) * this.clusterSize);
      this.bytes.set(part, this.clusterAt(cluster));
    }
    this.chains.set(path, chain);
    const size = options.size ?? contents.length;
    this.addEntry(path, chain[0] ?? 0, size, options.attributes ?? Attribute.Archive, options);
  }

  /** Adds an empty folder; the folder that it is in must be there. */
  addFolder(path: string, options: FileOptions = {}): void {
    const chain = this.allocate(1, options.allocation ?? 'contiguous');
    this.link(chain, options.endOfChain);
    const parent = this.folderOf(path);
    const folder: Folder = { path, chain, length: 0, aliases: 0 };
    this.folders.set(path, folder);
    this.addEntry(path, chain[0] ?? 0, 0, options.attributes ?? Attribute.Directory, options);
    const dots = [
      ['.', chain[0] ?? 0],
      ['..', parent.path === '/' ? 0 : (parent.chain[0] ?? 0)],
    ] as const;
    for (const [name, cluster] of dots) {
      this.appendTo(folder, [
        shortEntry({
          name: Uint8Array.from(name.padEnd(11), (c) => c.charCodeAt(0)),
          attributes: Attribute.Directory,
          cluster,
          size: 0,
        }),
      ]);
    }
  }

  /** Adds entries of 32 bytes as they are, to the end of a folder. Returns where the last one lies. */
  addRawEntries(folder: string, entries: readonly Uint8Array[]): number {
    const found = this.folders.get(folder);
    if (found === undefined) throw new ImageError(folder, 'no such folder');
    return this.appendTo(found, entries);
  }

  /** Adds FAT32's FSInfo sector and the copies of both, for what is free now [FAT, "FAT32 FSInfo Sector Structure"]. */
  finish(): this {
    if (this.bits !== 32) return this;
    const free = this.freeClusters;
    const next = this.used.indexOf(0);
    const reserved = this.view.getUint16(14, true);
    for (const base of [0, 6]) {
      if (base + 1 >= reserved) continue;
      if (base > 0) this.bytes.copyWithin(base * this.sectorSize, 0, this.sectorSize);
      const info = (base + 1) * this.sectorSize;
      this.view.setUint32(info, 0x41615252, true);
      this.view.setUint32(info + 484, 0x61417272, true);
      this.view.setUint32(info + 488, free, true);
      this.view.setUint32(info + 492, next < 0 ? 0xffffffff : next, true);
      this.view.setUint32(info + 508, 0xaa550000, true);
    }
    return this;
  }

  get freeClusters(): number {
    return this.used.reduce((sum, used) => sum + (used === 0 ? 1 : 0), 0);
  }

  /** The lowest free cluster. */
  get nextFree(): number {
    return this.used.indexOf(0);
  }

  /** Clusters of a file or folder, as it was made. */
  chainOf(path: string): readonly number[] {
    const chain = this.chains.get(path) ?? this.folders.get(path)?.chain;
    if (chain === undefined) throw new ImageError(path, 'no such file');
    return chain;
  }

  /** Byte in the volume of the short entry of a file or folder. */
  entryAt(path: string): number {
    const at = this.entries.get(path);
    if (at === undefined) throw new ImageError(path, 'no such entry');
    return at;
  }

  /** Byte in the volume at which a cluster begins. */
  clusterAt(cluster: number): number {
    return this.dataStart + (cluster - 2) * this.clusterSize;
  }

  fatEntry(cluster: number, fat = this.shape.activeFat ?? 0): number {
    const base = this.fatStart + fat * this.fatBytes;
    if (this.bits === 32) return this.view.getUint32(base + 4 * cluster, true);
    if (this.bits === 16) return this.view.getUint16(base + 2 * cluster, true);
    const pair = this.view.getUint16(base + cluster + (cluster >> 1), true);
    return (cluster & 1) === 0 ? pair & 0xfff : pair >> 4;
  }

  /** Writes an entry into every FAT that is kept up to date; what is too wide for it is cut off. */
  setFatEntry(cluster: number, value: number): void {
    for (let fat = 0; fat < this.fats; fat++) {
      if (this.shape.activeFat !== undefined && fat !== this.shape.activeFat) {
        this.writeFatEntry(fat, cluster, this.random.word());
      } else this.writeFatEntry(fat, cluster, value);
    }
  }

  /** Takes clusters out of the free ones. @throws ImageError when there are not enough */
  allocate(count: number, allocation: Allocation = 'contiguous'): number[] {
    const chain = this.chooseClusters(count, allocation);
    for (const cluster of chain) this.used[cluster] = 1;
    return chain;
  }

  private chooseClusters(count: number, allocation: Allocation): number[] {
    if (typeof allocation !== 'string') return allocation.slice(0, count);
    if (allocation === 'scattered') {
      const chosen = new Set<number>();
      for (let tries = 0; chosen.size < count; tries++) {
        if (tries > 100 * (count + 10)) throw new ImageError('the volume', 'is full');
        const cluster = this.random.between(2, this.clusters + 1);
        if (this.used[cluster] === 0) chosen.add(cluster);
      }
      return [...chosen];
    }
    const chain: number[] = [];
    for (let cluster = this.cursor; chain.length < count; cluster++) {
      if (cluster > this.clusters + 1) throw new ImageError('the volume', 'is full');
      if (this.used[cluster] === 0) chain.push(cluster);
      else chain.length = 0;
      this.cursor = cluster + 1;
    }
    return allocation === 'backwards' ? chain.reverse() : chain;
  }

  private link(chain: readonly number[], end = END_OF_CHAIN): void {
    for (const [i, cluster] of chain.entries()) this.setFatEntry(cluster, chain[i + 1] ?? end);
  }

  private writeFatEntry(fat: number, cluster: number, value: number): void {
    const base = this.fatStart + fat * this.fatBytes;
    if (this.bits === 32) this.view.setUint32(base + 4 * cluster, value >>> 0, true);
    else if (this.bits === 16) this.view.setUint16(base + 2 * cluster, value & 0xffff, true);
    else {
      const at = base + cluster + (cluster >> 1);
      const old = this.view.getUint16(at, true);
      const narrow = value & 0xfff;
      this.view.setUint16(
        at,
        (cluster & 1) === 0 ? (old & 0xf000) | narrow : (old & 0xf) | (narrow << 4),
        true,
      );
    }
  }

  private folderOf(path: string): Folder {
    const parent = path.slice(0, path.lastIndexOf('/')) || '/';
    const folder = this.folders.get(parent);
    if (folder === undefined) throw new ImageError(path, 'no such folder');
    return folder;
  }

  private addEntry(
    path: string,
    cluster: number,
    size: number,
    attributes: number,
    options: FileOptions,
  ): void {
    const folder = this.folderOf(path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const plain = options.shortName === undefined && options.longName === undefined && isShortName(name);
    const short = options.shortName ?? packShortName(plain ? name : aliasOf(name, ++folder.aliases));
    const long = plain ? null : options.longName === undefined ? name : options.longName;
    const entry = shortEntry({
      name: short,
      attributes,
      ...(options.ntReserved !== undefined && { ntReserved: options.ntReserved }),
      cluster,
      size,
    });
    const pieces = long === null ? [] : longEntries(unitsOf(long), shortNameChecksum(short));
    this.entries.set(path, this.appendTo(folder, [...pieces, entry]));
  }

  private appendTo(folder: Folder, entries: readonly Uint8Array[]): number {
    let at = 0;
    for (const entry of entries) {
      at = this.positionIn(folder, folder.length);
      this.bytes.set(entry, at);
      folder.length += ENTRY_SIZE;
    }
    return at;
  }

  private positionIn(folder: Folder, offset: number): number {
    if (folder.path === '/' && this.bits !== 32) {
      if (offset >= this.rootEntries * ENTRY_SIZE) throw new ImageError('/', 'is full');
      return this.rootStart + offset;
    }
    const index = Math.floor(offset / this.clusterSize);
    if (index === folder.chain.length) {
      folder.chain.push(...this.allocate(1, 'scattered'));
      this.link(folder.chain);
    }
    return this.clusterAt(folder.chain[index] ?? 2) + (offset % this.clusterSize);
  }

  /** [FAT, "Boot Sector and BPB"] */
  private writeBootSector(reserved: number, fatSectors: number, sectors: number): void {
    const { bits, view, bytes } = this;
    const text = (at: number, value: string): void => {
      bytes.set(new TextEncoder().encode(value), at);
    };
    const extended = bits === 32 ? 64 : 36; // BS_DrvNum and what follows it
    bytes.set([0xeb, extended + 24, 0x90]);
    text(3, 'HARTLAB ');
    view.setUint16(11, this.sectorSize, true);
    view.setUint8(13, this.clusterSize / this.sectorSize);
    view.setUint16(14, reserved, true);
    view.setUint8(16, this.fats);
    view.setUint16(17, this.rootEntries, true);
    if (bits !== 32 && sectors < 0x10000) view.setUint16(19, sectors, true);
    else view.setUint32(32, sectors, true);
    view.setUint8(21, 0xf8);
    view.setUint16(24, 63, true);
    view.setUint16(26, 255, true);
    view.setUint32(28, this.shape.hiddenSectors ?? 0, true);
    if (bits === 32) {
      const { activeFat } = this.shape;
      view.setUint32(36, fatSectors, true);
      view.setUint16(40, activeFat === undefined ? 0 : 0x80 | activeFat, true);
      view.setUint32(44, this.folders.get('/')?.chain[0] ?? 2, true);
      view.setUint16(48, 1, true);
      view.setUint16(50, reserved > 7 ? 6 : 0, true);
    } else view.setUint16(22, fatSectors, true);
    view.setUint8(extended, 0x80);
    view.setUint8(extended + 2, 0x29);
    view.setUint32(extended + 3, this.shape.serial ?? 0, true);
    text(extended + 7, 'NO NAME    ');
    text(extended + 18, `FAT${bits}   `);
    view.setUint16(510, 0x55aa);
  }
}
