import { describe, expect, it } from 'vitest';
import type { ScheduleTrace } from '../../emulator/observe/schedule-trace.js';
import { contextSwitches, firstOverlap, migrations } from './dispatches.js';
import { deliveredService, idealService, sharingSegments } from './ideal-service.js';
import { jainIndex } from './jain.js';
import { jobHistories } from './job-history.js';
import { jobTimes } from './job-times.js';
import { lagExtremes } from './lag.js';
import { lottery, roundRobin, stride } from './simulated-policies.js';
import { QUANTUM_CYCLES, simulateSchedule } from './simulated-schedule.js';
import type { SimulatedJob } from './simulated-schedule.js';
import { runMetrics } from './run-metrics.js';
import { idleWhileRunnable, longestStarvation, utilisation, waits } from './waiting.js';

const MS = QUANTUM_CYCLES;

function quanta(cycles: number): number {
  return cycles / QUANTUM_CYCLES;
}

describe('job histories and times', () => {
  const jobs: SimulatedJob[] = [
    { job: 1, priority: 10, run: 4 },
    { job: 2, priority: 10, run: 2, arrive: 1 },
  ];
  const trace = simulateSchedule(roundRobin(), { harts: 1, jobs, duration: 20 });
  const histories = jobHistories(trace);

  it('gives arrival, first run, completion, turnaround and response as OSTEP defines them', () => {
    // 1 is queued again before 2 arrives at the same instant: the quanta go 1 1 2 1 2 1.
    expect(histories.map(jobTimes)).toEqual([
      { arrival: 0, firstRun: 0, completion: 6 * MS, turnaround: 6 * MS, response: 0 },
      { arrival: MS, firstRun: 2 * MS, completion: 5 * MS, turnaround: 4 * MS, response: MS },
    ]);
  });

  it('follows weights and service', () => {
    expect(histories[0]!.weights).toEqual([{ time: 0, weight: 10 }]);
    expect(histories[0]!.service.at(20 * MS)).toBe(4 * MS);
    expect(histories[1]!.service.growth(2 * MS, 3 * MS)).toBe(MS);
  });

  it('has one phase for a job that never sleeps and one more for each wake', () => {
    expect(histories[0]!.phases).toEqual([{ why: 'arrival', from: 0, to: 6 * MS, entered: 0 }]);
    const sleeper = simulateSchedule(stride(), {
      harts: 1,
      jobs: [{ job: 1, priority: 4, sleep: { run: 2, sleep: 3 } }],
      duration: 11,
    });
    expect(jobHistories(sleeper)[0]!.phases).toEqual([
      { why: 'arrival', from: 0, to: 2 * MS, entered: 0 },
      { why: 'wake', from: 5 * MS, to: 7 * MS, entered: 5 * MS },
      { why: 'wake', from: 10 * MS, to: 11 * MS, entered: 10 * MS },
    ]);
  });

  it('knows of a job that was announced and never ran', () => {
    const starved = simulateSchedule(
      { ...roundRobin(), pick: () => undefined },
      { harts: 1, jobs: [{ job: 3, priority: 5 }], duration: 5 },
    );
    const [history] = jobHistories(starved);
    expect(history).toMatchObject({ job: 3, stays: [], admitted: 0 });
    expect(history!.firstRun).toBeUndefined();
    expect(waits(history!)).toEqual([{ job: 3, from: 0, to: 5 * MS }]);
  });
});

