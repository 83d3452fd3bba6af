/** Puts a site on the disk. */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../autograder/cli/exit-status.js';

/** Marks a folder as a site of ours, which the next site may replace. */
const MARK = '.hartlab-handouts';

/**
 * Writes the pages, in place of those that an earlier site left there.
 * @param folder made if need be; refused when it holds anything that is no site
 * @param pages contents by path in the site
 * @returns the path of index.html
 * @throws UsageError when the folder is not ours or cannot be written
 */
export function writeSite(folder: string, pages: ReadonlyMap<string, string>): string {
  const target = path.resolve(folder);
  try {
    const isThere = fs.existsSync(target);
    if (isThere && fs.readdirSync(target).length > 0) {
      if (!fs.existsSync(path.join(target, MARK))) {
        throw new UsageError(
          `--out ${folder}: has files that are no earlier site; expected a new or empty folder`,
        );
      }
      fs.rmSync(target, { recursive: true });
    }
    fs.mkdirSync(target, { recursive: true });
    fs.writeFileSync(path.join(target, MARK), '');
    for (const [page, content] of pages) {
      const file = path.join(target, page);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
    }
  } catch (cause) {
    if (cause instanceof UsageError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    throw new UsageError(`--out ${folder}: cannot be written (${code})`, { cause });
  }
  return path.join(target, 'index.html');
}
