/**
 * The text of a corpus file that is a patch: what is wrong with the kernel in words, a last paragraph of fields, and
 * a unified diff against the reference.
 */
import { applyPatch, parsePatch } from 'diff';
import type { StructuredPatch } from 'diff';
import { didYouMean } from '../cli/option-values.js';
import { LabError } from '../lab/validate.js';

/** A patch file, taken apart. */
export interface PatchText {
  readonly description: string;
  /** Values by the names of their fields. */
  readonly fields: ReadonlyMap<string, string>;
  readonly diff: string;
}

/**
 * Takes a patch file apart.
 *
 * @param file its path from the repository's root, for messages.
 * @param known the fields that it may have.
 * @throws LabError
 */
export function splitPatch(text: string, file: string, known: readonly string[]): PatchText {
  const lines = text.split(/\r?\n/);
  const start = lines.findIndex((line, i) => line.startsWith('--- ') && lines[i + 1]?.startsWith('+++ '));
  if (start < 0) {
    throw new LabError({
      file,
      field: 'patch',
      found: 'none',
      expected: 'a unified diff (--- NAME, +++ NAME)',
    });
  }
  const paragraphs = lines
    .slice(0, start)
    .join('\n')
    .trim()
    .split(/\n\s*\n/);
  const fields = fieldsOf(paragraphs.at(-1) ?? '', file, known);
  const description = paragraphs.slice(0, -1).join('\n\n').replaceAll(/\s+/g, ' ').trim();
  if (description === '') {
    const expected = 'a paragraph that says what is wrong, ahead of the fields';
    throw new LabError({ file, field: 'description', found: 'none', expected });
  }
  return { description, fields, diff: lines.slice(start).join('\n') };
}

function fieldsOf(paragraph: string, file: string, known: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  // A line that begins with a blank goes on with the field above it.
  for (const line of paragraph.replaceAll(/\n\s+/g, ' ').split('\n')) {
    const [, name = '', value = ''] = /^([A-Z][a-z ]*):\s*(.*)$/.exec(line) ?? [];
    if (name === '') {
      const expected = `a last paragraph of fields (${known.join(', ')}), ahead of the diff`;
      throw new LabError({ file, field: 'fields', found: JSON.stringify(line), expected });
    }
    if (!known.includes(name)) {
      const expected = `one of ${known.join(', ')}.${didYouMean(name, known)}`;
      throw new LabError({ file, field: name, found: 'an unknown field', expected });
    }
    if (fields.has(name)) {
      throw new LabError({ file, field: name, found: 'a second one', expected: 'each field once' });
    }
    fields.set(name, value.trim());
  }
  return fields;
}

/**
 * The files of a kernel that a diff makes out of another's. Hunks must fit with all their context; they may fit
 * some lines further up or down.
 *
 * @param file the diff's path from the repository's root, for messages.
 * @throws LabError
 */
export function patched(
  files: ReadonlyMap<string, string>,
  diff: string,
  file: string,
): ReadonlyMap<string, string> {
  const refuse = (found: string, expected: string): never => {
    throw new LabError({ file, field: 'patch', found, expected });
  };
  let patches: StructuredPatch[];
  try {
    patches = parsePatch(diff);
  } catch (cause) {
    return refuse(cause instanceof Error ? cause.message : String(cause), 'a unified diff');
  }
  const result = new Map(files);
  for (const patch of patches) {
    const name = nameOf(patch);
    const isNew = patch.oldFileName === '/dev/null';
    const before = isNew ? (result.has(name) ? undefined : '') : result.get(name);
    if (before === undefined) {
      return refuse(JSON.stringify(name), `a file of the reference: ${[...files.keys()].join(', ')}`);
    }
    if (patch.hunks.length === 0) return refuse(`no hunk for ${name}`, 'hunks that begin with @@');
    const after = applyPatch(before, patch);
    if (after === false) return refuse(misfit(before, patch), `one that fits the reference's ${name}`);
    if (after === before) return refuse(`no change of ${name}`, 'a change');
    result.set(name, after);
  }
  return result;
}

function nameOf({ oldFileName, newFileName }: StructuredPatch): string {
  return (oldFileName === '/dev/null' ? newFileName : oldFileName) ?? '';
}

/** The first hunk that does not fit. */
function misfit(before: string, patch: StructuredPatch): string {
  for (const [i, { oldStart, oldLines, newStart, newLines }] of patch.hunks.entries()) {
    if (applyPatch(before, { ...patch, hunks: patch.hunks.slice(0, i + 1) }) === false) {
      return `hunk @@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
    }
  }
  return 'hunks';
}
