import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { captureIo } from '../cli/captured-io.js';
import { main } from '../cli/main.js';
import { PRIORITY_DEFAULT } from '../metrics/job-history.js';
import type { MeasureReport, PolicyReport } from './report.js';

/** The kernel on the four-hart machine, under `hartlab measure` as a user runs it. */
async function measured(...args: string[]) {
  const captured = captureIo();
  const status = await main(['measure', ...args], captured.io);
  return { status, stdout: captured.stdout(), stderr: captured.stderr() };
}

async function figures(jobs: string, policies = 'rr,stride,ucore'): Promise<Record<string, PolicyReport>> {
  const run = await measured('--policy', policies, '--smp', '4', '--jobs', jobs, '--json', '-');
  expect(run.status, run.stderr).toBe(0);
  const report = JSON.parse(run.stdout) as MeasureReport;
  return Object.fromEntries(report.policies.map((policy) => [policy.policy, policy]));
}

const sharesOf = (run: PolicyReport | undefined): number[] => run!.jobs.map(({ share }) => share);
const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
const longestWaits = (run: PolicyReport | undefined, name: RegExp): number[] =>
  run!.jobs.filter((job) => name.test(job.name)).map(({ longestWait }) => longestWait);

describe('measure --policy rr,stride,ucore --smp 4, all priorities 16', () => {
  let by: Record<string, PolicyReport>;
  beforeAll(async () => {
    by = await figures('equal');
  });

  it('shows equal shares under every policy', () => {
    for (const run of Object.values(by)) {
      expect(run.jobs.map(({ priorities }) => priorities)).toEqual(run.jobs.map(() => [PRIORITY_DEFAULT]));
      // Six jobs; those that arrive first get a few quanta of 300 more.
      expect(spread(sharesOf(run)), run.policy).toBeLessThan(0.01);
      expect(run.jain, run.policy).toBeGreaterThan(0.998);
    }
  });

  it('shows rr and stride within a quantum of the ideal, and uCore-SMP some quanta off: it starts a newcomer at 0', () => {
    expect(by.rr!.greatestLag!.quanta).toBeLessThan(1);
    expect(by.stride!.greatestLag!.quanta).toBeLessThan(1);
    expect(by.ucore!.greatestLag!.quanta).toBeGreaterThan(3);
  });
});

describe('measure --policy rr,stride,ucore --smp 4, different priorities that are feasible', () => {
  let by: Record<string, PolicyReport>;
  beforeAll(async () => {
    by = await figures('a*2:prio=8;b*2:prio=16;c*2:prio=24;d*2:prio=32');
  });

  it('shows equal shares under rr, which knows no priorities', () => {
    for (const share of sharesOf(by.rr)) expect(share).toBeCloseTo(1 / 8, 1);
    expect(spread(sharesOf(by.rr))).toBeLessThan(0.01);
    expect(by.rr!.greatestLag!.quanta).toBeGreaterThan(50);
  });

  it('shows proportional shares under stride, close to the ideal all the time', () => {
    for (const { share, idealShare } of by.stride!.jobs)
      expect(Math.abs(share - idealShare)).toBeLessThan(0.005);
    for (const { share, priorities } of by.stride!.jobs) {
      expect(Math.abs(share - priorities[0]! / 160)).toBeLessThan(0.01);
    }
    expect(by.stride!.greatestLag!.quanta).toBeLessThan(2);
  });

  it('shows proportional shares in the end under uCore-SMP, but far lags on the way', () => {
    for (const { share, priorities } of by.ucore!.jobs) {
      expect(Math.abs(share - priorities[0]! / 160)).toBeLessThan(0.01);
    }
    expect(by.ucore!.greatestLag!.quanta).toBeGreaterThan(4 * by.stride!.greatestLag!.quanta);
    expect(by.ucore!.longestStarvation!.duration).toBeGreaterThan(2 * by.stride!.longestStarvation!.duration);
  });
});

describe('measure --policy rr,stride,ucore --smp 4, an infeasible priority and late arrivals', () => {
  let by: Record<string, PolicyReport>;
  beforeAll(async () => {
    by = await figures('infeasible');
  });

  it('says that weights were infeasible', () => {
    for (const run of Object.values(by)) expect(run.infeasible, run.policy).toBeGreaterThan(150);
  });

  it('shows stride giving the heavy job one hart and starving nobody', () => {
    expect(by.stride!.jobs[0]!.share).toBeCloseTo(0.25, 2);
    expect(by.stride!.longestStarvation!.duration).toBeLessThan(4);
    expect(by.stride!.greatestLag!.quanta).toBeLessThan(2);
  });

  it('shows uCore-SMP starving all light jobs until the late ones have what they missed (SFS, OSDI 2000, example 1)', () => {
    for (const wait of longestWaits(by.ucore, /light/)) expect(wait).toBeGreaterThan(90);
    for (const wait of longestWaits(by.ucore, /late|heavy/)) expect(wait).toBeLessThan(4);
  });
});

