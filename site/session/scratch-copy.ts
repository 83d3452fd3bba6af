/** A copy of the checkout in which commands may write. */
import crypto from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isStale, rebuild } from '../../autograder/cli/stale-build.js';

/** What a checkout has that is not copied: what git has, what is linked, what is made. */
const NOT_COPIED = new Set(['.git', '.cache', 'node_modules', 'handouts-site']);
/** What says nothing about what commands print. */
const WITHOUT_EFFECT =
  /^(?:handouts|site|lint|bench|dist\/(?:site|bench))\/|\.test\.ts$|\.map$|^dist\/(?:\.built|tsconfig)/;

export class ScratchCopy {
  /** Contents' hashes by path, valid for files that have not been written since. */
  private readonly hashes = new Map<string, { readonly written: bigint; readonly hash: string }>();

  private constructor(
    /** The copy's root. */
    readonly folder: string,
  ) {}

  /** Copies a checkout, whose `dist/` is built first if need be. */
  static of(root: string): ScratchCopy {
    if (isStale(root)) build(root);
    // The last part of the name is what a prompt or a message shows of it.
    const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-handout-')), 'hartlab');
    fs.mkdirSync(folder);
    for (const entry of fs.readdirSync(root)) {
      if (NOT_COPIED.has(entry)) continue;
      const copy = { recursive: true, preserveTimestamps: true, filter: isNoLock };
      fs.cpSync(path.join(root, entry), path.join(folder, entry), copy);
    }
    fs.symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
    return new ScratchCopy(fs.realpathSync(folder));
  }

  remove(): void {
    fs.rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }

  /** Makes `dist/` follow sources that were written since. */
  build(): void {
    if (isStale(this.folder)) build(this.folder);
  }

  read(file: string): string | null {
    const full = path.join(this.folder, file);
    return fs.existsSync(full) ? fs.readFileSync(full, 'utf8') : null;
  }

  write(file: string, text: string): void {
    const full = path.join(this.folder, file);
    fs.mkdirSync(path.dirname(full), { recursive: true });
    fs.writeFileSync(full, text);
  }

  /** Digest of everything that commands may depend on. */
  digest(): string {
    const hash = crypto.createHash('sha256');
    for (const file of this.files('')) {
      if (!WITHOUT_EFFECT.test(file)) hash.update(`${file}\0${this.hashOf(file)}\0`);
    }
    return hash.digest('hex');
  }

  private hashOf(file: string): string {
    const full = path.join(this.folder, file);
    const written = fs.statSync(full, { bigint: true }).mtimeNs;
    const known = this.hashes.get(file);
    if (known?.written === written) return known.hash;
    const hash = crypto.createHash('sha256').update(fs.readFileSync(full)).digest('hex');
    this.hashes.set(file, { written, hash });
    return hash;
  }

  private files(folder: string): string[] {
    const entries = fs.readdirSync(path.join(this.folder, folder), { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    return entries.flatMap((entry) => {
      const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (NOT_COPIED.has(file)) return [];
      if (entry.isDirectory()) return this.files(file);
      return entry.isFile() ? [file] : [];
    });
  }
}

/** A build that is under way in the checkout is none in the copy, which would wait for its end. */
function isNoLock(file: string): boolean {
  return path.basename(file) !== '.building';
}

function build(root: string): void {
  const fault = rebuild(root);
  if (fault !== null) throw new Error(`dist/ cannot be built: ${fault}`);
}
