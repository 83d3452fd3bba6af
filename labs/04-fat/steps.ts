/** The steps that images are examined with: what `fatprobe` does, and what must come of it. */
import { FatResult, planPath, resultName } from './image-case.js';
import type { ContractName, Judgement, SeenStep, Step } from './image-case.js';

/** Where a byte of the disk lies, in words: `cluster 17`. */
export type Locator = (offset: number) => string;

interface Wording {
  readonly expected: string;
  readonly function: ContractName;
}

const right = (wording: Wording): Judgement => ({ ...wording, fraction: 1, seen: 'so it was' });
const wrong = (wording: Wording, seen: string, fraction = 0): Judgement => ({ ...wording, fraction, seen });

function lastResult(seen: SeenStep, name: ContractName): number | undefined {
  return seen.calls.filter((call) => call.function === name).at(-1)?.result;
}

function returned(name: ContractName, result: number | undefined): string {
  return result === undefined ? `${name} did not return` : `${name} returned ${resultName(result)}`;
}

/** mount(2): judged by what `fat_mount` returned. */
export function mount(source: string, result: FatResult = FatResult.OK): Step {
  const wording = { expected: `mount of ${source}: ${resultName(result)}`, function: 'fat_mount' } as const;
  return {
    command: `mount ${source}`,
    judge: (seen) => {
      const got = lastResult(seen, 'fat_mount');
      if (got !== result) return wrong(wording, returned('fat_mount', got));
      if (result === FatResult.OK && seen.result !== 0) {
        const lookup = lastResult(seen, 'fat_lookup');
        return wrong(wording, `fat_mount returned FR_OK, but for "/" ${returned('fat_lookup', lookup)}`);
      }
      return right(wording);
    },
  };
}

/** openat(2) or stat(2) of a path that must be there, or not: judged by what `fat_lookup` returned. */
export function lookup(path: string | Uint8Array, result: FatResult = FatResult.OK): Step {
  const name = shown(path);
  const wording = { expected: `look-up of ${name}: ${resultName(result)}`, function: 'fat_lookup' } as const;
  return {
    command: `stat ${planPath(path)}`,
    judge: (seen) => {
      const got = lastResult(seen, 'fat_lookup');
      return got === result ? right(wording) : wrong(wording, returned('fat_lookup', got));
    },
  };
}

/** Opens a file for the reads behind. */
export function open(path: string | Uint8Array): Step {
  const wording = { expected: `${shown(path)} can be opened`, function: 'fat_lookup' } as const;
  return {
    command: `open ${planPath(path)}`,
    judge: (seen) =>
      seen.result >= 0
        ? right(wording)
        : wrong(wording, returned('fat_lookup', lastResult(seen, 'fat_lookup'))),
  };
}

export const close: Step = {
  command: 'close',
  judge: () => right({ expected: 'the file is closed', function: 'fat_read' }),
};

/** What a file's bytes are compared with. */
export interface Contents {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly disk: Uint8Array;
  readonly locate: Locator;
}

/** One read(2) of `count` bytes at `offset`: all that the file has there. */
export function read(of: Contents, offset: number, count: number): Step {
  const due = of.bytes.subarray(offset, offset + count);
  const span = due.length === 0 ? 'nothing' : `bytes ${offset} to ${offset + due.length - 1}`;
  const wording = { expected: `${of.path}: ${span} of ${of.bytes.length}`, function: 'fat_read' } as const;
  return {
    command: `read ${offset} ${count}`,
    judge: (seen) => {
      const difference = compare(of, offset, due, seen.bytes);
      if (seen.result === due.length && difference === undefined) return right(wording);
      if (seen.result < 0)
        return wrong(wording, `at ${offset}: ${returned('fat_read', lastResult(seen, 'fat_read'))}`);
      return wrong(wording, difference ?? `${seen.result} bytes instead of ${due.length}`);
    },
  };
}

/**
 * A read(2) that meets damage: `fat_read` must say so, after at most `limit` bytes, all of them right as far as
 * `prefix` goes.
 */
