import { describe, expect, it } from 'vitest';
import { jobHistories } from '../metrics/job-history.js';
import { roundRobin } from '../metrics/simulated-policies.js';
import { simulateSchedule } from '../metrics/simulated-schedule.js';
import { traceUntil } from './measured-window.js';

const MS = 100_000;

describe('traceUntil', () => {
  const long = simulateSchedule(roundRobin(), {
    harts: 2,
    jobs: [
      { job: 1, priority: 16 },
      { job: 2, priority: 16, sleep: { run: 2, sleep: 3 } },
      { job: 3, priority: 16, run: 5 },
    ],
    duration: 40,
  });

  it('leaves what a shorter run would have left', () => {
    const cut = jobHistories(traceUntil(long, 23.5 * MS));
    for (const history of jobHistories(long)) {
      const same = cut.find(({ job }) => job === history.job)!;
      expect(same.service.at(Infinity)).toBeCloseTo(history.service.at(23.5 * MS), 0);
      expect(same.phases.every(({ to }) => to <= 23.5 * MS)).toBe(true);
    }
  });

  it('keeps what happens at the very end', () => {
    const completion = jobHistories(long).find(({ job }) => job === 3)!.completion!;
    expect(jobHistories(traceUntil(long, completion)).find(({ job }) => job === 3)!.completion).toBe(
      completion,
    );
    expect(
      jobHistories(traceUntil(long, completion - 1)).find(({ job }) => job === 3)!.completion,
    ).toBeUndefined();
  });

  it('cuts idling short', () => {
    const cut = traceUntil(long, 23.5 * MS);
    expect(cut.end).toBe(23.5 * MS);
    expect(Math.max(...[...cut.idle, ...cut.intervals].map(({ end }) => end))).toBeLessThanOrEqual(23.5 * MS);
  });

  it('forgets what calls returned later', () => {
    const call = { time: 20 * MS, hart: 0, space: 0, number: 140, args: [30n] };
    const returned = { time: 25 * MS, hart: 0, value: 30n };
    const trace = { ...long, calls: [{ ...call, returned }] };
    expect(traceUntil(trace, 24 * MS).calls).toEqual([call]);
    expect(traceUntil(trace, 26 * MS).calls).toEqual([{ ...call, returned }]);
    expect(traceUntil(trace, 19 * MS).calls).toEqual([]);
  });

  it('returns a run that ended before as it is', () => {
    expect(traceUntil(long, long.end + 1)).toBe(long);
  });
});
