import fs from 'node:fs';
import { UsageError } from '../cli/exit-status.js';
import { didYouMean, readFileOption } from '../cli/option-values.js';
import { mixFaults } from '../lab/mix.js';
import type { Mix } from '../lab/mix.js';
import { JobSpecError, MAX_MS, parseJobs } from './job-spec.js';
import type { NamedJob } from './job-spec.js';
import { PRESETS } from './presets.js';

/** What every policy is given to do. */
export interface Workload {
  /** As the user named it: a preset, a file, or the jobs themselves. */
  readonly spec: string;
  readonly jobs: readonly NamedJob[];
  /** What `mix` reads. */
  readonly mix: Mix;
  /** Guest milliseconds from the mix's start after which nothing is measured any more. */
  readonly limit: number;
}

/** Guest milliseconds of a mix with endless jobs. */
const DEFAULT_LIMIT = 300;
/** Milliseconds allowed for starting and ending each job of a mix without endless ones. */
const PER_JOB = 2;

/**
 * The jobs to run and for how long.
 *
 * @param spec a preset, a file, or jobs as {@link parseJobs} reads them; the first preset by default.
 * @param seconds guest seconds; by default 0.3, or until all jobs are done where all have an end.
 * @throws JobSpecError, UsageError
 */
export function workloadOf(spec = PRESETS[0]?.name ?? '', harts: number, seconds?: number): Workload {
  const jobs = jobsOf(spec.trim(), harts);
  const limit = seconds === undefined ? defaultLimit(jobs) : Math.max(1, Math.round(seconds * 1000));
  if (limit > MAX_MS)
    throw new UsageError(`--time ${seconds}: expected at most ${MAX_MS / 1000} guest seconds`);
  const late = jobs.find((job) => (job.arrive ?? 0) >= limit);
  if (late !== undefined) {
    throw new UsageError(
      `--jobs: job ${late.name} arrives at ${late.arrive} ms, but only ${limit} ms are measured; ` +
        `give --time ${((late.arrive ?? 0) + DEFAULT_LIMIT) / 1000}`,
    );
  }
  const isEndless = jobs.some((job) => job.run === undefined);
  const mix: Mix = { jobs, ...(isEndless && { end: limit }) };
  const [fault] = mixFaults(mix);
  if (fault !== undefined) throw new JobSpecError('--jobs', fault.field, fault.found, fault.expected);
  return { spec: spec.trim(), jobs, mix, limit };
}

function jobsOf(spec: string, harts: number): NamedJob[] {
  const preset = PRESETS.find(({ name }) => name === spec);
  if (preset !== undefined) {
    const text = preset.jobs(harts);
    if (text === null) {
      throw new UsageError(`--jobs ${spec}: on one hart every weight is feasible; give --smp 2 or more`);
    }
    return parseJobs(text);
  }
  if (fs.existsSync(spec))
    return parseJobs(new TextDecoder().decode(readFileOption('--jobs', spec)), spec, true);
  if (/[:;*=]/.test(spec)) return parseJobs(spec);
  const names = PRESETS.map(({ name }) => name);
  throw new UsageError(
    `--jobs ${spec}: no such file or preset; presets: ${names.join(', ')}.${didYouMean(spec, names)} ` +
      'Jobs are written like a:prio=32;b:prio=16,arrive=50 (measure --help)',
  );
}

/** Enough for one hart that runs one job after the other. */
function defaultLimit(jobs: readonly NamedJob[]): number {
  if (jobs.some((job) => job.run === undefined)) return DEFAULT_LIMIT;
  const latest = Math.max(...jobs.map((job) => job.arrive ?? 0));
  const serial = jobs.reduce((sum, { run = 0, sleep }) => {
    const asleep = sleep === undefined ? 0 : Math.floor(run / sleep.run) * sleep.sleep;
    return sum + run * 1.1 + asleep + PER_JOB;
  }, 0);
  return Math.min(MAX_MS, Math.ceil(latest + serial));
}
