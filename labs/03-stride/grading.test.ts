/**
 * The grader of lab 03 against kernels of which it is known what they deserve, and what it says of them. A course that
 * is handed out has no solutions/; there is less to test then.
 */
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { grade } from '../../autograder/runner/grade.js';
import type { CheckResult } from '../../autograder/runner/grade-report.js';
import { repositoryRoot } from '../../autograder/toolchain/index.js';
import { hasCorpus, loadCorpus } from '../../autograder/truth/corpus.js';
import { describeGradingTruth } from '../../autograder/truth/describe-grading-truth.js';
import { gradeSources } from '../../autograder/truth/grade-sources.js';
import lab from './lab.js';

const root = repositoryRoot();

describeGradingTruth(lab, { stubBelow: 15 });

it('keeps every run below 100 million instructions', () => {
  for (const { id, harts, mix } of lab.scenarios) {
    expect(harts * (mix?.end ?? 0) * 100_000, id).toBeLessThan(100e6);
  }
});

it('runs another schedule with another seed', async () => {
  const { report } = await grade({
    lab,
    root,
    folder: path.join(root, 'labs', lab.id),
    subject: '',
    seed: 0,
    seeds: 3,
    checks: ['setpriority-arguments', 'one-hart-at-a-time'],
  });
  expect(new Set(report.scenarios.map(({ digest }) => digest)).size).toBe(6);
});

describe('the stub', () => {
  it('is told with figures, time and hart what it lost nearly everything for', async () => {
    const { report } = await grade({
      lab,
      root,
      folder: path.join(root, 'labs', lab.id),
      subject: '',
      seed: 0,
      seeds: 1,
    });
    expect(report.score).toBeGreaterThan(0);
    const lost = report.checks.filter((check) => check.status !== 'passed');
    expect(lost.length).toBeGreaterThanOrEqual(13);
    for (const check of lost) {
      expect(check.seen, check.id).toMatch(/\d/);
      expect(check.guestTime, check.id).toBeGreaterThan(0);
      expect(check.hart, check.id).toBeGreaterThanOrEqual(0);
    }
  });
});

describe.skipIf(!hasCorpus(root, lab))('kernels that do not run', () => {
  async function checkOf(name: string, check: string): Promise<CheckResult> {
    const kernel = loadCorpus(root, lab).bad.find((bad) => bad.name === name);
    if (kernel === undefined) throw new Error(`no bad kernel ${name}`);
    const { report } = await gradeSources(lab, kernel.files, { root, checks: [check] });
    const [result] = report.checks;
    if (result === undefined) throw new Error(`no check ${check}`);
    return result;
  }

  it('tells a deadlock by who waits for whom, and where it was taken', async () => {
    const check = await checkOf('lock-order', 'four-harts-lag');
    expect(check.seen).toMatch(/deadlock: hart \d( waits for hart \d)+/);
    expect(check.seen).toContain('waits for lock "stride pass" held by hart');
    expect(check.seen).toMatch(
      /waits for lock "stride queue" held by hart \d, taken in stride_\w+ \(stride\.c:\d+\)/,
    );
    expect(check.source).toMatch(/^stride\.c:\d+$/);
  });

  it('tells a hart that never comes back by function and line', async () => {
    const check = await checkOf('interrupts-off', 'mixed-priorities');
    expect(check.seen).toMatch(/hart 0: in S-mode in stride_pick \(stride\.c:\d+\)/);
    expect(check.source).toMatch(/^stride\.c:\d+$/);
  });

  it('tells a panic by its message and by the line of the student', async () => {
    const check = await checkOf('null-pointer', 'mixed-priorities');
    expect(check.seen).toMatch(/^the kernel gave up on hart 0 in stride_pick .*load page fault/);
    expect(check.source).toMatch(/^stride\.c:\d+$/);
  });

  it('gives nothing for a report that the kernel prints', async () => {
    const kernel = loadCorpus(root, lab).bad.find(({ name }) => name === 'perfect-report');
    const { report } = await gradeSources(lab, kernel?.files ?? new Map(), { root });
    expect(report.score).toBe(0);
    expect(report.scenarios[0]?.console.join('\n')).toContain('Score 100 / 100');
    expect(report.checks.every((check) => check.status === 'error')).toBe(true);
  });
});
