import hljs from 'highlight.js/lib/core';
import c from 'highlight.js/lib/languages/c';
import type { LabFile } from '../../toolchain/lab-files.js';
import { escape, visible } from './markup.js';

hljs.registerLanguage('c', c);

/** Lines above and below the one that is marked: a report names the first line of a function more often than not. */
const ABOVE = 4;
const BELOW = 12;
/** Characters of a file that are looked at as C, and of a line that are shown. */
const HIGHLIGHT_LIMIT = 200_000;
const LINE_LIMIT = 240;

/** A place in one of the student's files. */
export interface SourceLine {
  readonly file: LabFile;
  /** From 1. */
  readonly line: number;
}

/** The file and line that `stride.c:41` names; nothing when it is no file of the lab, or has no such line. */
export function findSource(source: string | undefined, files: readonly LabFile[]): SourceLine | undefined {
  const [, name = '', digits = ''] = /^(.*):(\d+)$/.exec(source ?? '') ?? [];
  const file = files.find((each) => each.name === name);
  const line = Number(digits);
  if (file === undefined || line < 1 || line > file.text.split('\n').length) return undefined;
  return { file, line };
}

/**
 * The lines around a place as HTML, with numbers, and that line marked.
 *
 * @param message what is wrong there, shown under the line.
 */
export function sourceExcerpt({ file, line }: SourceLine, message?: string): string {
  const lines = linesOf(file);
  const from = Math.max(1, line - ABOVE);
  const to = Math.min(lines.length, line + BELOW);
  const rows = lines.slice(from - 1, to).map((code, i) => {
    const number = from + i;
    const marked = number === line;
    const row =
      `<span class="line${marked ? ' marked' : ''}"><span class="no">${marked ? '▶ ' : ''}${number}</span>` +
      `<span class="code">${marked ? '<span class="hidden">This line: </span>' : ''}${code}</span></span>`;
    return marked && message !== undefined ? `${row}<span class="message">${escape(message)}</span>` : row;
  });
  const title = `${file.name}, lines ${from} to ${to}`;
  return (
    `<figure class="source"><figcaption>${escape(title)}</figcaption>` +
    `<pre class="excerpt">${rows.join('')}</pre></figure>`
  );
}

/** A file's lines as HTML; marks that reach over line ends are closed and opened again. */
function linesOf({ name, text }: LabFile): string[] {
  const source = visible(text.replaceAll('\r', ''))
    .split('\n')
    .map((line) => (line.length > LINE_LIMIT ? `${line.slice(0, LINE_LIMIT)} …` : line))
    .join('\n')
    .replace(/\n$/, '');
  const isCode = /\.[ch]$/.test(name) && source.length <= HIGHLIGHT_LIMIT;
  const html = isCode ? hljs.highlight(source, { language: 'c' }).value : escape(source);
  let open: string[] = [];
  return html.split('\n').map((line) => {
    const before = open.join('');
    for (const [tag] of line.matchAll(/<span[^>]*>|<\/span>/g)) {
      open = tag === '</span>' ? open.slice(0, -1) : [...open, tag];
    }
    return `${before}${line}${'</span>'.repeat(open.length)}`;
  });
}
