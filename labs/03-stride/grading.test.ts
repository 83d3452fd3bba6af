/**
 * The grader against kernels of which it is known what they deserve: the reference, the stub, correct
 * alternatives, mutants with one fault each, and kernels that do not run at all. A course that is handed out has no
 * solutions/; there is nothing to test then.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grade } from '../../autograder/runner/grade.js';
import type { Grade, GradeOptions } from '../../autograder/runner/grade.js';
import { repositoryRoot } from '../../autograder/toolchain/index.js';
import { validateLab } from '../../autograder/lab/validate.js';
import lab from './lab.js';

const root = repositoryRoot();
const truth = path.join(root, 'solutions', lab.id);
let scratch = '';

beforeAll(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-lab-03-'));
});
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

type Choice = Partial<Pick<GradeOptions, 'checks' | 'seed' | 'seeds' | 'folder'>>;

function gradeWith(choice: Choice): Promise<Grade> {
  return grade({ lab, root, subject: '', seed: 0, seeds: 1, ...choice });
}

/** Grades one file as a student's stride.c. */
function gradeFile(file: string, choice: Choice = {}): Promise<Grade> {
  const folder = path.join(scratch, path.basename(file, '.c'));
  fs.mkdirSync(folder, { recursive: true });
  fs.copyFileSync(file, path.join(folder, 'stride.c'));
  return gradeWith({ folder, ...choice });
}

/** The sources of a folder of solutions/03-stride, with a field of their first comment. */
function sources(folder: string, field: string): { name: string; file: string; values: string[] }[] {
  const full = path.join(truth, folder);
  if (!fs.existsSync(full)) return [];
  return fs.readdirSync(full).map((name) => {
    const file = path.join(full, name);
    const line = new RegExp(`^// ${field}: (.*)$`, 'm').exec(fs.readFileSync(file, 'utf8'));
    return { name: path.basename(name, '.c'), file, values: line?.[1]?.split(', ') ?? [] };
  });
}

const mutants = sources('mutants', 'Caught by');
const alternatives = sources('alternatives', 'Alternative');
const bad = sources('bad', 'Verdict');

describe('the definition', () => {
  it('is valid', () => {
    expect(() => validateLab(lab, root, 'labs/03-stride/lab.ts')).not.toThrow();
  });

  it('keeps every run below 100 million instructions', () => {
    for (const { id, harts, mix } of lab.scenarios) {
      expect(harts * (mix?.end ?? 0) * 100_000, id).toBeLessThan(100e6);
    }
  });
});

describe.skipIf(!fs.existsSync(truth))('the reference', () => {
  it('has all points with any of three seeds, and the same report every time', async () => {
    const first = await gradeWith({ seeds: 3 });
    expect(first.report.checks.filter((check) => check.status !== 'passed')).toEqual([]);
    expect(first.report).toMatchObject({ score: 100, maxScore: 100, verdict: 'graded' });
    const again = await gradeWith({ seeds: 3 });
    expect(JSON.stringify(again.report)).toBe(JSON.stringify(first.report));
    expect(again.junit).toBe(first.junit);
    const digests = new Set(first.report.scenarios.map(({ id, digest }) => `${id} ${digest}`));
    expect(digests.size).toBe(3 * lab.scenarios.length);
  });
});

describe('the stub', () => {
  it('boots, has few points, and is told why each of the others is lost', async () => {
    const { report } = await gradeWith({ folder: path.join(root, 'labs', lab.id) });
    expect(report.verdict).toBe('graded');
    expect(report.score).toBeGreaterThan(0);
    expect(report.score).toBeLessThan(15);
    const lost = report.checks.filter((check) => check.status !== 'passed');
    expect(lost.length).toBeGreaterThanOrEqual(12);
    for (const check of lost) {
      expect(check.expected, check.id).not.toBe('');
      expect(check.seen, check.id).toMatch(/\d/);
      expect(check.guestTime, check.id).toBeGreaterThan(0);
      expect(check.hart, check.id).toBeGreaterThanOrEqual(0);
      expect(check.source, check.id).toMatch(/^stride\.c:\d+$/);
      expect(check.replay).toBe(`hartlab grade 03-stride --check ${check.id} --seed 0`);
    }
  });
});

