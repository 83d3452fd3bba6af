/**
 * `hartlab` runs from `dist/`, which `npm ci` builds. In a checkout whose sources were changed since (a `git pull`,
 * an edited lab definition) it builds again first, so that what runs is what the sources say.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Folders whose TypeScript goes into `dist/`. */
const SOURCES = ['emulator', 'autograder', 'labs', 'site', 'bench'];
/** Says how new the newest source was that `dist/` was last built from, in milliseconds. */
const STAMP = path.join('dist', '.built');
const BUILD_INFO = path.join('dist', 'tsconfig.tsbuildinfo');
const LOCK = path.join('dist', '.building');
/** Host milliseconds after which a build that holds the lock is taken for dead. */
const LOCK_LIFETIME = 120_000;

/** Whether a source of the checkout at `root` is newer than its build. False where there are no sources. */
export function isStale(root: string): boolean {
  const stamp = path.join(root, STAMP);
  const stamped = fs.existsSync(stamp) ? Number(fs.readFileSync(stamp, 'utf8')) : 0;
  // `npm run build` leaves no stamp; what it writes last is younger than what it read.
  return newestSource(root) > Math.max(stamped, modified(path.join(root, BUILD_INFO)));
}

/**
 * Builds `dist/`; waits instead if another process is at it.
 * @returns null, or what the compiler said against it
 */
export function rebuild(root: string): string | null {
  const lock = path.join(root, LOCK);
  if (!takeLock(lock)) {
    waitForLock(lock);
    return null;
  }
  try {
    const newest = newestSource(root);
    const compiler = createRequire(path.join(root, 'package.json')).resolve('typescript/lib/tsc.js');
    // Types are the business of `npm test`: a build for use needs what the sources mean, soon.
    const run = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck'], {
      cwd: root,
      encoding: 'utf8',
    });
    if (run.status !== 0) return `${run.stdout}${run.stderr}`.trim() || `tsc ended with ${run.signal}`;
    fs.writeFileSync(path.join(root, STAMP), String(newest));
    return null;
  } catch (error) {
    return `the TypeScript compiler is missing; run 'npm ci' (${(error as Error).message.split('\n')[0]})`;
  } finally {
    fs.rmSync(lock, { recursive: true, force: true });
  }
}

function modified(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** When the source that changed last did, in milliseconds. Tests are no part of the build. */
function newestSource(root: string): number {
  const newestBelow = (folder: string): number => {
    if (!fs.existsSync(folder)) return 0;
    const times = fs.readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) return newestBelow(file);
      return entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') ? modified(file) : 0;
    });
    return Math.max(0, ...times);
  };
  return Math.max(...SOURCES.map((folder) => newestBelow(path.join(root, folder))));
}

function takeLock(lock: string): boolean {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  const age = Date.now() - modified(lock);
  if (fs.existsSync(lock) && age > LOCK_LIFETIME) fs.rmSync(lock, { recursive: true, force: true });
  try {
    fs.mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function waitForLock(lock: string): void {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; fs.existsSync(lock) && waited < LOCK_LIFETIME; waited += 50)
    Atomics.wait(cell, 0, 0, 50);
}
