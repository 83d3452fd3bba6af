/** Objects to an executable, and the linker's complaints in terms of the sources. */
import fs from 'node:fs';
import path from 'node:path';
import { runBounded, type RunLimits } from './bounded-process.js';
import { digest } from './build-cache.js';
import type { CompileContext, CompiledObject } from './compile.js';
import { compilerEnvironment } from './compiler.js';
import type { Diagnostic } from './diagnostic.js';
import { LINK_FLAGS } from './flags.js';
import { ToolchainError } from './toolchain-error.js';

const LINK_LIMITS: RunLimits = { wallSeconds: 300, memoryBytes: 4 * 2 ** 30, fileBytes: 256 << 20 };

/** What is linked. */
export interface LinkInput {
  /** What it is called in errors: `kernel`, `bin/sh`. */
  name: string;
  objects: readonly CompiledObject[];
  /** Linker script, from the root. */
  script: string;
  /**
   * The student's sources among the objects. The linker's complaints are theirs: without them the link is the
   * course's own and any complaint is an infrastructure fault.
   */
  labSources: LabSourceTexts;
}

/** `labs/NN-name/stride.c` → the name that the student knows, and the text. */
export type LabSourceTexts = ReadonlyMap<string, { name: string; text: string }>;

/**
 * Links an ELF executable.
 * @throws ToolchainError when no file of a student is involved and the link fails.
 */
export async function link(
  context: CompileContext,
  input: LinkInput,
): Promise<{ elf: Uint8Array } | { faults: readonly Diagnostic[] }> {
  const { cache, compiler, tree } = context;
  const script = tree.read(input.script);
  const key = digest('link', compiler.version, ...LINK_FLAGS, script, ...input.objects.map((o) => o.object));
  const entry = cache.entry(key);
  if (typeof entry === 'string') {
    const elf = cache.load(entry);
    if (elf !== null) return { elf };
  }
  const damaged = input.objects.filter(({ object }) => cache.load(object) === null);
  for (const { object } of damaged) fs.rmSync(cache.contentPath(object), { force: true });
  if (damaged.length > 0) throw new DamagedObject(damaged.map(({ source }) => source));
  return cache.withWorkFolder(async (work) => {
    const output = path.join(work, 'out.elf');
    const paths = input.objects.map(({ object }) => cache.contentPath(object));
    const run = await runBounded(
      compiler.command,
      ['ld.lld', ...LINK_FLAGS, '-T', path.join(tree.root, input.script), '-o', output, ...paths],
      { cwd: tree.root, env: compilerEnvironment(cache.folder), limits: LINK_LIMITS },
    );
    if (run.status === 0) {
      const elf = fs.readFileSync(output);
      cache.setEntry(key, cache.store(elf));
      return { elf };
    }
    const sources = new Map(input.objects.map((o) => [cache.contentPath(o.object), o.source]));
    const faults = parseLinker(run.stderr, sources, input.labSources);
    if (faults !== null) return { faults };
    const end = run.exceeded ?? run.signal ?? `status ${run.status}`;
    throw new ToolchainError(
      `${input.name} does not link (${end}):\n${withNames(run.stderr, sources).trim()}\n`,
      "restore the course's files: 'git status' shows what changed",
    );
  });
}

/** Objects in the cache are not what their names say any more; they were removed and must be compiled again. */
export class DamagedObject extends Error {
  override readonly name = 'DamagedObject';
  constructor(sources: readonly string[]) {
    super(`damaged in the build cache: the objects of ${sources.join(', ')}`);
  }
}

/** One complaint of lld: its first line, and the objects that the lines beginning with `>>>` name. */
interface Complaint {
  text: string;
  references: Reference[];
}

/** A use or a definition of the symbol in question. */
interface Reference {
  /** The source, from the root. */
  source: string;
  line?: number;
}

/**
 * Reads what lld wrote.
 * @param sources path of an object → its source
 * @param labSources sources of the student → name and text
 * @returns the student's faults; null when none of them is involved
 */
