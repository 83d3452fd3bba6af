import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LabDefinition } from '../lab/definition.js';
import { grade } from '../runner/grade.js';
import type { Grade, GradeOptions } from '../runner/grade.js';
import type { LabFiles } from './corpus.js';

/** What to grade besides the sources; by default all checks with seed 0. */
export type SourceGradeOptions = Pick<GradeOptions, 'root'> &
  Partial<Pick<GradeOptions, 'module' | 'seed' | 'seeds' | 'checks' | 'threads' | 'cacheFolder'>>;

/** Grades files as if a student had handed them in. */
export async function gradeSources(
  lab: LabDefinition,
  files: LabFiles,
  options: SourceGradeOptions,
): Promise<Grade> {
  return withFolder(files, (folder) => grade({ lab, folder, subject: '', seed: 0, seeds: 1, ...options }));
}

/** Calls `use` with a folder that holds the files and is removed afterwards. */
export async function withFolder<T>(files: LabFiles, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-sources-'));
  try {
    for (const [name, text] of files) fs.writeFileSync(path.join(folder, name), text);
    return await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
