import { describe, expect, it } from 'vitest';
import type { LabDefinition } from '../lab/definition.js';
import type { CheckResult } from '../runner/grade-report.js';
import { PLAIN_STYLE } from '../report/text-style.js';
import type { BadKernel, CorpusKernel, Mutant } from './corpus.js';
import { complaintsOf, findingText } from './expectations.js';
import type { Graded, GradedCorpus } from './graded.js';
import { raceRate, seedsToUse } from './race.js';
import { formatSummary, formatTruth } from './terminal.js';
import { truthReport } from './truth-report.js';

const lab = {
  id: '09-sample',
  title: 'Sample',
  checks: ['fair', 'fast'].map((id) => ({ id, title: id, points: 50, scenario: 'one' })),
} as unknown as LabDefinition;

function result(id: string, score: number, seen: string, change: Partial<CheckResult> = {}): CheckResult {
  return {
    id,
    title: id,
    score,
    maxScore: 50,
    status: score === 50 ? 'passed' : score === 0 ? 'failed' : 'partial',
    expected: 'at most 1',
    seen,
    scenario: 'one',
    seed: 0,
    replay: '',
    ...change,
  };
}

function graded<Kernel extends object>(
  name: string,
  results: readonly CheckResult[],
  kernel = {} as Kernel,
): Graded<Kernel & CorpusKernel> {
  const seeds = [...new Set(results.map(({ seed }) => seed))];
  return {
    kernel: {
      name: name.replace(/^.*\//, ''),
      description: name,
      files: new Map<string, string>(),
      ...kernel,
    },
    trial: { name, files: new Map<string, string>(), seeds },
    result: { name, results, outcomes: new Map<string, never>(), faults: [] },
  };
}

const right = [result('fair', 50, 'error 0.9'), result('fast', 50, 'waited 0.1')];
const caught: Pick<Mutant, 'caughtBy' | 'diagnosis' | 'race'> = {
  caughtBy: ['fair'],
  diagnosis: /^error [2-9]/u,
  race: false,
};
const unfair = graded(
  'mutants/unfair',
  [result('fair', 10, 'error 3.0'), result('fast', 50, 'waited 0.1')],
  caught,
);
const late: typeof caught = { ...caught, caughtBy: ['fast'], diagnosis: /^waited [5-9]/u };
const slow = graded('mutants/slow', [result('fair', 50, 'error 0.9'), result('fast', 0, 'waited 7.0')], late);

function corpus(change: Partial<GradedCorpus> = {}): GradedCorpus {
  return {
    lab,
    reference: graded('reference', right),
    stub: graded('stub', [result('fair', 0, 'error 40'), result('fast', 10, 'waited 3')]),
    alternatives: Array.from({ length: 4 }, (_, i) => graded(`alternatives/a${i}`, right)),
    mutants: [unfair, slow, ...Array.from({ length: 13 }, () => unfair)],
    bad: [],
    complete: true,
    ...change,
  };
}

const kinds = (change: Partial<GradedCorpus>): string[] =>
  complaintsOf(corpus(change)).map(({ kind }) => kind);

describe('complaintsOf', () => {
  it('has none where all holds', () => {
    expect(complaintsOf(corpus())).toEqual([]);
  });

  it('tells points that a correct kernel lost, with the worst seed', () => {
    const alarm = graded('alternatives/heap', [
      ...right,
      result('fair', 40, 'error 1.2', { seed: 1 }),
      result('fair', 20, 'error 1.9', { seed: 2 }),
    ]);
    expect(complaintsOf(corpus({ reference: alarm }))).toEqual([
      {
        kind: 'false-alarm',
        kernel: 'alternatives/heap',
        check: 'fair',
        seed: 2,
        found: '20 of 50 points with seed 2: error 1.9 (2 of 3 seeds: 1, 2)',
        expected: 'all points with every seed: at most 1',
      },
    ]);
  });

  it('tells a mutant that is not caught with some seed', () => {
    const lucky = graded(
      'mutants/unfair',
      [...unfair.result.results, result('fair', 50, 'error 0.8', { seed: 1 })],
      caught,
    );
    expect(complaintsOf(corpus({ mutants: [lucky, slow], complete: false }))).toMatchObject([
      { kind: 'not-caught', kernel: 'mutants/unfair', check: 'fair', seed: 1 },
    ]);
  });

  it('lets a race miss some seeds, but not all of a grade', () => {
    const race = (hits: readonly number[]): Graded<Mutant> => {
      const results = Array.from({ length: 8 }, (_, seed) =>
        result('fair', hits.includes(seed) ? 0 : 50, hits.includes(seed) ? 'error 4' : 'error 1', { seed }),
      );
      return graded('mutants/race', results, { ...caught, race: true });
    };
    const of = (mutant: Graded<Mutant>): string[] => kinds({ mutants: [mutant, slow], complete: false });
    expect(of(race([3]))).toEqual([]);
    expect(of(race([6]))).toEqual(['not-caught']);
    expect(of(race([]))).toEqual(['not-caught']);
    expect(raceRate(race([1, 4]))).toEqual({ caught: 2, seeds: 8, first: 1, longestMiss: 3 });
    expect(seedsToUse([raceRate(race([1, 4])), raceRate(race([0]))])).toBe(8);
    expect(seedsToUse([raceRate(race([]))])).toBeUndefined();
  });

  it('tells a diagnosis that the check does not give, or that the reference gets too', () => {
    const other = graded('mutants/unfair', [result('fair', 0, 'a panic')], caught);
    expect(complaintsOf(corpus({ mutants: [other, slow], complete: false }))).toMatchObject([
      { kind: 'wrong-diagnosis', found: 'a panic', expected: 'a finding that matches ^error [2-9]' },
    ]);
    const vague = { ...unfair, kernel: { ...unfair.kernel, diagnosis: /error/u } };
    expect(complaintsOf(corpus({ mutants: [vague, slow], complete: false }))).toMatchObject([
      { kind: 'wrong-diagnosis', expected: 'a diagnosis that only a fault matches' },
    ]);
  });

  it('tells a finding that points elsewhere', () => {
    const at = (source: string): string[] => {
      const results = [result('fair', 0, 'error 3', { source }), result('fast', 50, 'waited 0.1')];
      const range = { source: { file: 'answer.c', function: 'pick', lines: [3, 9] } };
      return kinds({
        mutants: [graded('mutants/m', results, { ...caught, ...range }), slow] as never,
        complete: false,
      });
    };
    expect(at('answer.c:3')).toEqual([]);
    expect(at('answer.c:10')).toEqual(['wrong-diagnosis']);
    expect(at('other.c:3')).toEqual(['wrong-diagnosis']);
  });

  it('tells dead checks, and a corpus that is too small', () => {
    expect(kinds({ mutants: [unfair] })).toEqual(['dead-check', 'too-few']);
    expect(kinds({ alternatives: [] })).toEqual(['too-few']);
  });

  it('tells a stub with too much to begin with, or without words', () => {
    expect(kinds({ stub: graded('stub', [result('fair', 40, 'error 1.2')]) })).toEqual(['stub']);
    expect(kinds({ stub: graded('stub', [result('fair', 0, '')]) })).toEqual(['stub']);
  });

  it('tells a bad kernel that ended otherwise, and takes the end of the run where a check judges it all', () => {
    const end = (change: Partial<CheckResult>, outcome?: 'panic'): string[] => {
      const bad: Pick<BadKernel, 'verdict' | 'seenIn'> = { verdict: 'panic', seenIn: ['fair'] };
      const kernel = graded('bad/b', [result('fair', 0, 'gone', change)], bad);
      const outcomes = new Map(outcome ? [['one/0', outcome] as const] : []);
      return kinds({ bad: [{ ...kernel, result: { ...kernel.result, outcomes } }] as never });
    };
    expect(end({ status: 'error', cause: 'panic' })).toEqual([]);
    expect(end({ status: 'error', cause: 'deadlock' })).toEqual(['wrong-verdict']);
    expect(end({}, 'panic')).toEqual([]);
    expect(end({})).toEqual(['wrong-verdict']);
  });

  it('tells checks that throw and mutants that are not built', () => {
    const broken = {
      ...unfair,
      result: { ...unfair.result, faults: [{ check: 'fair', seed: 0, message: 'no' }] },
    };
    expect(kinds({ mutants: [broken, slow], complete: false })).toEqual(['broken-check']);
    const unbuilt = {
      ...unfair,
      result: {
        ...unfair.result,
        results: [],
        buildFailed: [{ severity: 'error' as const, file: 'a.c', message: 'no' }],
      },
    };
    expect(kinds({ mutants: [unbuilt, slow], complete: false })).toEqual(['build-failed']);
  });
});

describe('findingText', () => {
  it('adds the lines in which two traces differ', () => {
    const difference = {
      expected: [{ text: 'satp' }, { text: 'sfence.vma' }, { text: 'stvec' }],
      seen: [{ text: 'satp' }, { text: 'stvec' }, { text: 'sie' }],
    };
    expect(findingText({ seen: 'no fence', difference })).toBe('no fence\n- sfence.vma\n+ sie');
  });
});

describe('formatTruth', () => {
  it('shows the matrix, diagnoses and a verdict', () => {
    const truth = corpus({ mutants: [unfair, slow], complete: false });
    const text = formatTruth(truthReport({ ...truth, complaints: [] }), { style: PLAIN_STYLE });
    expect(text).toContain('     check  points  caught  in part  names\n');
    expect(text).toContain(
      '  a  fair       50       1        1  unfair\n  b  fast       50       1        0  slow\n',
    );
    expect(text).toMatch(/^unfair +\[\.20\] {3}· +60\.00$/m);
    expect(text).toMatch(/^slow +· +\[✗\] +50\.00$/m);
    expect(text).toContain('unfair  fair\n    error 3.0');
    expect(text).toMatch(/\n✓ 09-sample holds \(a part of it\): 2 mutants caught, reference 100 × 1 seeds/);
  });

  it('says of each check what proves it: mutants that it names, others that lose points, or nothing', () => {
    const legendOf = (mutants: GradedCorpus['mutants'], width: number): string[] =>
      formatTruth(truthReport({ ...corpus({ mutants }), complaints: [] }), { style: PLAIN_STYLE, width })
        .split('\n')
        .slice(3, 5);
    const both = graded('mutants/both', [result('fair', 10, 'error 3.0'), result('fast', 0, 'late')], caught);
    expect(legendOf([both], 100)).toEqual([
      '  a  fair       50       1        1  both',
      '  b  fast       50       1        0  none; loses: both',
    ]);
    expect(legendOf([unfair], 100)[1]).toMatch(/ 0 {8}0 {2}nothing: a dead check$/);
    const many = Array.from({ length: 9 }, (_, i) =>
      graded(`mutants/unfair-${i}`, unfair.result.results, caught),
    );
    expect(legendOf(many, 72)[0]).toMatch(/ {2}unfair-0, unfair-1 and 7 more$/);
  });

  it('gives a diagnosis three lines', () => {
    const words = Array.from({ length: 99 }, () => 'word').join(' ');
    const long = graded('mutants/long', [result('fair', 0, words)], caught);
    const text = formatTruth(truthReport({ ...corpus({ mutants: [long] }), complaints: [] }), {
      style: PLAIN_STYLE,
      width: 80,
    });
    expect(text.match(/^ {4}word.*$/gm)).toHaveLength(3);
    expect(text).toMatch(/word …$/m);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('says what does not hold', () => {
    const truth = corpus({ reference: graded('reference', [result('fair', 20, 'error 1.9')]) });
    const text = formatTruth(truthReport({ ...truth, complaints: complaintsOf(truth) }), {
      style: PLAIN_STYLE,
    });
    expect(text).toContain(
      '✗ false alarm · reference · fair · seed 0\n  found      20 of 50 points with seed 0: error 1.9',
    );
    expect(text).toMatch(/✗ 09-sample does not hold: 1 thing to put right\n$/);
  });

  it('breaks a matrix that is wider than the terminal', () => {
    const checks = Array.from({ length: 30 }, (_, i) => ({ ...lab.checks[0], id: `check-${i}` }));
    const truth = corpus({ lab: { ...lab, checks } as never });
    const text = formatTruth(truthReport({ ...truth, complaints: [] }), { style: PLAIN_STYLE, width: 80 });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(text).toContain(' ad ');
  });
});

describe('formatSummary', () => {
  it('has a line for each lab', () => {
    const race = graded(
      'mutants/race',
      [0, 1, 2].map((seed) => result('fast', seed === 1 ? 0 : 50, 'waited', { seed })),
      { ...late, race: true },
    );
    const truth = corpus({ mutants: [unfair, race] });
    const reports = [
      truthReport({ ...truth, complaints: [] }),
      truthReport({
        ...corpus({ mutants: [unfair] }),
        complaints: complaintsOf(corpus({ mutants: [unfair] })),
      }),
    ];
    const [head = '', holds = '', fails = ''] = formatSummary(reports, PLAIN_STYLE).split('\n');
    const cells = (line: string): string[] => line.trim().split(/ {2,}/);
    expect(cells(head)).toEqual([
      'lab',
      'mutants',
      'races',
      'checks live',
      'alternatives × seeds',
      'reference',
      'stub',
      'to put right',
    ]);
    expect(cells(holds)).toEqual(['✓', '09-sample', '2', '1/3', '2 of 2', '4 × 1', '100.00', '10.00', '0']);
    expect(cells(fails)).toEqual(['✗', '09-sample', '1', '–', '1 of 2', '4 × 1', '100.00', '10.00', '2']);
    expect(head.length).toBeLessThanOrEqual(100);
  });
});