export function parseLinker(
  stderr: string,
  sources: ReadonlyMap<string, string>,
  labSources: LabSourceTexts,
): Diagnostic[] | null {
  const [firstLabFile] = labSources.values();
  if (firstLabFile === undefined) return null;
  const faults: Diagnostic[] = [];
  const error = (file: string, line: number | undefined, message: string): void => {
    faults.push({ severity: 'error', file, ...(line === undefined ? {} : { line }), message });
  };
  for (const { text, references } of complaints(stderr, sources)) {
    const own = references.find(({ source }) => labSources.has(source));
    const other = references.find((reference) => reference !== own);
    const lab = labSources.get(own?.source ?? '') ?? firstLabFile;
    const symbol = /^(undefined|duplicate) symbol: (.*)$/.exec(text);
    const subject = symbol?.[2] ?? '';
    if (symbol?.[1] === 'undefined' && own !== undefined) {
      error(lab.name, own.line, `uses '${subject}', which is defined nowhere`);
    } else if (symbol?.[1] === 'undefined') {
      const user = other === undefined ? 'the kernel' : [other.source, other.line].filter(Boolean).join(':');
      error(lab.name, undefined, `must define '${subject}': ${user} uses it`);
    } else if (symbol?.[1] === 'duplicate' && own !== undefined) {
      const where =
        other === undefined ? 'elsewhere' : `in ${labSources.get(other.source)?.name ?? other.source}`;
      error(
        lab.name,
        definitionLine(lab.text, subject),
        `defines '${subject}', which is defined ${where} too`,
      );
    } else if (own !== undefined || references.length === 0) {
      error(lab.name, undefined, `does not link: ${withNames(text, sources)}`);
    }
  }
  return faults.length > 0 ? faults : null;
}

function complaints(stderr: string, sources: ReadonlyMap<string, string>): Complaint[] {
  const found: Complaint[] = [];
  const sourceIn = (line: string): string | undefined =>
    [...sources].find(([object]) => line.includes(object))?.[1];
  // `>>> referenced by stride.c:41 (labs/03-stride/stride.c:41)` comes before the line with the object.
  let place: Reference | null = null;
  for (const line of stderr.split(/\r?\n/)) {
    const start = /^(?:\S*ld\.lld(?:\.exe)?: )(?:error|warning): (.*)$/.exec(line);
    if (start?.[1] !== undefined) {
      const source = sourceIn(start[1]);
      found.push({ text: start[1], references: source === undefined ? [] : [{ source }] });
      place = null;
    } else if (line.startsWith('>>>')) {
      const source = sourceIn(line);
      const at = /^>>> referenced by .*?\(?([^\s()]+):(\d+)\)?$/.exec(line);
      if (source !== undefined) {
        // A line in another file than the object's is that of an inline function or of a `#line`.
        const line = place?.source === source ? place.line : undefined;
        found.at(-1)?.references.push({ source, ...(line === undefined ? {} : { line }) });
        place = null;
      } else if (at?.[1] !== undefined) {
        place = { source: at[1], line: Number(at[2]) };
      }
    }
  }
  return found;
}

/** The line at which C defines `symbol` (lld does not know it): one that begins at the margin and names it. */
function definitionLine(text: string, symbol: string): number | undefined {
  const word = symbol.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const lines = text.split('\n');
  const definition = new RegExp(`^(?:\\w.*)?\\b${word}\\b(?!.*;\\s*$)|^\\w.*\\b${word}\\b.*=`);
  const index = lines.findIndex((line) => definition.test(line));
  const fallback = lines.findIndex((line) => new RegExp(`\\b${word}\\b`).test(line));
  return index >= 0 ? index + 1 : fallback >= 0 ? fallback + 1 : undefined;
}

function withNames(text: string, sources: ReadonlyMap<string, string>): string {
  let named = text;
  for (const [object, source] of sources) named = named.replaceAll(object, source);
  return named.replaceAll('ld.lld: ', '');
}
