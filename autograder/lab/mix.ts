import { PRIORITY_DEFAULT } from '../metrics/job-history.js';

/**
 * A job mix: what the program `mix` (kernel/user/mix.c) reads from /etc/mix and turns into processes. Times are
 * whole guest milliseconds from its start; work is CPU time of the job itself.
 */
export interface Mix {
  /** Guest milliseconds after which `mix` powers the machine off; without it, when every job has ended. */
  readonly end?: number;
  readonly jobs: readonly MixJob[];
}

export interface MixJob {
  /** Positive and unique in the mix. */
  readonly id: number;
  /** What the job's first `setpriority` asks for. */
  readonly priority: number;
  /** It never asks: `priority` is the default, 16. */
  readonly keepsDefault?: boolean;
  /** When `mix` spawns it. */
  readonly arrive?: number;
  /** Milliseconds of work; 0 (the default) is endless. */
  readonly run?: number;
  /** Alternates this many milliseconds of work with this many of sleep. */
  readonly sleep?: { readonly run: number; readonly sleep: number };
  /** Calls `sched_yield` after each so many milliseconds of work. */
  readonly yield?: number;
  /** Calls `setpriority(to)` once it has worked `at` milliseconds; 1 is a call that must be refused. */
  readonly reprioritise?: { readonly at: number; readonly to: number };
  /** Before its work it calls `setpriority` with each of these, `getpriority` behind each; then asks for its own. */
  readonly priorities?: readonly bigint[];
  /** Made by fork and exec instead of spawn. */
  readonly fork?: boolean;
}

/** The text of /etc/mix. */
export function formatMix(mix: Mix): string {
  const lines = mix.jobs.map((job) => {
    const fields = [job.id, job.keepsDefault ? '-' : job.priority, job.arrive ?? 0, job.run ?? 0];
    const options = [
      job.sleep && `sleep=${job.sleep.run}:${job.sleep.sleep}`,
      job.yield && `yield=${job.yield}`,
      job.reprioritise && `prio=${job.reprioritise.at}:${job.reprioritise.to}`,
      job.priorities && `args=${job.priorities.join(',')}`,
      job.fork && 'fork=1',
    ];
    return [...fields, ...options.filter(Boolean)].join(' ');
  });
  const end = mix.end === undefined ? [] : [`end ${mix.end}`];
  return [...end, ...lines].map((line) => `${line}\n`).join('');
}

/** What is wrong with one field of a mix. */
export interface MixFault {
  /** `jobs[1].priority`. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/** Everything that is wrong with a mix; empty when it can be run. */
export function mixFaults(mix: Mix): MixFault[] {
  const faults: MixFault[] = [];
  const ids = new Set<number>();
  if (mix.end !== undefined) whole('end', mix.end, 1);
  if (mix.jobs.length === 0) fault('jobs', 'none', 'at least one job');
  for (const [i, job] of mix.jobs.entries()) {
    const at = (field: string): string => `jobs[${i}].${field}`;
    whole(at('id'), job.id, 1);
    if (ids.has(job.id)) fault(at('id'), String(job.id), 'an id that no other job of the mix has');
    ids.add(job.id);
    whole(at('priority'), job.priority, 2);
    if (job.keepsDefault && job.priority !== PRIORITY_DEFAULT) {
      fault(at('priority'), String(job.priority), `${PRIORITY_DEFAULT}, because the job keeps the default`);
    }
    if (job.arrive !== undefined) whole(at('arrive'), job.arrive, 0);
    if (job.run !== undefined) whole(at('run'), job.run, 0);
    if (job.sleep) {
      whole(at('sleep.run'), job.sleep.run, 1);
      whole(at('sleep.sleep'), job.sleep.sleep, 1);
    }
    if (job.yield !== undefined) whole(at('yield'), job.yield, 1);
    if (job.reprioritise) {
      whole(at('reprioritise.at'), job.reprioritise.at, 0);
      whole(at('reprioritise.to'), job.reprioritise.to, 1);
    }
  }
  if (mix.end === undefined && mix.jobs.some((job) => !job.run)) {
    fault('end', 'none', 'a time to stop at, because a job of the mix is endless');
  }
  return faults;

  function whole(field: string, value: number, least: number): void {
    if (!Number.isSafeInteger(value) || value < least) {
      fault(field, String(value), `a whole number of at least ${least}`);
    }
  }

  function fault(field: string, found: string, expected: string): void {
    faults.push({ field, found, expected });
  }
}
