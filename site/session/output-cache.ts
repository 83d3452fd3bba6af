/** What commands printed, by the command and by all that they could read: the same run prints the same. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Days after which what was not asked for again is dropped. */
const LIFETIME_DAYS = 14;

export class OutputCache {
  private constructor(private readonly folder: string) {}

  /** Opens the cache below the build cache's folder. */
  static open(cacheFolder: string): OutputCache {
    const folder = path.join(cacheFolder, 'handout-outputs');
    fs.mkdirSync(folder, { recursive: true });
    const oldest = Date.now() - LIFETIME_DAYS * 24 * 3600 * 1000;
    for (const name of fs.readdirSync(folder)) {
      const file = path.join(folder, name);
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      if (stat !== undefined && stat.mtimeMs < oldest) fs.rmSync(file, { force: true });
    }
    return new OutputCache(folder);
  }

  /** @param state digest of the checkout in which the command runs */
  load(state: string, command: string): string | null {
    const file = this.fileOf(state, command);
    try {
      const text = fs.readFileSync(file, 'utf8');
      const now = new Date();
      fs.utimesSync(file, now, now);
      return text;
    } catch {
      return null;
    }
  }

  store(state: string, command: string, output: string): void {
    const file = this.fileOf(state, command);
    const part = `${file}.${process.pid}`;
    fs.writeFileSync(part, output);
    fs.renameSync(part, file);
  }

  private fileOf(state: string, command: string): string {
    const name = crypto.createHash('sha256').update(`${state}\0${command}`).digest('hex');
    return path.join(this.folder, name);
  }
}
