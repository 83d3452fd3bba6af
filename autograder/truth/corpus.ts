/**
 * The kernels of a lab of which it is known what they deserve, as `solutions/NN-name` holds them beside the
 * reference:
 *
 * - `mutants/NAME.patch`: the reference with one fault. Fields: `Caught by`, `Diagnosis`; `Source`, `Race`.
 * - `alternatives/NAME/`: other correct solutions. The first comment begins with `Alternative:`.
 * - `bad/NAME.patch` (fields `Verdict`, `Seen in`), or `bad/NAME/` or `bad/NAME.c` (comments that begin so): kernels
 *   that do not run.
 */
import fs from 'node:fs';
import path from 'node:path';
import { didYouMean } from '../cli/option-values.js';
import type { LabDefinition } from '../lab/definition.js';
import type { Cause } from '../lab/evidence.js';
import { LabError } from '../lab/validate.js';
import { readLabFiles } from '../toolchain/lab-files.js';
import { functionLines } from './function-lines.js';
import { patched, splitPatch } from './mutant-patch.js';

/** All files of a lab by name, as a student would hand them in. */
export type LabFiles = ReadonlyMap<string, string>;

/** A kernel of the corpus. */
export interface CorpusKernel {
  /** `pass-wrap`: unique among its kind. */
  readonly name: string;
  /** What it is, in one sentence or two. */
  readonly description: string;
  readonly files: LabFiles;
}

/** The reference with one fault. */
export interface Mutant extends CorpusKernel {
  /** Ids of checks that must lose points; the first is the one that names the fault. */
  readonly caughtBy: readonly [string, ...string[]];
  /** What the first check must say. */
  readonly diagnosis: RegExp;
  /** Where the first check must point. */
  readonly source?: SourceRange;
  /** Whether it depends on the schedule that it is caught. */
  readonly race: boolean;
}

/** A file, or the lines of a function in it. */
export interface SourceRange {
  readonly file: string;
  readonly function?: string;
  /** First and last line. */
  readonly lines?: readonly [number, number];
}

/** A kernel that does not run. */
export interface BadKernel extends CorpusKernel {
  readonly verdict: 'build-failed' | Cause;
  /** Ids of the checks that must end so. */
  readonly seenIn: readonly string[];
}

/** What is known of a lab's grades. */
export interface Corpus {
  readonly reference: LabFiles;
  readonly mutants: readonly Mutant[];
  readonly alternatives: readonly CorpusKernel[];
  readonly bad: readonly BadKernel[];
}

const MUTANT_FIELDS = ['Caught by', 'Diagnosis', 'Source', 'Race'];
const BAD_FIELDS = ['Verdict', 'Seen in'];
const VERDICTS: readonly BadKernel['verdict'][] = [
  'build-failed',
  'panic',
  'deadlock',
  'livelock',
  'starvation',
  'budget',
];

/** Whether a course has the corpus of a lab: one that is handed out has no `solutions/`. */
export function hasCorpus(root: string, lab: Pick<LabDefinition, 'id'>): boolean {
  return fs.existsSync(path.join(root, 'solutions', lab.id));
}

/**
 * Reads a lab's corpus.
 *
 * @param root the repository.
 * @throws LabError for the first mistake: file, field, what was found, what was expected.
 */
