import fs from 'node:fs';
import path from 'node:path';
import { configure } from '../../emulator/machine/options.js';
import { didYouMean } from '../cli/option-values.js';
import { ContractHeader, namesInSources } from './contract-names.js';
import type { Check, ContractFunction, LabDefinition, Scenario } from './definition.js';
import { shapeFault } from './definition-shape.js';
import { mixFaults } from './mix.js';

/** A lab definition that cannot be used, or no lab at all. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly fault: LabFault;

  constructor({ file, field, found, expected }: LabFault) {
    super(`${file}: ${field}: found ${found}, expected ${expected}`);
    this.fault = { file, field, found, expected };
  }
}

export interface LabFault {
  /** Path from the repository's root. */
  readonly file: string;
  /** `checks[3].points`. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** The parts of a message of the form `field: found this, expected that`. */
export function faultIn(message: string): Omit<LabFault, 'file'> | undefined {
  const [, field, found, expected] = /^(.+?): found (.+), expected (.+)$/s.exec(message) ?? [];
  return field === undefined || found === undefined || expected === undefined
    ? undefined
    : { field, found, expected };
}

/** What the checks of a lab are worth together. */
export const TOTAL_POINTS = 100;

/**
 * The first thing that is wrong with a lab definition; inside, it is trusted.
 *
 * @param root the repository.
 * @param file the definition's path from the root, for the message.
 * @throws LabError
 */