describe('measure', () => {
  it('shows the convoy effect: fifo has the worst turnaround and response (OSTEP, chapter 7)', async () => {
    const captured = await measured('--policy', 'fifo,rr', '--jobs', 'convoy', '--json', '-');
    const [fifo, rr] = (JSON.parse(captured.stdout) as MeasureReport).policies;
    expect([fifo!.completed, rr!.completed]).toEqual([3, 3]);
    expect(fifo!.meanTurnaround!).toBeGreaterThan(1.5 * rr!.meanTurnaround!);
    expect(fifo!.meanResponse!).toBeGreaterThan(10 * rr!.meanResponse!);
    for (const job of [...fifo!.jobs, ...rr!.jobs]) {
      expect(job.turnaround!).toBeCloseTo(job.completion! - job.arrival!, 4);
      expect(job.response!).toBeCloseTo(job.firstRun! - job.arrival!, 4);
      expect(job.cpu).toBeCloseTo(job.name === 'long' ? 100 : 10, 0);
    }
  });

  it('writes the same bytes again: table, JSON and page', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-measure-'));
    const once = async (name: string): Promise<string[]> => {
      const [json, html] = [path.join(folder, `${name}.json`), path.join(folder, `${name}.html`)];
      const run = await measured(
        ...['--policy', 'stride,fifo', '--smp', '2', '--jobs', 'a:prio=9;b:work=10;c:arrive=20'],
        ...['--time', '0.05', '--seed', '7', '--json', json, '--html', html],
      );
      expect(run).toMatchObject({ status: 0, stderr: '' });
      return [run.stdout, fs.readFileSync(json, 'utf8'), fs.readFileSync(html, 'utf8')];
    };
    const [table, json, html] = await once('first');
    expect(await once('second')).toEqual([table, json, html]);
    expect(table).toContain(
      'stride, fifo on 2 harts, jobs "a:prio=9;b:work=10;c:arrive=20", at most 50 guest ms, seed 7',
    );
    expect(table).toMatch(/^ {2}job +prio +arrival +first run +completion +turnaround +response +CPU/m);
    expect(html).not.toMatch(/(?:src|href)=/);
    expect(html).not.toMatch(/https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    expect(html!.match(/<svg viewBox/g)).toHaveLength(2 * 3);
  });

  it('gives each job one colour in all charts, also where a policy never ran it', async () => {
    const jobs = 'a;b;c;late:arrive=10';
    const run = await measured('--policy', 'fifo,rr', '--jobs', jobs, '--time', '0.03', '--html', '-');
    const colours = [...run.stdout.matchAll(/stroke="([^"]+)"[^>]*><title>late, share/g)].map(
      ([, colour]) => colour,
    );
    expect(new Set(colours).size).toBe(1);
    const swatch = /<i style="background:([^"]+)"><\/i>late/.exec(run.stdout)?.[1];
    expect(colours[0]).toBe(swatch);
    // One hart, and a first job that never ends: mix does not come to spawn it.
    expect(run.stderr).toMatch(/^ {2}late +– +– +– +– +– +– +0\.00/m);
  });

  it.each([
    [['--jobs', 'a:prio=1'], 'hartlab: --jobs: job a, prio: found "1", expected a whole number from 2'],
    [['--policy', 'rr,lottery'], "Unknown policy 'lottery'; there are fifo, rr, stride, ucore."],
    [['--lab', '99-none'], "hartlab: unknown lab '99-none'"],
    [['--json', '-', '--html', '-'], 'hartlab: --json and --html cannot both be standard output'],
  ])('refuses %j with status 2', async (args, message) => {
    const run = await measured(...args);
    expect([run.status, run.stdout]).toEqual([2, '']);
    expect(run.stderr).toContain(message);
  });

  it('documents the jobs in --help', async () => {
    const { status, stdout } = await measured('--help');
    expect(status).toBe(0);
    for (const word of ['mixed', 'infeasible', 'prio=P', 'arrive=MS', 'sleep=RUN:SLEEP'])
      expect(stdout).toContain(word);
  });
});