describe('ideal service and lag', () => {
  it('follows arrivals, weights and exits', () => {
    const jobs: SimulatedJob[] = [
      { job: 1, priority: 30 },
      { job: 2, priority: 10, arrive: 40 },
    ];
    const histories = jobHistories(simulateSchedule(stride(), { harts: 1, jobs, duration: 80 }));
    const { curves } = idealService(histories, 1);
    expect(curves.get(1)!.at(40 * MS)).toBeCloseTo(40 * MS, 0);
    expect(quanta(curves.get(1)!.at(80 * MS))).toBeCloseTo(40 + 30, 0);
    expect(quanta(curves.get(2)!.at(80 * MS))).toBeCloseTo(10, 0);
  });

  it('hands out exactly what was delivered', () => {
    const jobs: SimulatedJob[] = [
      { job: 1, priority: 50 },
      { job: 2, priority: 10, arrive: 7.3, sleep: { run: 3, sleep: 2 } },
      { job: 3, priority: 10, run: 11 },
      { job: 4, priority: 4, reprioritise: [{ at: 5, to: 33 }] },
    ];
    for (const policy of [stride(), roundRobin(), lottery(3)]) {
      const trace = simulateSchedule(policy, { harts: 2, jobs, duration: 90, switchCost: 2500, skew: 9000 });
      const histories = jobHistories(trace);
      const { curves } = idealService(histories, 2);
      const deserved = [...curves.values()].reduce((sum, curve) => sum + curve.at(trace.end), 0);
      expect(deserved).toBeCloseTo(deliveredService(histories).at(trace.end), 3);
    }
  });

  it('caps a weight that one hart cannot serve', () => {
    const jobs = [100, 4, 4].map((priority, i) => ({ job: i + 1, priority }));
    const histories = jobHistories(simulateSchedule(stride(), { harts: 2, jobs, duration: 50 }));
    const last = sharingSegments(histories, 2).at(-1)!;
    expect([...last.shares.values()]).toEqual([0.5, 0.25, 0.25]);
  });

  it('is small under stride with feasible weights on four harts, and large under round robin', () => {
    const jobs = [40, 40, 30, 30, 20, 20, 10, 10].map((priority, i) => ({ job: i + 1, priority }));
    const greatest = (policy: Parameters<typeof simulateSchedule>[0]): number => {
      const trace = simulateSchedule(policy, { harts: 4, jobs, duration: 200, switchCost: 2000, skew: 7000 });
      const histories = jobHistories(trace);
      const ideal = idealService(histories, 4);
      const lags = histories.map((h) => lagExtremes(h, ideal, h.started!, trace.end).behind.lag);
      return quanta(Math.max(...lags));
    };
    expect(greatest(stride())).toBeLessThan(1);
    expect(greatest(roundRobin())).toBeGreaterThan(40);
  });

  it('is measured from the start of the span', () => {
    const jobs = [30, 10].map((priority, i) => ({ job: i + 1, priority }));
    const trace = simulateSchedule(roundRobin(), { harts: 1, jobs, duration: 40 });
    const histories = jobHistories(trace);
    const ideal = idealService(histories, 1);
    const { behind } = lagExtremes(histories[0]!, ideal, 20 * MS, 40 * MS);
    expect(quanta(behind.lag)).toBeCloseTo(5, 9);
    expect(behind.time).toBe(40 * MS);
  });
});

describe("Jain's index", () => {
  it('is 1 among equals and 1/n for a monopoly', () => {
    expect(jainIndex([3, 3, 3])).toBe(1);
    expect(jainIndex([1, 0, 0, 0])).toBe(0.25);
    expect(jainIndex([])).toBe(1);
    expect(jainIndex([0, 0])).toBe(1);
  });
});

