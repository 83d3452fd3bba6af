/** Code with its parts marked by what they are; colours are the style sheet's. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import diff from 'highlight.js/lib/languages/diff';
import dts from 'highlight.js/lib/languages/dts';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import makefile from 'highlight.js/lib/languages/makefile';
import typescript from 'highlight.js/lib/languages/typescript';
import { escape } from '../../autograder/report/html/markup.js';
import type { CodeLanguage } from '../markdown/fence.js';
import { riscvAssembly } from './riscv-assembly.js';

const GRAMMARS = {
  c,
  asm: riscvAssembly,
  ts: typescript,
  js: javascript,
  json,
  sh: bash,
  diff,
  dts,
  makefile,
} as const;

for (const [name, grammar] of Object.entries(GRAMMARS)) hljs.registerLanguage(name, grammar);

/** Languages of sources by the end of their names. */
const BY_EXTENSION: Readonly<Record<string, CodeLanguage>> = {
  '.c': 'c',
  '.h': 'c',
  '.S': 'asm',
  '.ts': 'ts',
  '.js': 'js',
  '.json': 'json',
  '.sh': 'sh',
  '.patch': 'diff',
  '.dts': 'dts',
};

/** The language of a source; `text` where nothing is known of it. */
export function languageOf(file: string): CodeLanguage {
  return BY_EXTENSION[/\.\w+$/.exec(file)?.[0] ?? ''] ?? 'text';
}

/** Code as HTML without its `pre`. */
export function highlight(code: string, language: CodeLanguage): string {
  return language === 'text' ? escape(code) : hljs.highlight(code, { language }).value;
}

/** The same, line by line: marks that reach over line ends are closed and opened again. */
export function highlightLines(code: string, language: CodeLanguage): string[] {
  let open: string[] = [];
  return highlight(code, language)
    .split('\n')
    .map((line) => {
      const before = open.join('');
      for (const [tag] of line.matchAll(/<span[^>]*>|<\/span>/g)) {
        open = tag === '</span>' ? open.slice(0, -1) : [...open, tag];
      }
      return `${before}${line}${'</span>'.repeat(open.length)}`;
    });
}
