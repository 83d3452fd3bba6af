/** What a course's author is told: every mistake in a lab's folder, through the command that meets it first. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureIo } from '../cli/captured-io.js';
import { main } from '../cli/main.js';
import { repositoryRoot } from '../toolchain/index.js';
import { definedLabs, loadLab } from './load.js';

const LAB = 'labs/09-sample/lab.ts';
const EXPECTED_TRACE = pathToFileURL(path.join(repositoryRoot(), 'autograder/lab/expected-trace.ts')).href;

/** A repository with one lab, in which nothing is wrong. */
const SOUND: Readonly<Record<string, string>> = {
  'package.json': '{ "version": "1.0.0" }',
  [LAB]: `import { bringUp } from './trace.js';
export default {
  id: '09-sample',
  title: 'Sample',
  files: ['answer.c', 'entry.S'],
  header: 'kernel/include/answer.h',
  scenarios: [
    {
      id: 'one',
      title: 'One',
      harts: 2,
      bootargs: '',
      budget: 1,
      machine: { hartIds: [0, 4], bootHart: 4, startDelays: { 0: 0.1 } },
      mix: { end: 10, jobs: [{ id: 1, priority: 2 }] },
      observe: { events: ['csr-write', 'hsm'], functions: ['kernel_main'], variables: ['harts'] },
    },
  ],
  checks: [
    {
      id: 'answers',
      title: 'It answers',
      points: 60,
      scenario: 'one',
      contract: { function: 'answer_now' },
      evaluate: () => ({ fraction: 1, expected: '', seen: String(bringUp) }),
    },
    {
      id: 'replies',
      title: 'It replies',
      points: 40,
      scenario: 'one',
      contract: { table: 'answer_policy', offset: 16, field: 'reply' },
      judges: 'any',
      evaluate: () => ({ fraction: 1, expected: '', seen: '' }),
    },
  ],
};
`,
  'labs/09-sample/trace.ts': `import { expectedTrace } from '${EXPECTED_TRACE}';
const step = (id: string) => ({ id, title: id, on: 'every' as const, why: '', matches: () => false });
export const bringUp = expectedTrace({
  steps: [step('satp'), step('fence'), step('online')],
  order: [
    { before: 'satp', after: 'fence', scope: 'same-hart', why: '' },
    { before: 'fence', after: 'online', scope: 'same-hart', why: '' },
  ],
});
`,
  'labs/09-sample/answer.c': '#include "answer.h"\n',
  'labs/09-sample/entry.S': '',
  'solutions/09-sample/answer.c': '#include "answer.h"\n',
  'solutions/09-sample/entry.S': '',
  'kernel/include/answer.h': `// What answer_later() is for stands elsewhere.
#define ANSWER(n) answer_macro(n)
struct answer_policy {
    const char *name;
    void (*init)(int harts);
    int (*reply)(int hart, void (*then)(void));
    unsigned flags;
    void (*last)(void);
};
extern const struct answer_policy answer_policy;
int answer_now(const struct hart *hart);
`,
  'kernel/main.c': 'struct hart harts[4];\nvoid kernel_main(void) { /* calls nobody_at_all() */ }\n',
};

let scratch = '';
beforeAll(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-mistakes-'));
});
afterAll(() => fs.rmSync(scratch, { recursive: true }));

/** A file of the lab with a text in it replaced; without it where there is nothing to put there. */
type Change = readonly [file: string, from: string, to: string] | readonly [file: string];

/** `hartlab grade 09-sample` in a repository that has been changed. */
async function gradeWith(changes: readonly Change[], ...more: string[]) {
  const root = fs.mkdtempSync(path.join(scratch, 'root-'));
  for (const [name, text] of Object.entries(SOUND)) {
    const own = changes.filter(([file]) => file === name);
    if (own.some((change) => change.length === 1)) continue;
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), own.reduce(edited, text));
  }
  const captured = captureIo();
  const status = await main(['grade', '09-sample', ...more], captured.io, root);
  return { status, stdout: captured.stdout(), stderr: captured.stderr() };
}

function edited(text: string, [file, from = '', to = '']: Change): string {
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  return text.replace(from, to);
}

const inLab = (from: string, to: string): Change[] => [[LAB, from, to]];
const inTrace = (from: string, to: string): Change[] => [['labs/09-sample/trace.ts', from, to]];

describe('a sound lab', () => {
  it.each(definedLabs(repositoryRoot()))('is %s', async (name) => {
    expect((await loadLab(repositoryRoot(), name)).lab.id).toBe(name);
  });

  it('is not refused: the command goes on', async () => {
    const { status, stderr } = await gradeWith([], '--check', 'no-such');
    expect(stderr).toBe('hartlab: --check no-such: 09-sample has no such check; it has answers, replies.\n');
    expect(status).toBe(2);
  });

  it('needs no reference where a course is handed out without any', async () => {
    const without: Change[] = [['solutions/09-sample/answer.c'], ['solutions/09-sample/entry.S']];
    expect((await gradeWith(without, '--check', 'no-such')).stderr).toContain('has no such check');
  });

  it('is not refused there because the student has lost a file', async () => {
    const without: Change[] = [
      ['solutions/09-sample/answer.c'],
      ['solutions/09-sample/entry.S'],
      ['labs/09-sample/entry.S'],
    ];
    expect((await gradeWith(without, '--check', 'no-such')).stderr).toContain('has no such check');
  });
});

