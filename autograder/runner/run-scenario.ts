import { Machine } from '../../emulator/machine/machine.js';
import { ScheduleRecorder } from '../../emulator/observe/schedule-recorder.js';
import type { ShippedProgram } from '../../emulator/observe/schedule-recorder.js';
import type { ScheduleTrace } from '../../emulator/observe/schedule-trace.js';
import type { Scenario } from '../lab/definition.js';
import type { Outcome } from '../lab/evidence.js';
import { diagnose } from './diagnosis/outcome.js';
import { KernelMap } from './diagnosis/kernel-map.js';

/** What a run needs; plain data, so that a worker can have it. */
export interface ScenarioJob {
  readonly scenario: Pick<Scenario, 'id' | 'harts' | 'bootargs' | 'budget'>;
  readonly seed: number;
  readonly kernel: Uint8Array;
  /** What the disk holds in /bin: their marks are believed. */
  readonly programs: readonly ShippedProgram[];
  readonly disk: Uint8Array;
}

/** What a run left; plain data. */
export interface ScenarioRun {
  readonly scenario: string;
  readonly seed: number;
  readonly trace: ScheduleTrace;
  readonly outcome: Outcome;
  readonly digest: string;
  /** Instructions executed by all harts. */
  readonly instructions: number;
  /** The end of what the guest wrote. */
  readonly console: readonly string[];
}

/** SBI System Reset extension (SBI 2.0, chapter 10). */
const SRST = 0x53525354n;
/** Characters of console output that are kept: a kernel may print for ever. */
const CONSOLE_LIMIT = 64 << 10;
const CONSOLE_LINES = 12;

/**
 * Runs one scenario to its end or to the end of its budget. The same job gives the same run on every host.
 *
 * @throws BadImageError when the kernel is no ELF file, RangeError for harts or seed out of range.
 */
export async function runScenario(job: ScenarioJob): Promise<ScenarioRun> {
  const { scenario, seed, kernel, programs, disk } = job;
  const machine = await Machine.create({
    harts: scenario.harts,
    seed,
    kernel,
    disk,
    bootargs: scenario.bootargs,
  });
  const recorder = new ScheduleRecorder(machine, programs);
  let console = '';
  machine.on('console', ({ bytes }) => {
    console = (console + String.fromCharCode(...bytes)).slice(-CONSOLE_LIMIT);
  });
  let resetBy: number | undefined;
  machine.on('sbi', ({ eid, hart }) => {
    if (eid === SRST) resetBy = hart;
  });
  const stop = machine.run({ untilTime: scenario.budget });
  const trace = recorder.trace();
  const map = new KernelMap(kernel);
  const outcome = diagnose({ machine, map, stop, trace, console, ...(resetBy !== undefined && { resetBy }) });
  return {
    scenario: scenario.id,
    seed,
    trace,
    outcome,
    digest: machine.digest(),
    instructions: machine.instructions,
    console: lastLines(console),
  };
}

/** The last lines of console output, without the control characters that a terminal would act on. */
function lastLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/[^\x20-\x7e]/g, '\u00b7').slice(0, 200))
    .filter((line) => line.trim() !== '')
    .slice(-CONSOLE_LINES);
}
