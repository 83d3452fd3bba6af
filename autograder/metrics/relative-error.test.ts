import { describe, expect, it } from 'vitest';
import { jobHistories } from './job-history.js';
import type { JobHistory } from './job-history.js';
import { advantage, greatestRelativeError, pairWindows } from './relative-error.js';
import { lottery, roundRobin, stride } from './simulated-policies.js';
import { QUANTUM_CYCLES, simulateSchedule } from './simulated-schedule.js';
import type { Policy, SimulatedJob } from './simulated-schedule.js';

function run(policy: Policy, jobs: SimulatedJob[], duration = 200, switchCost = 0): JobHistory[] {
  return jobHistories(simulateSchedule(policy, { harts: 1, jobs, duration, switchCost }));
}

function errorInQuanta(histories: readonly JobHistory[]): number {
  return (greatestRelativeError(histories)?.amount ?? NaN) / QUANTUM_CYCLES;
}

/** A few hundred mixes, each the same on every run. */
function* mixes(): Generator<number[]> {
  let state = 12345;
  const next = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (let i = 0; i < 60; i++) yield Array.from({ length: 2 + next(6) }, () => 2 + next(60));
}

describe('pairwise relative error on one hart', () => {
  it('of stride never exceeds one quantum, over any window of any mix', () => {
    for (const priorities of mixes()) {
      const jobs = priorities.map((priority, i) => ({ job: i + 1, priority }));
      expect(errorInQuanta(run(stride(), jobs)), priorities.join(' ')).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  it('of stride is shorter by the cost of a switch, which no job is served for', () => {
    const jobs = [12, 8, 4].map((priority, i) => ({ job: i + 1, priority }));
    const error = errorInQuanta(run(stride(), jobs, 200, 2000));
    expect(error).toBeGreaterThan(0.5);
    expect(error).toBeLessThanOrEqual(0.98 + 1e-9);
  });

  it('of stride stays within one quantum with jobs that come, sleep and change their minds', () => {
    const jobs: SimulatedJob[] = [
      { job: 1, priority: 12 },
      { job: 2, priority: 30, arrive: 40.3 },
      { job: 3, priority: 8, sleep: { run: 1.7, sleep: 4.2 } },
      { job: 4, priority: 5, reprioritise: [{ at: 10, to: 21 }] },
      { job: 5, priority: 9, run: 12 },
    ];
    expect(errorInQuanta(run(stride(), jobs))).toBeLessThanOrEqual(1 + 1e-9);
  });

  it('of round robin between 3 and 1 grows by a quarter quantum each quantum', () => {
    const histories = run(roundRobin(), [
      { job: 1, priority: 30 },
      { job: 2, priority: 10 },
    ]);
    // 100 quanta each of 200: job 2 is due 50. Job 1 begins, so the worst window opens after its first.
    expect(advantage(histories[1]!, histories[0]!)?.amount).toBe(50.25 * QUANTUM_CYCLES);
    expect(errorInQuanta(histories)).toBe(50.25);
  });

  it('of round robin among equals is half a quantum', () => {
    const jobs = [1, 2, 3].map((job) => ({ job, priority: 7 }));
    expect(errorInQuanta(run(roundRobin(), jobs))).toBe(0.5);
  });

  it('of a lottery grows with the run: it is right on the average only', () => {
    const jobs = [12, 8, 4].map((priority, i) => ({ job: i + 1, priority }));
    const errors = [1, 2, 3, 4, 5].map((seed) => errorInQuanta(run(lottery(seed), jobs, 400)));
    expect(Math.min(...errors)).toBeGreaterThan(3);
  });

  it('shows a newcomer that begins at pass zero: it owns the hart until it has caught up', () => {
    const late = [
      { job: 1, priority: 10 },
      { job: 2, priority: 10, arrive: 60 },
    ];
    const error = errorInQuanta(run(stride({ newcomer: () => 0, greatestLag: Infinity }), late));
    expect(error).toBeCloseTo(30, 0);
    expect(errorInQuanta(run(stride(), late))).toBeLessThanOrEqual(1);
  });

  it('shows a waker that is paid for its sleep', () => {
    const jobs: SimulatedJob[] = [
      { job: 1, priority: 10 },
      { job: 2, priority: 10, sleep: { run: 8, sleep: 40 } },
    ];
    const paid = run(stride({ waker: (_, own) => own, greatestLag: Infinity }), jobs);
    // It works 8 ms on end where it was due 4.
    expect(errorInQuanta(paid)).toBeGreaterThan(3.4);
    expect(errorInQuanta(paid)).toBeLessThan(4.1);
    expect(errorInQuanta(run(stride(), jobs))).toBeLessThanOrEqual(1);
  });

  it('shows a waker that sheds its debt by a nap', () => {
    const jobs: SimulatedJob[] = [
      { job: 1, priority: 32 },
      { job: 2, priority: 4, sleep: { run: 1, sleep: 0.1 } },
    ];
    const shed = run(stride({ waker: (virtual) => virtual }), jobs);
    const sleeper = advantage(shed[1]!, shed[0]!);
    expect(sleeper!.amount / QUANTUM_CYCLES).toBeGreaterThan(10);
    expect(errorInQuanta(run(stride(), jobs))).toBeLessThanOrEqual(1 + 1e-9);
  });
});

describe('pairWindows', () => {
  it('splits where a weight changes and where the victim sleeps', () => {
    const jobs: SimulatedJob[] = [
      { job: 1, priority: 10, reprioritise: [{ at: 20, to: 40 }] },
      { job: 2, priority: 10, sleep: { run: 30, sleep: 10 } },
    ];
    const [changer, sleeper] = run(stride(), jobs, 100);
    const whileSleeperRuns = pairWindows(changer!, sleeper!);
    expect(whileSleeperRuns.map((w) => w.favouredWeight)).toEqual([10, 40, 40]);
    const all = pairWindows(sleeper!, changer!);
    expect(all.map((w) => w.victimWeight)).toEqual([10, 40]);
    expect(all[0]!.to).toBe(all[1]!.from);
  });

  it('has none for jobs that never met', () => {
    const jobs: SimulatedJob[] = [
      { job: 1, priority: 10, run: 5 },
      { job: 2, priority: 10, arrive: 50 },
    ];
    const [first, second] = run(stride(), jobs, 100);
    expect(pairWindows(second!, first!)).toEqual([]);
    expect(greatestRelativeError([first!])).toBeUndefined();
  });
});
