import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check, LabDefinition, Scenario } from './definition.js';
import { LabError, validateLab } from './validate.js';

const FILE = 'labs/09-sample/lab.ts';
let root = '';

beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-lab-'));
  for (const name of ['labs/09-sample/answer.c', 'kernel/include/answer.h']) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), '');
  }
});

afterAll(() => fs.rmSync(root, { recursive: true }));

const scenario: Scenario = {
  id: 'one',
  title: 'One',
  harts: 1,
  bootargs: '',
  mix: { end: 10, jobs: [{ id: 1, priority: 2 }] },
  budget: 1,
};
const check: Check = {
  id: 'answers',
  title: 'It answers',
  points: 100,
  scenario: 'one',
  contract: { table: 'answer', offset: 0, field: 'reply' },
  evaluate: () => ({ fraction: 1, expected: '', seen: '' }),
};
const lab: LabDefinition = {
  id: '09-sample',
  title: 'Sample',
  files: ['answer.c'],
  header: 'kernel/include/answer.h',
  scenarios: [scenario],
  checks: [check],
};

function fault(change: Partial<LabDefinition>): string {
  try {
    validateLab({ ...lab, ...change }, root, FILE);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return (error as LabError).message;
  }
  return 'accepted';
}

describe('validateLab', () => {
  it('accepts a sound definition', () => {
    expect(fault({})).toBe('accepted');
  });

  it.each<[string, Partial<LabDefinition>, string]>([
    [
      'a sum of points that is not 100',
      { checks: [{ ...check, points: 90 }] },
      'a sum of 90, expected a sum of 100',
    ],
    ['a check twice', { checks: [check, check] }, 'checks[1].id: found "answers"'],
    ['a scenario twice', { scenarios: [scenario, scenario] }, 'scenarios[1].id: found "one"'],
    ['an id with capitals', { checks: [{ ...check, id: 'Late' }] }, 'checks[0].id: found "Late"'],
    [
      'an unknown scenario',
      { checks: [{ ...check, scenario: 'two' }] },
      'checks[0].scenario: found "two", expected one of one',
    ],
    [
      'a scenario for nobody',
      { scenarios: [scenario, { ...scenario, id: 'two' }] },
      'scenarios[1]: found "two"',
    ],
    ['a missing file', { files: ['answer.c', 'gone.c'] }, 'files[1]: found "labs/09-sample/gone.c"'],
    ['a missing header', { header: 'kernel/include/no.h' }, 'header: found "kernel/include/no.h"'],
    ['no files', { files: [] }, 'files: found none'],
    ['no checks', { checks: [] }, 'checks: found none'],
    ['negative points', { checks: [{ ...check, points: -1 }] }, 'checks[0].points: found -1'],
    ['no harts', { scenarios: [{ ...scenario, harts: 0 }] }, 'scenarios[0].harts: found 0, expected 1 to 64'],
    ['a budget of nothing', { scenarios: [{ ...scenario, budget: 0 }] }, 'scenarios[0].budget: found 0'],
    [
      'a budget before the end',
      { scenarios: [{ ...scenario, budget: 0.01 }] },
      'scenarios[0].budget: found 0.01 s',
    ],
    [
      'a name that is not the folder',
      { id: '08-sample' },
      'id: found "08-sample", expected the folder\'s name',
    ],
    [
      'a job of priority 1',
      { scenarios: [{ ...scenario, mix: { end: 5, jobs: [{ id: 1, priority: 1 }] } }] },
      'scenarios[0].mix.jobs[0].priority: found 1',
    ],
    [
      'an endless mix',
      { scenarios: [{ ...scenario, mix: { jobs: [{ id: 1, priority: 2 }] } }] },
      'scenarios[0].mix.end: found none',
    ],
  ])('refuses %s, naming file, field and reason', (_, change, message) => {
    expect(fault(change)).toContain(message);
    expect(fault(change).startsWith(`${FILE}: `)).toBe(true);
  });
});
