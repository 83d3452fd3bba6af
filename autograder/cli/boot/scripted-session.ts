/**
 * A session without a terminal: standard input is typed line by line, each line when the guest waits for input, so
 * that the run depends on the text alone and not on when it arrives on the host.
 */
import type { Machine } from '../../../emulator/index.js';
import type { Ending } from './ending.js';

/** What a session needs of a machine. */
export type SessionMachine = Pick<Machine, 'run' | 'skipIdle' | 'input' | 'time'>;

/** Bounds of a session, in guest time. */
export interface SessionLimits {
  /** Guest seconds since reset. */
  readonly maxTime?: number;
  /** Asked often; the session ends when it says so. */
  readonly hasAppeared: () => boolean;
}

/** Guest seconds between looks at the host: keeps Ctrl-C and output alive. */
const SLICE = 0.1;
/**
 * Guest seconds without a line of output or input after which the next line is typed although the guest is not
 * known to wait for it: kernels that poll, or that tick while they idle.
 */
const QUIET = 1;

/**
 * Runs until the guest stops, the text appears, the time is used up, or the guest waits for input after the end of
 * the script.
 *
 * @param script lines of input with their line ends
 * @param printed guest seconds at which the guest last printed
 */
export async function runScripted(
  machine: SessionMachine,
  script: AsyncIterable<Uint8Array>,
  limits: SessionLimits,
  printed: () => number,
): Promise<Ending> {
  const lines = script[Symbol.asyncIterator]();
  const maxTime = limits.maxTime ?? Infinity;
  let atEnd = false;
  let typed = 0;
  /** Types the next line; false at the end of the script. */
  const typeNext = async (): Promise<boolean> => {
    if (atEnd) return false;
    const next = await lines.next();
    if (next.done === true) {
      atEnd = true;
      return false;
    }
    machine.input(next.value);
    typed = machine.time;
    return true;
  };
  for (;;) {
    const untilTime = Math.min(maxTime, machine.time + SLICE);
    const reason = machine.run({ untilTime, until: limits.hasAppeared });
    if (reason.kind === 'until') return { kind: 'text' };
    if (reason.kind === 'input') {
      if (!(await typeNext())) return limits.hasAppeared() ? { kind: 'text' } : { kind: 'end-of-input' };
    } else if (reason.kind !== 'budget') {
      return limits.hasAppeared() ? { kind: 'text' } : reason;
    } else {
      if (limits.hasAppeared()) return { kind: 'text' };
      if (machine.time >= maxTime) return reason;
      if (machine.time - Math.max(typed, printed()) >= QUIET) await typeNext();
    }
    // Lets the host write what was printed, and hear signals.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Splits a stream into lines, each with its end; the last may have none. */
export async function* linesOf(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream) {
    rest = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
    for (let end = rest.indexOf(0x0a); end >= 0; end = rest.indexOf(0x0a)) {
      yield rest.subarray(0, end + 1);
      rest = rest.subarray(end + 1);
    }
  }
  if (rest.length > 0) yield rest;
}
