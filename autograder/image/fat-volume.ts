/** A FAT volume in memory, through ChaN's FatFs (elm-chan.org/fsw/ff). */
import * as FatFs from 'js-fatfs';
import { withFixedClock } from './fixed-clock.js';
import { ImageError } from './image-error.js';

export const SECTOR_SIZE = 512;

/** How a fresh volume is laid out. */
export interface VolumeFormat {
  /** One partition behind a master boot record, or the volume from sector 0. */
  partitioned: boolean;
  /** Bytes of a cluster. */
  clusterSize: number;
}

/** What FatFs' result codes say of a path; the others are told by number. */
const CAUSES = new Map<number, string>([
  [FatFs.FR_NO_FILE, 'no such file'],
  [FatFs.FR_NO_PATH, 'no such folder'],
  [FatFs.FR_INVALID_NAME, 'is not a name that FAT can hold'],
  [FatFs.FR_DENIED, 'the image is full'],
  [FatFs.FR_EXIST, 'is there already (FAT does not tell upper from lower case)'],
  [FatFs.FR_NO_FILESYSTEM, 'holds no FAT volume'],
  [FatFs.FR_INT_ERR, 'the file system is damaged'],
  [FatFs.FR_DISK_ERR, 'reads or writes beyond its end'],
  [FatFs.FR_MKFS_ABORTED, 'is too small for FAT32'],
]);

/** The disk that FatFs sees: an array of sectors. */
function diskOver(image: Uint8Array): FatFs.DiskIO {
  const inRange = (sector: number, count: number): boolean =>
    (sector + count) * SECTOR_SIZE <= image.byteLength;
  return {
    initialize: () => 0,
    status: () => 0,
    read(ff, _drive, buffer, sector, count) {
      if (!inRange(sector, count)) return FatFs.RES_PARERR;
      ff.HEAPU8.set(image.subarray(sector * SECTOR_SIZE, (sector + count) * SECTOR_SIZE), buffer);
      return FatFs.RES_OK;
    },
    write(ff, _drive, buffer, sector, count) {
      if (!inRange(sector, count)) return FatFs.RES_PARERR;
      image.set(ff.HEAPU8.subarray(buffer, buffer + count * SECTOR_SIZE), sector * SECTOR_SIZE);
      return FatFs.RES_OK;
    },
    ioctl(ff, _drive, command, buffer) {
      if (command === FatFs.GET_SECTOR_COUNT) ff.setValue(buffer, image.byteLength / SECTOR_SIZE, 'i32');
      else if (command === FatFs.GET_SECTOR_SIZE) ff.setValue(buffer, SECTOR_SIZE, 'i16');
      else if (command === FatFs.GET_BLOCK_SIZE) ff.setValue(buffer, 1, 'i32');
      else if (command !== FatFs.CTRL_SYNC) return FatFs.RES_PARERR;
      return FatFs.RES_OK;
    },
  };
}

/** A mounted volume. Its methods throw {@link ImageError} naming the path. */
export class FatVolume {
  private constructor(private readonly ff: FatFs.FatFs) {}

  /**
   * Makes a FAT32 volume that fills `image` and mounts it.
   * @param image whole sectors, zero everywhere
   */
  static async format(image: Uint8Array, format: VolumeFormat): Promise<FatVolume> {
    const volume = new FatVolume(await FatFs.create({ diskio: diskOver(image) }));
    volume.sync('the image', (ff) => {
      const work = ff.malloc(64 * SECTOR_SIZE);
      const fmt = FatFs.FM_FAT32 | (format.partitioned ? 0 : FatFs.FM_SFD);
      const parameters = { fmt, n_fat: 2, align: 1, n_root: 0, au_size: format.clusterSize };
      const result = ff.f_mkfs('', parameters, work, 64 * SECTOR_SIZE);
      ff.free(work);
      return result;
    });
    volume.mount();
    return volume;
  }