describe.skipIf(mutants.length === 0)('mutants', () => {
  it('are many, and each names checks that exist', () => {
    expect(mutants.length).toBeGreaterThanOrEqual(20);
    const known = new Set(lab.checks.map((check) => check.id));
    for (const { name, values } of mutants) {
      expect(values.length, name).toBeGreaterThan(0);
      expect(
        values.filter((id) => !known.has(id)),
        name,
      ).toEqual([]);
    }
  });

  it.each(mutants)('$name loses points in $values', async ({ file, values }) => {
    const { report } = await gradeFile(file, { checks: values });
    expect(report.verdict).toBe('graded');
    for (const check of report.checks) expect(check.score, check.id).toBeLessThan(check.maxScore);
  });

  const caughtBy = mutants.flatMap(({ values }) => values);
  it.each(lab.checks)('$id catches one', ({ id }) => {
    expect(caughtBy).toContain(id);
  });
});

describe.skipIf(alternatives.length === 0)('correct alternatives', () => {
  it.each(alternatives)('$name has all points', async ({ file }) => {
    const { report } = await gradeFile(file, { seed: 5 });
    expect(report.checks.filter((check) => check.status !== 'passed')).toEqual([]);
    expect(report.score).toBe(100);
  });
});

describe.skipIf(bad.length === 0)('kernels that do not run', () => {
  it.each(bad)('$name ends in $values and scores nothing', async ({ file, values }) => {
    const { report } = await gradeFile(file, { checks: ['mixed-priorities', 'four-harts-lag'] });
    const [verdict] = values;
    if (verdict === 'build-failed') {
      expect(report.verdict).toBe('build-failed');
      expect(report.diagnostics.some((d) => d.severity === 'error' && d.file === 'stride.c')).toBe(true);
      expect(report.checks.every((check) => check.status === 'error')).toBe(true);
      expect(report.score).toBe(0);
      return;
    }
    expect(report.verdict).toBe('graded');
    expect(report.checks.some((check) => check.status === 'error' && check.cause === verdict)).toBe(true);
    const four = report.checks.find((check) => check.id === 'four-harts-lag');
    expect(four).toMatchObject({ score: 0, status: 'error', cause: verdict });
  });

  const file = (name: string): string => path.join(truth, 'bad', `${name}.c`);

  it('tells a deadlock by who waits for whom, and where it was taken', async () => {
    const { report } = await gradeFile(file('lock-order'), { checks: ['four-harts-lag'] });
    const [check] = report.checks;
    expect(check?.seen).toMatch(/deadlock: hart \d( waits for hart \d)+/);
    expect(check?.seen).toContain('waits for lock "stride pass" held by hart');
    expect(check?.seen).toMatch(
      /waits for lock "stride queue" held by hart \d, taken in stride_\w+ \(stride\.c:\d+\)/,
    );
    expect(check?.source).toMatch(/^stride\.c:\d+$/);
  });

  it('tells a hart that never comes back by function and line', async () => {
    const { report } = await gradeFile(file('interrupts-off'), { checks: ['mixed-priorities'] });
    expect(report.checks[0]?.seen).toMatch(/hart 0: in S-mode in stride_pick \(stride\.c:\d+\)/);
    expect(report.checks[0]?.source).toMatch(/^stride\.c:\d+$/);
  });

  it('tells a panic by its message and by the line of the student', async () => {
    const { report } = await gradeFile(file('null-pointer'), { checks: ['mixed-priorities'] });
    expect(report.checks[0]?.seen).toMatch(/^the kernel gave up on hart 0 in stride_pick .*load page fault/);
    expect(report.checks[0]?.source).toMatch(/^stride\.c:\d+$/);
  });

  it('gives nothing for a report that the kernel prints', async () => {
    const { report } = await gradeFile(file('perfect-report'));
    expect(report.score).toBe(0);
    expect(report.scenarios[0]?.console.join('\n')).toContain('Score 100 / 100');
    expect(report.checks.every((check) => check.status === 'error')).toBe(true);
  });
});
