/** The page of a real grade, as a student opens it: what to do next must be there, and be readable. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../../emulator/node/chromium.js';
import type { BrowserPage, Viewport } from '../../../emulator/node/chromium.js';
import { haveTools } from '../../../emulator/node/require-tool.js';
import { captureIo } from '../../cli/captured-io.js';
import { main } from '../../cli/main.js';
import { loadLab } from '../../lab/load.js';
import type { GradeReport } from '../../runner/grade-report.js';
import { repositoryRoot } from '../../toolchain/index.js';
import { loadCorpus } from '../../truth/corpus.js';

const LAB = '01-bootcamp';
/** Its sfence.vma comes after what others can see: a check of traces fails on every hart. */
const MUTANT = 'fence-too-late';
const SMALLEST_TEXT = 11;
const root = repositoryRoot();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-page-'));
const file = (name: string): string => path.join(scratch, name);

async function grade(name: string, ...args: string[]): Promise<GradeReport> {
  const captured = captureIo();
  await main(
    ['grade', LAB, ...args, '--html', file(`${name}.html`), '--json', file(`${name}.json`)],
    captured.io,
  );
  return JSON.parse(fs.readFileSync(file(`${name}.json`), 'utf8')) as GradeReport;
}

const VIEWS: readonly Viewport[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, height: 900, scheme })),
);

