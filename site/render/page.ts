/** The frame of every page of the site. */
import { escape } from '../../autograder/report/html/markup.js';
import type { ContentsEntry } from './article.js';

/** A neighbour in the order of the handouts. */
export interface Neighbour {
  readonly href: string;
  /** Trusted markup. */
  readonly title: string;
}

export interface PageParts {
  /** For the window: plain text. */
  readonly name: string;
  /** Trusted markup. */
  readonly title: string;
  readonly body: string;
  readonly contents: readonly ContentsEntry[];
  /** The way to the site's index from this page. */
  readonly home: string;
  readonly previous?: Neighbour | undefined;
  readonly next?: Neighbour | undefined;
  /** `handout`, `index` or `source`. */
  readonly kind: string;
}

/**
 * A page that needs nothing but itself and the pages it links to: no network, no files beside it. It reads without its
 * script.
 * @param style the style sheet
 */
export function pageHtml(parts: PageParts, style: string): string {
  const { name, title, body, contents, home, previous, next, kind } = parts;
  const list = contentsList(contents);
  const hasContents = contents.length > 1;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">`,
    `<title>${escape(name)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    `<body class="${kind}">`,
    '<a class="skip" href="#main">Skip to the text</a>',
    `<header class="top"><a href="${escape(home)}">HartLab <span>handouts</span></a></header>`,
    '<div class="layout">',
    hasContents ? `<nav class="contents" aria-label="On this page"><p>On this page</p>${list}</nav>` : '',
    '<main id="main" tabindex="-1">',
    `<h1>${title}</h1>`,
    hasContents
      ? `<details class="contents-small"><summary>On this page</summary><nav aria-label="On this page">${list}</nav></details>`
      : '',
    `<article>${body}</article>`,
    '</main>',
    '</div>',
    footer(previous, next),
    hasContents ? `<script>${SCRIPT}</script>` : '',
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

/** Headings of the second and third level; those of the third below theirs. */
function contentsList(entries: readonly ContentsEntry[]): string {
  const shown = entries.filter(({ depth }) => depth <= 3);
  const link = ({ slug, html }: ContentsEntry): string => `<a href="#${escape(slug)}">${html}</a>`;
  const items: string[] = [];
  for (let i = 0; i < shown.length;) {
    const entry = shown[i++];
    if (entry === undefined) break;
    const below: ContentsEntry[] = [];
    for (let inner = shown[i]; entry.depth === 2 && inner?.depth === 3; inner = shown[++i]) below.push(inner);
    const nested =
      below.length === 0 ? '' : `<ul>${below.map((inner) => `<li>${link(inner)}</li>`).join('')}</ul>`;
    items.push(`<li>${link(entry)}${nested}</li>`);
  }
  return `<ul>${items.join('')}</ul>`;
}

function footer(previous: Neighbour | undefined, next: Neighbour | undefined): string {
  if (previous === undefined && next === undefined) return '';
  const link = (neighbour: Neighbour | undefined, rel: 'prev' | 'next', words: string): string =>
    neighbour === undefined
      ? '<span></span>'
      : `<a rel="${rel}" class="${rel}" href="${escape(neighbour.href)}"><small>${words}</small>${neighbour.title}</a>`;
  return `<nav class="neighbours" aria-label="Other handouts">${link(previous, 'prev', 'Previous')}${link(next, 'next', 'Next')}</nav>`;
}

/** Marks the section that is being read in the table of contents. */
const SCRIPT = `
'use strict';
const links = new Map([...document.querySelectorAll('.contents a')].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
const headings = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
const mark = () => {
  const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight * 0.3);
  const current = links.get((passed.at(-1) ?? headings[0])?.id);
  for (const link of links.values()) link.toggleAttribute('aria-current', link === current);
};
addEventListener('scroll', mark, { passive: true });
mark();
`;
