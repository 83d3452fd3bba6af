/** `--lab NN-name [--dir FOLDER]`: whose files take the place of a reference. */
import fs from 'node:fs';
import path from 'node:path';
import { findLab } from '../lab/lab-name.js';
import { labNames, type StudentLab } from '../toolchain/index.js';
import { UsageError } from './exit-status.js';

export interface StudentLabOptions {
  /** The lab; an unambiguous beginning (`03`) of its name will do. */
  readonly lab?: string;
  /** The student's folder; by default the lab's in `labs/`. */
  readonly dir?: string;
}

/**
 * The lab that is not to be the reference, if one was named.
 * @param root the repository
 * @throws UnknownLab; UsageError for a folder without a lab, or one that is not there
 */
export function studentLab({ lab, dir }: StudentLabOptions, root: string): StudentLab | undefined {
  if (lab === undefined) {
    if (dir === undefined) return undefined;
    throw new UsageError(`--dir ${dir}: --lab must say which lab the files in it are of`);
  }
  const name = findLab(lab, labNames(root));
  if (dir === undefined) return { name, folder: path.join(root, 'labs', name) };
  const stat = fs.statSync(dir, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`--dir ${dir}: no such folder`);
  if (!stat.isDirectory()) throw new UsageError(`--dir ${dir}: is a file, expected the folder that holds it`);
  return { name, folder: dir };
}
