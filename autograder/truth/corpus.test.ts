import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LabDefinition } from '../lab/definition.js';
import { LabError } from '../lab/validate.js';
import { hasCorpus, loadCorpus } from './corpus.js';

const REFERENCE = `// The reference.
#include "answer.h"

static int twice(int n) { return 2 * n; }

int answer(int n)
{
    if (n < 0)
        return 0;
    return twice(n);
}
`;

const MUTANT = `Negative numbers are doubled
like any other.

Caught by: negative, any-number
Diagnosis: answer\\(-1\\) is -2
Source: answer.c:answer

--- answer.c
+++ answer.c
@@ -5,7 +5,5 @@

 int answer(int n)
 {
-    if (n < 0)
-        return 0;
     return twice(n);
 }
`;

const check = (id: string) => ({ id, points: 50, scenario: 'one' }) as LabDefinition['checks'][number];
const lab = {
  id: '09-sample',
  files: ['answer.c'],
  checks: [check('negative'), check('any-number')],
} as unknown as LabDefinition;

let root = '';
const home = (): string => path.join(root, 'solutions/09-sample');

function write(name: string, text: string): void {
  const file = path.join(home(), name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

beforeAll(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-corpus-'));
});
afterAll(() => fs.rmSync(root, { recursive: true }));
beforeEach(() => {
  fs.rmSync(home(), { recursive: true, force: true });
  write('answer.c', REFERENCE);
  write('mutants/doubles-all.patch', MUTANT);
});

function fault(): string {
  try {
    loadCorpus(root, lab);
  } catch (error) {
    expect(error).toBeInstanceOf(LabError);
    return (error as LabError).message;
  }
  return 'accepted';
}

describe('loadCorpus', () => {
  it('applies a mutant to the reference and reads its fields', () => {
    const [mutant] = loadCorpus(root, lab).mutants;
    expect(mutant).toMatchObject({
      name: 'doubles-all',
      description: 'Negative numbers are doubled like any other.',
      caughtBy: ['negative', 'any-number'],
      source: { file: 'answer.c', function: 'answer', lines: [6, 9] },
      race: false,
    });
    expect(mutant?.diagnosis.test('answer(-1) is -2, expected 0')).toBe(true);
    expect(mutant?.files.get('answer.c')).toBe(REFERENCE.replace('    if (n < 0)\n        return 0;\n', ''));
  });

  it('finds a hunk that has moved, but not one whose context has changed', () => {
    write('answer.c', `// Longer\n// now.\n${REFERENCE}`);
    expect(fault()).toBe('accepted');
    write('answer.c', REFERENCE.replace('int answer(int n)', 'int answer(int m)'));
    expect(fault()).toBe(
      'solutions/09-sample/mutants/doubles-all.patch: patch: found hunk @@ -5,7 +5,5 @@, ' +
        "expected one that fits the reference's answer.c",
    );
  });

  it('reads alternatives as folders that replace files of the reference', () => {
    write(
      'alternatives/shift/answer.c',
      '// Alternative: shifts\n// instead.\nint answer(int n) { return n << 1; }\n',
    );
    expect(loadCorpus(root, lab).alternatives).toMatchObject([
      { name: 'shift', description: 'shifts instead.' },
    ]);
  });

  it('reads bad kernels as files, folders and patches', () => {
    write('bad/crashes.c', '// Bad: crashes.\n// Verdict: panic\n// Seen in: negative\nint answer;\n');
    write('bad/hangs/answer.c', '// Bad: hangs.\n// Verdict: livelock\nint answer;\n');
    const patch = MUTANT.replace(/Caught by[\s\S]*answer\.c:answer\n/, 'Verdict: build-failed\n');
    write('bad/no-answer.patch', patch);
    expect(loadCorpus(root, lab).bad).toMatchObject([
      { name: 'crashes', description: 'crashes.', verdict: 'panic', seenIn: ['negative'] },
      { name: 'hangs', verdict: 'livelock', seenIn: ['negative', 'any-number'] },
      { name: 'no-answer', verdict: 'build-failed' },
    ]);
  });

  it('says whether there is a corpus', () => {
    expect(hasCorpus(root, lab)).toBe(true);
    expect(hasCorpus(root, { id: '10-other' })).toBe(false);
  });
});

describe('a mistake in the corpus is refused with file, field, found and expected:', () => {
  const mutants = 'mutants/doubles-all.patch';

  it.each<[string, string, string, string]>([
    [
      'an unknown check',
      'negative, any',
      'negatve, any',
      'Caught by: found "negatve", expected one of negative, any-number. Did you mean negative?',
    ],
    ['a check twice', 'negative, any-number', 'negative, negative', 'Caught by: found negative twice'],
    ['no check', 'Caught by: negative, any-number\n', '', 'Caught by: found none'],
    ['no diagnosis', 'Diagnosis: answer\\(-1\\) is -2\n', '', 'Diagnosis: found none'],
    [
      'a diagnosis that is no regular expression',
      'answer\\(-1\\)',
      'answer(-1',
      'Diagnosis: found Invalid regular expression: /answer(-1 is -2/u: Unterminated group',
    ],
    [
      'a diagnosis that matches everything',
      'answer\\(-1\\) is -2',
      '.*',
      'Diagnosis: found ".*", expected a regular expression that does not match everything',
    ],
    ['no description', 'Negative numbers are doubled\nlike any other.\n\n', '', 'description: found none'],
    [
      'an unknown field',
      'Source:',
      'Sauce:',
      'Sauce: found an unknown field, expected one of Caught by, Diagnosis, Source, Race. Did you mean Source?',
    ],
    ['a field twice', 'Source: answer.c:answer', 'Diagnosis: x', 'Diagnosis: found a second one'],
    ['words among the fields', 'Source: answer.c:answer', 'and so on', 'fields: found "and so on"'],
    [
      'an unknown function',
      'answer.c:answer',
      'answer.c:reply',
      'Source: found "reply", expected a function that answer.c defines',
    ],
    [
      'an unknown file',
      'answer.c:answer',
      'reply.c',
      'Source: found "reply.c", expected FILE or FILE:FUNCTION, where FILE is answer.c',
    ],
    ['a race that is not yes', 'Source: answer.c:answer', 'Race: maybe', 'Race: found "maybe"'],
    [
      'a patch of another file',
      '--- answer.c',
      '--- other.c',
      'patch: found "other.c", expected a file of the reference: answer.c',
    ],
    [
      'a patch that is cut short',
      '-        return 0;\n     return twice(n);\n }\n',
      '',
      'patch: found Hunk at line 3 contained invalid line',
    ],
    [
      'a patch that changes nothing',
      '-    if (n < 0)\n-        return 0;\n',
      '     if (n < 0)\n         return 0;\n',
      'patch: found',
    ],
    ['no patch', '--- answer.c\n', '', 'patch: found none, expected a unified diff'],
  ])('%s', (_, from, to, message) => {
    expect(MUTANT).toContain(from);
    write(mutants, MUTANT.replace(from, to));
    expect(fault()).toContain(`solutions/09-sample/${mutants}: ${message}`);
  });

  it.each<[string, string, string, string]>([
    ['a mutant that is no patch', 'mutants/other.c', 'int x;', 'mutants/other.c: name: found "other.c"'],
    [
      'a mutant like another',
      'mutants/twin.patch',
      MUTANT,
      'mutants/twin.patch: patch: found the kernel of doubles-all',
    ],
    ['a name with capitals', 'mutants/Twin.patch', MUTANT, 'mutants/Twin.patch: name: found "Twin.patch"'],
    ['an alternative that is a file', 'alternatives/shift.c', 'int x;', 'alternatives/shift.c: '],
    [
      'an alternative that is the reference',
      'alternatives/same/answer.c',
      REFERENCE,
      'alternatives/same: description: found none',
    ],
    [
      'an alternative without a description',
      'alternatives/shift/answer.c',
      '// Shifts.\nint x;\n',
      'alternatives/shift: description: found none',
    ],
    [
      'a file that nobody hands in',
      'alternatives/shift/other.c',
      '// Alternative: other.\n',
      'alternatives/shift: files: found "other.c", expected one of answer.c',
    ],
    [
      'a bad kernel without a verdict',
      'bad/crashes.c',
      '// Bad: crashes.\nint x;\n',
      'bad/crashes.c: Verdict: found none, expected one of build-failed, panic',
    ],
    [
      'an unknown verdict',
      'bad/crashes.c',
      '// Bad: crashes.\n// Verdict: crash\n',
      'bad/crashes.c: Verdict: found "crash"',
    ],
  ])('%s', (_, name, text, message) => {
    write(name, text);
    expect(fault()).toContain(`solutions/09-sample/${message}`);
  });

  it('an alternative equal to the reference', () => {
    const text = `// Alternative: none.\n${REFERENCE}`;
    write('answer.c', text);
    write('alternatives/same/answer.c', text);
    expect(fault()).toContain('solutions/09-sample/alternatives/same: files: found those of the reference');
  });

  it('a reference without a file of the lab', () => {
    fs.rmSync(path.join(home(), 'answer.c'));
    expect(fault()).toContain(
      'solutions/09-sample/answer.c: file: found is missing from the folder of the lab',
    );
  });
});
