/** Diagrams in DOT as inline SVG. */
import { instance } from '@viz-js/viz';
import type { Viz } from '@viz-js/viz';
import { escape } from '../../autograder/report/html/markup.js';

const FONT = 'Helvetica';
/** CSS pixels a point of Graphviz: text of 11 points comes out as large as a caption. */
const PIXELS = 4 / 3;
/** Part of its size to which a diagram is shrunk before it scrolls. */
const LEAST_SCALE = 0.8;

let graphviz: Promise<Viz> | undefined;

/**
 * Draws a diagram. Ink takes the colour of the text around it; `class="accent"`, `"good"`, `"warm"`, `"bad"` or `"muted"` on a
 * node or an edge takes one of the page's colours, in light and in dark.
 * @returns SVG in its figure; or what Graphviz has against it, with the line in the block from 1 if it says one
 */
export async function diagramHtml(
  dot: string,
  caption: string,
): Promise<string | { readonly fault: string; readonly line?: number }> {
  const viz = await (graphviz ??= instance());
  // One font for all: only of a few does Graphviz know how wide their letters are.
  const lettered = dot.replaceAll(/\bfontname\s*=\s*(?:"[^"]*"|[\w-]+)/g, `fontname="${FONT}"`);
  const result = viz.render(lettered, {
    format: 'svg',
    graphAttributes: { bgcolor: 'transparent', fontname: FONT, fontsize: 11, nodesep: 0.3, ranksep: 0.4 },
    nodeAttributes: {
      fontname: FONT,
      fontsize: 11,
      shape: 'box',
      style: 'rounded',
      height: 0.35,
      margin: '0.14,0.06',
    },
    edgeAttributes: { fontname: FONT, fontsize: 9.5, arrowsize: 0.7 },
  });
  const [error] = result.errors;
  if (error !== undefined) {
    const line = /\bline (\d+)\b/.exec(error.message)?.[1];
    return { fault: `bad DOT: ${error.message.trim()}`, ...(line !== undefined && { line: Number(line) }) };
  }
  const colour = /\b(?:fill|stroke)="(?!black|none|transparent|currentColor)([^"]+)"/.exec(
    result.output ?? '',
  )?.[1];
  if (colour !== undefined) {
    return {
      fault: `the colour ${colour} in a diagram; expected class="accent", "good", "warm", "bad" or "muted"`,
    };
  }
  const svg = (result.output ?? '').replace(/^[^]*?(?=<svg)/, '');
  const size = /<svg width="([\d.]+)pt" height="([\d.]+)pt"/.exec(svg);
  const width = Math.round(Number(size?.[1] ?? 0) * PIXELS);
  const name = caption === '' ? 'Diagram' : caption;
  const drawn = svg
    .replace(
      /<svg width="[^"]*" height="[^"]*"/,
      `<svg role="img" aria-label="${escape(name)}" style="width:100%;max-width:${width}px;min-width:${Math.round(width * LEAST_SCALE)}px"`,
    )
    .replaceAll(/\b(fill|stroke)="black"/g, '$1="currentColor"')
    // Text has no fill of its own in Graphviz's SVG, and would be black.
    .replaceAll('<text ', '<text fill="currentColor" ')
    // Names of nodes would pop up as if they were explanations; ids would not be unique in a page.
    .replaceAll(/<title>[^<]*<\/title>\n?/g, '')
    .replaceAll(/ id="(?:node|edge|graph|clust)\d+"/g, '')
    .replaceAll(/<!--[^]*?-->\n?/g, '');
  const text = caption === '' ? '' : `<figcaption>${escape(caption)}</figcaption>`;
  return `<figure class="diagram"><div class="scroll" tabindex="0">${drawn.trim()}</div>${text}</figure>\n`;
}
