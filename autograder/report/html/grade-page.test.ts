import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../lab/evidence.js';
import { jobHistories } from '../../metrics/job-history.js';
import { stride } from '../../metrics/simulated-policies.js';
import { simulateSchedule } from '../../metrics/simulated-schedule.js';
import type { CheckResult } from '../../runner/grade-report.js';
import { gradePage } from './grade-page.js';
import { axisTicks } from './markup.js';
import type { EventPicture } from './event-picture.js';
import { RunDrawings } from './run-drawings.js';
import { pictureOf } from './run-picture.js';
import { drawings, failing, HOSTILE, notBuilt, passing } from './sample-grade.js';

describe('pictureOf', () => {
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
  const picture = pictureOf(trace, jobHistories(trace));

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

const PAGES = [
  ['failing', failing],
  ['passing', passing],
  ['not built', notBuilt],
  [
    'without a score',
    { ...failing, verdict: 'infrastructure', fault: { message: HOSTILE, remedy: HOSTILE } },
  ],
] as const;

/** Text between tags, as a reader sees it. */
const textOf = (html: string): string =>
  html
    .replace(/<(style|script)>[^]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe.each(PAGES)('gradePage: %s', (_, report) => {
  const html = gradePage(report, drawings);

  it('is one file that asks nothing of the network', () => {
    expect(html).toContain("default-src 'none'");
    const own = html.replaceAll('http://www.w3.org/2000/svg', '').replaceAll(/href="#[^"]*"/g, '');
    expect(own).not.toMatch(/<[^>]*\b(?:src|href)=|@import|url\(|<(?:link|iframe|object|img|base|form)\b/);
  });

  it('lets its own script run and nothing that a student wrote', () => {
    const scripts = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(([, body = '']) => body);
    expect(scripts).toHaveLength(1);
    const hash = createHash('sha256').update(scripts[0]!).digest('base64');
    expect(html).toContain(`script-src 'sha256-${hash}'`);
    expect(html).not.toMatch(/script-src[^;]*unsafe/);
    expect(html).not.toMatch(/<[^>]*\son\w+=/);
    expect(html).not.toContain("<script>document.title='owned'");
    expect(html).not.toMatch(/<img/);
    // Nor turn the direction of text around.
    expect(html).not.toContain('\u202e');
  });

  it('is the same every time, and has no number that is none', () => {
    expect(gradePage(report, drawings)).toBe(html);
    expect(html.replace(/<script>[^]*<\/script>/, '')).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has every anchor that it links to, and no id twice', () => {
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
  });
});

describe('drawings of runs', () => {
  const trace = simulateSchedule(stride(), { harts: 1, jobs: [{ job: 1, priority: 24 }], duration: 10 });
  const call = { hart: 0, space: 0, number: 63, args: [3n, 0x1000n, 512n] };
  const calls = [
    { ...call, time: trace.end / 4 },
    { ...call, time: trace.end / 2, number: 93, args: [0n] },
  ];
  const bare = {
    hartIds: [7],
    bootHart: 0,
    frequency: trace.frequency,
    end: trace.end,
    events: [],
    complete: true,
  };
  const kernel = { placeOf: (pc: bigint) => ({ pc }), addressOf: () => undefined, sizeOf: () => undefined };
  const run = {
    scenario: 'reads',
    seed: 0,
    trace: { ...trace, calls },
    histories: [],
    events: bare,
    witness: undefined,
    outcome: { kind: 'completed' as const },
    kernel,
  };

  const drawn = (seen: Evidence, closely: boolean): EventPicture | undefined => {
    const drawings = new RunDrawings();
    drawings.add(seen, closely);
    return drawings.get(seen)?.events;
  };

  it('draws what programs asked the kernel for where neither jobs nor events are written down', () => {
    const picture = drawn(run, true);
    expect(picture?.lanes.map(({ name }) => name)).toEqual(['hart 7']);
    expect(picture?.lanes[0]?.spans.some(({ what }) => what === 'user')).toBe(true);
    const marks = [...(picture?.lanes[0]?.marks.values() ?? [])].flat();
    expect(marks.map(({ text }) => text)).toEqual([
      expect.stringMatching(/ms {2}ecall U-mode, read\(3, 0x1000, .*\)$/),
      expect.stringMatching(/ms {2}ecall U-mode, exit\(0.*\)$/),
    ]);
  });

  it('draws fewer marks of a run in which nothing was lost', () => {
    const many = Array.from({ length: 900 }, (_, i) => ({ ...call, time: 1000 * (i + 1) }));
    const marksOf = (closely: boolean): number => {
      const events = drawn({ ...run, trace: { ...trace, calls: many } }, closely);
      return [...(events?.lanes[0]?.marks.values() ?? [])].flat().length;
    };
    expect(marksOf(false)).toBeLessThan(marksOf(true));
  });

  it('promises no line where there is nothing to draw', () => {
    const empty = { ...drawings, runs: new RunDrawings() };
    expect(gradePage(failing, drawings)).toContain('Points were lost in this run, at the dashed lines:');
    expect(gradePage(failing, empty)).not.toContain('at the dashed lines');
  });
});

describe('a failing page', () => {
  const html = gradePage(failing, drawings);
  const text = textOf(html).slice(0, 20_000);

  it('leads with the first failed check, its cause, its place and the way to try again', () => {
    const start = text.indexOf('Start here');
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThan(text.indexOf('Shares by priority'));
    expect(html).toContain('&lt;b&gt;2.5&lt;/b&gt; quanta');
    expect(html).toContain('<code>stride.c:5 (stride_pick)</code>');
    expect(text).toContain('▶ 5 This line: int');
    expect(text).toContain('npx hartlab grade 03-stride &#39;');
    expect(text).toContain('One more check lost points.');
  });

  it('marks up the source without trusting it', () => {
    expect(html).toContain('<span class="hljs-meta">#<span class="hljs-keyword">include');
    expect(html).toContain('<span class="hljs-comment">   of two lines */</span>');
    expect(html).toContain('&lt;script&gt;document.title=&#x27;owned&#x27;&lt;/script&gt;');
    expect(html).not.toContain('x'.repeat(300));
  });

  it('shows a trace with what belongs where and what was seen', () => {
    expect(html).toMatch(/<tr class="expected"><td class="sign">−<span class="hidden">belongs here/);
    expect(/\+ was seen here 4 0\.0017\d\d s (?:online|sfence\.vma) out of order/.test(text)).toBe(true);
  });

  it('draws jobs and events by the ids of their harts, and where points were lost', () => {
    expect(html.match(/<figure><figcaption>/g)).toHaveLength(4);
    expect(html).toContain('data-name="hart 4, CSR"');
    expect(html).toContain('csr-write S-mode, satp = 0x8000000000080252');
    expect(html).toContain('<path class="flag"');
    // 700 device accesses a hart are more than can be told apart.
    expect(html).toMatch(/\d+ MMIO events, /);
  });

  it('does without pictures and sources', () => {
    const bare = gradePage(failing, { ...drawings, runs: new RunDrawings(), sources: [] });
    expect(bare).not.toContain('<svg');
    expect(bare).not.toContain('<pre class="excerpt">');
    expect(bare).toContain('<code>stride.c:5 (stride_pick)</code>');
  });
});

describe('a passing page', () => {
  const html = gradePage(passing, drawings);

  it('is short and calm: nothing to do, nothing unfolded', () => {
    expect(textOf(html)).toContain('All 3 checks passed.');
    expect(html).not.toContain('Start here');
    expect(html).not.toMatch(/<details[^>]* open/);
  });
});

describe('a page of files that do not compile', () => {
  it('leads with the first error at its line', () => {
    const html = gradePage(notBuilt, drawings);
    expect(html).toMatch(/Start here.*compiler does not accept/s);
    expect(html).toMatch(/class="line marked">.*?class="message">error: expected &#39;;&#39;/s);
    expect(html).not.toContain('<h2>Checks</h2>');
  });
});

describe('a page of many seeds', () => {
  it('shows the runs that lost points, one of each other scenario, and counts the rest', () => {
    const [mix, boot] = failing.scenarios;
    const scenarios = [0, 1, 2, 3].flatMap((seed) => [
      { ...mix!, seed },
      { ...boot!, seed },
    ]);
    const checks = failing.checks.map((check): CheckResult =>
      check.id === 'late' ? { ...check, seed: 2 } : check,
    );
    const html = gradePage({ ...failing, seeds: 4, scenarios, checks }, drawings);
    expect([...html.matchAll(/<section id="(run-[^"]*)"/g)].map(([, id]) => id)).toEqual([
      'run-mix-0',
      'run-boot-0',
      'run-mix-2',
    ]);
    expect(html).toContain('5 more runs, with other seeds, are not shown.');
  });
});

describe('axisTicks', () => {
  it('uses round steps', () => {
    expect(axisTicks(0, 60, 12)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
    expect(axisTicks(0, 0.52, 5)).toEqual([0, 0.2, 0.4]);
    expect(axisTicks(3, 3, 5)).toEqual([3]);
  });
});