describe.skipIf(!haveTools('chromium'))('the page of a graded lab', () => {
  let browser: Browser;
  let failing: GradeReport;
  let passing: GradeReport;

  beforeAll(async () => {
    const { lab } = await loadLab(root, LAB);
    const mutant = loadCorpus(root, lab).mutants.find(({ name }) => name === MUTANT);
    fs.mkdirSync(file('student'));
    for (const [name, text] of mutant?.files ?? []) fs.writeFileSync(file(`student/${name}`), text);
    failing = await grade('failing', file('student'));
    passing = await grade('passing', '--solution');
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser.close();
    fs.rmSync(scratch, { recursive: true });
  });

  const open = (name: string, view: Viewport): Promise<BrowserPage> =>
    browser.open(pathToFileURL(file(`${name}.html`)).href, view);
  /** Text of the visible elements that a selector finds, as the page lays it out. */
  const seen = (page: BrowserPage, selector: string): Promise<string[]> =>
    page.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})]
      .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 0)
      .map((each) => each.innerText ?? each.textContent)`);

  describe.each(VIEWS)('$width pixels wide, $scheme', (view) => {
    it.each(['failing', 'passing'])('%s: fits, is readable, asks nothing of the network', async (name) => {
      const page = await open(name, view);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(view.width);
      expect(await page.evaluate(`performance.getEntriesByType('resource').length`)).toBe(0);
      const smallest = await page.evaluate<number>(`Math.min(...[...document.querySelectorAll('body *')]
        .filter((each) => each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
        .map((each) => parseFloat(getComputedStyle(each).fontSize)))`);
      expect(smallest).toBeGreaterThanOrEqual(SMALLEST_TEXT);
      expect(page.errors).toEqual([]);
      await page.close();
    });

    it('failing: says what was lost, what was seen, where to look and what to type', async () => {
      const page = await open('failing', view);
      const [lost] = failing.checks.filter(({ status }) => status !== 'passed');
      expect(await seen(page, '.score')).toEqual([`${failing.score} / 100`]);
      // The first thing below the score, without a scroll.
      expect((await seen(page, 'main > section:first-child h2'))[0]).toBe('Start here');
      expect(await page.evaluate(`document.querySelector('.next').getBoundingClientRect().top`)).toBeLessThan(
        450,
      );
      const [step = ''] = await seen(page, '.next');
      for (const part of [lost?.title, lost?.expected, `${lost?.source} (${lost?.function})`])
        expect(step).toContain(part);
      expect(step).toMatch(/guest time \d\.\d{6} s · hart 0 · the run/);
      expect((await seen(page, '.next .excerpt .marked'))[0]).toContain('void bootcamp_paging(void)');
      expect(await seen(page, '.next code.command')).toEqual([
        `npx ${lost?.replay}`,
        `npx hartlab grade ${LAB} ${file('student')}`,
      ]);
      await page.close();
    });

    it('failing: shows expected against seen, with hart and guest time', async () => {
      const page = await open('failing', view);
      const cells = await page.evaluate<string[][]>(`[...document.querySelectorAll('.next .diff tbody tr')]
        .map((row) => [row.className, ...[...row.cells].slice(1).map((cell) => cell.innerText.replace(/\\s+/g, ' '))])`);
      for (const hart of ['0', '1', '2', '3']) {
        const own = cells.filter(([, id]) => id === hart);
        expect(own).toContainEqual(['expected', hart, '', 'sfence.vma after satp it came elsewhere']);
        const late = own.find(([side]) => side === 'seen');
        expect(late?.[2]).toMatch(/^\d\.\d{6} s$/);
        expect(late?.[3]).toBe('sfence.vma after satp out of order');
      }
      await page.close();
    });

    it('failing: draws every hart of the run, and marks the moment', async () => {
      const page = await open('failing', view);
      const charts = await page.evaluate<{ lanes: string[]; flags: number; height: number; width: number }[]>(
        `[...document.querySelectorAll('details.run[open] svg.chart')].map((svg) => ({
          lanes: [...svg.querySelectorAll('.lane')].map((lane) => lane.dataset.name),
          flags: svg.querySelectorAll('.flag').length,
          height: svg.getBoundingClientRect().height,
          width: svg.getBoundingClientRect().width,
        }))`,
      );
      const events = charts.find(({ lanes }) => lanes.includes('hart 0, CSR'));
      for (const hart of [0, 1, 2, 3]) expect(events?.lanes).toContain(`hart ${hart}, fence`);
      expect(events?.flags).toBe(1);
      expect(events?.height).toBeGreaterThan(200);
      expect(events?.width).toBeGreaterThan(view.width * 0.75);
      // Labels enough on the axis of time to read its scale by, none over another.
      const labels = await page.evaluate<
        number[][]
      >(`[...document.querySelectorAll('details.run[open] svg.chart .tick')]
        .map((label) => label.getBoundingClientRect()).map(({ left, right }) => [left, right])`);
      expect(labels.length).toBeGreaterThanOrEqual(2);
      for (const [i, [left = 0]] of labels.entries()) {
        if (i > 0) expect(left).toBeGreaterThan(labels[i - 1]?.[1] ?? 0);
      }
      await page.close();
    });

    it('failing: shows the moment from near at the press of a button', async () => {
      const page = await open('failing', view);
      await page.evaluate(
        `document.querySelector('details.run[open] [aria-label="Zoom to where points were lost"]').click()`,
      );
      const lines = await page.evaluate<{ flag: number; left: number; right: number; marks: number }>(`{
        const svg = [...document.querySelectorAll('details.run[open] svg.chart')].at(-1);
        const box = svg.getBoundingClientRect();
        const [left, right] = [box.left + Number(svg.dataset.gutter), box.right - 26];
        const flag = svg.querySelector('.flag').getBoundingClientRect();
        const inside = [...svg.querySelectorAll('.mark')].map((mark) => mark.getBoundingClientRect().left);
        ({ left, right, flag: (flag.left + flag.right) / 2, marks: inside.filter((x) => x > left && x < right).length });
      }`);
      expect(lines.flag).toBeGreaterThan(lines.left + (lines.right - lines.left) * 0.4);
      expect(lines.flag).toBeLessThan(lines.left + (lines.right - lines.left) * 0.6);
      expect(lines.marks).toBeGreaterThan(5);
      await page.close();
    });

    it('passing: says so, and what may still be tried', async () => {
      const page = await open('passing', view);
      expect(await seen(page, '.score')).toEqual(['100 / 100']);
      expect(await seen(page, '.verdict')).toEqual([`All ${passing.checks.length} checks passed.`]);
      expect((await seen(page, 'main > section:first-child h2'))[0]).toBe('Nothing to mend');
      expect(await seen(page, 'code.command')).toEqual([`npx hartlab grade ${LAB} --solution --seeds 10`]);
      await page.close();
    });
  });

  it('names a command that shows the same again', async () => {
    const [lost] = failing.checks.filter(({ status }) => status !== 'passed');
    const captured = captureIo();
    const [, ...args] = lost?.replay.split(' ') ?? [];
    expect(await main([...args, '--json', file('again.json')], captured.io)).toBe(1);
    const again = JSON.parse(fs.readFileSync(file('again.json'), 'utf8')) as GradeReport;
    expect(again.checks).toEqual([lost]);
  });

  it('stays small enough to send', () => {
    for (const name of ['failing', 'passing']) {
      expect(fs.statSync(file(`${name}.html`)).size).toBeLessThan(3 << 20);
    }
  });
});
