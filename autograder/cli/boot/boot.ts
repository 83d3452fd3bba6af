/** `hartlab boot`: a guest and its console. */
import fs from 'node:fs';
import { Machine, type StopReason } from '../../../emulator/index.js';
import { formatDiagnostic } from '../../toolchain/index.js';
import { flushed } from '../command-io.js';
import type { CommandIo } from '../command-io.js';
import { ExitStatus, UsageError } from '../exit-status.js';
import { progressOn } from '../progress.js';
import { ConsoleOutput } from './console-output.js';
import { Diagnosis } from './diagnosis.js';
import { explainEnding, type Ending } from './ending.js';
import { listenForLines } from './event-lines.js';
import type { SelectedEvents } from './event-selection.js';
import { ESCAPE_HELP, EscapeKeys, type Keystrokes } from './escape-keys.js';
import { GuestNotBuilt, prepareGuest, type Guest, type GuestOptions } from './guest.js';
import { hostClock, runInteractive } from './interactive-session.js';
import { saveGuest } from './save-guest.js';
import { linesOf, runScripted, type SessionLimits } from './scripted-session.js';
import { SharedOutput } from './shared-output.js';
import { traceMachine } from './trace-machine.js';

/** Options of `hartlab boot`, checked. */
export interface BootOptions extends GuestOptions {
  readonly smp: number;
  /** Bytes. */
  readonly memory: number;
  readonly append?: string;
  readonly seed: number;
  /** Id of the hart that boots; by default the schedule chooses. */
  readonly bootHart?: number;
  /** Machine events to show as lines. */
  readonly log?: readonly SelectedEvents[];
  /** Where to; by default among the guest's console output. */
  readonly logFile?: string;
  /** A file for a trace viewer. */
  readonly trace?: string;
  /** A folder for what would be booted; nothing is. */
  readonly save?: string;
  /** End successfully once the console has shown this text. */
  readonly until?: string;
  /** Guest seconds. */
  readonly maxTime?: number;
}

/**
 * Boots a guest and connects its console to the terminal, or to standard input and output.
 * @returns the exit status
 */
export async function boot(options: BootOptions, root: string, io: CommandIo): Promise<number> {
  if (options.until === '') throw new UsageError('--until: expected a text, found none');
  const progress = progressOn(io.stderr);
  let guest: Guest;
  try {
    guest = await prepareGuest(options, root, (what, { phase, done, total }) =>
      progress.show(`building the ${what}: ${phase} ${done} of ${total}`),
    );
  } catch (error) {
    if (!(error instanceof GuestNotBuilt)) throw error;
    progress.clear();
    io.stderr.write(`${error.message}\nhartlab: ${options.lab ?? 'the lab'} does not build\n`);
    return ExitStatus.Failure;
  }
  progress.clear();
  for (const warning of guest.warnings) io.stderr.write(`${formatDiagnostic(warning)}\n`);
  if (options.save !== undefined) {
    for (const file of saveGuest(guest, options.save)) io.stdout.write(`${file}\n`);
    return ExitStatus.Success;
  }
  const machine = await createMachine(options, guest);
  const diagnosis = new Diagnosis(machine, guest.kernel);
  const output = new ConsoleOutput(options.until);
  const shared = new SharedOutput((bytes) => io.stdout.write(bytes), io.stdin.isTTY ? '\r\n' : '\n');
  logEvents(options, machine, guest.kernel, shared);
  const finishTrace =
    options.trace === undefined ? undefined : traceMachine(machine, guest.kernel, options.trace);
  let printed = 0;
  machine.on('console', ({ bytes }) => {
    printed = machine.time;
    output.add(bytes);
    shared.console(bytes, machine.time);
  });
  const limits: SessionLimits = {
    ...(options.maxTime !== undefined && { maxTime: options.maxTime }),
    hasAppeared: () => output.hasAppeared,
  };
  const ending = io.stdin.isTTY
    ? await atTerminal(machine, limits, io)
    : await runScripted(machine, linesOf(io.stdin), limits, () => printed);
  shared.release();
  finishTrace?.(io);
  const { message, status } = explainEnding(
    ending,
    machine.time,
    options.until === undefined ? {} : { until: options.until },
    output.lastPanic,
  );
  if (message !== null) {
    const lines = isFromMachine(ending) ? diagnosis.explain(ending, output.lastPanic) : [];
    await flushed(io.stdout);
    io.stderr.write(`${output.isAtMargin ? '' : '\n'}hartlab: ${[message, ...lines].join('\n  ')}\n`);
  } else if (io.stdout.isTTY && !output.isAtMargin) io.stdout.write('\n');
  return status;
}

/** Starts the event log that was asked for. */
function logEvents(options: BootOptions, machine: Machine, kernel: Uint8Array, shared: SharedOutput): void {
  const { log, logFile } = options;
  if (log === undefined) {
    if (logFile !== undefined) throw new UsageError('--log-file: there is nothing to write without --log');
    return;
  }
  if (logFile === undefined) {
    listenForLines(machine, log, kernel, (line, time) => {
      shared.line(line, time);
    });
    return;
  }
  let file: number;
  try {
    file = fs.openSync(logFile, 'w');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new UsageError(`--log-file ${logFile}: cannot be written (${code})`, { cause });
  }
  listenForLines(machine, log, kernel, (line) => {
    fs.writeSync(file, `${line}\n`);
  });
}

function isFromMachine(ending: Ending): ending is StopReason {
  return !['text', 'left', 'end-of-input'].includes(ending.kind);
}

/** Values that only the machine can check are the user's. */
async function createMachine(options: BootOptions, guest: Guest): Promise<Machine> {
  try {
    return await Machine.create({
      harts: options.smp,
      memory: options.memory,
      seed: options.seed,
      ...(options.bootHart !== undefined && { bootHart: options.bootHart }),
      kernel: guest.kernel,
      firmware: guest.firmware,
      ...(options.append !== undefined && { bootargs: options.append }),
      ...(guest.initrd !== undefined && { initrd: guest.initrd }),
      ...(guest.disk !== undefined && { disk: guest.disk }),
      names: {
        ...(options.kernel !== undefined && { kernel: `--kernel ${options.kernel}` }),
        ...(options.initrd !== undefined && { initrd: `--initrd ${options.initrd}` }),
        firmware: `--bios ${options.bios}`,
      },
    });
  } catch (cause) {
    if (cause instanceof RangeError || (cause instanceof Error && cause.name === 'BadImageError')) {
      throw new UsageError(cause.message, { cause });
    }
    throw cause;
  }
}

async function atTerminal(machine: Machine, limits: SessionLimits, io: CommandIo): Promise<Ending> {
  const keys = new EscapeKeys();
  const clock = hostClock();
  const pending: Keystrokes[] = [];
  const onData = (bytes: Buffer): void => {
    pending.push(...keys.feed(bytes));
    clock.wake();
  };
  const onEnd = (): void => {
    pending.push({ kind: 'leave' });
    clock.wake();
  };
  io.stderr.write('Ctrl-A X leaves, Ctrl-A H helps.\n');
  io.stdin.setRawMode(true);
  io.stdin.on('data', onData).on('end', onEnd).resume();
  try {
    return await runInteractive(machine, { take: () => pending.splice(0) }, clock, limits, () =>
      io.stderr.write(`\r\n${ESCAPE_HELP}`),
    );
  } finally {
    io.stdin.off('data', onData).off('end', onEnd).pause();
    io.stdin.setRawMode(false);
  }
}
