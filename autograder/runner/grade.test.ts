import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check, LabDefinition } from '../lab/definition.js';
import { repositoryRoot } from '../toolchain/index.js';
import { grade, subjectOf } from './grade.js';
import type { GradeOptions, GradeProgress, SeenRun } from './grade.js';

const root = repositoryRoot();
let folder = '';

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-runner-'));
  fs.copyFileSync(path.join(root, 'labs/03-stride/stride.c'), path.join(folder, 'stride.c'));
});
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function check(id: string, points: number, evaluate: Check['evaluate']): Check {
  const contract = { table: 'sched_stride', offset: 24, field: 'pick' };
  return { id, title: `Check ${id}`, points, scenario: 'short', contract, evaluate };
}

/** A lab with the files of lab 03 and one short run. */
function labWith(...checks: Check[]): LabDefinition {
  return {
    id: '03-stride',
    title: 'Sample',
    files: ['stride.c'],
    header: 'kernel/include/sched.h',
    scenarios: [
      {
        id: 'short',
        title: 'Short',
        harts: 2,
        bootargs: 'sched=stride',
        mix: { end: 5, jobs: [{ id: 1, priority: 4 }] },
        budget: 0.1,
      },
    ],
    checks,
  };
}

function options(lab: LabDefinition, more: Partial<GradeOptions> = {}): GradeOptions {
  return { lab, root, folder, subject: ` ${folder}`, seed: 0, seeds: 1, ...more };
}

const seen = { expected: 'this', seen: 'that' };
const whole = check('whole', 60, () => ({ fraction: 1, ...seen }));
const half = check('half', 40, () => ({ fraction: 0.5, ...seen }));

describe('grade', () => {
  it('runs a scenario once for all its checks and adds their points', async () => {
    const steps: GradeProgress[] = [];
    const runs: SeenRun[] = [];
    const { report, junit } = await grade(
      options(labWith(whole, half), {
        onProgress: (step) => steps.push(step),
        onRun: (run) => runs.push(run),
      }),
    );
    expect(report).toMatchObject({ verdict: 'graded', score: 80, maxScore: 100, lab: '03-stride' });
    expect(runs).toMatchObject([{ lost: true, evidence: { scenario: 'short', seed: 0 } }]);
    expect(runs[0]?.evidence.histories[0]).toMatchObject({ job: 1, verified: true });
    expect(report.scenarios[0]).toMatchObject({ id: 'short', outcome: 'completed', harts: 2 });
    expect(report.checks[1]).toMatchObject({ status: 'partial', score: 20 });
    expect(report.checks[1]?.source).toMatch(/^stride\.c:\d+$/);
    expect(report.checks[1]?.replay).toBe(`hartlab grade 03-stride ${folder} --check half --seed 0`);
    expect(steps.at(-1)).toEqual({ phase: 'run', done: 1, total: 1, scenario: 'short' });
    expect(junit).toContain('<property name="points" value="80"/>');
  });

  it('grades only the checks that were asked for', async () => {
    const { report } = await grade(options(labWith(whole, half), { checks: ['half'] }));
    expect(report).toMatchObject({ score: 20, maxScore: 40 });
    expect(report.checks.map(({ id }) => id)).toEqual(['half']);
  });

  it('counts the worst of several seeds, whose runs differ', async () => {
    const bySeed = check('seeds', 100, ({ seed }) => ({ fraction: seed === 6 ? 0.25 : 1, ...seen }));
    const { report } = await grade(options(labWith(bySeed), { seed: 5, seeds: 3 }));
    expect(report).toMatchObject({ score: 25, seed: 5, seeds: 3 });
    expect(report.checks[0]?.replay).toMatch(/--seed 6$/);
    expect(new Set(report.scenarios.map(({ digest }) => digest)).size).toBe(3);
  });

  it("is our failure, and nobody's zero, when a check breaks", async () => {
    const broken = check('broken', 40, () => {
      throw new TypeError('undefined is not a schedule');
    });
    const { report } = await grade(options(labWith(whole, broken)));
    expect(report.verdict).toBe('infrastructure');
    expect(report.fault?.message).toContain('check broken failed by itself: undefined is not a schedule');
    // What was gathered until then stays in the report.
    expect(report.checks.map(({ status, score }) => [status, score])).toEqual([
      ['passed', 60],
      ['error', 0],
    ]);
    expect(report.scenarios).toHaveLength(1);
  });

  it('is our failure when the course itself cannot be built', async () => {
    const empty = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-empty-'));
    const { report } = await grade(options(labWith(whole), { root: empty }));
    fs.rmSync(empty, { recursive: true });
    expect(report.verdict).toBe('infrastructure');
    expect(report.fault?.message).not.toBe('');
  });

  it("is the student's failure when a file of theirs does not compile", async () => {
    const wrong = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-wrong-'));
    fs.writeFileSync(path.join(wrong, 'stride.c'), '#include "sched.h"\n\nint x = ;\n');
    const { report, junit } = await grade(options(labWith(whole, half), { folder: wrong }));
    fs.rmSync(wrong, { recursive: true });
    expect(report).toMatchObject({ verdict: 'build-failed', score: 0, maxScore: 100, digest: '' });
    expect(report.diagnostics[0]).toMatchObject({ file: 'stride.c', line: 3 });
    expect(report.checks[0]).toMatchObject({ status: 'error', source: 'stride.c:3' });
    expect(junit).toContain('tests="2" failures="2"');
    expect(junit).toContain('stride.c:3');
  });
});

