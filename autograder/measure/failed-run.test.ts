import { describe, expect, it } from 'vitest';
import { roundRobin } from '../metrics/simulated-policies.js';
import { simulateSchedule } from '../metrics/simulated-schedule.js';
import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import type { ScenarioRun } from '../runner/run-scenario.js';
import { measurePage } from './page.js';
import { measuredPart } from './policy-run.js';
import { policyPictures } from './policy-pictures.js';
import { measureReport } from './report.js';
import { formatMeasurement } from './terminal.js';
import { workloadOf } from './workload.js';

const workload = workloadOf('a;b', 1, 0.03);

function run(outcome: ScenarioRun['outcome'], duration: number, started = true): ScenarioRun {
  const trace = simulateSchedule(roundRobin(), {
    harts: 1,
    jobs: [
      { job: 1, priority: 16 },
      { job: 2, priority: 16 },
    ],
    duration,
  });
  const start = { time: 0, hart: 0, space: 2, code: MarkCode.MixStart, args: [] };
  const marks = started ? [start, ...trace.marks] : trace.marks;
  return {
    scenario: 'rr',
    seed: 0,
    trace: { ...trace, marks },
    events: { hartIds: [0], bootHart: 0, frequency: 100e6, end: 0, events: [], complete: true },
    witness: undefined,
    outcome,
    digest: '',
    instructions: 0,
    console: ['panic: oh'],
  };
}

function reportOf(item: ScenarioRun) {
  const runs = [measuredPart(item, workload)];
  const report = measureReport(runs, { harts: 1, seed: 0, workload });
  const html = measurePage(report, policyPictures(report, runs));
  return { run: report.policies[0]!, text: formatMeasurement(report), html };
}

describe('a run that comes to a bad end', () => {
  const panic = { kind: 'panic', message: 'oh', hart: 0 } as const;

  it('is reported with its cause and with what was gathered until then', () => {
    const { run: policy, text, html } = reportOf(run(panic, 10));
    expect(policy).toMatchObject({
      status: 'failed',
      duration: 10,
      explanation: ['the kernel gave up on hart 0: oh'],
    });
    expect(policy.jobs.map(({ cpu }) => cpu)).toEqual([5, 5]);
    expect(text).toContain('the kernel gave up on hart 0: oh');
    expect(html).toContain('the kernel gave up on hart 0: oh');
  });

  it('says so when the mix never started', () => {
    const { run: policy, text, html } = reportOf(run(panic, 10, false));
    expect(policy.boot).toBeUndefined();
    expect(text).toContain('the mix never started: the kernel gave up on hart 0: oh');
    expect(html).toContain('the mix never started');
  });

  it('fails when nothing happens any more, however late', () => {
    expect(reportOf(run({ kind: 'livelock', harts: [] }, 60)).run.status).toBe('failed');
  });
});

it('is measured for the time that was asked for, even if the policy keeps mix from ending it', () => {
  const { run: policy } = reportOf(run({ kind: 'budget', harts: [] }, 60));
  expect(policy).toMatchObject({ status: 'measured', duration: 30, explanation: [], console: [] });
});
