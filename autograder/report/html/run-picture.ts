import type { ScheduleTrace } from '../../../emulator/observe/schedule-trace.js';
import type { Curve } from '../../metrics/curve.js';
import { idealService, sharingSegments } from '../../metrics/ideal-service.js';
import type { JobHistory } from '../../metrics/job-history.js';
import { weightAt } from '../../metrics/job-history.js';
import { lagCurve } from '../../metrics/lag.js';

/** What charts of one run share. Times are guest milliseconds. */
export interface TimeAxis {
  readonly from: number;
  readonly to: number;
  /** Width of the charts in the units of their text, whose size is 12; 1200 by default. */
  readonly width?: number;
}

/** A run of jobs, reduced to what can be drawn. */
export interface RunPicture extends TimeAxis {
  readonly harts: number;
  readonly jobs: readonly PicturedJob[];
  readonly lanes: readonly Lane[];
}

export interface PicturedJob {
  readonly job: number;
  /** What the legend calls it: `job 2`, or the name it was given. */
  readonly name: string;
  /** Priorities it had, in order. */
  readonly weights: readonly number[];
  readonly arrival?: number;
  readonly completion?: number;
  /** Share of all service in a sliding window, 0..1. */
  readonly share: readonly Point[];
  /** The same under generalised multiprocessor sharing; steps. */
  readonly idealShare: readonly Point[];
  /** Behind the ideal, in milliseconds of service. */
  readonly lag: readonly Point[];
}

export type Point = readonly [time: number, value: number];

/** What a hart did. Gaps are the kernel's. */
export interface Lane {
  readonly hart: number;
  readonly spans: readonly LaneSpan[];
}

export interface LaneSpan {
  readonly from: number;
  readonly to: number;
  /** A job, another process, or nothing at all (`wfi`). */
  readonly what: number | 'other' | 'idle';
}

/** Length of the sliding window for shares, in guest milliseconds. */
export const SHARE_WINDOW_MS = 20;
const SAMPLES = 400;
/** Traps shorter than this, in milliseconds, do not part two stays of one process. */
const MERGE_GAP_MS = 0.1;

/**
 * @param names what to call jobs; `job N` for those without.
 */
export function pictureOf(
  trace: ScheduleTrace,
  histories: readonly JobHistory[],
  names: ReadonlyMap<number, string> = new Map(),
): RunPicture {
  const ms = 1000 / trace.frequency;
  const first = Math.min(...histories.map((history) => history.admitted ?? Infinity), trace.end);
  const ideal = idealService(histories, trace.harts);
  const delivered = histories.map((history) => history.service);
  const segments = sharingSegments(histories, trace.harts);
  const total = (time: number): number => delivered.reduce((sum, curve) => sum + curve.at(time), 0);
  const times = sampleTimes(first, trace.end);

  const jobs = histories.map((history): PicturedJob => {
    const lag = lagCurve(history, ideal);
    const steps = segments.flatMap(({ from, to, shares }): Point[] => {
      const share = shares.get(history.job) ?? 0;
      return [
        [from * ms, share],
        [to * ms, share],
      ];
    });
    return {
      job: history.job,
      name: names.get(history.job) ?? `job ${history.job}`,
      weights: history.weights.map((step) => weightAt(history, step.time)),
      ...(history.admitted !== undefined && { arrival: history.admitted * ms }),
      ...(history.completion !== undefined && { completion: history.completion * ms }),
      share: times.map((time): Point => [time * ms, windowShare(history.service, total, time)]),
      idealShare: simplify(steps),
      lag: sampleExtremes(lag, times).map(([time, value]): Point => [time * ms, value * ms]),
    };
  });
  return { harts: trace.harts, from: first * ms, to: trace.end * ms, jobs, lanes: lanesOf(trace, first, ms) };

  function windowShare(service: Curve, all: (time: number) => number, time: number): number {
    const start = Math.max(first, time - SHARE_WINDOW_MS / ms);
    const whole = all(time) - all(start);
    return whole === 0 ? 0 : service.growth(start, time) / whole;
  }
}

function lanesOf(trace: ScheduleTrace, first: number, ms: number): Lane[] {
  const jobOf = new Map(trace.spaces.map((space) => [space.id, space.job ?? ('other' as const)]));
  return Array.from({ length: trace.harts }, (_, hart) => {
    const stays = trace.intervals
      .filter((stay) => stay.hart === hart && stay.end > first)
      .map(({ start, end, space }) => ({
        from: start * ms,
        to: end * ms,
        what: jobOf.get(space) ?? 'other',
      }));
    const idle = trace.idle
      .filter((stretch) => stretch.hart === hart && stretch.end > first)
      .map(({ start, end }) => ({ from: Math.max(start, first) * ms, to: end * ms, what: 'idle' as const }));
    const spans = [...stays, ...idle].sort((a, b) => a.from - b.from);
    return { hart, spans: mergeSpans(spans) };
  });
}

function mergeSpans(spans: readonly LaneSpan[]): LaneSpan[] {
  const merged: LaneSpan[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last?.what === span.what && span.from - last.to < MERGE_GAP_MS) {
      merged[merged.length - 1] = { ...last, to: Math.max(last.to, span.to) };
    } else {
      merged.push(span);
    }
  }
  return merged;
}

function sampleTimes(from: number, to: number): number[] {
  return Array.from({ length: SAMPLES + 1 }, (_, i) => from + ((to - from) * i) / SAMPLES);
}

/** For each pair of neighbouring times the curve's ends and extremes: a plot that hides no peak. */
function sampleExtremes(curve: Curve, times: readonly number[]): Point[] {
  const points = times.slice(1).flatMap((to, i): Point[] => {
    const inside = curve.timesWithin(times[i] ?? to, to).map((time): Point => [time, curve.at(time)]);
    const lowest = inside.reduce((a, b) => (b[1] < a[1] ? b : a), inside[0] ?? [to, 0]);
    const highest = inside.reduce((a, b) => (b[1] > a[1] ? b : a), inside[0] ?? [to, 0]);
    return lowest[0] <= highest[0] ? [lowest, highest] : [highest, lowest];
  });
  return simplify(points);
}

/** Without points that repeat their neighbours. */
function simplify(points: readonly Point[]): Point[] {
  return points.filter((point, i) => {
    const before = points[i - 1];
    const after = points[i + 1];
    return before === undefined || after === undefined || before[1] !== point[1] || point[1] !== after[1];
  });
}