describe('starvation, idling and utilisation', () => {
  it('finds the longest wait of anybody', () => {
    const jobs = [1, 2, 3].map((job) => ({ job, priority: 7 }));
    const histories = jobHistories(simulateSchedule(roundRobin(), { harts: 1, jobs, duration: 30 }));
    expect(longestStarvation(histories)).toEqual({ job: 1, from: MS, to: 3 * MS });
  });

  it('sees nothing wrong with harts that idle when nobody waits', () => {
    const jobs = [1, 2].map((job) => ({ job, priority: 7 }));
    const trace = simulateSchedule(stride(), { harts: 4, jobs, duration: 30, switchCost: 2000 });
    const histories = jobHistories(trace);
    expect(trace.idle.length).toBeGreaterThan(0);
    expect(idleWhileRunnable(trace, histories, 10_000)).toEqual({ cycles: 0 });
    expect(utilisation(trace, histories)).toBeCloseTo(0.98, 2);
  });

  it('charges a policy that leaves three of four harts asleep', () => {
    const policy = roundRobin();
    const lazy = { ...policy, pick: (hart: number) => (hart === 0 ? policy.pick(hart) : undefined) };
    const jobs = [1, 2, 3, 4, 5].map((job) => ({ job, priority: 7 }));
    const trace = simulateSchedule(lazy, { harts: 4, jobs, duration: 30 });
    const histories = jobHistories(trace);
    const wasted = idleWhileRunnable(trace, histories, 0);
    expect(quanta(wasted.cycles)).toBe(3 * 30);
    expect(wasted.longest?.hart).not.toBe(0);
    expect(utilisation(trace, histories)).toBeCloseTo(0.25, 5);
  });

  it('forgives the grace at the start of each idling and of each wait', () => {
    const policy = roundRobin();
    const lazy = { ...policy, pick: (hart: number) => (hart === 0 ? policy.pick(hart) : undefined) };
    const jobs = [1, 2].map((job) => ({ job, priority: 7 }));
    const trace = simulateSchedule(lazy, { harts: 2, jobs, duration: 10 });
    // Each waits a quantum at a time; half of each wait is forgiven.
    const wasted = idleWhileRunnable(trace, jobHistories(trace), MS / 2);
    expect(quanta(wasted.cycles)).toBe(10 / 2);
  });
});

describe('dispatches', () => {
  it('counts switches and migrations', () => {
    const jobs = [1, 2].map((job) => ({ job, priority: 7 }));
    const one = simulateSchedule(roundRobin(), { harts: 1, jobs, duration: 10 });
    expect(contextSwitches(one)).toBe(9);
    expect(jobHistories(one).map(migrations)).toEqual([0, 0]);
    const three = [1, 2, 3].map((job) => ({ job, priority: 7 }));
    const two = simulateSchedule(roundRobin(), { harts: 2, jobs: three, duration: 10, skew: 5000 });
    expect(jobHistories(two).reduce((sum, h) => sum + migrations(h), 0)).toBeGreaterThan(5);
  });

  it('finds a process on two harts at once, in the order of events and not of clocks', () => {
    const base: ScheduleTrace = simulateSchedule(roundRobin(), { harts: 2, jobs: [], duration: 1 });
    const stay = { hart: 0, start: 0, end: 500, retired: 500, space: 0, entered: 1, left: 3 };
    const behind = { hart: 1, start: 400, end: 900, retired: 500, space: 0, entered: 4, left: 5 };
    expect(firstOverlap({ ...base, intervals: [stay, behind] })).toBeUndefined();
    const both = { ...behind, entered: 2 };
    expect(firstOverlap({ ...base, intervals: [stay, both] })).toEqual({
      space: 0,
      harts: [0, 1],
      time: 400,
    });
    const other = { ...both, space: 1 };
    expect(firstOverlap({ ...base, intervals: [stay, other] })).toBeUndefined();
  });
});

describe('runMetrics', () => {
  it('sums a run up', () => {
    const jobs = [30, 20, 10].map((priority, i) => ({ job: i + 1, priority }));
    const metrics = runMetrics(
      simulateSchedule(stride(), { harts: 1, jobs, duration: 120, switchCost: 2000 }),
    );
    expect(metrics.jobs.map((j) => j.share)).toEqual([0.5, 40 / 120, 20 / 120]);
    expect(metrics.jobs.map((j) => j.idealShare.toFixed(4))).toEqual(['0.5000', '0.3333', '0.1667']);
    expect(metrics.jain).toBeCloseTo(1, 6);
    expect(metrics.utilisation).toBeCloseTo(0.98, 2);
    expect(metrics.relativeError!.amount / metrics.quantum).toBeLessThan(1);
    expect(metrics.greatestLag!.lag / metrics.quantum).toBeLessThan(1);
    expect(metrics.overlap).toBeUndefined();
  });

  it('is defined for a run in which nothing happened', () => {
    const metrics = runMetrics(simulateSchedule(stride(), { harts: 2, jobs: [], duration: 10 }));
    expect(metrics).toMatchObject({ jobs: [], jain: 1, utilisation: 1, contextSwitches: 0 });
  });
});
