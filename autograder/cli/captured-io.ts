/** For tests: a process's streams in memory. */
import { PassThrough } from 'node:stream';
import type { CommandIo } from './command-io.js';

/** Streams of which the test keeps what was written. */
export interface CapturedIo {
  readonly io: CommandIo;
  stdout(): string;
  stderr(): string;
}

/** Nobody reads before the command has ended; until then a stream must not make it wait. */
const KEEP_ALL = { highWaterMark: 2 ** 30 };

/** @param input all of standard input; it is no terminal */
export function captureIo(input = '', env: CommandIo['env'] = {}): CapturedIo {
  const stdin = new PassThrough();
  stdin.end(input);
  const [stdout, stderr] = [new PassThrough(KEEP_ALL), new PassThrough(KEEP_ALL)];
  return {
    // Commands use of a stream what a pipe has; a terminal's part is left out, as it is for a pipe.
    io: { stdin, stdout, stderr, env } as unknown as CommandIo,
    stdout: () => Buffer.from((stdout.read() as Buffer | null) ?? '').toString(),
    stderr: () => Buffer.from((stderr.read() as Buffer | null) ?? '').toString(),
  };
}
