/**
 * The grader of lab 01 against kernels of which it is known what they deserve, and what it says of them. A course that
 * is handed out has no solutions/; there is less to test then.
 */
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../autograder/toolchain/index.js';
import { hasCorpus, loadCorpus } from '../../autograder/truth/corpus.js';
import { describeGradingTruth } from '../../autograder/truth/describe-grading-truth.js';
import { gradeSources } from '../../autograder/truth/grade-sources.js';
import lab from './lab.js';

const root = repositoryRoot();

describeGradingTruth(lab, { stubBelow: 10 });

describe.skipIf(!hasCorpus(root, lab))('an order that is wrong', () => {
  it('is shown as two traces that differ where it is wrong', async () => {
    const mutant = loadCorpus(root, lab).mutants.find(({ name }) => name === 'online-before-plic');
    const { report } = await gradeSources(lab, mutant?.files ?? new Map(), {
      root,
      checks: ['online-order'],
    });
    const { difference } = report.checks[0] ?? {};
    const places = (lines: readonly { text: string; hart?: number }[] = []): number[] =>
      ['online = true', "PLIC: enables of the hart's own context"].map((text) =>
        lines.findIndex((line) => line.hart === 0 && line.text === text),
      );
    const [online = -1, enables = -1] = places(difference?.seen);
    expect(online).toBeGreaterThanOrEqual(0);
    expect(online).toBeLessThan(enables);
    const [after = -1, before = -1] = places(difference?.expected);
    expect(before).toBeLessThan(after);
  });
});
