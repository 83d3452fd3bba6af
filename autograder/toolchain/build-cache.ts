/**
 * The build cache: contents stored under the SHA-256 of themselves, and entries that say which content a key
 * stands for. Files appear by rename, so that builds running side by side never see half a file; a content that
 * does not match its name (a full disk, a crash, an editor) counts as absent.
 */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { ToolchainError } from './toolchain-error.js';

/** Bytes after which the oldest contents are dropped. */
const SIZE_LIMIT = 512 << 20;
/** How often the size is looked at. */
const PRUNE_INTERVAL_MS = 24 * 3600 * 1000;

/** SHA-256 of the parts in hex; every part's length counts, so that no two lists of parts collide. */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = crypto.createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
    hash.update(`${bytes.length}:`);
    hash.update(bytes);
  }
  return hash.digest('hex');
}

export class BuildCache {
  private constructor(
    /** Absolute path of the cache's folder. */
    readonly folder: string,
  ) {}

  /**
   * Opens the cache, making its folder.
   * @throws ToolchainError when the folder cannot be written.
   */
  static open(folder: string): BuildCache {
    const cache = new BuildCache(path.resolve(folder));
    try {
      for (const part of ['contents', 'entries', 'work', 'zig']) {
        makeFolder(path.join(cache.folder, part));
      }
      fs.accessSync(cache.folder, fs.constants.W_OK);
      cache.prune();
    } catch (cause) {
      throw new ToolchainError(
        `the build cache ${cache.folder} cannot be written: ${(cause as Error).message}`,
        'set HARTLAB_CACHE to a folder that can be written, or free some disk',
        { cause },
      );
    }
    return cache;
  }

  /** Stores `bytes`; returns the name to get them by. */
  store(bytes: Uint8Array): string {
    const name = digest(bytes);
    if (this.load(name) === null) this.writeAtomically(this.contentPath(name), bytes);
    return name;
  }

  /** The bytes stored under `name`, or null when they are not there or not whole. */
  load(name: string): Uint8Array | null {
    const bytes = readIfPresent(this.contentPath(name));
    return bytes !== null && digest(bytes) === name ? bytes : null;
  }

  /** Where the content `name` lies, for a program that must read it from a file. */
  contentPath(name: string): string {
    return path.join(this.folder, 'contents', name);
  }

  /** The entry under `key`, as {@link setEntry} left it; null when absent or unreadable. */
  entry(key: string): unknown {
    const bytes = readIfPresent(path.join(this.folder, 'entries', key));
    if (bytes === null) return null;
    try {
      return JSON.parse(bytes.toString('utf8')) as unknown;
    } catch {
      return null;
    }
  }

  setEntry(key: string, value: unknown): void {
    this.writeAtomically(path.join(this.folder, 'entries', key), Buffer.from(JSON.stringify(value)));
  }

  /** Runs `use` with a fresh folder below the cache, which is removed afterwards. */
  async withWorkFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const folder = fs.mkdtempSync(path.join(this.folder, 'work', 'w'));
    try {
      return await use(folder);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Bytes that the cache takes on disk. */
  size(): number {
    return this.files().reduce((sum, file) => sum + file.size, 0);
  }

  private writeAtomically(file: string, bytes: Uint8Array): void {
    const temporary = `${file}.${process.pid}.${crypto.randomUUID()}`;
    try {
      fs.writeFileSync(temporary, bytes);
      fs.renameSync(temporary, file);
    } catch (cause) {
      fs.rmSync(temporary, { force: true });
      throw new ToolchainError(
        `the build cache cannot be written: ${(cause as Error).message}`,
        'set HARTLAB_CACHE to a folder that can be written, or free some disk',
        { cause },
      );
    }
  }

  /** Once a day: drops what was written longest ago until half the limit is left. */
  private prune(): void {
    const stamp = path.join(this.folder, 'pruned');
    const last = fs.statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - last < PRUNE_INTERVAL_MS) return;
    fs.writeFileSync(stamp, '');
    const files = this.files().sort((a, b) => a.mtimeMs - b.mtimeMs);
    let size = files.reduce((sum, file) => sum + file.size, 0);
    if (size <= SIZE_LIMIT) return;
    for (const file of files) {
      if (size <= SIZE_LIMIT / 2) break;
      fs.rmSync(file.path, { force: true });
      size -= file.size;
    }
  }

  private files(): { path: string; size: number; mtimeMs: number }[] {
    return fs
      .readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .flatMap((file) => {
        const full = path.join(file.parentPath, file.name);
        const stat = fs.statSync(full, { throwIfNoEntry: false });
        return stat === undefined ? [] : [{ path: full, size: stat.size, mtimeMs: stat.mtimeMs }];
      });
  }
}

/**
 * Makes a folder and those above it. (Node's own `recursive` never returns where a file system says ENOENT below a
 * folder that is there, as /proc does.)
 */
function makeFolder(folder: string, triesLeft = 1): void {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' && fs.statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || triesLeft === 0) throw error;
    makeFolder(path.dirname(folder));
    makeFolder(folder, triesLeft - 1);
  }
}

function readIfPresent(file: string): Buffer | null {
  try {
    return fs.readFileSync(file);
  } catch {
    return null;
  }
}
