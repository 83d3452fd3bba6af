import fs from 'node:fs';
import type { CommandIo } from '../cli/command-io.js';
import { UsageError } from '../cli/exit-status.js';
import { runTrace } from './run-trace.js';
import type { TracedRun } from './run-trace.js';
import type { TraceEvent } from './trace-event.js';

/** Records of one file: some hundred megabytes, about what viewers open. */
export const RECORD_LIMIT = 2_000_000;
const CHUNK = 1 << 20;
/** Processes are numbered from here on: viewers take a thread with its process's number for the main one. */
const FIRST_PID = 10_000;

/** What became of a trace file. */
export interface WrittenTrace {
  readonly records: number;
  /** What is not in it, in one sentence; absent when it is whole. */
  readonly cut?: string;
}

/**
 * Writes runs as one file of the Trace Event Format ("JSON Object Format"), piece by piece.
 *
 * @param option as it is written, for the message: `--trace`.
 * @throws UsageError when the file cannot be written.
 */
export function writeTrace(
  option: string,
  file: string,
  runs: readonly TracedRun[],
  limit = RECORD_LIMIT,
): WrittenTrace {
  return intoFile(option, file, (write) => formatTrace(runs, write, limit));
}

/** @throws UsageError when the file cannot be written: to say so before a long run and not after it. */
export function checkTraceFile(option: string, file: string): void {
  intoFile(option, file, () => undefined);
}

function intoFile<T>(option: string, file: string, fill: (write: (text: string) => void) => T): T {
  let handle: number | undefined;
  try {
    handle = fs.openSync(file, 'w');
    const descriptor = handle;
    return fill((text) => fs.writeSync(descriptor, text));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    throw new UsageError(`${option} ${file}: cannot be written (${code})`, { cause });
  } finally {
    if (handle !== undefined) fs.closeSync(handle);
  }
}

/** Writes what `--trace` asks for; tells the user when something had to be left out. */
export function reportTrace(file: string, runs: readonly TracedRun[], io: Pick<CommandIo, 'stderr'>): void {
  const { cut } = writeTrace('--trace', file, runs);
  if (cut !== undefined) io.stderr.write(`hartlab: --trace ${file}: ${cut}\n`);
}

/** The text of a trace file, in pieces. */
export function formatTrace(
  runs: readonly TracedRun[],
  write: (text: string) => void,
  limit = RECORD_LIMIT,
): WrittenTrace {
  // No displayTimeUnit: Perfetto once took it for the unit of the times, and has reported it as a flaw since.
  let pending = '{"traceEvents":[\n';
  let records = 0;
  let whole = true;
  for (const event of allEvents(runs)) {
    // No arrow without its end.
    if (records >= (event.ph === 's' ? limit - 1 : limit)) {
      whole = false;
      break;
    }
    pending += (records === 0 ? '' : ',\n') + JSON.stringify(event);
    records++;
    if (pending.length > CHUNK) {
      write(pending);
      pending = '';
    }
  }
  write(`${pending}\n]}\n`);
  const short = runs.filter(({ log }) => !log.complete).map(({ name }) => name);
  const cut = !whole
    ? `it has the first ${limit} records; trace fewer runs (--check) or less time`
    : short.length > 0
      ? `of ${short.join(', ')} it has only the first ${Math.min(...runs.filter(({ log }) => !log.complete).map(({ log }) => log.events.length))} traps and calls; slices are whole`
      : undefined;
  return { records, ...(cut !== undefined && { cut }) };
}

function* allEvents(runs: readonly TracedRun[]): Generator<TraceEvent> {
  for (const [i, run] of runs.entries()) yield* runTrace(run, FIRST_PID + i);
}
