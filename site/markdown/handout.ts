/** A handout, read: its blocks, headings and links with their lines, and what is wrong with each by itself. */
import { Marked } from 'marked';
import type { Token, Tokens, TokensList } from 'marked';
import type { Problem } from '../problem.js';
import { fenceKind } from './fence.js';
import type { FenceKind } from './fence.js';
import { formulaExtensions, isFormula, mathMl } from './mathematics.js';
import { slugger } from './slugs.js';

export interface Handout {
  /** From the repository's root: `handouts/03-stride.md`. */
  readonly file: string;
  readonly text: string;
  /** The only heading of the first level; the file's name without one. */
  readonly title: string;
  readonly tokens: TokensList;
  /** All headings below the title, in order. */
  readonly headings: readonly Heading[];
  readonly fences: readonly Fence[];
  readonly standIns: readonly StandIn[];
  readonly links: readonly LinkUse[];
  /** Code within text. */
  readonly spans: readonly CodeSpan[];
  readonly problems: readonly Problem[];
}

export interface Heading {
  readonly token: Tokens.Heading;
  readonly depth: number;
  /** What a link to it has after its `#`: as GitHub makes it. */
  readonly slug: string;
}

export interface Fence {
  readonly token: Tokens.Code;
  readonly block: FenceKind;
  /** Of the opening fence, from 1. */
  readonly line: number;
}

/**
 * What stands in for the reader's work from here on, so that commands can be run that come after it:
 * `<!-- labs/03-stride is solutions/03-stride + mutants/waker-keeps-pass.patch -->`. Patches are in the folder
 * behind `is`; `labs/03-stride is labs/03-stride` is the stub again.
 */
export interface StandIn {
  readonly folder: string;
  readonly source: string;
  readonly patches: readonly string[];
  readonly line: number;
}

export interface LinkUse {
  readonly token: Tokens.Link;
  readonly line: number;
}

export interface CodeSpan {
  readonly text: string;
  readonly line: number;
}

/** Reads a handout. Anything is accepted; what is wrong is in `problems`. */
export function readHandout(file: string, text: string): Handout {
  const tokens = new Marked({ extensions: formulaExtensions }).lexer(text);
  const problems: Problem[] = [];
  const headings: Heading[] = [];
  const fences: Fence[] = [];
  const standIns: StandIn[] = [];
  const links: LinkUse[] = [];
  const spans: CodeSpan[] = [];
  const slug = slugger();
  let title: string | undefined;
  walk(tokens, text, (token, line) => {
    const report = (message: string): void => void problems.push({ file, line, message });
    if (isFormula(token)) {
      const math = mathMl(token);
      if (typeof math !== 'string') report(math.fault);
      return;
    }
    switch (token.type) {
      case 'heading': {
        const heading = token as Tokens.Heading;
        if (heading.depth === 1) {
          if (title === undefined) title = heading.text;
          else report(`a second heading '# ${heading.text}'; a handout has one, its title`);
        } else {
          headings.push({ token: heading, depth: heading.depth, slug: slug(heading.text) });
        }
        break;
      }
      case 'code': {
        const code = token as Tokens.Code;
        if (code.codeBlockStyle === 'indented') {
          report('an indented code block; expected a fenced one with its language');
          break;
        }
        const block = fenceKind(code.lang);
        if (typeof block === 'string') report(block);
        else fences.push({ token: code, block, line });
        break;
      }
      case 'link':
        links.push({ token: token as Tokens.Link, line });
        break;
      case 'codespan':
        spans.push({ text: (token as Tokens.Codespan).text, line });
        break;
      case 'html':
        if (/^<!--[^]*-->\s*$/.test(token.raw)) {
          const standIn = readStandIn(token.raw, line);
          if (standIn !== null) standIns.push(standIn);
        } else report(`HTML (${token.raw.trim().split('\n')[0]}); a handout is Markdown alone`);
        break;
      case 'image':
        report('an image; expected a diagram (dot) or a figure, which cannot be out of date');
        break;
      case 'text':
        if (!('tokens' in token) && token.raw.includes('$')) {
          report("a lone '$'; write \\$, or close the formula (no blank inside of the dollars)");
        }
        break;
      default:
        break;
    }
  });
  if (title === undefined) {
    problems.push({ file, line: 1, message: "no title; expected a first line '# Title'" });
  }
  const name = file.replace(/^.*\//, '').replace(/\.md$/, '');
  return { file, text, title: title ?? name, tokens, headings, fences, standIns, links, spans, problems };
}

const STAND_IN = /^<!--\s*(labs\/[\w-]+) is ((?:labs|solutions)\/[\w-]+)((?:\s*\+\s*[\w./-]+)*)\s*-->\s*$/;

function readStandIn(comment: string, line: number): StandIn | null {
  const [, folder, source, patches] = STAND_IN.exec(comment) ?? [];
  if (folder === undefined || source === undefined) return null;
  return { folder, source, patches: (patches ?? '').split('+').flatMap((name) => name.trim() || []), line };
}

/**
 * Visits all tokens in the order of the text, each with its line. Marked gives no positions, but the text of tokens
 * (`raw`) follows one another: each is looked for from where the one before it began.
 */
function walk(tokens: readonly Token[], text: string, visit: (token: Token, line: number) => void): void {
  let line = 1;
  let counted = 0;
  const lineAt = (position: number): number => {
    for (; counted < position; counted++) if (text.charCodeAt(counted) === 10) line++;
    return line;
  };
  /** @returns where the search for the next token begins */
  const enter = (siblings: readonly Token[], from: number): number => {
    let position = from;
    for (const token of siblings) {
      // Within lists and quotations raw has lost its indentation: its first line is what is the same.
      const first = token.raw.replace(/^\n+/, '').split('\n', 1)[0]?.trimEnd() ?? '';
      const found = text.indexOf(first, position);
      const start = found < 0 ? position : found;
      visit(token, lineAt(start));
      const children = childrenOf(token);
      const inner = children.length > 0 ? enter(children, start) : start;
      const whole = text.startsWith(token.raw, start) ? start + token.raw.length : start + first.length;
      position = Math.max(position, inner, children.length > 0 ? inner : whole);
    }
    return position;
  };
  enter(tokens, 0);
}

function childrenOf(token: Token): readonly Token[] {
  if (token.type === 'list') return (token as Tokens.List).items;
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table;
    return [...header, ...rows.flat()].flatMap((cell) => cell.tokens);
  }
  return 'tokens' in token ? (token.tokens ?? []) : [];
}
