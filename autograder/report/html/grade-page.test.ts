import { describe, expect, it } from 'vitest';
import { jobHistories } from '../../metrics/job-history.js';
import { stride } from '../../metrics/simulated-policies.js';
import { simulateSchedule } from '../../metrics/simulated-schedule.js';
import type { GradeReport } from '../../runner/grade-report.js';
import { gradePage } from './grade-page.js';
import { axisTicks } from './markup.js';
import { pictureOf } from './run-picture.js';

const trace = simulateSchedule(stride(), {
  harts: 2,
  jobs: [
    { job: 1, priority: 24 },
    { job: 2, priority: 16 },
    { job: 3, priority: 8, arrive: 20 },
    { job: 4, priority: 12, sleep: { run: 3, sleep: 5 } },
  ],
  duration: 60,
  switchCost: 2500,
});
const histories = jobHistories(trace);

const report: GradeReport = {
  lab: '03-stride',
  title: 'Stride <scheduling>',
  score: 50,
  maxScore: 100,
  seed: 0,
  seeds: 1,
  verdict: 'graded',
  digest: '0123456789abcdef0123',
  diagnostics: [],
  checks: [
    {
      id: 'late',
      title: 'A late arrival',
      maxScore: 100,
      score: 50,
      status: 'partial',
      expected: 'no more than 1 & a bit',
      seen: '<b>2.5</b> quanta',
      scenario: 'one',
      seed: 0,
      replay: 'hartlab grade 03-stride --check late --seed 0',
      source: 'stride.c:3',
    },
  ],
  scenarios: [
    {
      id: 'one',
      title: 'One',
      harts: 2,
      seed: 0,
      outcome: 'completed',
      duration: 0.06,
      instructions: 12_000_000,
      digest: 'd',
      console: [],
    },
  ],
};

describe('pictureOf', () => {
  const picture = pictureOf(trace, histories);

  it('has a lane for each hart, without overlaps, that covers the run but for the kernel', () => {
    expect(picture.lanes.map((lane) => lane.hart)).toEqual([0, 1]);
    for (const lane of picture.lanes) {
      let end = 0;
      let covered = 0;
      for (const span of lane.spans) {
        expect(span.from).toBeGreaterThanOrEqual(end);
        end = span.to;
        covered += span.to - span.from;
      }
      expect(covered).toBeGreaterThan(0.9 * 60);
    }
  });

  it('shows shares that add up and lags that stay small under stride', () => {
    for (const i of [50, 200, 400]) {
      const sum = picture.jobs.reduce((total, job) => total + (job.share[i]?.[1] ?? 0), 0);
      expect(sum).toBeCloseTo(1, 6);
    }
    const lags = picture.jobs.slice(0, 2).flatMap((job) => job.lag.map((point) => point[1]));
    expect(Math.max(...lags)).toBeLessThan(2);
  });
});

describe('gradePage', () => {
  const html = gradePage(report, new Map([['one/0', pictureOf(trace, histories)]]), 1);

  it('is one file that asks nothing of the network', () => {
    expect(html).toContain("default-src 'none'");
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|src=|href=|@import|url\(/);
  });

  it('shows score, findings and charts, with text escaped', () => {
    expect(html).toContain('50 <small>/ 100</small>');
    expect(html).toContain('&lt;b&gt;2.5&lt;/b&gt; quanta');
    expect(html).toContain('no more than 1 &amp; a bit');
    expect(html).toContain('Stride &lt;scheduling&gt;');
    expect(html).toContain('hartlab grade 03-stride --check late --seed 0');
    expect(html.match(/<figure>/g)).toHaveLength(3);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('does without charts for a run that has no picture', () => {
    const bare = gradePage(report, new Map(), 1);
    expect(bare).not.toContain('<figure>');
    expect(bare).toContain('<h2>One</h2>');
  });

  it('is the same every time', () => {
    expect(gradePage(report, new Map([['one/0', pictureOf(trace, histories)]]), 1)).toBe(html);
  });
});

describe('axisTicks', () => {
  it('uses round steps', () => {
    expect(axisTicks(0, 60, 12)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
    expect(axisTicks(0, 0.52, 5)).toEqual([0, 0.2, 0.4]);
    expect(axisTicks(3, 3, 5)).toEqual([3]);
  });
});
