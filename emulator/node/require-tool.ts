/**
 * Tests that compare the machine with a program from outside (QEMU, mtools, a browser) ask here whether they
 * can run. On a laptop a missing program skips the test; in CI (`CI=true`) it is a failure, because `.ci/run`
 * installs every one of them and a skipped comparison would go unnoticed.
 */
import fs from 'node:fs';
import path from 'node:path';

/** Where Debian keeps programs that are not on an ordinary user's PATH (fsck.fat, for one). */
const SYSTEM_FOLDERS = process.platform === 'win32' ? [] : ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The path of an installed program, or null. Looks along PATH, then in the system's own folders. */
export function findTool(name: string): string | null {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
  const folders = [...(process.env.PATH ?? '').split(path.delimiter), ...SYSTEM_FOLDERS];
  for (const folder of folders.filter((f) => f !== '')) {
    for (const suffix of suffixes) {
      const candidate = path.join(folder, name + suffix);
      try {
        fs.accessSync(candidate, fs.constants.X_OK);
        if (fs.statSync(candidate).isFile()) return candidate;
      } catch {
        // Not here: the next folder.
      }
    }
  }
  return null;
}

/**
 * Whether every one of the programs is installed: `it.skipIf(!haveTools('mcopy', 'fsck.fat'))(…)`.
 * @throws Error in CI (`CI=true`) when one is missing.
 */
export function haveTools(...names: readonly string[]): boolean {
  const missing = names.filter((name) => findTool(name) === null);
  if (missing.length > 0 && process.env.CI === 'true') {
    throw new Error(`this test needs ${missing.join(', ')}: let .ci/run install the package that has it`);
  }
  return missing.length === 0;
}

/** The path of a program that {@link haveTools} said is there. @throws Error when it is not. */
export function toolPath(name: string): string {
  const found = findTool(name);
  if (found === null) throw new Error(`${name} is not installed`);
  return found;
}