export function loadCorpus(root: string, lab: LabDefinition): Corpus {
  const home = `solutions/${lab.id}`;
  const reference = readFiles(home);
  const mutants = entriesOf('mutants').map(readMutant);
  for (const [i, mutant] of mutants.entries()) {
    const twin = mutants.slice(0, i).find(({ files }) => sameFiles(files, mutant.files));
    if (twin) {
      refuse(`${home}/mutants/${mutant.name}.patch`, 'patch', `the kernel of ${twin.name}`, 'another one');
    }
  }
  const alternatives = entriesOf('alternatives').map(readAlternative);
  return { reference, mutants, alternatives, bad: entriesOf('bad').map(readBad) };

  function readMutant(entry: string): Mutant {
    const file = `${home}/mutants/${entry}`;
    const name = kernelName(file, '.patch');
    const { description, fields, diff } = splitPatch(readText(file), file, MUTANT_FIELDS);
    const files = patched(reference, diff, file);
    mustBeFiles(file, 'patch', files);
    const caughtBy = checkIds(file, 'Caught by', fields.get('Caught by'));
    const race = fields.get('Race');
    if (race !== undefined && race !== 'yes') refuse(file, 'Race', quote(race), 'yes, or no such field');
    const source = fields.get('Source');
    return {
      name,
      description,
      files,
      caughtBy,
      diagnosis: regularExpression(file, fields.get('Diagnosis')),
      ...(source !== undefined && { source: sourceRange(file, source, files) }),
      race: race === 'yes',
    };
  }

  function readAlternative(entry: string): CorpusKernel {
    const folder = `${home}/alternatives/${entry}`;
    const name = kernelName(folder, '');
    const own = readFiles(folder);
    const description = commentField(own, 'Alternative');
    if (description === undefined) {
      refuse(folder, 'description', 'none', 'a first comment // Alternative: what is different');
    }
    const files = new Map([...reference, ...own]);
    mustBeFiles(folder, 'files', files);
    if (sameFiles(files, reference)) refuse(folder, 'files', 'those of the reference', 'another solution');
    return { name, description, files };
  }

  function readBad(entry: string): BadKernel {
    const file = `${home}/bad/${entry}`;
    if (entry.endsWith('.patch')) {
      const { description, fields, diff } = splitPatch(readText(file), file, BAD_FIELDS);
      const files = patched(reference, diff, file);
      mustBeFiles(file, 'patch', files);
      return { name: kernelName(file, '.patch'), description, files, ...verdictOf(file, fields) };
    }
    const isFile = entry.endsWith('.c');
    const [only = '', ...more] = lab.files;
    if (isFile && more.length > 0) {
      refuse(file, 'files', 'one file', `a folder, as the lab has ${lab.files.length} files`);
    }
    const own = isFile ? new Map([[only, readText(file)]]) : readFiles(file);
    const description = commentField(own, 'Bad');
    if (description === undefined) {
      refuse(file, 'description', 'none', 'a first comment // Bad: what is wrong');
    }
    const fields = new Map(
      BAD_FIELDS.flatMap((field) => {
        const value = commentField(own, field);
        return value === undefined ? [] : [[field, value] as const];
      }),
    );
    const files = new Map([...reference, ...own]);
    mustBeFiles(file, 'files', files);
    return { name: kernelName(file, isFile ? '.c' : ''), description, files, ...verdictOf(file, fields) };
  }

  function verdictOf(
    file: string,
    fields: ReadonlyMap<string, string>,
  ): Pick<BadKernel, 'verdict' | 'seenIn'> {
    const given = fields.get('Verdict');
    const verdict = VERDICTS.find((known) => known === given);
    if (verdict === undefined) {
      refuse(file, 'Verdict', given === undefined ? 'none' : quote(given), `one of ${VERDICTS.join(', ')}`);
    }
    const seenIn = fields.get('Seen in');
    const all = lab.checks.map(({ id }) => id);
    return { verdict, seenIn: seenIn === undefined ? all : checkIds(file, 'Seen in', seenIn) };
  }

  function checkIds(file: string, field: string, value: string | undefined): [string, ...string[]] {
    const known = lab.checks.map(({ id }) => id);
    const [first = '', ...others] = (value ?? '').split(',').map((id) => id.trim());
    if (first === '') refuse(file, field, 'none', 'ids of checks, separated by commas');
    const ids: [string, ...string[]] = [first, ...others];
    const unknown = ids.find((id) => !known.includes(id));
    if (unknown !== undefined) {
      refuse(file, field, quote(unknown), `one of ${known.join(', ')}.${didYouMean(unknown, known)}`);
    }
    const twice = ids.find((id, i) => ids.indexOf(id) !== i);
    if (twice !== undefined) refuse(file, field, `${twice} twice`, 'each check once');
    return ids;
  }

  /** Files that the student does not hand in would not be looked at. */
  function mustBeFiles(file: string, field: string, files: LabFiles): void {
    const stray = [...files.keys()].find((name) => !lab.files.includes(name) && !reference.has(name));
    if (stray !== undefined && !/^[\w-]+\.h$/.test(stray)) {
      refuse(file, field, quote(stray), `one of ${lab.files.join(', ')}, or a header`);
    }
  }

  function readFiles(folder: string): LabFiles {
    const full = path.join(root, folder);
    if (!fs.existsSync(full)) refuse(folder, 'folder', 'none', `a folder with ${lab.files.join(', ')}`);
    if (!fs.statSync(full).isDirectory()) refuse(folder, 'folder', 'a file', 'a folder');
    const required = folder === home ? lab.files : [];
    const { files, faults } = readLabFiles(full, required);
    const [fault] = faults;
    if (fault) refuse(`${folder}/${fault.file}`, 'file', fault.message, 'a source file');
    if (files.length === 0) refuse(folder, 'files', 'none', `at least one of ${lab.files.join(', ')}`);
    return new Map(files.map(({ name, text }) => [name, text]));
  }

  function readText(file: string): string {
    try {
      return fs.readFileSync(path.join(root, file), 'utf8');
    } catch (cause) {
      return refuse(file, 'file', (cause as NodeJS.ErrnoException).code ?? 'an error', 'a file to read');
    }
  }

  function entriesOf(folder: string): string[] {
    const full = path.join(root, home, folder);
    if (!fs.existsSync(full)) return [];
    return fs
      .readdirSync(full)
      .filter((name) => !name.startsWith('.'))
      .sort();
  }
}

