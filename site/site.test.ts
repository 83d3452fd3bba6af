/** The site as its readers meet it: every page in a browser, every link followed. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureIo } from '../autograder/cli/captured-io.js';
import { main } from '../autograder/cli/main.js';
import { repositoryRoot } from '../autograder/toolchain/index.js';
import { Browser } from '../emulator/node/chromium.js';
import { haveTools } from '../emulator/node/require-tool.js';
import { addHandouts } from './command.js';

/** Host milliseconds; some dozens of pages. */
const TIME_LIMIT = 300_000;

const root = repositoryRoot();
let scratch = '';
let site = '';
/** Markup by path in the site. */
const pages = new Map<string, string>();

beforeAll(async () => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-site-'));
  site = path.join(scratch, 'site');
  const { status, stdout, stderr } = await handouts('--out', site);
  expect(stderr).toBe('');
  expect([status, stdout]).toEqual([0, `${path.join(site, 'index.html')}\n`]);
  for (const file of fs.readdirSync(site, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.html')) continue;
    pages.set(file.replaceAll(path.sep, '/'), fs.readFileSync(path.join(site, file), 'utf8'));
  }
});
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

async function handouts(...args: string[]) {
  const captured = captureIo();
  const status = await main(['handouts', ...args], captured.io, root, [addHandouts]);
  return { status, stdout: captured.stdout(), stderr: captured.stderr() };
}

const decode = (text: string): string => text.replaceAll('&#39;', "'").replaceAll('&amp;', '&');

describe('the site', () => {
  it('has a page for each handout and an index, with the way on and back', () => {
    const names = fs.readdirSync(path.join(root, 'handouts')).filter((name) => name.endsWith('.md'));
    for (const name of names) {
      expect([...pages.keys()]).toContain(
        name === 'README.md' ? 'index.html' : name.replace(/\.md$/, '.html'),
      );
    }
    const middle = pages.get('03-stride.html') ?? '';
    expect(middle).toMatch(/<a rel="next"/);
    expect(middle).toMatch(/<main id="main"/);
    expect(middle).toMatch(/<span class="unbroken"><math>(?:(?!<\/math>).)*<\/math>[.,;]<\/span>/);
    expect(middle).toMatch(/<nav class="contents" aria-label="On this page">/);
  });

  it('asks nothing of the network, and is the same every time', async () => {
    for (const [page, html] of pages) {
      const loaded = html.match(/(?:\bsrc|\bsrcset|<link[^>]*\bhref)\s*=|@import|\burl\(/g);
      expect(loaded, page).toBeNull();
    }
    const again = path.join(scratch, 'again');
    await handouts('--out', again);
    expect(execFileSync('diff', ['-r', site, again], { encoding: 'utf8' })).toBe('');
  });

  it('has no link that leads nowhere, and no id twice', () => {
    const ids = new Map(
      [...pages].map(([page, html]) => [page, [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id)]),
    );
    const broken: string[] = [];
    for (const [page, html] of pages) {
      const own = ids.get(page) ?? [];
      const twice = own.find((id, i) => own.indexOf(id) !== i);
      if (twice !== undefined) broken.push(`${page}: id ${twice} twice`);
      for (const [, written] of html.matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)) {
        const href = decodeURIComponent(decode(written ?? ''));
        if (/^https?:/.test(href)) continue;
        const [file = '', anchor] = href.split('#');
        const target = file === '' ? page : path.posix.join(path.posix.dirname(page), file);
        const there = ids.get(target);
        if (there === undefined) broken.push(`${page}: ${href}: no such page`);
        else if (anchor !== undefined && !there.includes(anchor))
          broken.push(`${page}: ${href}: no such place`);
      }
    }
    expect(broken).toEqual([]);
  });

  it('takes the place of an earlier site, and of nothing else', async () => {
    const other = path.join(scratch, 'other');
    fs.mkdirSync(other);
    fs.writeFileSync(path.join(other, 'thesis.tex'), 'x');
    expect(await handouts('--out', other)).toMatchObject({ status: 2, stdout: '' });
    expect(fs.readdirSync(other)).toEqual(['thesis.tex']);
    fs.writeFileSync(path.join(site, 'old.html'), 'x');
    await handouts('--out', site);
    expect(fs.existsSync(path.join(site, 'old.html'))).toBe(false);
  });
});