export function readFails(of: Contents, prefix: number, limit: number): Step {
  const wording = {
    expected: `${of.path}: ${resultName(FatResult.INT_ERR)} after at most ${limit} bytes`,
    function: 'fat_read',
  } as const;
  return {
    // As any file is read: the plan, which the kernel may look into, does not say what will come of it.
    command: `read 0 ${256 << 10}`,
    judge: (seen) => {
      const got = lastResult(seen, 'fat_read');
      if (got !== FatResult.INT_ERR) {
        return wrong(
          wording,
          `${returned('fat_read', got)}, with ${Math.max(0, seen.result)} bytes delivered`,
        );
      }
      const due = of.bytes.subarray(0, Math.min(prefix, seen.bytes.length));
      const difference = compare(of, 0, due, seen.bytes.subarray(0, due.length));
      if (difference !== undefined) return wrong(wording, difference);
      return seen.bytes.length <= limit
        ? right(wording)
        : wrong(wording, `${seen.bytes.length} bytes delivered`);
    },
  };
}

/** A name in a directory. */
export interface ListedName {
  /** UTF-8, or the bytes of a short name. */
  readonly name: string | Uint8Array;
  readonly folder?: boolean;
}

/** getdents64(2) to the end. The order is that of the directory. Mount points of other file systems are not here. */
export function list(path: string, names: readonly ListedName[]): Step {
  const due = names.map(({ name, folder = false }) => `${spelt(name)}${folder ? '/' : ''}`);
  const count = due.length === 1 ? 'one entry' : `${due.length} entries`;
  const wording = { expected: `${path} has ${count}: ${brief(due)}`, function: 'fat_read_dirent' } as const;
  return {
    command: `list ${planPath(path)}`,
    judge: (seen) => {
      if (seen.result < 0) {
        const name = lastResult(seen, 'fat_lookup') === FatResult.OK ? 'fat_read_dirent' : 'fat_lookup';
        return wrong(wording, returned(name, lastResult(seen, name)));
      }
      const got = parseRecords(seen.bytes).map(({ name, folder }) => `${spelt(name)}${folder ? '/' : ''}`);
      const at = Array.from({ length: Math.max(due.length, got.length) }).findIndex(
        (_, i) => due[i] !== got[i],
      );
      if (at < 0) return right(wording);
      const found = got[at] === undefined ? 'the directory ends' : `there is ${shown(got[at])}`;
      const wanted = due[at] === undefined ? 'behind the last of them' : `instead of ${shown(due[at])}`;
      return wrong(wording, `${got.length} entries; ${wanted} ${found}`);
    },
  };
}

/** getdents64(2) on a directory that is damaged: an error, after no more than the names that it has. */
export function listFails(path: string): Step {
  const wording = {
    expected: `${path}: ${resultName(FatResult.INT_ERR)}`,
    function: 'fat_read_dirent',
  } as const;
  return {
    command: `list ${planPath(path)}`,
    judge: (seen) => {
      const results = seen.calls
        .filter(({ function: name }) => name !== 'fat_read')
        .map(({ result }) => result);
      if (results.includes(FatResult.INT_ERR)) return right(wording);
      return wrong(wording, `${parseRecords(seen.bytes).length} entries, and no error`);
    },
  };
}

/** What statfs(2) says of a volume (kernel/include/statfs.h). */
export interface VolumeFacts {
  readonly bits?: 16 | 32;
  readonly clusterSize?: number;
  readonly clusters?: number;
  /** Null: unknown. */
  readonly free?: number | null;
  readonly nextFree?: number | null;
  readonly dirty?: boolean;
  readonly hardErrors?: boolean;
  readonly fromBackup?: boolean;
  /** BS_VolID: which of several volumes it is. */
  readonly serial?: number;
}

export function statfs(due: VolumeFacts): Step {
  const wording = { expected: describe(due), function: 'fat_mount' } as const;
  return {
    command: 'statfs',
    judge: (seen) => {
      if (seen.result !== 0 || seen.bytes.length < 120) return wrong(wording, 'nothing is mounted');
      const view = new DataView(seen.bytes.buffer, seen.bytes.byteOffset, seen.bytes.byteLength);
      const number = (at: number): number => Number(view.getBigInt64(at, true));
      const state = number(88);
      const got: Required<VolumeFacts> = {
        bits: number(104) === 16 ? 16 : 32,
        clusterSize: number(8),
        clusters: number(16),
        free: view.getBigInt64(24, true) === -1n ? null : number(24),
        nextFree: number(96) === -1 ? null : number(96),
        dirty: (state & 1) !== 0,
        hardErrors: (state & 2) !== 0,
        fromBackup: (state & 4) !== 0,
        serial: view.getUint32(56, true),
      };
      const keys = Object.keys(due) as (keyof VolumeFacts)[];
      const differing = keys.filter((key) => due[key] !== got[key]);
      if (differing.length === 0) return right(wording);
      return wrong(wording, describe(Object.fromEntries(differing.map((key) => [key, got[key]]))));
    },
  };
}