describe('a mistake in a lab is refused with status 2, naming file, field and reason:', () => {
  it.each<[string, readonly Change[], string]>([
    // Points, ids, scenarios.
    [
      'points that do not add up',
      inLab('points: 60', 'points: 50'),
      'checks[].points: found a sum of 90, expected a sum of 100',
    ],
    ['no points', inLab('points: 60', 'points: 0'), 'checks[0].points: found 0, expected more than 0'],
    [
      'points as a text',
      inLab('points: 60', "points: '60'"),
      'checks[0].points: found "60", expected a number',
    ],
    [
      'a check twice',
      inLab("id: 'replies'", "id: 'answers'"),
      'checks[1].id: found "answers", expected an id that is not used yet',
    ],
    [
      'an id with capitals',
      inLab("id: 'answers'", "id: 'Answers'"),
      'checks[0].id: found "Answers", expected lower-case-words',
    ],
    [
      'no checks',
      [
        [LAB, 'export default {', 'const lab = {'],
        [LAB, '};\n', '};\nexport default { ...lab, checks: [] };\n'],
      ],
      'checks: found none, expected at least one',
    ],
    [
      'a scenario twice',
      inLab('scenarios: [', "scenarios: [{ id: 'one', title: 'Two', harts: 1, bootargs: '', budget: 1 },"),
      'scenarios[1].id: found "one", expected an id that is not used yet',
    ],
    [
      'an unknown scenario',
      inLab("scenario: 'one'", "scenario: 'two'"),
      'checks[0].scenario: found "two", expected one of one',
    ],
    [
      'a scenario that no check needs',
      inLab('scenarios: [', "scenarios: [{ id: 'idle', title: 'Idle', harts: 1, bootargs: '', budget: 1 },"),
      'scenarios[0]: found "idle", expected a scenario that a check needs',
    ],
    [
      'another name than the folder has',
      inLab("id: '09-sample'", "id: '08-sample'"),
      'id: found "08-sample", expected the folder\'s name, "09-sample"',
    ],
    // Contracts.
    [
      'a contract of an unknown function',
      inLab("'answer_now'", "'answer_nou'"),
      'checks[0].contract.function: found "answer_nou", expected a function that kernel/include/answer.h declares. Did you mean answer_now?',
    ],
    [
      'a contract of a function that only a comment names',
      inLab("'answer_now'", "'answer_later'"),
      'checks[0].contract.function: found "answer_later"',
    ],
    [
      'a contract of an unknown object',
      inLab("table: 'answer_policy'", "table: 'answers'"),
      'checks[1].contract.table: found "answers", expected an object that kernel/include/answer.h declares',
    ],
    [
      'a contract of an unknown field',
      inLab("field: 'reply'", "field: 'rely'"),
      'checks[1].contract.field: found "rely", expected a function pointer in kernel/include/answer.h: init, reply, last',
    ],
    [
      'a contract with the offset of another field',
      inLab('offset: 16', 'offset: 8'),
      'checks[1].contract.offset: found 8, expected 16, the offset of reply in struct answer_policy',
    ],
    [
      'no contract',
      inLab("contract: { function: 'answer_now' },", ''),
      'checks[0].contract: found nothing, expected an object',
    ],
    // Files.
    [
      "a missing file of the student's",
      [['labs/09-sample/entry.S']],
      'files[1]: found no "labs/09-sample/entry.S", expected a file that exists',
    ],
    [
      'a missing reference',
      [['solutions/09-sample/answer.c']],
      'files[0]: found no "solutions/09-sample/answer.c", expected the reference\'s file that exists',
    ],
    [
      'a missing header',
      inLab('answer.h', 'question.h'),
      'header: found no "kernel/include/question.h", expected a file that exists',
    ],
    ['no files', inLab("['answer.c', 'entry.S']", '[]'), 'files: found none, expected at least one file'],
    [
      'a file of another folder',
      inLab("'entry.S'", "'../../kernel/main.c'"),
      'files[1]: found "../../kernel/main.c", expected a name without a folder',
    ],
    [
      'a file that is not compiled',
      inLab("'entry.S'", "'answer.h'"),
      'files[1]: found "answer.h", expected a source file, .c or .S',
    ],
    // Observations.
    [
      'an observation of an unknown function',
      inLab("['kernel_main']", "['kernel_man']"),
      'scenarios[0].observe.functions[0]: found "kernel_man", expected a name in the sources of the kernel. Did you mean kernel_main?',
    ],
    [
      'an observation of a function that only a comment names',
      inLab("['kernel_main']", "['nobody_at_all']"),
      'scenarios[0].observe.functions[0]: found "nobody_at_all"',
    ],
    [
      'an observation of an unknown variable',
      inLab("['harts']", "['harts', 'online_count']"),
      'scenarios[0].observe.variables[1]: found "online_count", expected a name in the sources of the kernel.',
    ],
    [
      'an observation of an unknown kind of event',
      inLab("'hsm'", "'hms'"),
      'scenarios[0].observe.events[1]: found "hms", expected one of',
    ],
    // The run.
    ['no harts', inLab('harts: 2', 'harts: 0'), 'scenarios[0].harts: found 0, expected 1 to 64'],
    ['half a hart', inLab('harts: 2', 'harts: 2.5'), 'scenarios[0].harts: found 2.5, expected 1 to 64'],
    [
      'fewer ids than harts',
      inLab('harts: 2', 'harts: 3'),
      'scenarios[0].machine.hartIds: found 2 ids, expected one for each of 3 harts',
    ],
    [
      'a hart id twice',
      inLab('[0, 4]', '[4, 4]'),
      'scenarios[0].machine.hartIds: found 4 after 4, expected them to ascend',
    ],
    [
      'a boot hart that is none',
      inLab('bootHart: 4', 'bootHart: 1'),
      'scenarios[0].machine.bootHart: found hart 1, expected one of 0, 4',
    ],
    [
      'a delay of a hart that is none',
      inLab('{ 0: 0.1 }', '{ 2: 0.1 }'),
      'scenarios[0].machine.startDelays: found hart 2, expected one of 0, 4',
    ],
    ['no budget', inLab('budget: 1', 'budget: 0'), 'scenarios[0].budget: found 0, expected guest seconds'],
    [
      'a budget without end',
      inLab('budget: 1', 'budget: Infinity'),
      'scenarios[0].budget: found Infinity, expected guest seconds',
    ],
    [
      'a budget that ends before the mix',
      inLab('budget: 1', 'budget: 0.005'),
      "scenarios[0].budget: found 0.005 s, expected more than the mix's end, 10 ms",
    ],
    [
      'a job of a priority that is refused',
      inLab('priority: 2', 'priority: 1'),
      'scenarios[0].mix.jobs[0].priority: found 1, expected a whole number of at least 2',
    ],
    [
      'an endless mix',
      inLab('end: 10, ', ''),
      'scenarios[0].mix.end: found none, expected a time to stop at',
    ],
    [
      'a mix and a script',
      inLab('mix: {', "script: ['ls'], mix: {"),
      'scenarios[0]: found a mix and a script, expected one of them',
    ],
    [
      'a misspelt field',
      inLab('observe: {', 'observes: {'),
      'scenarios[0].observes: found a field of that name, expected one of',
    ],
    [
      'a judgement of another kind',
      inLab("judges: 'any'", "judges: 'all'"),
      'checks[1].judges: found "all", expected one of completed, any.',
    ],
    [
      'a check that is no function',
      inLab("evaluate: () => ({ fraction: 1, expected: '', seen: '' })", 'evaluate: 1'),
      'checks[1].evaluate: found 1, expected a function',
    ],
    // Modules.
    [
      'a module that exports nothing by default',
      inLab('export default', 'export const lab ='),
      'default: found a module that exports lab, expected a lab definition as its default export',
    ],
    [
      'a module that exports something else',
      inLab('export default', 'export default 7; export const lab ='),
      'default: found 7, expected an object',
    ],
    [
      'a module that throws',
      inLab('export default', "throw new Error('no disk\\nat all'); export default"),
      'module: found that it fails: no disk, expected a module that loads',
    ],
    [
      'a module that throws what is no error',
      inLab('export default', "throw 'tired'; export default"),
      'module: found that it fails: tired, expected a module that loads',
    ],
    ['an import of what is not there', inLab('./trace.js', './traces.js'), 'module: found that it fails: '],
  ])('%s', async (_, changes, message) => {
    const { status, stdout, stderr } = await gradeWith(changes);
    expect(stderr).toContain(`hartlab: ${LAB}: ${message}`);
    expect([status, stdout, stderr.split('\n').length]).toEqual([2, '', 2]);
  });

  it.each<[string, readonly Change[], string]>([
    [
      'an order that goes round in a circle',
      inTrace("before: 'satp'", "before: 'online'"),
      'order: found rules that make a circle, expected an order that some run can obey',
    ],
    [
      'an order of an unknown step',
      inTrace("after: 'online'", "after: 'onlien'"),
      'order[1].after: found "onlien", expected one of the steps: satp, fence, online',
    ],
    [
      'two steps of one id',
      inTrace("step('fence')", "step('satp')"),
      'steps[1].id: found a second "satp", expected ids that differ',
    ],
  ])('an expected trace with %s, in the file that has it', async (_, changes, message) => {
    const { status, stderr } = await gradeWith(changes);
    expect(stderr).toBe(`hartlab: labs/09-sample/trace.ts: expected trace: ${message}\n`);
    expect(status).toBe(2);
  });
});
