import { describe, expect, it } from 'vitest';
import { createSchedule, Random, WINDOW } from './schedule.js';
import { EventQueue } from './event-queue.js';

const windows = (harts: number, seed: number, count: number): string =>
  JSON.stringify(
    ((schedule) => Array.from({ length: count }, () => structuredClone(schedule.next())))(
      createSchedule(harts, seed),
    ),
  );

describe('schedules', () => {
  it('names plain round robin by seed 0', () => {
    const schedule = createSchedule(3, 0);
    expect(schedule.bootHart).toBe(0);
    expect(schedule.next()).toEqual({ length: WINDOW, order: [0, 1, 2] });
  });

  it('repeats a seed exactly and tells seeds apart', () => {
    expect(windows(4, 7, 100)).toBe(windows(4, 7, 100));
    const distinct = new Set(Array.from({ length: 50 }, (_, seed) => windows(4, seed, 20)));
    expect(distinct.size).toBe(50);
  });

  it('runs every hart once in every window, whatever the seed', () => {
    const schedule = createSchedule(8, 99);
    for (let i = 0; i < 1000; i++) {
      const { length, order } = schedule.next();
      expect([...order].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(length).toBeGreaterThanOrEqual(WINDOW / 10);
      expect(length).toBeLessThan(2 * WINDOW);
    }
  });

  it('lets every hart boot under some seed', () => {
    const boots = new Set(Array.from({ length: 60 }, (_, seed) => createSchedule(4, seed).bootHart));
    expect([...boots].sort()).toEqual([0, 1, 2, 3]);
  });

  it('refuses a seed that is no non-negative integer', () => {
    expect(() => createSchedule(1, -1)).toThrow(/seed: found -1/);
    expect(() => createSchedule(1, 0.5)).toThrow(/seed: found 0.5/);
  });

  it('draws evenly enough', () => {
    const random = new Random(5);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const draw = random.below(10);
      counts[draw] = (counts[draw] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe('the event queue', () => {
  it('delivers by time, and in the order of asking at the same time', () => {
    const queue = new EventQueue();
    const seen: string[] = [];
    const note = (text: string) => (): void => void seen.push(text);
    queue.at(30, note('c'));
    queue.at(10, note('a'));
    queue.at(20, note('b1'));
    queue.at(20, note('b2'));
    queue.at(20, note('cancelled')).cancel();
    expect(queue.nextTime).toBe(10);
    for (let callback = queue.take(25); callback; callback = queue.take(25)) callback();
    expect(seen).toEqual(['a', 'b1', 'b2']);
    expect(queue.nextTime).toBe(30);
    queue.take(30)?.();
    expect(seen).toEqual(['a', 'b1', 'b2', 'c']);
    expect(queue.nextTime).toBe(Infinity);
  });

  it('keeps its order under many insertions and cancellations', () => {
    const queue = new EventQueue();
    const random = new Random(1);
    const times: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const time = random.below(500);
      const event = queue.at(time, () => void times.push(time));
      if (random.below(3) === 0) event.cancel();
    }
    for (let callback = queue.take(1000); callback; callback = queue.take(1000)) callback();
    expect(times.length).toBeGreaterThan(1000);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('does not grow when one event is put off again and again', () => {
    const queue = new EventQueue();
    queue.at(5, () => undefined);
    for (let i = 0; i < 10_000; i++) queue.at(1e9 + i, () => undefined).cancel();
    expect(queue.size).toBeLessThan(200);
    expect(queue.take(10)).toBeDefined();
  });
});