/** A step that may come out as it likes, if it comes to an end. */
export function survives(command: string): Step {
  return { command, judge: () => right({ expected: `${command} ends`, function: 'fat_read_dirent' }) };
}

/**
 * What is asked of a volume that must not be mounted, as of one that must: the plan, which the kernel may look into, does
 * not say which of the two it is.
 */
export function askedInVain(path: string, factsToo = false): Step[] {
  const commands = [`open ${planPath(path)}`, `read 0 ${256 << 10}`];
  return [...(factsToo ? ['statfs'] : []), ...commands].map(survives).concat(close);
}

function describe(facts: VolumeFacts): string {
  const { bits, clusterSize, clusters, free, nextFree, dirty, hardErrors, fromBackup, serial } = facts;
  const count = (value: number | null): string => (value === null ? 'FAT_UNKNOWN' : String(value));
  const flag = (name: string, value: boolean): string => (value ? name : `not ${name}`);
  return [
    bits !== undefined && `FAT${bits}`,
    clusterSize !== undefined && `clusters of ${clusterSize} bytes`,
    clusters !== undefined && `${clusters} clusters`,
    free !== undefined && `free_clusters ${count(free)}`,
    nextFree !== undefined && `next_free ${count(nextFree)}`,
    dirty !== undefined && flag('dirty', dirty),
    hardErrors !== undefined && flag('hard_errors', hardErrors),
    fromBackup !== undefined && flag('from_backup', fromBackup),
    serial !== undefined && `the volume with serial ${serial.toString(16).toUpperCase().padStart(8, '0')}`,
  ]
    .filter((words) => words !== false)
    .join(', ');
}

/** The first byte that differs, and where what was read lies on the disk. */
function compare(of: Contents, offset: number, due: Uint8Array, got: Uint8Array): string | undefined {
  const length = Math.min(due.length, got.length);
  for (let i = 0; i < length; i++) {
    if (due[i] === got[i]) continue;
    const sample = got.subarray(i, i + 16);
    const at =
      sample.length >= 8
        ? Buffer.from(of.disk.buffer, of.disk.byteOffset, of.disk.length).indexOf(sample)
        : -1;
    const origin = at < 0 ? '' : `; what was read there lies in ${of.locate(at)}`;
    const zero = sample.every((byte) => byte === 0) ? ' (zeros)' : '';
    return `byte ${offset + i} is wrong: ${hex(got[i])} instead of ${hex(due[i])}${zero === '' ? origin : zero}`;
  }
  return due.length === got.length ? undefined : `${got.length} bytes instead of ${due.length}`;
}

const hex = (byte: number | undefined): string => (byte ?? 0).toString(16).padStart(2, '0');

/** Records of getdents64(2) (kernel/include/stat.h, struct dirent64). */
function parseRecords(bytes: Uint8Array): { name: Uint8Array; folder: boolean }[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names: { name: Uint8Array; folder: boolean }[] = [];
  for (let at = 0; at + 19 <= bytes.length;) {
    const length = view.getUint16(at + 16, true);
    if (length < 24 || at + length > bytes.length) break;
    const field = bytes.subarray(at + 19, at + length);
    const end = field.indexOf(0);
    names.push({ name: field.slice(0, end < 0 ? field.length : end), folder: bytes[at + 18] === 4 });
    at += length;
  }
  return names;
}

/** A name as a report shows it: not too long. */
export function shown(name: string | Uint8Array): string {
  const text = spelt(name);
  return text.length > 60 ? `${text.slice(0, 40)}… (${text.length} letters)` : text;
}

/** A name with bytes that are no UTF-8 as \HH. */
function spelt(name: string | Uint8Array): string {
  if (typeof name === 'string') return name;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch {
    return Array.from(name, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\${hex(byte)}`)).join('');
  }
}

function brief(names: readonly string[]): string {
  const few = names.length <= 3 ? names : [...names.slice(0, 2), '…', ...names.slice(-1)];
  return few.map(shown).join(', ');
}
