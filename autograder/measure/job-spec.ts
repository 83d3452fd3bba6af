import type { MixJob } from '../lab/mix.js';
import { UsageError } from '../cli/exit-status.js';
import { didYouMean } from '../cli/option-values.js';
import { PRIORITY_DEFAULT, PRIORITY_MIN } from '../metrics/job-history.js';

/** A job of a mix, with the name that reports call it by. */
export interface NamedJob extends MixJob {
  /** Unique in its mix. */
  readonly name: string;
}

/** How many jobs `mix` takes (kernel/user/mix.c, JOBS_MAX). */
export const MAX_JOBS = 100;
/** The latest time and the longest work that `mix` takes, in milliseconds (mix.c, MS_MAX). */
export const MAX_MS = 1_000_000_000;
const MAX_PRIORITY = 2 ** 31 - 1;
const MAX_NAME = 16;

/** Jobs that cannot be run as they were written. */
export class JobSpecError extends UsageError {
  /** @param place `--jobs`, or the file and the line. */
  constructor(place: string, field: string, found: string, expected: string) {
    super(`${place}: ${field}: found ${JSON.stringify(found)}, expected ${expected}`);
  }
}

type Fields = Omit<MixJob, 'id' | 'priority'> & { readonly priority?: number };

/** What each key of a job means. */
const KEYS: Readonly<Record<string, (value: string, fail: Fail) => Fields>> = {
  prio: (value, fail) => ({ priority: whole(value, PRIORITY_MIN, MAX_PRIORITY, fail) }),
  work: (value, fail) => ({ run: whole(value, 1, MAX_MS, fail) }),
  arrive: (value, fail) => ({ arrive: whole(value, 0, MAX_MS, fail) }),
  sleep: (value, fail) => {
    const [run, sleep] = pair(value, 'RUN:SLEEP in milliseconds', fail);
    return { sleep: { run: whole(run, 1, MAX_MS, fail), sleep: whole(sleep, 1, MAX_MS, fail) } };
  },
  yield: (value, fail) => ({ yield: whole(value, 1, MAX_MS, fail) }),
  change: (value, fail) => {
    const [at, to] = pair(value, 'AT:PRIO, milliseconds of work and a priority', fail);
    return {
      reprioritise: { at: whole(at, 0, MAX_MS, fail), to: whole(to, PRIORITY_MIN, MAX_PRIORITY, fail) },
    };
  },
};

type Fail = (found: string, expected: string) => never;

/**
 * Reads jobs that are written as `NAME[*COUNT][:KEY=VALUE,...]`, parted by `;` or line ends; `#` begins a comment.
 * They are numbered from 1 in the order in which they are written.
 *
 * @param source what the text is from: `--jobs`, or a file.
 * @param isFile whether errors name a line.
 * @throws JobSpecError at the first thing that is wrong.
 */
export function parseJobs(text: string, source = '--jobs', isFile = false): NamedJob[] {
  const jobs: NamedJob[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const place = isFile ? `${source}:${index + 1}` : source;
    for (const item of line.replace(/#.*/, '').split(';')) {
      if (item.trim() === '') continue;
      for (const { name, ...fields } of parseItem(item.trim(), place)) {
        if (jobs.some((job) => job.name === name)) {
          throw new JobSpecError(place, 'name', name, 'a name that no other job has');
        }
        jobs.push({ id: jobs.length + 1, name, priority: PRIORITY_DEFAULT, ...fields });
      }
      if (jobs.length > MAX_JOBS) {
        throw new JobSpecError(place, 'jobs', `${jobs.length} and more`, `at most ${MAX_JOBS}`);
      }
    }
  }
  if (jobs.length === 0) throw new JobSpecError(source, 'jobs', text.trim(), 'at least one job');
  return jobs;
}

function parseItem(item: string, place: string): (Fields & { name: string })[] {
  const colon = item.indexOf(':');
  const head = (colon < 0 ? item : item.slice(0, colon)).trim();
  const [, name = '', count] = /^([a-z][\w-]*)(?:\*(\d+))?$/i.exec(head) ?? [];
  if (name === '' || name.length > MAX_NAME) {
    const expected = `a letter, then letters, digits, _ and -, at most ${MAX_NAME} in all; NAME*COUNT for several`;
    throw new JobSpecError(place, 'name', head, expected);
  }
  const fields = colon < 0 ? {} : parseFields(item.slice(colon + 1), name, place);
  if (count === undefined) return [{ name, ...fields }];
  const copies = Number(count);
  if (copies < 1 || copies > MAX_JOBS) {
    throw new JobSpecError(place, `job ${name}, count`, count, `a whole number from 1 to ${MAX_JOBS}`);
  }
  return Array.from({ length: copies }, (_, i) => ({ name: `${name}${i + 1}`, ...fields }));
}

function parseFields(text: string, name: string, place: string): Fields {
  let fields: Fields = {};
  const seen = new Set<string>();
  for (const field of text.split(',').map((part) => part.trim())) {
    const equals = field.indexOf('=');
    const key = equals < 0 ? field : field.slice(0, equals).trim();
    const read = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    if (read === undefined || equals < 0) {
      const expected = `KEY=VALUE with KEY one of ${Object.keys(KEYS).join(', ')}`;
      const hint = read === undefined ? didYouMean(key, Object.keys(KEYS)).replace(/\.? Did/, '. Did') : '';
      throw new JobSpecError(place, `job ${name}`, field, expected + hint);
    }
    if (seen.has(key)) throw new JobSpecError(place, `job ${name}`, field, `${key} only once`);
    seen.add(key);
    const fail: Fail = (found, expected) => {
      throw new JobSpecError(place, `job ${name}, ${key}`, found, expected);
    };
    fields = { ...fields, ...read(field.slice(equals + 1).trim(), fail) };
  }
  return fields;
}

function whole(text: string, least: number, most: number, fail: Fail): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return value >= least && value <= most ? value : fail(text, `a whole number from ${least} to ${most}`);
}

function pair(text: string, expected: string, fail: Fail): [string, string] {
  const [first, second, ...rest] = text.split(':');
  if (first === undefined || second === undefined || rest.length > 0) return fail(text, expected);
  return [first, second];
}

/** A job as it would be written, with what differs from the defaults. */
export function formatJob({
  name,
  priority,
  run,
  arrive,
  sleep,
  yield: yieldAfter,
  reprioritise,
}: NamedJob): string {
  const fields = [
    [`prio=${priority}`],
    run === undefined ? [] : [`work=${run}`],
    arrive === undefined ? [] : [`arrive=${arrive}`],
    sleep === undefined ? [] : [`sleep=${sleep.run}:${sleep.sleep}`],
    yieldAfter === undefined ? [] : [`yield=${yieldAfter}`],
    reprioritise === undefined ? [] : [`change=${reprioritise.at}:${reprioritise.to}`],
  ];
  return `${name}:${fields.flat().join(',')}`;
}
