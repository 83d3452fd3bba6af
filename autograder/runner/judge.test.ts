import { describe, expect, it } from 'vitest';
import { CannotJudge } from '../lab/evidence.js';
import type { Evidence, HartPosition, Outcome } from '../lab/evidence.js';
import type { Check } from '../lab/definition.js';
import { judge, worstOf } from './judge.js';

const context = {
  contractSource: () => 'answer.c:10',
  replay: (check: Check, seed: number) => `hartlab grade 09-sample --check ${check.id} --seed ${seed}`,
};

function evidence(outcome: Outcome = { kind: 'completed' }, seed = 0): Evidence {
  const trace = {
    harts: 2,
    frequency: 100_000_000,
    end: 25_000_000,
    intervals: [],
    spaces: [],
    marks: [],
    idle: [],
    calls: [],
  };
  const events = { hartIds: [0, 1], bootHart: 0, frequency: 100e6, end: 25e6, events: [], complete: true };
  const kernel = { placeOf: (pc: bigint) => ({ pc }), addressOf: () => undefined, sizeOf: () => undefined };
  return { scenario: 'one', seed, outcome, histories: [], trace, events, witness: undefined, kernel };
}

function check(evaluate: Check['evaluate']): Check {
  const contract = { table: 't', offset: 0, field: 'f' };
  return { id: 'c', title: 'C', points: 10, scenario: 'one', contract, evaluate };
}

const finding = { expected: 'at most 1 quantum', seen: '3.2 quanta' };

describe('judge', () => {
  it('turns a finding into points and a status', () => {
    const status = (fraction: number) =>
      judge(
        check(() => ({ fraction, ...finding })),
        evidence(),
        context,
      );
    expect(status(1)).toMatchObject({ status: 'passed', score: 10 });
    expect(status(1).source).toBeUndefined();
    expect(status(0.375)).toMatchObject({ status: 'partial', score: 3.75, source: 'answer.c:10' });
    expect(status(0)).toMatchObject({ status: 'failed', score: 0, seen: '3.2 quanta' });
  });

  it('prefers the source line that the finding names', () => {
    const found = { fraction: 0, ...finding, source: 'answer.c:99', hart: 1, guestTime: 0.5 };
    expect(
      judge(
        check(() => found),
        evidence(),
        context,
      ),
    ).toMatchObject({
      source: 'answer.c:99',
      hart: 1,
      guestTime: 0.5,
    });
  });

  it('counts the worst seed', () => {
    const bySeed = check(({ seed }) => ({ fraction: [1, 0.5, 0.25, 0.25][seed] ?? 0, ...finding }));
    const result = worstOf(
      [0, 1, 2, 3].map((seed) => judge(bySeed, evidence({ kind: 'completed' }, seed), context)),
    );
    expect(result).toMatchObject({ score: 2.5, seed: 2 });
    expect(result.replay).toBe('hartlab grade 09-sample --check c --seed 2');
  });

  it('names the cause when there is nothing to judge', () => {
    const starving = check(() => {
      throw new CannotJudge('starvation', 'job 3 never ran', { guestTime: 0.2 });
    });
    expect(judge(starving, evidence(), context)).toMatchObject({
      status: 'error',
      cause: 'starvation',
      score: 0,
      seen: 'job 3 never ran',
      guestTime: 0.2,
    });
  });

  it("lets a fault of ours through: it is not a student's zero", () => {
    const broken = check(() => {
      throw new TypeError('bug');
    });
    expect(() => judge(broken, evidence(), context)).toThrow(TypeError);
  });

  it('does not ask a check about a run that panicked', () => {
    const place = { pc: 0x80201234n, function: 'stride_pick', source: 'stride.c:41' };
    const result = judge(
      check(() => ({ fraction: 1, ...finding })),
      evidence({ kind: 'panic', message: 'release: not held', hart: 1, place }),
      context,
    );
    expect(result).toMatchObject({
      status: 'error',
      cause: 'panic',
      score: 0,
      hart: 1,
      source: 'stride.c:41',
    });
    expect(result.seen).toBe('the kernel gave up on hart 1 in stride_pick (stride.c:41): release: not held');
    expect(result.guestTime).toBe(0.25);
  });

  it('tells a deadlock by who waits for whom', () => {
    const waiting = (hart: number, holder: number, name: string): HartPosition => ({
      hart,
      state: 'running',
      mode: 'S',
      pc: 0x80200100n,
      function: 'acquire',
      source: 'spinlock.c:20',
      lastUser: 12_500_000,
      waitsFor: {
        name,
        holder,
        address: 0x80300000n,
        taken: { pc: 0x80200200n, function: 'stride_enqueue', source: 'stride.c:12' },
      },
    });
    const outcome: Outcome = { kind: 'deadlock', harts: [waiting(0, 1, 'a'), waiting(1, 0, 'b')] };
    const result = judge(
      check(() => ({ fraction: 1, ...finding })),
      evidence(outcome),
      context,
    );
    expect(result.seen.split('\n')).toEqual([
      'deadlock: hart 0 waits for hart 1 waits for hart 0',
      'hart 0: in S-mode in acquire (spinlock.c:20), waits for lock "a" held by hart 1, ' +
        'taken in stride_enqueue (stride.c:12); last in U-mode at 0.125000 s',
      'hart 1: in S-mode in acquire (spinlock.c:20), waits for lock "b" held by hart 0, ' +
        'taken in stride_enqueue (stride.c:12); last in U-mode at 0.125000 s',
    ]);
    expect(result).toMatchObject({ cause: 'deadlock', source: 'stride.c:12', hart: 0 });
  });

  it('still judges what was seen until the budget was used up', () => {
    const result = judge(
      check(() => ({ fraction: 0.5, ...finding })),
      evidence({ kind: 'budget', harts: [] }),
      context,
    );
    expect(result).toMatchObject({ status: 'partial', score: 5 });
  });
});
