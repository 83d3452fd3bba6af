import { describe, expect, it } from 'vitest';
import type { SeenEvent } from '../../emulator/observe/event-log.js';
import { Mode } from '../../emulator/hart/exceptions.js';
import type { Evidence } from './evidence.js';
import { compareTrace, expectedTrace, traceFinding } from './expected-trace.js';
import type { ExpectedStep, ExpectedTrace } from './expected-trace.js';

/** A step is a store to a variable of its name. */
function step(id: string, on: ExpectedStep['on'], more: Partial<ExpectedStep> = {}): ExpectedStep {
  return {
    id,
    title: `does ${id}`,
    on,
    why: `without ${id} all is lost`,
    matches: (event) => event.kind === 'store' && event.variable === id && event.value === 1n,
    nearly: (event) =>
      event.kind === 'store' && event.variable === id ? `${id} = ${event.value}` : undefined,
    ...more,
  };
}

const EMPTY_TRACE = {
  harts: 3,
  frequency: 1000,
  end: 100,
  intervals: [],
  spaces: [],
  marks: [],
  idle: [],
  calls: [],
};

/** `0 satp`: the hart at index 0 does it, a millisecond after the event before; `0 satp=2`: another value. */
function evidence(story: readonly string[], hartIds = [0, 1, 2], complete = true): Evidence {
  const events = story.map((line, i): SeenEvent => {
    const [, hart, name = '', value = '1'] = /^(\d) (\w+)(?:=(\d+))?$/.exec(line) ?? [];
    const at = { time: i + 1, hart: Number(hart) };
    if (name === 'trap') {
      return {
        kind: 'trap',
        ...at,
        from: Mode.User,
        to: Mode.Supervisor,
        interrupt: false,
        cause: 8,
        epc: 0n,
        tval: 0n,
      };
    }
    return { kind: 'store', ...at, variable: name, offset: 0, size: 4, value: BigInt(value), pc: BigInt(i) };
  });
  return {
    scenario: 'boot',
    seed: 0,
    trace: EMPTY_TRACE,
    histories: [],
    events: { hartIds, bootHart: 0, frequency: 1000, end: 100, events, complete },
    witness: undefined,
    outcome: { kind: 'completed' },
    kernel: {
      placeOf: (pc) => ({ pc, function: 'f', source: pc < 100n ? `boot.c:${pc}` : 'kernel/mm/kvm.c:1' }),
      addressOf: () => undefined,
      sizeOf: () => undefined,
    },
  };
}

const bringUp = expectedTrace({
  steps: [
    step('table', 'boot'),
    step('satp', 'every'),
    step('stvec', 'every'),
    step('sie', 'every'),
    step('online', 'others'),
    step('go', 'boot'),
  ],
  order: [
    { before: 'table', after: 'satp', scope: 'across-harts', why: 'the table is not complete' },
    { before: 'stvec', after: 'sie', scope: 'same-hart', why: 'an interrupt would go nowhere' },
    { before: 'sie', after: 'online', scope: 'same-hart', why: 'the flag is seen before the work' },
    { before: 'online', after: 'go', scope: 'across-harts', why: 'a hart is left behind' },
  ],
  never: [
    {
      title: 'takes a trap',
      on: 'every',
      before: 'stvec',
      matches: (event) => event.kind === 'trap',
      why: 'stvec does not point anywhere yet',
    },
  ],
});

const one = ['0 table', '0 satp', '0 stvec', '0 sie'];
const two = ['1 satp', '1 stvec', '1 sie', '1 online'];
const three = ['2 satp', '2 stvec', '2 sie', '2 online'];
const right = [...one, ...two, ...three, '0 go'];

const texts = (lines: readonly { text: string; hart?: number }[]): string[] =>
  lines.map(({ text, hart }) => `${hart ?? '-'} ${text}`);

/** Lines that the two sides do not share, each side's in order. */
function changes(expected: ExpectedTrace, seen: Evidence): { expected: string[]; seen: string[] } {
  const { difference } = compareTrace(expected, seen);
  const [a, b] = [texts(difference.expected), texts(difference.seen)];
  // As both name each line once, the longest common subsequence is the longest increasing run of places.
  const kept = longestCommon(a, b);
  return {
    expected: a.filter((line) => !kept.includes(line)),
    seen: b.filter((line) => !kept.includes(line)),
  };
}

function longestCommon(a: readonly string[], b: readonly string[]): string[] {
  const best: string[][] = [];
  for (const [i, line] of a.entries()) {
    const place = b.indexOf(line);
    const before = best.filter((_, j) => j < i && b.indexOf(best[j]?.at(-1) ?? '') < place);
    const longest = before.reduce<string[]>((x, y) => (y.length > x.length ? y : x), []);
    best.push(place < 0 ? [] : [...longest, line]);
  }
  return best.reduce<string[]>((x, y) => (y.length > x.length ? y : x), []);
}