/** The name of a kernel from its path. */
function kernelName(file: string, extension: string): string {
  const base = path.posix.basename(file);
  const name = base.endsWith(extension) ? base.slice(0, base.length - extension.length) : '';
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    refuse(
      file,
      'name',
      quote(base),
      extension === '' ? 'a folder lower-case-words' : `lower-case-words${extension}`,
    );
  }
  return name;
}

/** `// Field: value`, with the `//` lines that go on with it; from the first comment of the first file that has it. */
function commentField(files: LabFiles, field: string): string | undefined {
  for (const text of files.values()) {
    const comment = /^(?:\/\/.*\r?\n)+/.exec(text)?.[0] ?? '';
    const lines = comment.split(/\r?\n/).map((line) => line.replace(/^\/\/ ?/, ''));
    const at = lines.findIndex((line) => line.startsWith(`${field}:`));
    if (at < 0) continue;
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((line) => line.trim() === '' || /^[A-Z][a-z ]*:/.test(line));
    const value = [lines[at]?.slice(field.length + 1), ...rest.slice(0, end)].join(' ');
    const words = value.replaceAll(/\s+/g, ' ').trim();
    return words === '' ? undefined : words;
  }
  return undefined;
}

function regularExpression(file: string, source: string | undefined): RegExp {
  if (source === undefined || source === '') {
    return refuse(file, 'Diagnosis', 'none', 'a regular expression for what the first check says');
  }
  let expression: RegExp;
  try {
    expression = new RegExp(source, 'u');
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    return refuse(file, 'Diagnosis', found, 'a regular expression (ECMAScript, flag u)');
  }
  if (expression.test('')) {
    refuse(file, 'Diagnosis', quote(source), 'a regular expression that does not match everything');
  }
  return expression;
}

function sourceRange(file: string, text: string, files: LabFiles): SourceRange {
  const [, name = '', fn] = /^([\w.-]+)(?::(\w+))?$/.exec(text) ?? [];
  const source = files.get(name);
  if (source === undefined) {
    return refuse(
      file,
      'Source',
      quote(text),
      `FILE or FILE:FUNCTION, where FILE is ${[...files.keys()].join(', ')}`,
    );
  }
  if (fn === undefined) return { file: name };
  const lines = functionLines(source, fn);
  if (lines === undefined) return refuse(file, 'Source', quote(fn), `a function that ${name} defines`);
  return { file: name, function: fn, lines };
}

function sameFiles(a: LabFiles, b: LabFiles): boolean {
  return a.size === b.size && [...a].every(([name, text]) => b.get(name) === text);
}

function refuse(file: string, field: string, found: string, expected: string): never {
  throw new LabError({ file, field, found, expected });
}

function quote(text: string): string {
  return JSON.stringify(text);
}
