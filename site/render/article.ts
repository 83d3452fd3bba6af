/** The text of a handout as HTML. */
import { Marked, Renderer } from 'marked';
import type { Token, Tokens } from 'marked';
import { escape } from '../../autograder/report/html/markup.js';
import type { Fence, Handout } from '../markdown/handout.js';
import { formulaExtensions } from '../markdown/mathematics.js';
import { readConsole } from '../session/console-block.js';
import { consoleHtml } from './console.js';
import { highlight } from './highlight.js';

/** An entry of a table of contents. `html` is trusted and without links. */
export interface ContentsEntry {
  readonly depth: number;
  readonly slug: string;
  readonly html: string;
}

export interface Article {
  /** Trusted markup, without the title. */
  readonly body: string;
  /** The title as trusted markup. */
  readonly title: string;
  readonly contents: readonly ContentsEntry[];
}

export interface ArticleParts {
  /** What diagrams and figures became, by their blocks. */
  readonly drawn: ReadonlyMap<Token, string>;
  /** What is written for a link. */
  readonly href: (link: Tokens.Link) => string;
}

/** Renders a handout that has no problems. */
export function articleHtml(handout: Handout, parts: ArticleParts): Article {
  const renderer = new HandoutRenderer(handout, parts);
  const marked = new Marked({ extensions: formulaExtensions });
  marked.setOptions({ renderer });
  const body = keepPunctuation(marked.parser(handout.tokens));
  const contents = handout.headings.map(({ token, depth, slug }) => {
    const html = (renderer.inner.get(token) ?? '').replace(/<\/?a\b[^>]*>/g, '');
    return { depth, slug, html };
  });
  return { body, title: renderer.title, contents };
}

/** A line must not begin with the full stop behind a formula, where browsers would break it. */
function keepPunctuation(html: string): string {
  return html.replace(/<math>(?:(?!<\/math>)[^])*<\/math>[.,;:!?)]+/g, '<span class="unbroken">$&</span>');
}

class HandoutRenderer extends Renderer {
  title = '';
  /** Markup of headings. */
  readonly inner = new Map<Token, string>();
  private readonly slugs: ReadonlyMap<Token, string>;
  private readonly fences: ReadonlyMap<Token, Fence>;

  constructor(
    { headings, fences }: Handout,
    private readonly parts: ArticleParts,
  ) {
    super();
    this.slugs = new Map(headings.map(({ token, slug }) => [token, slug]));
    this.fences = new Map(fences.map((fence) => [fence.token, fence]));
  }

  override heading(token: Tokens.Heading): string {
    const inner = this.parser.parseInline(token.tokens);
    this.inner.set(token, inner);
    if (token.depth === 1) {
      this.title = inner;
      return '';
    }
    const slug = escape(this.slugs.get(token) ?? '');
    const link = `<a class="anchor" href="#${slug}" aria-label="Link to this section">#</a>`;
    return `<h${token.depth} id="${slug}">${inner} ${link}</h${token.depth}>\n`;
  }

  override code(token: Tokens.Code): string {
    const block = this.fences.get(token)?.block;
    switch (block?.kind) {
      case 'console': {
        const commands = readConsole(token.text);
        return 'fault' in commands ? '' : consoleHtml(commands);
      }
      case 'code': {
        const code = `<pre tabindex="0"><code>${highlight(token.text, block.language)}</code></pre>\n`;
        if (block.path === undefined) return code;
        return `<figure class="listing"><figcaption>${escape(block.path)}</figcaption>${code}</figure>\n`;
      }
      case 'diagram':
      case 'figure':
        return this.parts.drawn.get(token) ?? '';
      case undefined:
        return '';
    }
  }

  /** Comments alone: other HTML is a fault of the handout. */
  override html(): string {
    return '';
  }

  /** An option stays whole where lines are broken: `--check` is not `--` and `check`. */
  override codespan({ text }: Tokens.Codespan): string {
    const whole = escape(text).replace(/(?<![\w-])--?[\w-]+/g, '<span class="unbroken">$&</span>');
    return `<code>${whole}</code>`;
  }

  override link(token: Tokens.Link): string {
    const inner = this.parser.parseInline(token.tokens);
    const outside = /^https?:/.test(token.href) ? ' rel="external"' : '';
    return `<a href="${escape(this.parts.href(token))}"${outside}>${inner}</a>`;
  }

  override table(token: Tokens.Table): string {
    return `<div class="scroll table" tabindex="0">${super.table(token)}</div>\n`;
  }
}