export function validateLab(definition: unknown, root: string, file: string): void {
  const misshapen = shapeFault(definition);
  if (misshapen !== undefined) throw new LabError({ file, ...misshapen });
  const lab = definition as LabDefinition;
  let kernelNames: ReadonlySet<string> | undefined;

  if (!/^\d\d-[a-z0-9-]+$/.test(lab.id)) refuse('id', quote(lab.id), 'NN-name');
  const folder = path.posix.basename(path.posix.dirname(file));
  if (lab.id !== folder) refuse('id', quote(lab.id), `the folder's name, ${quote(folder)}`);
  if (lab.title.trim() === '') refuse('title', 'nothing', 'a title');
  if (lab.files.length === 0) refuse('files', 'none', 'at least one file for the student');
  for (const [i, name] of lab.files.entries()) {
    if (path.posix.basename(name) !== name) refuse(`files[${i}]`, quote(name), 'a name without a folder');
    if (!/\.[cS]$/.test(name)) refuse(`files[${i}]`, quote(name), 'a source file, .c or .S');
    if (lab.files.indexOf(name) !== i) refuse(`files[${i}]`, `a second ${quote(name)}`, 'names that differ');
    // A course that is handed out has no solutions, and a file that is missing there is the student's loss.
    if (!isThere('solutions')) continue;
    mustExist(`files[${i}]`, `labs/${lab.id}/${name}`);
    mustExist(`files[${i}]`, `solutions/${lab.id}/${name}`, "the reference's file");
  }
  mustExist('header', lab.header);
  const header = new ContractHeader(fs.readFileSync(path.join(root, lab.header), 'utf8'));
  unique('scenarios', lab.scenarios);
  unique('checks', lab.checks);
  for (const [i, check] of lab.checks.entries()) validateCheck(check, `checks[${i}]`);
  for (const [i, scenario] of lab.scenarios.entries()) validateScenario(scenario, `scenarios[${i}]`);
  const total = lab.checks.reduce((sum, check) => sum + Math.round(check.points * 100), 0) / 100;
  if (total !== TOTAL_POINTS) refuse('checks[].points', `a sum of ${total}`, `a sum of ${TOTAL_POINTS}`);

  function validateScenario(scenario: Scenario, at: string): void {
    if (scenario.title.trim() === '') refuse(`${at}.title`, 'nothing', 'a title');
    validateMachine(scenario, at);
    if (!(scenario.budget > 0) || !Number.isFinite(scenario.budget)) {
      refuse(`${at}.budget`, String(scenario.budget), 'guest seconds, more than 0');
    }
    const { mix, script, observe } = scenario;
    if (mix !== undefined && script !== undefined) refuse(at, 'a mix and a script', 'one of them');
    for (const fault of mix === undefined ? [] : mixFaults(mix)) {
      refuse(`${at}.mix.${fault.field}`, fault.found, fault.expected);
    }
    if (mix?.end !== undefined && mix.end >= scenario.budget * 1000) {
      refuse(`${at}.budget`, `${scenario.budget} s`, `more than the mix's end, ${mix.end} ms`);
    }
    for (const list of ['functions', 'variables'] as const) {
      for (const [i, name] of (observe?.[list] ?? []).entries()) {
        if (knownNames().has(name)) continue;
        const hint = didYouMean(name, [...knownNames()]);
        refuse(`${at}.observe.${list}[${i}]`, quote(name), `a name in the sources of the kernel.${hint}`);
      }
    }
    if (!lab.checks.some((check) => check.scenario === scenario.id)) {
      refuse(at, quote(scenario.id), 'a scenario that a check needs');
    }
  }

  /** The machine's own rules: harts, their ids, who boots, delays, memory. */
  function validateMachine({ harts, machine }: Scenario, at: string): void {
    try {
      configure({ ...machine, harts });
    } catch (error) {
      const fault = error instanceof RangeError ? faultIn(error.message) : undefined;
      if (fault === undefined) throw error;
      const field = fault.field === 'harts' ? `${at}.harts` : `${at}.machine.${fault.field}`;
      throw new LabError({ file, ...fault, field });
    }
  }

  function validateCheck(check: Check, at: string): void {
    if (!(check.points > 0) || !Number.isFinite(check.points)) {
      refuse(`${at}.points`, String(check.points), 'more than 0');
    }
    if (check.title.trim() === '') refuse(`${at}.title`, 'nothing', 'a title');
    if (!lab.scenarios.some((scenario) => scenario.id === check.scenario)) {
      const known = lab.scenarios.map((scenario) => scenario.id).join(', ');
      refuse(`${at}.scenario`, quote(check.scenario), `one of ${known}`);
    }
    validateContract(check.contract, `${at}.contract`);
  }

  function validateContract(contract: ContractFunction, at: string): void {
    if ('function' in contract) {
      const known = header.functions();
      if (known.includes(contract.function)) return;
      const hint = didYouMean(contract.function, known);
      refuse(`${at}.function`, quote(contract.function), `a function that ${lab.header} declares.${hint}`);
    }
    if (!header.mentions(contract.table)) {
      refuse(`${at}.table`, quote(contract.table), `an object that ${lab.header} declares`);
    }
    const table = header.tables.find(({ fields }) => fields.has(contract.field));
    if (table === undefined) {
      const known = header.tables.flatMap(({ fields }) => [...fields.keys()]).join(', ');
      refuse(`${at}.field`, quote(contract.field), `a function pointer in ${lab.header}: ${known || 'none'}`);
    }
    const offset = table.fields.get(contract.field) ?? contract.offset;
    if (contract.offset !== offset) {
      const where = `the offset of ${contract.field} in struct ${table.struct}`;
      refuse(`${at}.offset`, String(contract.offset), `${offset}, ${where}`);
    }
  }

  function unique(list: string, items: readonly { readonly id: string }[]): void {
    if (items.length === 0) refuse(list, 'none', 'at least one');
    const seen = new Set<string>();
    for (const [i, { id }] of items.entries()) {
      if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) refuse(`${list}[${i}].id`, quote(id), 'lower-case-words');
      if (seen.has(id)) refuse(`${list}[${i}].id`, quote(id), 'an id that is not used yet');
      seen.add(id);
    }
  }

  function mustExist(field: string, name: string, what = 'a file'): void {
    if (!isThere(name)) refuse(field, `no ${quote(name)}`, `${what} that exists`);
  }

  function isThere(name: string): boolean {
    return fs.existsSync(path.join(root, name));
  }

  /** What an observation can name: what the kernel defines, and what its headers declare of the student's. */
  function knownNames(): ReadonlySet<string> {
    return (kernelNames ??= namesInSources(path.join(root, 'kernel')));
  }

  function refuse(field: string, found: string, expected: string): never {
    throw new LabError({ file, field, found, expected });
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
