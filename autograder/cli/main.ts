/** The `hartlab` command: its options, and what each outcome says to the shell. */
import fs from 'node:fs';
import path from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { BadImageError } from '../../emulator/bad-image.js';
import { ImageError } from '../image/index.js';
import { UnknownLab } from '../lab/lab-name.js';
import { LabError } from '../lab/validate.js';
import { jobSpecHelp } from '../measure/spec-help.js';
import { repositoryRoot, ToolchainError } from '../toolchain/index.js';
import type { BootOptions } from './boot/boot.js';
import { LINE_KINDS, selectedEvents } from './boot/event-selection.js';
import type { CommandIo } from './command-io.js';
import { ExitStatus, UsageError } from './exit-status.js';
import { didYouMean, guestSeconds, integer, memorySize, oneOf } from './option-values.js';

/** Scheduling policies that are linked into the kernel (kernel/include/sched.h). */
const POLICIES = ['fifo', 'rr', 'stride', 'ucore'];
/** QEMU's `virt` board has room for 64 harts' worth of PLIC contexts in our map. */
const MAX_HARTS = 64;
const MAX_HART_ID = 4094;
const MAX_SEED = 2 ** 32 - 1;

/** Adds a command to the program. Its action answers with an exit status, or throws. */
export type CommandAdder = (
  program: Command,
  io: CommandIo,
  root: string,
  finish: (status: number) => void,
) => void;

/**
 * Runs `hartlab` with these arguments (without `node` and the script).
 * @param further commands of layers above this one, which it may not import: bin.ts brings them
 * @returns the exit status; never throws
 */
export async function main(
  args: readonly string[],
  io: CommandIo,
  root = repositoryRoot(),
  further: readonly CommandAdder[] = [],
): Promise<number> {
  let status: number = ExitStatus.Success;
  try {
    const finish = (result: number): void => void (status = result);
    const program = commandLine(io, root, finish, further);
    if (args.length === 0) {
      program.outputHelp({ error: true });
      return ExitStatus.Usage;
    }
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    return reportError(error, io);
  }
}

/**
 * Tells a person what went wrong.
 * @returns the exit status that goes with it
 */
export function reportError(error: unknown, io: Pick<CommandIo, 'stderr' | 'env'>): number {
  // Commander has printed its message by now.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitStatus.Success : ExitStatus.Usage;
  const message = error instanceof Error ? error.message : String(error);
  const isInput = [UsageError, UnknownLab, LabError, BadImageError, ImageError].some(
    (c) => error instanceof c,
  );
  if (isInput) {
    io.stderr.write(`hartlab: ${message}\n`);
    return ExitStatus.Usage;
  }
  if (error instanceof ToolchainError) {
    io.stderr.write(`hartlab: ${message} (${error.remedy})\n`);
    return ExitStatus.Internal;
  }
  const wantsStack = (io.env.HARTLAB_DEBUG ?? '') !== '';
  const detail = wantsStack && error instanceof Error ? error.stack : message.split('\n')[0];
  const hint = wantsStack ? '' : ' (HARTLAB_DEBUG=1 shows where)';
  io.stderr.write(`hartlab: internal error: ${detail}${hint}\n`);
  return ExitStatus.Internal;
}

/** The program with all of its commands, for {@link main} and for tests of what is said about them. */
export function commandLine(
  io: CommandIo,
  root: string,
  finish: (status: number) => void,
  further: readonly CommandAdder[],
): Command {
  const program = new Command('hartlab')
    .description('A small SMP RISC-V kernel, a deterministic machine to run it on, labs and their grader.')
    .version(packageVersion(root))
    .showHelpAfterError('(--help lists what there is)')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text.replace(/^error: /, 'hartlab: ')),
      getOutHelpWidth: () => io.stdout.columns,
      getErrHelpWidth: () => io.stderr.columns,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  addBoot(program, io, root, finish);
  addGrade(program, io, root, finish);
  addMeasure(program, io, root, finish);
  program
    .command('doctor')
    .description('say what is installed, what is missing, and what to do about it')
    .option('--json', 'write the findings as JSON')
    .action(async (options: { json?: true }) => {
      const { doctor } = await import('./doctor/doctor.js');
      finish(await doctor({ json: options.json === true }, root, io));
    });
  program
    .command('release')
    .description('copy the course to a folder as students get it: references as objects, no solutions')
    .argument('<folder>', 'a new or empty folder')
    .action(async (folder: string) => {
      const { release } = await import('./release.js');
      finish(await release(folder, root, io));
    });
  for (const add of further) add(program, io, root, finish);
  return program;
}

