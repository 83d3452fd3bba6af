/** The whole way, from files to what is told: with kernels that deserve something else than the corpus says. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { captureIo } from '../cli/captured-io.js';
import { ExitStatus } from '../cli/exit-status.js';
import type { Check } from '../lab/definition.js';
import { loadLab } from '../lab/load.js';
import { PLAIN_STYLE } from '../report/text-style.js';
import { repositoryRoot } from '../toolchain/index.js';
import { truthCommand } from './command.js';
import { hasCorpus, loadCorpus } from './corpus.js';
import type { CorpusKernel, LabFiles, Mutant } from './corpus.js';
import { labTruth } from './lab-truth.js';
import { formatTruth } from './terminal.js';
import { truthReport } from './truth-report.js';

const root = repositoryRoot();
const { lab: whole } = await loadLab(root, '03');

describe.skipIf(!hasCorpus(root, whole))('labTruth', () => {
  const CHECK = 'setpriority-arguments';

  it('tells a mutant that survives, a wrong diagnosis, a false alarm and a dead check', async () => {
    const { reference } = loadCorpus(root, whole);
    const kernel = (name: string, from: string, to: string): CorpusKernel => {
      const text = reference.get('stride.c') ?? '';
      expect(text).toContain(from);
      const files: LabFiles = new Map([['stride.c', text.replace(from, to)]]);
      return { name, description: name, files };
    };
    const mutant = (name: string, diagnosis: RegExp, from: string, to: string): Mutant => ({
      ...kernel(name, from, to),
      caughtBy: [CHECK],
      diagnosis,
      race: false,
    });
    const limit = 'if (priority < PRIORITY_MIN)';
    const indulgent: Check = {
      id: 'indulgent',
      title: 'Always content',
      points: 50,
      scenario: 'arguments',
      contract: { table: 'sched_stride', offset: 40, field: 'set_priority' },
      evaluate: () => ({ fraction: 1, expected: 'anything', seen: 'something' }),
    };
    const lab = {
      ...whole,
      scenarios: whole.scenarios.filter(({ id }) => id === 'arguments'),
      checks: [...whole.checks.filter(({ id }) => id === CHECK), indulgent],
    };
    const truth = await labTruth(
      lab,
      {
        reference,
        mutants: [
          mutant('caught', /^setpriority\(1\) returned 1;/u, limit, 'if (priority < 1)'),
          mutant('misnamed', /^setpriority\(2\) returned/u, limit, 'if (priority < 0)'),
          mutant('survives', /^setpriority/u, '// any hart may run any process', '// whichever it is'),
        ],
        alternatives: [kernel('strict', limit, 'if (priority <= PRIORITY_MIN)')],
        bad: [],
      },
      { root, seeds: 1, mutantSeeds: 1 },
    );
    const told = truth.complaints.map(({ kind, kernel: name, check }) => [kind, name ?? '', check ?? '']);
    expect(told).toEqual([
      ['false-alarm', 'alternatives/strict', CHECK],
      ['wrong-diagnosis', 'mutants/misnamed', CHECK],
      ['not-caught', 'mutants/survives', CHECK],
      ['dead-check', '', 'indulgent'],
      // Of the stub: the check that is always content gives it 50 points.
      ['stub', 'stub', ''],
      ['too-few', '', ''],
      ['too-few', '', ''],
    ]);
    const text = formatTruth(truthReport(truth), { style: PLAIN_STYLE });
    expect(text).toMatch(
      /✗ wrong diagnosis · mutants\/misnamed · .* · seed 0\n {2}found {6}setpriority\(1\) returned 1;/,
    );
    expect(text).toMatch(/✗ not caught · mutants\/survives · setpriority-arguments · seed 0\n/);
    expect(text).toMatch(/\n✗ 03-stride does not hold: 7 things to put right\n$/);
  });

  it('grades mutants with further seeds by the checks that are to catch them', async () => {
    const corpus = loadCorpus(root, whole);
    const mutants = corpus.mutants.filter(({ name }) => name === 'setpriority-accepts-1');
    const scenarios = whole.scenarios.filter(({ id }) => ['arguments', 'mid-run', 'bursts'].includes(id));
    const lab = {
      ...whole,
      scenarios,
      checks: whole.checks.filter(({ scenario }) => scenarios.some(({ id }) => id === scenario)),
    };
    const only = { ...corpus, mutants, alternatives: [], bad: [] };
    const truth = await labTruth(lab, only, {
      root,
      seeds: 1,
      mutantSeeds: 3,
      select: { mutantsOnly: true },
    });
    const graded = truth.mutants[0]?.result.results.map(({ id, seed }) => `${id} ${seed}`) ?? [];
    const [kernel] = mutants;
    expect(graded.filter((each) => each.endsWith(' 0'))).toEqual(lab.checks.map(({ id }) => `${id} 0`));
    expect(new Set(graded.filter((each) => !each.endsWith(' 0')))).toEqual(
      new Set(kernel?.caughtBy.flatMap((id) => [`${id} 1`, `${id} 2`])),
    );
    expect(truth.complaints).toEqual([]);
  });
});

describe.skipIf(!hasCorpus(root, whole))('npm run truth', () => {
  async function truth(
    folder: string,
    ...args: string[]
  ): Promise<{ status: number; text: string; json: string }> {
    const captured = captureIo();
    let status = -1;
    await truthCommand(folder, captured.io, (given) => {
      status = given;
    }).parseAsync(args, { from: 'user' });
    return { status, text: captured.stderr(), json: captured.stdout() };
  }
  const only = ['03', '--only', 'setpriority-accepts-1', '--seeds', '1', '--json', '-'];

  it('ends with 0 where all holds, and with 1 and the reason where it does not', async () => {
    const right = await truth(root, ...only);
    expect(right.status).toBe(ExitStatus.Success);
    expect(right.text).toMatch(/✓ 03-stride holds \(a part of it\): 1 mutants caught\n$/);
    expect(JSON.parse(right.json)).toMatchObject([
      {
        lab: '03-stride',
        holds: true,
        mutants: [
          { name: 'setpriority-accepts-1', caughtBy: ['setpriority-arguments', 'setpriority-in-mid-run'] },
        ],
      },
    ]);

    const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-truth-'));
    try {
      for (const name of ['kernel', 'labs', 'solutions', 'package.json']) {
        fs.cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
      }
      // What the labs import.
      for (const name of ['autograder', 'emulator']) {
        fs.symlinkSync(path.join(root, name), path.join(copy, name), 'junction');
      }
      const patch = path.join(copy, 'solutions/03-stride/mutants/setpriority-accepts-1.patch');
      fs.writeFileSync(
        patch,
        fs.readFileSync(patch, 'utf8').replace(/^Diagnosis: .*$/m, 'Diagnosis: a deadlock'),
      );
      const wrong = await truth(copy, ...only);
      expect(wrong.status).toBe(ExitStatus.Failure);
      expect(wrong.text).toContain(
        '✗ wrong diagnosis · mutants/setpriority-accepts-1 · setpriority-arguments · seed 0',
      );
      expect(wrong.text).toContain('expected   a finding that matches a deadlock');
      expect(wrong.text).toMatch(/✗ 03-stride does not hold \(a part of it\): 1 thing to put right\n$/);
    } finally {
      fs.rmSync(copy, { recursive: true, force: true });
    }
  });
});
