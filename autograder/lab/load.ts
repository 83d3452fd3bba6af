import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { LabDefinition } from './definition.js';
import { repositoryRoot } from '../toolchain/index.js';
import { findLab } from './lab-name.js';
import { faultIn, LabError, validateLab } from './validate.js';

/** Names of the labs that have a definition, sorted. */
export function definedLabs(root: string): string[] {
  const labs = path.join(root, 'labs');
  if (!fs.existsSync(labs)) return [];
  return fs
    .readdirSync(labs)
    .filter((name) => fs.existsSync(path.join(labs, name, 'lab.ts')))
    .sort();
}

/** A lab, and the module that it came from. */
export interface LoadedLab {
  readonly lab: LabDefinition;
  /** URL of the module: worker threads load it for the functions of its scenarios. */
  readonly module: string;
}

/**
 * Loads and validates a lab definition.
 *
 * @param root the repository.
 * @param id the lab's name; an unambiguous beginning (`03`) will do.
 * @throws UnknownLab, or LabError when the definition is unusable.
 */
export async function loadLab(root: string, id: string): Promise<LoadedLab> {
  const name = findLab(id, definedLabs(root));
  const file = `labs/${name}/lab.ts`;
  const module = path.join(modulesOf(root), name, `lab${path.extname(fileURLToPath(import.meta.url))}`);
  const url = pathToFileURL(module).href;
  let loaded: unknown;
  try {
    loaded = await import(url);
  } catch (cause) {
    throw loadError(cause, name, file);
  }
  const { default: lab } = loaded as { default?: unknown };
  if (lab === undefined) {
    const found = `a module that exports ${Object.keys(loaded as object).join(', ') || 'nothing'}`;
    throw new LabError({ file, field: 'default', found, expected: 'a lab definition as its default export' });
  }
  validateLab(lab, root, file);
  return { lab: lab as LabDefinition, module: url };
}

/** What became of a module that does not load, with the file of the lab that it is about. */
function loadError(cause: unknown, name: string, file: string): LabError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const places = (cause instanceof Error ? (cause.stack ?? '') : '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  // The first place in the stack that is the lab's own: an expected trace may be in a file of its own.
  const [, own] = new RegExp(`labs[\\\\/]${name}[\\\\/]([\\w.-]+?)\\.[jt]s`).exec(places.join('\n')) ?? [];
  const fault = faultIn(message) ?? {
    field: 'module',
    found: `that it fails: ${message.split('\n')[0] ?? ''}`,
    expected: 'a module that loads',
  };
  return new LabError({ file: own === undefined ? file : `labs/${name}/${own}.ts`, ...fault });
}

/** Where the modules of a repository's labs are: among its sources or in its build, as this module is. */
function modulesOf(root: string): string {
  const labs = fileURLToPath(new URL('../../labs/', import.meta.url));
  return path.join(root, path.relative(repositoryRoot(), labs));
}
