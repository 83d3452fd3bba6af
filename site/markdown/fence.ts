/** What a fenced block is, by the words after its fence. */
import { didYouMean } from '../../autograder/cli/option-values.js';

/**
 * A fenced block of a handout.
 *
 * - ` ```console TOOL… `: commands and what they print.
 * - ` ```LANGUAGE [PATH] `: code; with a path, that file of the repository as the reader is to write it.
 * - ` ```diff [PATH] `: with a path, a change of that file.
 * - ` ```dot CAPTION… `: a diagram.
 * - ` ```figure `: plots of a measurement.
 */
export type FenceKind =
  | { readonly kind: 'console'; readonly tools: readonly string[] }
  | { readonly kind: 'code'; readonly language: CodeLanguage; readonly path?: string }
  | { readonly kind: 'diagram'; readonly caption: string }
  | { readonly kind: 'figure' };

/** Languages of code blocks. `text` is for what is no language, and for what other programs print. */
export const CODE_LANGUAGES = [
  'c',
  'asm',
  'ts',
  'js',
  'json',
  'sh',
  'diff',
  'dts',
  'makefile',
  'text',
] as const;
export type CodeLanguage = (typeof CODE_LANGUAGES)[number];

const SPECIAL = ['console', 'dot', 'figure'];

/**
 * Reads what stands after the three backticks.
 * @returns the kind of block, or what is wrong
 */
export function fenceKind(info: string | undefined): FenceKind | string {
  const [language = '', ...rest] = (info ?? '').trim().split(/\s+/);
  const known = [...SPECIAL, ...CODE_LANGUAGES];
  if (language === '') return `a fenced block without a language; expected one of ${known.join(', ')}`;
  switch (language) {
    case 'console': {
      const bad = rest.find((tool) => !/^[\w.+-]+$/.test(tool));
      return bad === undefined
        ? { kind: 'console', tools: rest }
        : `'${bad}' after console: expected names of programs that the commands need`;
    }
    case 'dot':
      return { kind: 'diagram', caption: rest.join(' ') };
    case 'figure':
      return rest.length === 0 ? { kind: 'figure' } : `'${rest.join(' ')}' after figure: expected nothing`;
    default:
      break;
  }
  if (!isCodeLanguage(language)) {
    return `unknown fence language '${language}'; expected one of ${known.join(', ')}.${didYouMean(language, known)}`;
  }
  const [path, ...more] = rest;
  if (path === undefined) return { kind: 'code', language };
  if (more.length > 0) return `'${more.join(' ')}' after ${path}: expected the path of one file`;
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(path) || path.split('/').includes('..')) {
    return `'${path}' after ${language}: expected the path of a file in the repository`;
  }
  return { kind: 'code', language, path };
}

function isCodeLanguage(name: string): name is CodeLanguage {
  return (CODE_LANGUAGES as readonly string[]).includes(name);
}
