import fs from 'node:fs';
import path from 'node:path';
import type { Check, LabDefinition, Scenario } from './definition.js';
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

/** What the checks of a lab are worth together. */
export const TOTAL_POINTS = 100;
/** Harts that the machine's board can have. */
const MAX_HARTS = 64;

/**
 * The first thing that is wrong with a lab definition; inside, it is trusted.
 *
 * @param root the repository.
 * @param file the definition's path from the root, for the message.
 * @throws LabError
 */
export function validateLab(lab: LabDefinition, root: string, file: string): void {
  if (!/^\d\d-[a-z0-9-]+$/.test(lab.id)) refuse('id', quote(lab.id), 'NN-name');
  const folder = path.posix.basename(path.posix.dirname(file));
  if (lab.id !== folder) refuse('id', quote(lab.id), `the folder's name, ${quote(folder)}`);
  if (lab.title.trim() === '') refuse('title', 'nothing', 'a title');
  if (lab.files.length === 0) refuse('files', 'none', 'at least one file for the student');
  for (const [i, name] of lab.files.entries()) {
    mustExist(`files[${i}]`, `labs/${lab.id}/${name}`);
  }
  mustExist('header', lab.header);
  unique('scenarios', lab.scenarios);
  unique('checks', lab.checks);
  for (const [i, check] of lab.checks.entries()) validateCheck(check, `checks[${i}]`);
  for (const [i, scenario] of lab.scenarios.entries()) validateScenario(scenario, `scenarios[${i}]`);
  const total = lab.checks.reduce((sum, check) => sum + check.points, 0);
  if (total !== TOTAL_POINTS) refuse('checks[].points', `a sum of ${total}`, `a sum of ${TOTAL_POINTS}`);

  function validateScenario(scenario: Scenario, at: string): void {
    if (!Number.isInteger(scenario.harts) || scenario.harts < 1 || scenario.harts > MAX_HARTS) {
      refuse(`${at}.harts`, String(scenario.harts), `1 to ${MAX_HARTS}`);
    }
    if (!(scenario.budget > 0) || !Number.isFinite(scenario.budget)) {
      refuse(`${at}.budget`, String(scenario.budget), 'guest seconds, more than 0');
    }
    const { mix, script, machine } = scenario;
    if (mix !== undefined && script !== undefined) refuse(at, 'a mix and a script', 'one of them');
    for (const fault of mix === undefined ? [] : mixFaults(mix)) {
      refuse(`${at}.mix.${fault.field}`, fault.found, fault.expected);
    }
    if (mix?.end !== undefined && mix.end >= scenario.budget * 1000) {
      refuse(`${at}.budget`, `${scenario.budget} s`, `more than the mix's end, ${mix.end} ms`);
    }
    const ids = machine?.hartIds;
    if (ids !== undefined && ids.length !== scenario.harts) {
      refuse(`${at}.machine.hartIds`, `${ids.length} ids`, `one for each of ${scenario.harts} harts`);
    }
    for (const [field, hart] of [
      ...(machine?.bootHart === undefined ? [] : [['bootHart', machine.bootHart] as const]),
      ...Object.keys(machine?.startDelays ?? {}).map((id) => ['startDelays', Number(id)] as const),
    ]) {
      const known = ids ?? [...Array(scenario.harts).keys()];
      if (!known.includes(hart))
        refuse(`${at}.machine.${field}`, `hart ${hart}`, `one of ${known.join(', ')}`);
    }
    if (!lab.checks.some((check) => check.scenario === scenario.id)) {
      refuse(at, quote(scenario.id), 'a scenario that a check needs');
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

  function mustExist(field: string, name: string): void {
    if (!fs.existsSync(path.join(root, name))) refuse(field, quote(name), 'a file that exists');
  }

  function refuse(field: string, found: string, expected: string): never {
    throw new LabError({ file, field, found, expected });
  }
}

function quote(text: string): string {
  return JSON.stringify(text);
}
