/**
 * What a student's source may read while it is compiled: the files of its lab, the headers of the kernel and
 * those of the compiler. Nothing else on the host, by any way that C or the assembler has.
 *
 * Two walls. Clang's whole file system is a list of these files (an overlay without fall-through), so that
 * `#include`, `#embed` and `__has_include` cannot even tell whether another file exists. The assembler, whose
 * `.incbin` and `.include` read the real file system, only ever gets text that was searched for them first; and
 * because a macro of the assembler could spell a directive that no search finds, macros are refused too.
 */
import type { Diagnostic, SourceNames } from './diagnostic.js';

/**
 * An overlay for clang's `-ivfsoverlay` (LLVM's RedirectingFileSystem) that shows only these files and folders.
 * @param files absolute real paths
 * @param folders absolute real paths; everything below them can be read
 */
export function confinedFileSystem(files: readonly string[], folders: readonly string[]): string {
  const entry = (type: string) => (path: string) => ({ type, name: path, 'external-contents': path });
  return JSON.stringify({
    version: 0,
    'redirecting-with': 'redirect-only',
    roots: [...files.map(entry('file')), ...folders.map(entry('directory-remap'))],
  });
}

/** Directives that read a file, and directives that can make others out of pieces. Case does not matter to LLVM. */
const READING = ['incbin', 'include', 'linker_option', 'load', 'dump'];
const GENERATING = ['macro', 'altmacro', 'irp', 'irpc', 'rep', 'rept', 'purgem'];
const FORBIDDEN_DIRECTIVE = new RegExp(`\\.(${[...READING, ...GENERATING].join('|')})\\b`, 'i');
/** Sections by which an object asks the linker for further files. */
const FORBIDDEN_SECTION = /llvm_linker_options|llvm_dependent_libraries|\.deplibs|\.linker-options/i;

/**
 * Searches assembly, as it will be assembled, for what is refused.
 * @param assembly compiled with inline assembly left as the student wrote it
 * @param names where excerpts come from; its fallback is the file that was compiled
 */
export function findForbidden(assembly: string, names: SourceNames): Diagnostic[] {
  const files = new Map<string, string>();
  let place: { file: string; line: number } | null = null;
  const found: Diagnostic[] = [];
  for (const line of assembly.split('\n')) {
    const file = /^\s*\.file\s+(\d+)\s+(?:"([^"]*)"\s+)?"([^"]*)"/.exec(line);
    if (file?.[1] !== undefined) {
      files.set(file[1], [file[2], file[3]].filter(Boolean).join('/'));
    }
    const location = /^\s*\.loc\s+(\d+)\s+(\d+)/.exec(line);
    if (location?.[1] !== undefined) {
      place = { file: files.get(location[1]) ?? '', line: Number(location[2]) };
    }
    // Assembly at file scope carries no .loc, and stands before or between functions.
    if (/^\s*\.cfi_endproc|# Start of file scope inline assembly/.test(line)) place = null;
    const directive = FORBIDDEN_DIRECTIVE.exec(line);
    if (directive?.[1] !== undefined) {
      found.push(refusal(`.${directive[1]}`, reasonFor(directive[1].toLowerCase()), place, names));
    } else if (FORBIDDEN_SECTION.test(line)) {
      const reason = 'a lab may not ask the linker for further files';
      found.push(refusal(FORBIDDEN_SECTION.exec(line)?.[0] ?? '', reason, place, names));
    }
  }
  return found.filter((d, i) => found.findIndex((other) => isSame(d, other)) === i);
}

/** One word of the source can come out in many places of the assembly. */
function isSame(a: Diagnostic, b: Diagnostic): boolean {
  return a.file === b.file && a.line === b.line && a.message === b.message;
}

function reasonFor(directive: string): string {
  return READING.includes(directive)
    ? 'a lab may not read files into its assembly'
    : 'a lab may not define macros of the assembler; use #define';
}

/** The line is where the word stands in the source; failing that, where the compiler says that the code is from. */
function refusal(
  what: string,
  reason: string,
  place: { file: string; line: number } | null,
  names: SourceNames,
): Diagnostic {
  const word = new RegExp(what.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
  const file = (place === null ? null : names.nameOf(place.file)) ?? names.fallback;
  const line = names.find(file, word) ?? place?.line;
  return names.diagnostic(
    'error',
    line === undefined ? { file } : { file, line },
    `${what} is refused: ${reason}`,
  );
}
