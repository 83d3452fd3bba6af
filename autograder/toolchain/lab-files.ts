/** Reads a student's folder: what is missing, unreadable, too big or not text is told, nothing is followed. */
import fs from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from './diagnostic.js';

/** Bytes of one source file, and files of one folder. */
export const FILE_LIMIT = 1 << 20;
export const FOLDER_LIMIT = 200;

/** One text file of a lab. */
export interface LabFile {
  /** Name in the lab's folder. */
  name: string;
  text: string;
}

/**
 * The sources of a lab as they are on disk now: every `.c`, `.h` and `.S` that lies directly in the folder. Symbolic
 * links, devices and folders are never opened.
 *
 * @param folder the student's folder
 * @param required files that must be there (and are compiled)
 * @returns the files, sorted by name; or what is wrong with them
 */
export function readLabFiles(
  folder: string,
  required: readonly string[],
): { files: LabFile[]; faults: Diagnostic[] } {
  const faults: Diagnostic[] = [];
  const fault = (file: string, message: string, line?: number): void => {
    faults.push({ severity: 'error', file, message, ...(line === undefined ? {} : { line }) });
  };
  let entries: string[];
  try {
    entries = fs.readdirSync(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const cause =
      code === 'ENOENT'
        ? 'does not exist'
        : code === 'ENOTDIR'
          ? 'is not a folder'
          : `cannot be read (${code})`;
    fault(path.basename(folder), `the folder of the lab ${cause}; it must hold ${required.join(', ')}`);
    return { files: [], faults };
  }
  const wanted = new Set([...entries.filter((name) => /\.[chS]$/.test(name)), ...required]);
  if (wanted.size > FOLDER_LIMIT) {
    fault(
      path.basename(folder),
      `the folder has ${wanted.size} source files; at most ${FOLDER_LIMIT} are read`,
    );
    return { files: [], faults };
  }
  const files: LabFile[] = [];
  for (const name of [...wanted].sort()) {
    const text = readText(path.join(folder, name));
    if (typeof text === 'string') files.push({ name, text });
    else if (required.includes(name) || text.tell) fault(name, text.fault, text.line);
  }
  return { files, faults };
}

/** A reason not to read a file. `tell`: even where the file is not one that must be there. */
interface Refusal {
  fault: string;
  line?: number;
  tell: boolean;
}

function readText(file: string): string | Refusal {
  let bytes: Buffer;
  try {
    const stat = fs.lstatSync(file);
    if (stat.isSymbolicLink()) {
      return { fault: 'is a symbolic link; put the file itself there', tell: false };
    }
    if (!stat.isFile()) return { fault: 'is not a regular file', tell: false };
    if (stat.size > FILE_LIMIT) {
      return { fault: `has ${stat.size} bytes; a source file has at most ${FILE_LIMIT}`, tell: true };
    }
    // O_NOFOLLOW and O_NONBLOCK: the file may have been replaced since lstat.
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants as Partial<typeof fs.constants>;
    const descriptor = fs.openSync(file, (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK);
    try {
      const buffer = Buffer.alloc(FILE_LIMIT + 1);
      bytes = buffer.subarray(0, fs.readSync(descriptor, buffer, 0, buffer.length, 0));
    } finally {
      fs.closeSync(descriptor);
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return code === 'ENOENT'
      ? { fault: 'is missing from the folder of the lab', tell: true }
      : { fault: `cannot be read (${code}); check its permissions`, tell: true };
  }
  return decode(bytes);
}

function decode(bytes: Buffer): string | Refusal {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return { fault: 'is UTF-16 text; save it as UTF-8', tell: true };
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    return { fault: `is not a text file: it has a zero byte`, line: lineOf(bytes, nul), tell: true };
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    const at = firstInvalidByte(bytes);
    const value = (bytes[at] ?? 0).toString(16).padStart(2, '0');
    return {
      fault: `is not UTF-8 text: byte 0x${value} is out of place`,
      line: lineOf(bytes, at),
      tell: true,
    };
  }
}

function lineOf(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let i = 0; i < offset; i++) if (bytes[i] === 0x0a) line++;
  return line;
}

/** Offset of the first byte at which decoding fails: the longest valid prefix ends there. */
function firstInvalidByte(bytes: Buffer): number {
  const replaced = Buffer.from(bytes.toString('utf8'), 'utf8');
  const end = Math.min(bytes.length, replaced.length);
  for (let i = 0; i < end; i++) if (bytes[i] !== replaced[i]) return i;
  return end;
}