describe('compareTrace', () => {
  it.each([
    ['one hart after the other', right],
    [
      'harts in turns',
      [
        '0 table',
        '1 satp',
        '2 stvec',
        '0 stvec',
        '1 stvec',
        '2 sie',
        '2 satp',
        '1 sie',
        '0 satp',
        '2 online',
        '1 online',
        '0 go',
        '0 sie',
      ],
    ],
    ['steps that come again', [...right, '1 satp', '2 sie', '1 trap']],
  ])('accepts every order that the rules allow: %s', (_, story) => {
    const { missing, violations, forbidden, difference, owed } = compareTrace(bringUp, evidence(story));
    expect([missing, violations, forbidden]).toEqual([[], [], []]);
    expect(owed).toBe(13);
    expect(texts(difference.expected)).toEqual(texts(difference.seen));
  });

  it('names what is missing, on which hart, and what was there instead', () => {
    const story = right.map((line) => (line === '1 stvec' ? '1 stvec=7' : line));
    const { missing } = compareTrace(bringUp, evidence(story, [0, 4, 9]));
    expect(missing.map(({ step: { id }, hart, instead }) => [id, hart, instead?.title])).toEqual([
      ['stvec', 4, 'stvec = 7'],
    ]);
    expect(changes(bringUp, evidence(story, [0, 4, 9]))).toEqual({
      expected: ['4 does stvec'],
      seen: ['4 stvec = 7'],
    });
  });

  it('puts a missing step where it belongs', () => {
    const story = right.filter((line) => line !== '1 stvec');
    const { difference } = compareTrace(bringUp, evidence(story));
    expect(texts(difference.expected)).toEqual(
      texts(compareTrace(bringUp, evidence(right)).difference.expected),
    );
  });

  it('tells a wrong order on one hart, and moves one line for it', () => {
    const story = [...one, '1 satp', '1 online', '1 stvec', '1 sie', ...three, '0 go'];
    const { violations } = compareTrace(bringUp, evidence(story));
    expect(violations.map(({ rule, after }) => [rule.before, rule.after, after.hart])).toEqual([
      ['sie', 'online', 1],
    ]);
    expect(changes(bringUp, evidence(story))).toEqual({
      expected: ['1 does online'],
      seen: ['1 does online'],
    });
  });

  it('tells a wrong order across harts by the last one that should have been waited for', () => {
    const story = [...one, ...two, '0 go', ...three];
    const { violations } = compareTrace(bringUp, evidence(story));
    expect(violations).toMatchObject([{ before: { hart: 2 }, after: { hart: 0, guestTime: 0.009 } }]);
    expect(changes(bringUp, evidence(story))).toEqual({ expected: ['0 does go'], seen: ['0 does go'] });
  });

  it('moves the one step that many wait for, not the many', () => {
    const story = ['0 satp', '0 stvec', '0 sie', ...two, ...three, '0 table', '0 go'];
    expect(changes(bringUp, evidence(story))).toEqual({ expected: ['0 does table'], seen: ['0 does table'] });
  });

  it('finds forbidden events inside their window alone', () => {
    const story = [
      ...one,
      '0 trap',
      '1 satp',
      '1 trap',
      '1 stvec',
      '1 trap',
      '1 sie',
      '1 online',
      ...three,
      '0 go',
    ];
    const { forbidden } = compareTrace(bringUp, evidence(story));
    expect(forbidden.map(({ seen }) => [seen.hart, seen.guestTime])).toEqual([[1, 0.007]]);
    expect(changes(bringUp, evidence(story))).toEqual({ expected: [], seen: ['1 takes a trap'] });
  });

  it('forbids to the end what is forbidden before a step that never comes', () => {
    const story = [...right.filter((line) => line !== '1 stvec'), '1 trap'];
    expect(compareTrace(bringUp, evidence(story)).forbidden).toHaveLength(1);
  });

  it('looks from the named step on, and falls back to what came too early', () => {
    const fenced = expectedTrace({
      steps: [step('satp', 'every'), step('fence', 'every', { since: 'satp' })],
      order: [{ before: 'satp', after: 'fence', scope: 'same-hart', why: 'old translations stay' }],
    });
    expect(compareTrace(fenced, evidence(['0 fence', '0 satp', '0 fence'], [0])).violations).toEqual([]);
    const { missing, violations } = compareTrace(fenced, evidence(['0 fence', '0 fence', '0 satp'], [0]));
    expect(missing).toEqual([]);
    expect(violations).toMatchObject([{ after: { guestTime: 0.002 } }]);
  });

  it('asks for optional steps only that they come in order', () => {
    const lazy = expectedTrace({
      steps: [step('a', 'every', { optional: true }), step('b', 'every', { which: 'last' })],
      order: [{ before: 'a', after: 'b', scope: 'same-hart', why: 'so it is' }],
    });
    expect(compareTrace(lazy, evidence(['0 b'], [0]))).toMatchObject({ missing: [], violations: [] });
    expect(compareTrace(lazy, evidence(['0 b', '0 a', '0 b'], [0]))).toMatchObject({ violations: [] });
    expect(compareTrace(lazy, evidence(['0 b', '0 a'], [0])).violations).toHaveLength(1);
  });

  it('does with one hart, and with a hart that shows nothing', () => {
    const alone = compareTrace(bringUp, evidence([...one, '0 go'], [0]));
    expect(alone).toMatchObject({ missing: [], violations: [], owed: 5 });
    const silent = compareTrace(bringUp, evidence([...one, ...two, '0 go']));
    expect(silent.missing.map(({ step: { id } }) => id)).toEqual(['satp', 'stvec', 'sie', 'online']);
    expect(texts(silent.difference.expected).slice(-4)).toEqual([
      '2 does stvec',
      '2 does sie',
      '2 does online',
      '0 does go',
    ]);
  });
});

