import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { LabDefinition } from './definition.js';
import { findLab } from './lab-name.js';
import { LabError, validateLab } from './validate.js';

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
 * @param modules where the definitions' modules are: `labs/` of the build beside this module by default.
 * @throws UnknownLab, or LabError when the definition is unusable.
 */
export async function loadLab(root: string, id: string, modules = builtLabs()): Promise<LoadedLab> {
  const name = findLab(id, definedLabs(root));
  const file = `labs/${name}/lab.ts`;
  const module = path.join(modules, name, `lab${path.extname(fileURLToPath(import.meta.url))}`);
  const url = pathToFileURL(module).href;
  let loaded: unknown;
  try {
    loaded = await import(url);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new LabError({ file, field: 'module', found, expected: 'a module that loads' });
  }
  const lab = (loaded as { default?: LabDefinition }).default;
  if (typeof lab !== 'object' || !Array.isArray(lab.checks) || !Array.isArray(lab.scenarios)) {
    throw new LabError({ file, field: 'default', found: typeof lab, expected: 'a lab definition' });
  }
  validateLab(lab, root, file);
  return { lab, module: url };
}

function builtLabs(): string {
  return fileURLToPath(new URL('../../labs/', import.meta.url));
}
