/** Values of options: read once, refused with what was found and what was expected. */
import fs from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { UsageError } from './exit-status.js';

/** An integer option in `[least, most]`, decimal or `0x…`. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^(?:\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected an integer from ${least} to ${most}.`);
  };
}

/** A positive number of guest seconds. */
export function guestSeconds(text: string): number {
  const value = /^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a number of guest seconds above 0, such as 2.5.');
}

const SUFFIXES: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** An amount of memory in bytes, with QEMU's suffixes: `64M`, `1G`, `524288K`; MiB without one. */
export function memorySize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMG])?$/i.exec(text);
  const bytes = Number(match?.[1] ?? NaN) * (SUFFIXES[match?.[2]?.toUpperCase() ?? 'M'] ?? NaN);
  if (Number.isInteger(bytes) && bytes >= 2 ** 20 && bytes <= 2 ** 31 && bytes % 4096 === 0) return bytes;
  throw new InvalidArgumentError('Expected 1M to 2G in whole pages of 4 KiB, such as 128M.');
}

/** One of a few names. */
export function oneOf(...names: readonly string[]): (text: string) => string {
  return (text) => {
    if (names.includes(text)) return text;
    throw new InvalidArgumentError(`Expected ${names.join(' or ')}.${didYouMean(text, names)}`);
  };
}

/** ` Did you mean …?` for a name that is close to a known one, or nothing. */
export function didYouMean(text: string, names: readonly string[]): string {
  const [best] = names
    .map((name) => ({ name, distance: editDistance(text.toLowerCase(), name.toLowerCase()) }))
    .filter(
      ({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)) || name.includes(text),
    )
    .sort((a, b) => a.distance - b.distance);
  return best === undefined || text === '' ? '' : ` Did you mean ${best.name}?`;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * The bytes of a file that an option names.
 * @param option as it is written: `--drive`
 * @throws UsageError when it cannot be read
 */
export function readFileOption(option: string, file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT'
        ? 'no such file'
        : code === 'EISDIR'
          ? 'is a folder, expected a file'
          : `cannot be read (${code})`;
    throw new UsageError(`${option} ${file}: ${why}`, { cause });
  }
}
