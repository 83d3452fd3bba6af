/** What a compiler, an assembler or a linker says of a source file, in terms of the files that a student knows. */

/** A place in a source file. */
export interface SourcePlace {
  /** `stride.c` for a file of the lab, `kernel/include/sched.h` for one of the kernel. */
  file: string;
  /** From 1; absent where the fault is not at a line (a missing file). */
  line?: number;
  /** From 1. */
  column?: number;
}

/** One fault or warning. */
export interface Diagnostic extends SourcePlace {
  severity: 'error' | 'warning';
  /** One sentence, no path of the host in it. */
  message: string;
  /** The line of the source, if there is one. */
  excerpt?: string;
  /** Places that explain it ("previous declaration is here"). */
  notes?: readonly (SourcePlace & { message: string })[];
}

/** Longest excerpt and message that are kept; a generated line can be megabytes long. */
const EXCERPT_LIMIT = 200;
const MESSAGE_LIMIT = 500;

/** The source files that diagnostics may speak of: real path on the host → the name that the student knows. */
export class SourceNames {
  private readonly names = new Map<string, string>();
  private readonly texts = new Map<string, readonly string[]>();
  private readonly folders: { path: string; name: string }[] = [];

  /** @param fallback the name for a place in no known file (a `#line` directive can name any) */
  constructor(readonly fallback: string) {}

  /** Makes a file known, with its text for excerpts. */
  addFile(path: string, name: string, text: string): void {
    this.names.set(normalize(path), name);
    this.texts.set(name, text.split(/\r\n|\n|\r/));
  }

  /** Makes all files below a folder known by `name` plus their path in it, without excerpts. */
  addFolder(path: string, name: string): void {
    this.folders.push({ path: normalize(path).replace(/\/+$/, '') + '/', name });
  }

  /** The name that the student knows, or null. */
  nameOf(path: string): string | null {
    const full = normalize(path);
    const known = this.names.get(full);
    if (known !== undefined) return known;
    const folder = this.folders.find((f) => full.startsWith(f.path));
    return folder === undefined ? null : folder.name + full.slice(folder.path.length);
  }

  /** Line `line` (from 1) of the file that the student knows as `name`. */
  excerpt(name: string, line: number): string | undefined {
    const text = this.texts.get(name)?.[line - 1];
    return text === undefined ? undefined : printable(text).slice(0, EXCERPT_LIMIT);
  }

  /** The number of the first line of `name` that `pattern` matches. */
  find(name: string, pattern: RegExp): number | undefined {
    const index = this.texts.get(name)?.findIndex((line) => pattern.test(line)) ?? -1;
    return index < 0 ? undefined : index + 1;
  }

  /** `text` with every known path replaced by its name and every other absolute path cut to its last part. */
  withoutPaths(text: string): string {
    const cleaned = text.replace(/(?:[A-Za-z]:)?[\\/](?:[^\s'":()\\/]+[\\/])+[^\s'":()\\/]*/g, (path) => {
      return this.nameOf(path) ?? path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
    });
    return printable(cleaned).slice(0, MESSAGE_LIMIT);
  }

  /** A diagnostic at a place given by its name, with its excerpt. */
  diagnostic(severity: Diagnostic['severity'], place: SourcePlace, message: string): Diagnostic {
    const excerpt = place.line === undefined ? undefined : this.excerpt(place.file, place.line);
    return { severity, ...place, message, ...(excerpt === undefined ? {} : { excerpt }) };
  }
}

const PLACE = /^(.+?):(\d+):(?:(\d+):)? (fatal error|error|warning|note): (.*)$/;
const PLACELESS = /^(?:\S+: )?(?:fatal error|error): (.*)$/;
/** The driver's word that clang itself came to a violent end: says nothing of the source. */
const CRASH = /command failed (?:due to signal|with exit code)/;

/**
 * Reads clang's diagnostics (written with `-fno-caret-diagnostics`). A place outside the known files (a scratch
 * buffer, a file that a `#line` made up) becomes the fallback file without a line.
 */
export function parseClang(stderr: string, names: SourceNames): Diagnostic[] {
  const diagnostics: (Diagnostic & { notes: NonNullable<Diagnostic['notes']>[number][] })[] = [];
  for (const line of stderr.split(/\r?\n/)) {
    const match = PLACE.exec(line) ?? null;
    if (match === null) {
      const placeless = PLACELESS.exec(line);
      if (placeless?.[1] === undefined || diagnostics.length > 0 || CRASH.test(placeless[1])) continue;
      const message = names.withoutPaths(placeless[1]);
      diagnostics.push({ severity: 'error', file: names.fallback, message, notes: [] });
      continue;
    }
    const [, path = '', lineNumber, column, kind, text = ''] = match;
    const known = names.nameOf(path);
    const place: SourcePlace =
      known === null
        ? { file: names.fallback }
        : {
            file: known,
            line: Number(lineNumber),
            ...(column === undefined ? {} : { column: Number(column) }),
          };
    const message = names.withoutPaths(text);
    if (kind === 'note') {
      if (known !== null) diagnostics.at(-1)?.notes.push({ ...place, message });
    } else {
      const severity = kind === 'warning' ? 'warning' : 'error';
      diagnostics.push({ ...names.diagnostic(severity, place, message), notes: [] });
    }
  }
  return diagnostics.map(({ notes, ...rest }) => (notes.length > 0 ? { ...rest, notes } : rest));
}

/**
 * The diagnostic for a person, in the form that editors and terminals make clickable:
 * `stride.c:12:5: error: …`, the line of the source and a caret below it.
 */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const lines = [`${formatPlace(diagnostic)}: ${diagnostic.severity}: ${diagnostic.message}`];
  if (diagnostic.excerpt !== undefined && diagnostic.line !== undefined) {
    const number = String(diagnostic.line);
    lines.push(`  ${number} | ${diagnostic.excerpt}`);
    if (diagnostic.column !== undefined && diagnostic.column <= diagnostic.excerpt.length + 1) {
      // Tabs stay tabs, so that the caret stands below its column at any tab width.
      const indent = diagnostic.excerpt.slice(0, diagnostic.column - 1).replace(/[^\t]/g, ' ');
      lines.push(`  ${' '.repeat(number.length)} | ${indent}^`);
    }
  }
  for (const note of diagnostic.notes ?? []) lines.push(`  ${formatPlace(note)}: note: ${note.message}`);
  return lines.join('\n');
}

function formatPlace({ file, line, column }: SourcePlace): string {
  return [file, line, column].filter((part) => part !== undefined).join(':');
}

function normalize(path: string): string {
  return path.replaceAll('\\', '/').replace(/^[A-Z]:/, (drive) => drive.toLowerCase());
}

/** Control characters would reach the instructor's terminal and the report. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}
