/** The course's own C sources, as they are on disk at the start of a build. */
import fs from 'node:fs';
import path from 'node:path';
import { digest } from './build-cache.js';
import { ToolchainError } from './toolchain-error.js';

const RESTORE = "restore the course's files: 'git status' shows what changed";

export class SourceTree {
  private readonly digests = new Map<string, string | null>();

  /** @param root absolute real path of the repository */
  constructor(readonly root: string) {}

  /**
   * Files below `folder` whose names end in one of `suffixes`, sorted, with `/` between folders, from the root.
   * @throws ToolchainError when the folder cannot be read.
   */
  list(folder: string, suffixes: readonly string[]): string[] {
    let entries: fs.Dirent[];
    try {
      entries = fs.readdirSync(path.join(this.root, folder), { recursive: true, withFileTypes: true });
    } catch (cause) {
      throw new ToolchainError(`${folder} cannot be read: ${(cause as Error).message}`, RESTORE, { cause });
    }
    return entries
      .filter((entry) => entry.isFile() && suffixes.some((suffix) => entry.name.endsWith(suffix)))
      .map((entry) => path.relative(this.root, path.join(entry.parentPath, entry.name)))
      .map((file) => file.split(path.sep).join('/'))
      .sort();
  }

  /** SHA-256 of a file given from the root; null when it cannot be read. */
  digestOf(file: string): string | null {
    let known = this.digests.get(file);
    if (known === undefined) {
      try {
        known = digest(fs.readFileSync(path.join(this.root, file)));
      } catch {
        known = null;
      }
      this.digests.set(file, known);
    }
    return known;
  }

  /** The text of a file given from the root. @throws ToolchainError when it cannot be read. */
  read(file: string): string {
    try {
      return fs.readFileSync(path.join(this.root, file), 'utf8');
    } catch (cause) {
      throw new ToolchainError(`${file} cannot be read: ${(cause as Error).message}`, RESTORE, { cause });
    }
  }
}