const addBoot: CommandAdder = (program, io, root, finish) => {
  program
    .command('boot')
    .description('boot a kernel; its console is the terminal, or standard input and output')
    .option('--lab <NN-name>', "use the student's files in labs/NN-name instead of the reference")
    .option('--dir <folder>', "the student's folder, if it is not labs/NN-name")
    .option('--machine <board>', 'virt', machineName, 'virt')
    .option('--smp <N>', 'harts', integer(1, MAX_HARTS), 1)
    .option('--memory <size>', 'RAM: 128M, 1G', memorySize, 128 * 2 ** 20)
    .option('--bios <firmware>', 'builtin, none, or the file of a firmware', 'builtin')
    .option('--kernel <file>', "ELF or Linux Image to boot instead of HartLab's kernel")
    .option('--initrd <file>', 'initial RAM disk; builtin: one with our programs (the default for lab 04)')
    .option('--append <string>', 'kernel command line')
    .option('--drive <file>', 'disk image, never written to; by default one with the user programs')
    .option('--seed <N>', 'schedule of the harts; 0 is round robin', integer(0, MAX_SEED), 0)
    .option('--boot-hart <id>', 'hart that boots; by default the schedule chooses', integer(0, MAX_HART_ID))
    .option('--log <events>', 'show machine events as lines: see below', selectedEvents)
    .option('--log-file <file>', 'write them to a file instead of among the console output')
    .option('--trace <file>', 'write a trace in the Trace Event Format, for ui.perfetto.dev')
    .option(
      '--save <folder>',
      'write kernel.elf, disk.img and initrd.img there, for other machines; boot nothing',
    )
    .option('--until <text>', 'end successfully when the console shows this text')
    .option('--max-time <seconds>', 'end after this much guest time', guestSeconds)
    .addHelpText(
      'after',
      `
At a terminal, Ctrl-A X leaves. Otherwise standard input is typed line by line as the guest asks for it.

--log takes, with commas: ${LINE_KINDS.join(', ')}.
Some take a filter: sbi:hsm, ecall:s, trap:m, trap:interrupt, mmio:clint, csr-write:satp.`,
    )
    .action(async (options: BootOptions) => {
      const { boot } = await import('./boot/boot.js');
      finish(await boot(options, root, io));
    });
};

const addGrade: CommandAdder = (program, io, root, finish) => {
  program
    .command('grade')
    .description('grade a lab: what the machine saw, and what it is worth')
    .argument('<lab>', 'the lab, such as 03-stride')
    .argument('[folder]', "the student's folder; by default labs/<lab>")
    .option('--solution', 'grade the reference')
    .option('--seed <N>', 'schedule of the harts', integer(0, MAX_SEED), 0)
    .option('--seeds <K>', 'grade with K seeds from --seed on; the worst counts', integer(1, 1000), 1)
    .option('--check <id>', 'grade this check alone (may be repeated)', collect, [])
    .option('--json <file>', 'write the report as JSON; - is standard output')
    .option('--junit <file>', 'write the report as JUnit XML')
    .option('--html <file>', 'write the report as one HTML page')
    .option('--trace <file>', 'write a trace in the Trace Event Format, for ui.perfetto.dev')
    .action(async (lab: string, folder: string | undefined, options: GradeFlags) => {
      if (folder !== undefined && options.solution === true) {
        throw new UsageError('a folder and --solution exclude each other');
      }
      const { grade } = await import('../grade/index.js');
      const { check: checks, solution, ...rest } = options;
      const request = {
        lab,
        ...(folder !== undefined && { folder }),
        solution: solution === true,
        checks,
        ...rest,
      };
      finish(await grade(request, root, io));
    });
};

const addMeasure: CommandAdder = (program, io, root, finish) => {
  program
    .command('measure')
    .description('measure scheduling policies on a mix of jobs')
    .option('--policy <names>', `of ${POLICIES.join(', ')}, with commas; by default all`, policyNames)
    .option('--smp <N>', 'harts', integer(1, MAX_HARTS), 1)
    .option('--jobs <spec>', 'the mix of jobs: see below')
    .option(
      '--time <seconds>',
      'guest time to measure; by default 0.3, or until all jobs are done',
      guestSeconds,
    )
    .option('--seed <N>', 'schedule of the harts', integer(0, MAX_SEED), 0)
    .option('--lab <NN-name>', "use the student's files in labs/NN-name instead of the reference")
    .option('--dir <folder>', "the student's folder, if it is not labs/NN-name")
    .option('--json <file>', 'write the figures as JSON; - is standard output')
    .option('--html <file>', 'write figures and timelines as one HTML page')
    .option('--trace <file>', 'write a trace in the Trace Event Format, for ui.perfetto.dev')
    .addHelpText('after', jobSpecHelp)
    .action(async (options: MeasureFlags) => {
      const { measure } = await import('../measure/index.js');
      const { policy: policies = POLICIES, ...rest } = options;
      finish(await measure({ policies, ...rest }, root, io));
    });
};

interface GradeFlags {
  readonly solution?: true;
  readonly seed: number;
  readonly seeds: number;
  readonly check: readonly string[];
  readonly json?: string;
  readonly junit?: string;
  readonly html?: string;
  readonly trace?: string;
}

interface MeasureFlags {
  readonly policy?: readonly string[];
  readonly smp: number;
  readonly jobs?: string;
  readonly time?: number;
  readonly seed: number;
  readonly lab?: string;
  readonly dir?: string;
  readonly json?: string;
  readonly html?: string;
  readonly trace?: string;
}

function machineName(text: string): string {
  if (text === 'fu740') throw new InvalidArgumentError('The fu740 board is not there yet; use virt.');
  return oneOf('virt')(text);
}

function policyNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !POLICIES.includes(name));
  if (unknown === undefined) return [...new Set(names)];
  throw new InvalidArgumentError(
    `Unknown policy '${unknown}'; there are ${POLICIES.join(', ')}.${didYouMean(unknown, POLICIES)}`,
  );
}

function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

function packageVersion(root: string): string {
  const parsed: unknown = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed
    ? String(parsed.version)
    : 'unknown';
}