describe('traceFinding', () => {
  const verdict = { expected: 'each hart is ready before it says so' };

  it('gives all points for any right order', () => {
    expect(traceFinding(bringUp, evidence(right), verdict)).toEqual({
      fraction: 1,
      expected: 'each hart is ready before it says so',
      seen: 'all 13 steps, in an order that is right',
    });
  });

  it('tells the first faults with their reasons, when, where and at which line', () => {
    const story = [...one, '1 satp', '1 sie', '1 stvec', '1 online', '2 satp', '2 sie', '2 online=3', '0 go'];
    const finding = traceFinding(bringUp, evidence(story), verdict);
    expect(finding).toMatchObject({ fraction: 0, guestTime: 0.006, hart: 1, source: 'boot.c:5' });
    expect(finding.seen.split('\n')).toEqual([
      'hart 1: "does sie" at 0.006000 s is ahead of "does stvec": an interrupt would go nowhere',
      'hart 2 never shows "does stvec": without stvec all is lost',
      'hart 2 never shows "does online" (hart 2 at 0.011000 s: online = 3): without online all is lost',
    ]);
    expect(finding.difference?.seen).toHaveLength(12);
  });

  it('tells once what several harts do alike', () => {
    const story = [
      ...one,
      '1 satp',
      '1 sie',
      '1 stvec',
      '1 online',
      '2 satp',
      '2 sie',
      '2 stvec',
      '2 online',
      '0 go',
    ];
    const finding = traceFinding(bringUp, evidence(story), verdict);
    expect(finding).toMatchObject({ guestTime: 0.006, hart: 1 });
    expect(finding.seen).toBe(
      'each of harts 1 and 2: "does sie" at 0.006000 s and later is ahead of "does stvec": an interrupt would go nowhere',
    );
  });

  it('counts what it does not tell, names harts together, and leaves the credit to the lab', () => {
    const finding = traceFinding(bringUp, evidence(['0 go'], [0, 1, 2], false), {
      ...verdict,
      credit: ({ owed, missing }) => 1 - missing.length / owed,
    });
    expect(finding.fraction).toBeCloseTo(1 / 13, 9);
    expect(finding.seen).toMatch(
      /^hart 0 never shows "does table".*\neach of harts 0, 1 and 2 never shows "does satp"/,
    );
    expect(finding.seen).toMatch(/\nand 2 more\n\(of the run, only the first 1 events were kept\)$/);
  });
});

describe('expectedTrace', () => {
  const steps = [step('a', 'boot'), step('b', 'others')];
  it.each<[string, ExpectedTrace, string]>([
    [
      'two steps of one id',
      { steps: [...steps, step('a', 'every')], order: [] },
      'steps[2].id: found a second "a"',
    ],
    [
      'an unknown step',
      { steps, order: [{ before: 'a', after: 'c', scope: 'across-harts', why: '' }] },
      'order[0].after: found "c", expected one of the steps: a, b',
    ],
    [
      'harts that never meet',
      { steps, order: [{ before: 'a', after: 'b', scope: 'same-hart', why: '' }] },
      'order[0].scope',
    ],
    [
      'a circle',
      {
        steps,
        order: [
          { before: 'a', after: 'b', scope: 'across-harts', why: '' },
          { before: 'b', after: 'a', scope: 'across-harts', why: '' },
        ],
      },
      'order: found rules that make a circle',
    ],
    [
      'a window at an unknown step',
      { steps, order: [], never: [{ title: '', on: 'every', matches: () => true, before: 'x', why: '' }] },
      'never[0].before',
    ],
    [
      'since without a rule',
      { steps: [step('a', 'every'), step('b', 'every', { since: 'a' })], order: [] },
      'steps[1].since',
    ],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => expectedTrace(wrong)).toThrow(message);
  });
});
