/** Makes the pages of the site. */
import fs from 'node:fs';
import path from 'node:path';
import type { Token } from 'marked';
import { escape } from '../autograder/report/html/markup.js';
import { figureHtml } from './figure/figure.js';
import { readFigure } from './figure/spec.js';
import { handoutProblems, linkTargets, readHandouts } from './handouts.js';
import type { Handouts } from './handouts.js';
import { hrefOf, pageOfHandout, pageOfSource, resolveLink } from './links.js';
import type { Fence, Handout } from './markdown/handout.js';
import type { Problem } from './problem.js';
import { articleHtml } from './render/article.js';
import type { Article } from './render/article.js';
import { diagramHtml } from './render/diagram.js';
import { pageHtml } from './render/page.js';
import type { Neighbour } from './render/page.js';
import { folderPage, sourcePage, textFiles } from './render/source-page.js';
import { styleSheet } from './style/style-sheet.js';

export interface SiteOptions {
  readonly onProgress?: (text: string) => void;
}

export interface BuiltSite {
  /** Contents by path in the site; incomplete if there are problems. */
  readonly pages: ReadonlyMap<string, string>;
  /** Everything that is wrong with the handouts. */
  readonly problems: readonly Problem[];
}

/**
 * Renders all handouts of a checkout. Figures are measured on the spot.
 * @param root the repository
 */
export async function buildSite(root: string, { onProgress }: SiteOptions = {}): Promise<BuiltSite> {
  const handouts = readHandouts(root);
  const problems = handoutProblems(handouts, root);
  const drawn = new Map<Token, string>();
  const all = handouts.index === undefined ? handouts.inOrder : [handouts.index, ...handouts.inOrder];
  // A handout that cannot be read has no use for figures that take seconds.
  if (problems.length === 0) {
    for (const handout of all) {
      onProgress?.(`drawing: ${handout.file}`);
      problems.push(...(await drawPictures(handout, root, drawn)));
    }
  }
  if (problems.length > 0) return { pages: new Map(), problems };

  const style = styleSheet(root);
  const articles = new Map(all.map((handout) => [handout, articleOf(handout, handouts, drawn, root)]));
  const pages = new Map<string, string>();
  for (const handout of all) {
    const article = articles.get(handout);
    if (article === undefined) continue;
    const at = handouts.inOrder.indexOf(handout);
    const neighbour = (index: number): Neighbour | undefined => {
      const other = at < 0 ? undefined : handouts.inOrder[index];
      return (
        other && { href: pageOfHandout(other.file), title: articles.get(other)?.title ?? escape(other.title) }
      );
    };
    const isIndex = handout === handouts.index;
    const parts = {
      name: isIndex ? handout.title : `${handout.title} – HartLab`,
      ...article,
      contents: isIndex ? [] : article.contents,
      home: 'index.html',
      previous: neighbour(at - 1),
      next: neighbour(at + 1),
      kind: isIndex ? 'index' : 'handout',
    };
    pages.set(pageOfHandout(handout.file), pageHtml(parts, style));
  }
  addSources(pages, all, handouts, style, root);
  return { pages, problems };
}

/** @returns what is wrong with the handout's diagrams and figures */
async function drawPictures(handout: Handout, root: string, drawn: Map<Token, string>): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const { block, token, line } of handout.fences) {
    const picture = await draw({ block, token, line }, root);
    if (picture === null) continue;
    if (typeof picture === 'string') drawn.set(token, picture);
    else problems.push({ file: handout.file, line: line + (picture.line ?? 0), message: picture.fault });
  }
  return problems;
}

/** @returns null for a block that is no picture; a fault has its line in the block, from 1 */
async function draw(
  { block, token }: Fence,
  root: string,
): Promise<string | { readonly fault: string; readonly line?: number } | null> {
  if (block.kind === 'diagram') return diagramHtml(token.text, block.caption);
  if (block.kind !== 'figure') return null;
  const spec = readFigure(token.text, root);
  return 'fault' in spec ? { fault: spec.fault, line: spec.line + 1 } : figureHtml(spec, root);
}

function articleOf(
  handout: Handout,
  { byFile }: Handouts,
  drawn: ReadonlyMap<Token, string>,
  root: string,
): Article {
  return articleHtml(handout, {
    drawn,
    href: ({ href }) => {
      const target = resolveLink(href, handout.file, byFile, root);
      return typeof target === 'string' ? '' : hrefOf(target, pageOfHandout(handout.file));
    },
  });
}

/** Pages of all sources that are linked to; a folder's files are with it. */
function addSources(
  pages: Map<string, string>,
  all: readonly Handout[],
  handouts: Handouts,
  style: string,
  root: string,
): void {
  const files = new Set<string>();
  for (const target of all.flatMap((handout) => linkTargets(handout, handouts, root))) {
    if (target.kind !== 'source') continue;
    if (target.isFolder) {
      const inside = textFiles(target.path, root);
      for (const file of inside) files.add(file);
      pages.set(pageOfSource(target.path, true), folderPage(target.path, inside, style));
    } else {
      files.add(target.path);
    }
  }
  for (const file of files) {
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    pages.set(pageOfSource(file, false), sourcePage(file, text, style));
  }
}
