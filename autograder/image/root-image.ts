/** The root file system of the guest: a FAT32 image from a list of files, the same bytes every time. */
import fs from 'node:fs';
import path from 'node:path';
import { FatVolume, SECTOR_SIZE } from './fat-volume.js';
import { ImageError } from './image-error.js';

/** One file of an image. */
export interface ImageFile {
  /** Absolute in the image, with `/`: `/bin/sh`. Long names are kept. */
  path: string;
  bytes: Uint8Array;
}

/** How an image is laid out. */
export interface ImageOptions {
  /** One FAT32 partition behind a master boot record (the default), or the bare volume. */
  partitioned?: boolean;
  /** Bytes, a multiple of 512; by default the smallest FAT32 volume that holds the files with room to write. */
  size?: number;
}

/** A volume is FAT32 from this many clusters on (Microsoft FAT specification, "FAT Type Determination"). */
const FAT32_CLUSTERS = 65525;
/** Clusters that are kept free for files that the guest writes. */
const ROOM_CLUSTERS = 8192;
const MAX_IMAGE_SIZE = 1 << 30;

/**
 * Makes an image of the files and of the folders that they lie in.
 * @throws ImageError for a path that FAT cannot hold, a path given twice, too much for the size.
 */
export async function createImage(
  files: readonly ImageFile[],
  options: ImageOptions = {},
): Promise<Uint8Array> {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  for (const file of sorted) checkPath(file.path);
  const { size, clusterSize } = layoutFor(sorted, options.size);
  const image = new Uint8Array(size);
  const volume = await FatVolume.format(image, { partitioned: options.partitioned ?? true, clusterSize });
  const made = new Set(['/']);
  for (const file of sorted) {
    for (const folder of foldersAbove(file.path)) {
      if (made.has(folder.toLowerCase())) continue;
      volume.makeFolder(folder);
      made.add(folder.toLowerCase());
    }
    volume.writeFile(file.path, file.bytes);
  }
  return image;
}

/**
 * Reads every file of an image, depth first, in the order of the directory entries.
 * @throws ImageError when the image holds no FAT volume or is damaged.
 */
export async function readImage(image: Uint8Array): Promise<ImageFile[]> {
  const volume = await FatVolume.open(image);
  const files: ImageFile[] = [];
  const visit = (folder: string): void => {
    for (const { name, isFolder } of volume.listFolder(folder === '' ? '/' : folder)) {
      const full = `${folder}/${name}`;
      if (isFolder) visit(full);
      else files.push({ path: full, bytes: volume.readFile(full) });
    }
  };
  visit('');
  return files;
}

/**
 * The files below a folder of the host, as files of an image whose root that folder is.
 * @throws ImageError for what is not a plain file or folder, and for what cannot be read.
 */
export function filesFromFolder(folder: string): ImageFile[] {
  const read = <T>(subject: string, operation: () => T): T => {
    try {
      return operation();
    } catch (cause) {
      throw new ImageError(subject, (cause as Error).message, { cause });
    }
  };
  const files: ImageFile[] = [];
  const visit = (from: string, to: string): void => {
    for (const entry of read(from, () => fs.readdirSync(from, { withFileTypes: true }))) {
      const host = path.join(from, entry.name);
      if (entry.isDirectory()) visit(host, `${to}/${entry.name}`);
      else if (entry.isFile()) {
        files.push({ path: `${to}/${entry.name}`, bytes: read(host, () => fs.readFileSync(host)) });
      } else {
        throw new ImageError(host, 'is neither a file nor a folder; an image has no links and no devices');
      }
    }
  };
  visit(folder, '');
  return files;
}

function checkPath(file: string): void {
  const parts = file.split('/');
  const wrong = (cause: string): ImageError => new ImageError(file, cause);
  if (parts[0] !== '' || parts.length < 2) throw wrong("is not absolute; a path begins with '/'");
  for (const part of parts.slice(1)) {
    if (part === '' || part === '.' || part === '..') throw wrong(`has the empty or relative part '${part}'`);
    if (part.length > 255) throw wrong('has a name of more than 255 characters');
    if (/[. ]$/.test(part)) throw wrong(`has a name that ends in a dot or a space: '${part}'`);
    // Microsoft FAT specification, "Long File Name": characters that a long name cannot have.
    const bad = /[\u0000-\u001f"*:<>?|\\]/.exec(part);
    if (bad !== null) throw wrong(`has a character that FAT cannot hold: ${JSON.stringify(bad[0])}`);
  }
}

/** `/a/b/c` → `/a`, `/a/b`. */
function foldersAbove(file: string): string[] {
  const parts = file.split('/').slice(1, -1);
  return parts.map((_, i) => '/' + parts.slice(0, i + 1).join('/'));
}

function layoutFor(
  files: readonly ImageFile[],
  size: number | undefined,
): { size: number; clusterSize: number } {
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  const clusterSize = bytes < 96 << 20 ? SECTOR_SIZE : 8 * SECTOR_SIZE;
  if (size !== undefined) {
    if (size % SECTOR_SIZE !== 0 || size <= 0 || size > MAX_IMAGE_SIZE) {
      throw new ImageError(
        'the image',
        `has a size of ${size} bytes; it must be a multiple of 512 up to ${MAX_IMAGE_SIZE}`,
      );
    }
    return { size, clusterSize };
  }
  // A long name takes up to 21 entries of 32 bytes: two clusters a file cover it and a folder of its own.
  const content = files.reduce((sum, file) => sum + Math.ceil(file.bytes.length / clusterSize) + 2, 0);
  const clusters = Math.max(FAT32_CLUSTERS + 16, content) + ROOM_CLUSTERS;
  // Two FATs of four bytes a cluster, reserved sectors, master boot record: one track is 63 sectors.
  const overhead = 2 * Math.ceil(((clusters + 2) * 4) / SECTOR_SIZE) * SECTOR_SIZE + 256 * SECTOR_SIZE;
  const total = clusters * clusterSize + overhead;
  if (total > MAX_IMAGE_SIZE) {
    throw new ImageError(
      'the image',
      `needs ${total} bytes for its files; at most ${MAX_IMAGE_SIZE} are made`,
    );
  }
  return { size: total, clusterSize };
}
