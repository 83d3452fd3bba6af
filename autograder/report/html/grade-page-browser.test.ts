import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from '../../../emulator/node/chromium.js';
import type { BrowserPage, Viewport } from '../../../emulator/node/chromium.js';
import { haveTools } from '../../../emulator/node/require-tool.js';
import type { GradeReport } from '../../runner/grade-report.js';
import { gradePage } from './grade-page.js';
import { drawings, failing, notBuilt, passing } from './sample-grade.js';

const PAGES: readonly (readonly [string, GradeReport])[] = [
  ['failing', failing],
  ['passing', passing],
  ['not-built', notBuilt],
];
const DESKTOP: Viewport = { width: 1280, height: 900 };
const PHONE: Viewport = { width: 390, height: 844 };
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-pages-'));

/** Opens everything that is folded, as a reader may. */
const UNFOLD = `document.querySelectorAll('details').forEach((each) => { each.open = true; });
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`;

describe.skipIf(!haveTools('chromium'))('the page of a grade in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    for (const [name, report] of PAGES) {
      fs.writeFileSync(path.join(folder, `${name}.html`), gradePage(report, drawings));
    }
    browser = await Browser.start();
  });
  afterAll(async () => {
    await browser.close();
    fs.rmSync(folder, { recursive: true });
  });

  const open = (name: string, viewport: Viewport): Promise<BrowserPage> =>
    browser.open(pathToFileURL(path.join(folder, `${name}.html`)).href, viewport);

  const cases = PAGES.flatMap(([name]) =>
    [DESKTOP, PHONE].flatMap((view) =>
      (['light', 'dark'] as const).map((scheme) => [name, view.width, { ...view, scheme }] as const),
    ),
  );
  it.each(cases)('%s at %i pixels: no error, nothing that overflows', async (name, width, viewport) => {
    const page = await open(name, viewport);
    await page.evaluate(UNFOLD);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    const wide = await page.evaluate<string[]>(`[...document.querySelectorAll('body *')]
      .filter((each) => !each.closest('svg, .hidden, .tip') && each.getBoundingClientRect().right > innerWidth + 1)
      .map((each) => each.tagName + '.' + each.className)`);
    expect(wide).toEqual([]);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  it('runs nothing that a student wrote', async () => {
    const page = await open('failing', DESKTOP);
    expect(await page.evaluate('document.title')).toBe('03-stride: 47.50 of 100');
    expect(await page.evaluate(`document.querySelectorAll('img, script:not(:last-of-type)').length`)).toBe(0);
    // Even where markup gets in: the policy refuses it.
    await page.evaluate(`document.body.append(document.createRange().createContextualFragment(
      "<script>document.title = 'owned'</" + "script>"))`);
    expect(await page.evaluate('document.title')).not.toBe('owned');
    await page.close();
  });

  it('draws charts at the width that they have, with text of one size', async () => {
    for (const viewport of [DESKTOP, PHONE]) {
      const page = await open('failing', viewport);
      await page.evaluate(UNFOLD);
      const scales = await page.evaluate<number[]>(`[...document.querySelectorAll('svg.chart')]
        .map((svg) => svg.clientWidth / svg.viewBox.baseVal.width)`);
      expect(scales.length).toBeGreaterThan(0);
      for (const scale of scales) expect(scale).toBeCloseTo(1, 2);
      await page.close();
    }
  });

  it('zooms by buttons, wheel and keyboard, all charts of a run together', async () => {
    const page = await open('failing', DESKTOP);
    await page.evaluate(UNFOLD);
    const boxes = (): Promise<string[]> =>
      page.evaluate(`[...document.querySelectorAll('section.run')[0].querySelectorAll('.plot')]
        .map((plot) => plot.getAttribute('viewBox').split(' ').filter((_, i) => i % 2 === 0).join(' '))`);
    const whole = await boxes();
    const press = (label: string): Promise<unknown> =>
      page.evaluate(`document.querySelector('section.run [aria-label="${label}"]').click()`);
    await press('Zoom in');
    const near = await boxes();
    expect(new Set(near).size).toBe(1);
    expect(near).not.toEqual(whole);
    await press('Show the whole run');
    expect(await boxes()).toEqual(whole);

    const chart = `document.querySelector('section.run svg.chart')`;
    await page.evaluate(`${chart}.dispatchEvent(new WheelEvent('wheel',
      { deltaY: -100, ctrlKey: true, cancelable: true, clientX: 600, clientY: 100 }))`);
    expect(await boxes()).not.toEqual(whole);
    await page.evaluate(
      `${chart}.focus(); ${chart}.dispatchEvent(new KeyboardEvent('keydown', { key: '0' }))`,
    );
    expect(await boxes()).toEqual(whole);
    // Without Ctrl and without the focus the wheel scrolls the page.
    expect(
      await page.evaluate(`${chart}.blur(); ${chart}.dispatchEvent(new WheelEvent('wheel',
      { deltaY: -100, cancelable: true }))`),
    ).toBe(true);
    expect(page.errors).toEqual([]);
    await page.close();
  });

  it('reads out bars, events and curves by keyboard', async () => {
    const page = await open('failing', DESKTOP);
    await page.evaluate(UNFOLD);
    const read = async (chart: number, ...keys: string[]): Promise<string> => {
      await page.evaluate(`{ const svg = document.querySelectorAll('svg.chart')[${chart}]; svg.focus();
        for (const key of ${JSON.stringify(keys)}) svg.dispatchEvent(new KeyboardEvent('keydown', { key })); }`);
      return page.evaluate(`document.querySelector('.tip').innerText`);
    };
    expect(await read(0, 'ArrowRight', 'ArrowDown')).toMatch(/^hart 1: job \d\n[\d.]+ to [\d.]+ ms/);
    expect(await read(1, 'ArrowRight')).toMatch(/^[\d.]+ ms\njob 1, share: [\d.]+ %/);
    const events = await page.evaluate<number>(`[...document.querySelectorAll('svg.chart')]
      .findIndex((svg) => svg.querySelector('.mark'))`);
    expect(await read(events, 'ArrowDown', 'ArrowDown', 'ArrowRight')).toMatch(
      /^hart 0, SBI: [\d.]+ ms\s+hsm STARTED/,
    );
    await page.close();
  });

  it('copies a command as it is to be typed', async () => {
    const page = await open('failing', DESKTOP);
    await page.evaluate(
      `navigator.clipboard.writeText = (text) => { window.copied = text; return Promise.resolve(); }`,
    );
    await page.evaluate(`document.querySelectorAll('button.copy')[1].click()`);
    expect(await page.evaluate('window.copied')).toMatch(/^npx hartlab grade 03-stride/);
    await page.close();
  });

  it('unfolds what a link leads to', async () => {
    const page = await open('failing', DESKTOP);
    await page.evaluate(`{ location.hash = 'run-boot-0'; new Promise((done) => setTimeout(done, 0)); }`);
    expect(
      await page.evaluate(`new Promise((done) => requestAnimationFrame(() =>
      done(document.querySelector('#run-boot-0 > details').open)))`),
    ).toBe(true);
    await page.close();
  });
});