  /** Mounts the volume, bare or in the first partition, that `image` holds. */
  static async open(image: Uint8Array): Promise<FatVolume> {
    const volume = new FatVolume(await FatFs.create({ diskio: diskOver(image) }));
    volume.mount();
    return volume;
  }

  /** Makes one folder; the folder that it lies in must be there. */
  makeFolder(path: string): void {
    this.sync(path, (ff) => ff.f_mkdir(path));
  }

  /** Writes a new file. */
  writeFile(path: string, bytes: Uint8Array): void {
    const CHUNK = 1 << 20;
    this.withFile(path, FatFs.FA_WRITE | FatFs.FA_CREATE_NEW, (ff, file) => {
      const buffer = ff.malloc(Math.min(CHUNK, bytes.length) + 4);
      const written = buffer + Math.min(CHUNK, bytes.length);
      for (let offset = 0; offset < bytes.length; offset += CHUNK) {
        const chunk = bytes.subarray(offset, offset + CHUNK);
        ff.HEAPU8.set(chunk, buffer);
        const result = ff.f_write(file, buffer, chunk.length, written);
        if (result !== FatFs.FR_OK) return result;
        // FatFs tells a full volume by writing less than it was given.
        if (readUint32(ff, written) !== chunk.length) return FatFs.FR_DENIED;
      }
      ff.free(buffer);
      return FatFs.FR_OK;
    });
  }

  /** The bytes of a file. */
  readFile(path: string): Uint8Array {
    let bytes = new Uint8Array(0);
    this.withFile(path, FatFs.FA_READ, (ff, file) => {
      const size = ff.f_size(file);
      const buffer = ff.malloc(size + 4);
      const result = ff.f_read(file, buffer, size, buffer + size);
      bytes = ff.HEAPU8.slice(buffer, buffer + size);
      ff.free(buffer);
      return result;
    });
    return bytes;
  }

  /** Names in a folder, in the order in which they lie there. */
  listFolder(path: string): { name: string; isFolder: boolean }[] {
    const entries: { name: string; isFolder: boolean }[] = [];
    this.sync(path, (ff) => {
      const folder = ff.malloc(FatFs.sizeof_DIR);
      const info = ff.malloc(FatFs.sizeof_FILINFO);
      let result = ff.f_opendir(folder, path);
      while (result === FatFs.FR_OK) {
        result = ff.f_readdir(folder, info);
        const name = ff.FILINFO_fname(info);
        if (result !== FatFs.FR_OK || name === '') break;
        entries.push({ name, isFolder: (ff.FILINFO_fattrib(info) & FatFs.AM_DIR) !== 0 });
      }
      ff.free(info);
      ff.free(folder);
      return result;
    });
    return entries;
  }

  private mount(): void {
    // FatFs keeps the structure; it goes with the instance.
    this.sync('the image', (ff) => ff.f_mount(ff.malloc(FatFs.sizeof_FATFS), '', 1));
  }

  private withFile(path: string, mode: number, use: (ff: FatFs.FatFs, file: number) => number): void {
    this.sync(path, (ff) => {
      const file = ff.malloc(FatFs.sizeof_FIL);
      const opened = ff.f_open(file, path, mode);
      if (opened !== FatFs.FR_OK) return opened;
      const used = use(ff, file);
      const closed = ff.f_close(file);
      ff.free(file);
      return used === FatFs.FR_OK ? closed : used;
    });
  }

  /** Runs one operation of FatFs; `subject` is what its failure is about. */
  private sync(subject: string, operation: (ff: FatFs.FatFs) => number): void {
    const result = withFixedClock(() => operation(this.ff));
    if (result === FatFs.FR_OK) return;
    throw new ImageError(subject, CAUSES.get(result) ?? `FatFs result ${result}`);
  }
}

function readUint32(ff: FatFs.FatFs, address: number): number {
  return new DataView(ff.HEAPU8.buffer, ff.HEAPU8.byteOffset).getUint32(address, true);
}