/** In S-mode from the 20th dispatch on: to U-mode, whose first fetch faults, and back by a trap handler of its own. */
const BOUNCE = `
#include "riscv.h"
static void bounce(void) {
    __asm__ volatile("la t0, 1f; csrw stvec, t0; li t1, 0x100; csrc sstatus, t1; csrw sepc, t0; sret;"
                     ".balign 4; 1: csrc sstatus, t1; sret" ::: "t0", "t1", "memory");
}
`;

describe('a kernel that goes to U-mode and back without end', () => {
  it('is ended when its run has more records than anybody could look at, and is judged', async () => {
    const wrong = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-bounce-'));
    const stub = fs.readFileSync(path.join(folder, 'stride.c'), 'utf8');
    const pick = 'static struct sched_entity *stride_pick(int hart) {';
    expect(stub).toContain(pick);
    const calls = `${BOUNCE}${pick}\n    static int calls;\n    if (++calls == 20) bounce();`;
    fs.writeFileSync(path.join(wrong, 'stride.c'), stub.replace(pick, calls));
    const runs: SeenRun[] = [];
    const lab = labWith(whole);
    const { report } = await grade(options(lab, { folder: wrong, onRun: (run) => runs.push(run) }));
    fs.rmSync(wrong, { recursive: true });
    expect(report).toMatchObject({ verdict: 'graded', score: 60 });
    const [seen] = runs;
    const { trace, outcome } = seen?.evidence ?? {};
    expect(outcome).toMatchObject({ kind: 'budget', records: 120_000 });
    expect(trace?.intervals.length).toBeGreaterThan(100_000);
    expect(trace?.intervals.length).toBeLessThanOrEqual(120_001);
    expect(report.scenarios[0]?.duration).toBeLessThan(lab.scenarios[0]?.budget ?? 0);
    expect(report.scenarios[0]?.explanation?.[0]).toContain('was ended after 120000 stays in U-mode');
  });
});

describe('subjectOf', () => {
  it('is what a shell needs to name the same folder again', () => {
    expect(subjectOf(undefined, true)).toBe(' --solution');
    expect(subjectOf(undefined, false)).toBe('');
    expect(subjectOf('students/ann', false)).toBe(' students/ann');
    expect(subjectOf("Ann's work", false)).toBe(` 'Ann'\\''s work'`);
    expect(subjectOf('-f', false)).toBe(` '-f'`);
    expect(subjectOf('$(reboot)', false)).toBe(` '$(reboot)'`);
  });
});
