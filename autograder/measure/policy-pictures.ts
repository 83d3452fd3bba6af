import type { Point, RunPicture } from '../report/html/run-picture.js';
import { pictureOf } from '../report/html/run-picture.js';
import type { PolicyRun } from './policy-run.js';
import type { MeasureReport } from './report.js';

/** Two charts beside each other fill a page. */
const WIDTH = 620;

/**
 * The pictures of all runs that began, by policy, for comparison: their time is counted from the mix's start, their
 * axes are equally long, and they have the same jobs in the same order, so that each job has one colour.
 */
export function policyPictures(
  report: MeasureReport,
  runs: readonly PolicyRun[],
): ReadonlyMap<string, RunPicture> {
  const length = Math.max(0, ...report.policies.map(({ duration }) => duration));
  const pictures = new Map<string, RunPicture>();
  for (const run of runs) {
    const jobs = report.policies.find(({ policy }) => policy === run.policy)?.jobs;
    if (run.start === undefined || jobs === undefined) continue;
    const names = new Map(jobs.map(({ id, name }) => [id, name]));
    const picture = fromMixStart(pictureOf(run.trace, run.histories, names), run);
    const all = jobs.map(({ id, name }) => {
      const nothing = { job: id, name, weights: [], share: [], idealShare: [], lag: [] };
      return picture.jobs.find(({ job }) => job === id) ?? nothing;
    });
    pictures.set(run.policy, { ...picture, jobs: all, from: 0, to: length, width: WIDTH });
  }
  return pictures;
}

function fromMixStart(picture: RunPicture, { start = 0, trace }: PolicyRun): RunPicture {
  const origin = (start * 1000) / trace.frequency;
  const moved = (points: readonly Point[]): Point[] => points.map(([time, value]) => [time - origin, value]);
  return {
    ...picture,
    from: picture.from - origin,
    to: picture.to - origin,
    jobs: picture.jobs.map((job) => ({
      ...job,
      share: moved(job.share),
      idealShare: moved(job.idealShare),
      lag: moved(job.lag),
    })),
    lanes: picture.lanes.map(({ hart, spans }) => ({
      hart,
      spans: spans
        .map((span) => ({ ...span, from: Math.max(0, span.from - origin), to: span.to - origin }))
        .filter((span) => span.to > span.from),
    })),
  };
}

/** The report with every hart's timeline: who ran when, in the report's own time. Gaps are the kernel's. */
export function withTimelines(report: MeasureReport, pictures: ReadonlyMap<string, RunPicture>): unknown {
  const policies = report.policies.map((run) => {
    const names = new Map(run.jobs.map(({ id, name }) => [id, name]));
    const timeline = (pictures.get(run.policy)?.lanes ?? []).map(({ hart, spans }) => ({
      hart,
      spans: spans.map(({ from, to, what }) => ({
        from: cycleExact(from),
        to: cycleExact(to),
        what: typeof what === 'number' ? (names.get(what) ?? `job ${what}`) : what,
      })),
    }));
    return { ...run, timeline };
  });
  return { ...report, policies };
}

/** Milliseconds to the cycle of 10 ns, without the noise of binary fractions. */
function cycleExact(ms: number): number {
  return Math.round(ms * 1e5) / 1e5;
}
