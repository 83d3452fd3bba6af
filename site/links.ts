/** Where the links of handouts lead: to another handout, to a source of the repository, or out. */
import fs from 'node:fs';
import path from 'node:path';
import { didYouMean } from '../autograder/cli/option-values.js';
import type { Handout } from './markdown/handout.js';

/** The folder of handouts, and the one of them that lists all in their order. */
export const HANDOUTS = 'handouts';
export const INDEX = `${HANDOUTS}/README.md`;
/** A course is handed out without them. */
const NOT_HANDED_OUT = 'solutions';
/** Bytes of a source that is still shown. */
const SOURCE_LIMIT = 512 << 10;

/** What a link points to. */
export type LinkTarget =
  | { readonly kind: 'outside'; readonly url: string }
  | { readonly kind: 'handout'; readonly file: string; readonly anchor: string }
  /** A file, or a folder; the anchor is `L12` or nothing. */
  | { readonly kind: 'source'; readonly path: string; readonly anchor: string; readonly isFolder: boolean };

/**
 * Resolves a link.
 * @param from the file that it stands in
 * @param handouts all handouts by file
 * @returns its target, or what is wrong with it
 */
export function resolveLink(
  href: string,
  from: string,
  handouts: ReadonlyMap<string, Handout>,
  root: string,
): LinkTarget | string {
  if (/^https?:\/\//.test(href)) return { kind: 'outside', url: href };
  if (/^[a-z][a-z+.-]*:/i.test(href)) return `link to ${href}: expected http, https or a path`;
  const [pathPart, anchor] = splitAnchor(href);
  const target =
    pathPart === '' ? from : path.posix.normalize(path.posix.join(path.posix.dirname(from), pathPart));
  const cleaned = target.replace(/\/$/, '');
  if (cleaned.startsWith('..') || path.posix.isAbsolute(target)) {
    return `link to ${href}: expected a path in the repository`;
  }
  const handout = handouts.get(cleaned);
  if (handout !== undefined) return handoutTarget(href, handout, anchor);
  return sourceTarget(href, cleaned, anchor, root);
}

function splitAnchor(href: string): [string, string] {
  const at = href.indexOf('#');
  if (at < 0) return [decode(href), ''];
  return [decode(href.slice(0, at)), decode(href.slice(at + 1))];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function handoutTarget(href: string, { file, headings }: Handout, anchor: string): LinkTarget | string {
  const slugs = headings.map(({ slug }) => slug);
  if (anchor === '' || slugs.includes(anchor)) return { kind: 'handout', file, anchor };
  return `link to ${href}: ${file} has no heading '#${anchor}'.${didYouMean(anchor, slugs)}`;
}

function sourceTarget(href: string, target: string, anchor: string, root: string): LinkTarget | string {
  if (target.split('/')[0] === NOT_HANDED_OUT) {
    return `link to ${href}: a course is handed out without ${NOT_HANDED_OUT}/; write the path as code`;
  }
  const file = path.join(root, target);
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return `broken link to ${href}: there is no ${target}`;
  if (stat.isDirectory()) {
    return anchor === ''
      ? { kind: 'source', path: target, anchor, isFolder: true }
      : `link to ${href}: a folder has no anchors`;
  }
  if (stat.size > SOURCE_LIMIT) return `link to ${href}: ${target} is too large to be shown`;
  if (anchor !== '') {
    const lines = fs.readFileSync(file, 'utf8').split('\n').length - 1;
    const line = Number(/^L([1-9]\d*)$/.exec(anchor)?.[1] ?? NaN);
    if (!(line <= lines)) return `link to ${href}: expected #L1 to #L${lines}, the lines of ${target}`;
  }
  return { kind: 'source', path: target, anchor, isFolder: false };
}

/** Where a handout's page lies in the site. */
export function pageOfHandout(file: string): string {
  return file === INDEX ? 'index.html' : `${path.posix.basename(file, '.md')}.html`;
}

/** Where a source's page lies in the site. */
export function pageOfSource(source: string, isFolder: boolean): string {
  return isFolder ? `source/${source}/index.html` : `source/${source}.html`;
}

/** What a page writes to link to a target. */
export function hrefOf(target: LinkTarget, fromPage: string): string {
  if (target.kind === 'outside') return target.url;
  const page =
    target.kind === 'handout' ? pageOfHandout(target.file) : pageOfSource(target.path, target.isFolder);
  const anchor = target.anchor === '' ? '' : `#${encodeURIComponent(target.anchor)}`;
  if (page === fromPage && anchor !== '') return anchor;
  const relative = path.posix.relative(path.posix.dirname(fromPage), page);
  return `${relative.split('/').map(encodeURIComponent).join('/')}${anchor}`;
}
