/** `$…$` and `$$…$$` in Markdown, as MathML that browsers draw themselves. */
import type { TokenizerAndRendererExtension, Tokens } from 'marked';
import temml from 'temml';

/** A formula, as the lexer found it. */
export interface FormulaToken extends Tokens.Generic {
  readonly type: 'formula' | 'displayedFormula';
  readonly raw: string;
  readonly tex: string;
}

export function isFormula(token: Tokens.Generic): token is FormulaToken {
  return token.type === 'formula' || token.type === 'displayedFormula';
}

/** A formula within text: no blank inside of the dollars, and no digit behind them, so that $5 and $6 are money. */
const INLINE = /^\$(?![\s$])((?:\\[^]|[^$\\`\n]|\n(?!\s*\n))+?)(?<!\s)\$(?!\d)/;
/** A formula of its own: dollars at the beginning and at the end of lines. */
const DISPLAYED = /^\$\$\s*([^$]+?)\s*\$\$[ \t]*(?:\n+|$)/;

/** The extensions of marked that read formulas. What they render has been checked by {@link mathMl}. */
export const formulaExtensions: TokenizerAndRendererExtension[] = [
  {
    name: 'displayedFormula',
    level: 'block',
    start: (source) => /^\$\$/m.exec(source)?.index,
    tokenizer: (source) => tokenOf('displayedFormula', DISPLAYED.exec(source)),
    renderer: (token) => {
      const math = isFormula(token) ? mathMl(token) : '';
      return `<div class="formula" tabindex="0">${typeof math === 'string' ? math : ''}</div>\n`;
    },
  },
  {
    name: 'formula',
    level: 'inline',
    start: (source) => {
      const index = source.indexOf('$');
      return index < 0 ? undefined : index;
    },
    tokenizer: (source) => tokenOf('formula', INLINE.exec(source)),
    renderer: (token) => {
      const math = isFormula(token) ? mathMl(token) : '';
      return typeof math === 'string' ? math : '';
    },
  },
];

function tokenOf(type: FormulaToken['type'], match: RegExpExecArray | null): FormulaToken | undefined {
  const [raw, tex] = match ?? [];
  return raw === undefined || tex === undefined ? undefined : { type, raw, tex };
}

/** A formula as MathML; or what is wrong with it. */
export function mathMl({ type, tex }: FormulaToken): string | { readonly fault: string } {
  try {
    return temml.renderToString(tex, {
      displayMode: type === 'displayedFormula',
      throwOnError: true,
      annotate: false,
      strict: true,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Temml marks the place with combining characters on a line of its own, which no editor shows.
    const words = message.replace(/(?: at position \d+)?: ?\n[^]*$/, '').replace(/\s+/g, ' ');
    return { fault: `the formula ${tex.replace(/\s+/g, ' ').trim()} is bad mathematics: ${words.trim()}` };
  }
}