describe.skipIf(!haveTools('chromium'))('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await Browser.start();
  });
  afterAll(() => browser.close());

  it.each([
    { width: 1280, height: 900, scheme: 'light' },
    { width: 1280, height: 900, scheme: 'dark' },
    { width: 390, height: 844, scheme: 'light' },
    { width: 390, height: 844, scheme: 'dark' },
  ] as const)(
    'every page opens from disk without an error, fits $width pixels, and can be read in $scheme',
    async (viewport) => {
      const { width, scheme } = viewport;
      for (const page of pages.keys()) {
        const opened = await browser.open(pathToFileURL(path.join(site, page)).href, viewport);
        expect(opened.errors, page).toEqual([]);
        expect(await opened.evaluate<string[]>(tooWide(width)), `${page} at ${width}`).toEqual([]);
        expect(await opened.evaluate<string[]>(TOO_FAINT), `${page}, ${scheme}`).toEqual([]);
        await opened.close();
      }
    },
    TIME_LIMIT,
  );

  it.each([1280, 390])(
    'a box that is wider than %i pixels would be noticed, and one that scrolls not',
    async (width) => {
      const page = await browser.open(pathToFileURL(path.join(site, 'index.html')).href, {
        width,
        height: 800,
      });
      const add = (markup: string): string =>
        `document.querySelector('article').insertAdjacentHTML('beforeend', '${markup}')`;
      const wide = '<div id="wide" style="width: 2000px">x</div>';
      await page.evaluate(add(`<div style="overflow-x: auto">${wide}</div>`));
      expect(await page.evaluate<string[]>(tooWide(width))).toEqual([]);
      await page.evaluate(add(wide));
      expect(await page.evaluate<string[]>(tooWide(width))).toContainEqual(
        expect.stringContaining('id="wide"'),
      );
      await page.close();
    },
  );

  it('shows a table of contents beside the text, or folded above it on a phone', async () => {
    const url = pathToFileURL(path.join(site, '03-stride.html')).href;
    const visible = (name: string): string => `document.querySelector('${name}').checkVisibility()`;
    for (const [width, beside] of [
      [1280, true],
      [390, false],
    ] as const) {
      const page = await browser.open(url, { width, height: 800 });
      expect(await page.evaluate(visible('.contents'))).toBe(beside);
      expect(await page.evaluate(visible('.contents-small'))).toBe(!beside);
      await page.close();
    }
  });
});

/**
 * Elements that reach over the right edge, though not in a box that scrolls.
 * @param width of the viewport: a phone's browser zooms out when a page is wider, and then says that it is as wide
 */
const tooWide = (width: number): string => `(() => {
  const scrolls = (element) => {
    for (let e = element.parentElement; e; e = e.parentElement)
      if (['auto', 'scroll'].includes(getComputedStyle(e).overflowX)) return true;
    return false;
  };
  return [...document.body.querySelectorAll('*')]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > ${width} + 0.5 && !scrolls(e))
    .map((e) => e.outerHTML.slice(0, 100));
})()`;

/** Texts whose contrast with what they stand on is below 4.5 (WCAG 2.2, 1.4.3). SVG has colours of its own. */
const TOO_FAINT = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const known = new Map();
  const contrast = (a, b) => {
    const key = a + b;
    if (!known.has(key)) {
      const [x, y] = [a, b].map((colour) => luminance(rgba(colour))).sort((p, q) => q - p);
      known.set(key, (x + 0.05) / (y + 0.05));
    }
    return known.get(key);
  };
  const backOf = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const { backgroundColor } = getComputedStyle(e);
      if (backgroundColor !== 'rgba(0, 0, 0, 0)') return backgroundColor;
    }
    return 'white';
  };
  const faint = new Set();
  for (const e of document.body.querySelectorAll('*:not(svg *):not(script)')) {
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim() !== '')) continue;
    const style = getComputedStyle(e);
    if (style.display === 'none' || style.opacity === '0') continue;
    const ratio = contrast(style.color, backOf(e));
    if (ratio < 4.5) faint.add(e.className + ' ' + style.color + ' on ' + backOf(e) + ': ' + ratio.toFixed(2));
  }
  return [...faint];
})()`;
