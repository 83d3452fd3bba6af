import { FatVolumeWriter } from '../../../autograder/image/fat-writer.js';
import type { FatShape, FileOptions } from '../../../autograder/image/fat-writer.js';
import type { SeededRandom } from '../../../autograder/image/seeded-random.js';
import { close, mount, open, read } from '../steps.js';
import type { Contents, Locator } from '../steps.js';
import type { ImageCase, Step } from '../image-case.js';

/** Small volumes of both types: the fewest clusters, and a few more, so that no number is round. */
export const SMALL16: FatShape = { bits: 16, clusters: 4200 };
export const SMALL32: FatShape = { bits: 32, clusters: 65_600 };

export const SECTOR = 512;

/** Where a byte of the disk lies, for a volume that begins at byte `base`. */
export function locatorOf(volume: FatVolumeWriter, base = 0): Locator {
  return (offset) => {
    const at = offset - base;
    if (at < 0 || at >= volume.bytes.length) return `byte ${offset} of the disk, outside of the volume`;
    if (at < volume.fatStart) return `the reserved sectors, byte ${at} of the volume`;
    if (at < volume.rootStart) return 'the FAT';
    if (at < volume.dataStart) return 'the root directory';
    const cluster = 2 + Math.floor((at - volume.dataStart) / volume.clusterSize);
    return `cluster ${cluster}, ${(at - volume.dataStart) % volume.clusterSize} bytes into it`;
  };
}

/** A volume with one file of random bytes, made from a random generator of its own. */
export class SampleVolume {
  readonly writer: FatVolumeWriter;
  /** BS_VolID. */
  readonly serial: number;

  constructor(
    shape: FatShape,
    readonly random: SeededRandom,
  ) {
    this.serial = random.word();
    this.writer = new FatVolumeWriter({ ...shape, serial: this.serial }, random);
  }

  /** Adds a file with random contents. */
  file(path: string, size: number, options: FileOptions = {}): Contents {
    const bytes = this.random.bytes(size);
    this.writer.addFile(path, bytes, options);
    return this.contents(path, bytes);
  }

  /** What a file that was added has, for a volume that is the whole disk. */
  contents(path: string, bytes: Uint8Array): Contents {
    return { path, bytes, disk: this.writer.bytes, locate: locatorOf(this.writer) };
  }

  /** The same file where the volume is copied to byte `base` of a larger disk. */
  moved(contents: Contents, disk: Uint8Array, base: number): Contents {
    return { ...contents, disk, locate: locatorOf(this.writer, base) };
  }

  finish(): Uint8Array {
    return this.writer.finish().bytes;
  }
}

/** Opens a file and reads all of it, at most 256 KiB at a time. */
export function readWhole(contents: Contents): Step[] {
  const CHUNK = 256 << 10;
  const chunks = Math.max(1, Math.ceil(contents.bytes.length / CHUNK));
  const reads = Array.from({ length: chunks }, (_, i) => read(contents, i * CHUNK, CHUNK));
  return [open(contents.path), ...reads, close];
}

/** A volume that is the whole disk, with files that must be read whole. */
export function wholeDisk(title: string, volume: SampleVolume, files: readonly Contents[]): ImageCase {
  return { title, disk: volume.finish(), steps: [mount('/dev/vda'), ...files.flatMap(readWhole)] };
}
