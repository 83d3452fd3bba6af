/** `hartlab release FOLDER`: the course as students get it, without its solutions. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildReferences } from '../toolchain/index.js';
import type { CommandIo } from './command-io.js';
import { ExitStatus, UsageError } from './exit-status.js';

/** What students do not get: references, and the kernels that prove the grader. */
const KEPT_BACK = 'solutions/';

/**
 * Copies the files that git knows, as they are now, and puts objects in the place of the references.
 * @param folder made if need be; must be empty
 * @throws UsageError when the folder cannot be used, or the course is not in a checkout
 */
export async function release(folder: string, root: string, io: CommandIo): Promise<number> {
  const target = path.resolve(folder);
  if (fs.existsSync(target) && fs.readdirSync(target).length > 0) {
    throw new UsageError(`${folder}: is not empty; expected a new or empty folder`);
  }
  const files = trackedFiles(root).filter((file) => !file.startsWith(KEPT_BACK));
  const references = await buildReferences({ root });
  try {
    for (const file of files) {
      const copy = path.join(target, file);
      fs.mkdirSync(path.dirname(copy), { recursive: true });
      fs.copyFileSync(path.join(root, file), copy);
    }
    for (const [file, bytes] of references) {
      const made = path.join(target, file);
      fs.mkdirSync(path.dirname(made), { recursive: true });
      fs.writeFileSync(made, bytes);
    }
  } catch (cause) {
    throw new UsageError(`${folder}: cannot be written (${(cause as NodeJS.ErrnoException).code})`, {
      cause,
    });
  }
  io.stdout.write(`${folder}: ${files.length} files, and the references as ${references.size - 1} objects\n`);
  return ExitStatus.Success;
}

/** Only these: what else lies in a checkout, grades for instance, is not for students. */
function trackedFiles(root: string): string[] {
  let list: string;
  try {
    list = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  } catch (cause) {
    throw new UsageError(`${root}: expected a git checkout, which says what belongs to the course`, {
      cause,
    });
  }
  return list.split('\0').filter((file) => file !== '' && isFile(path.join(root, file)));
}

/** Links are passed over: what they lead to may lie outside. */
function isFile(name: string): boolean {
  return fs.lstatSync(name, { throwIfNoEntry: false })?.isFile() === true;
}
