import { Machine } from '../../emulator/machine/machine.js';
import { EventRecorder } from '../../emulator/observe/event-recorder.js';
import type { EventLog, Observation } from '../../emulator/observe/event-log.js';
import { RecordBudget } from '../../emulator/observe/record-budget.js';
import { ScheduleRecorder } from '../../emulator/observe/schedule-recorder.js';
import type { ScheduleTrace } from '../../emulator/observe/schedule-trace.js';
import type { RunInput, Scenario } from '../lab/definition.js';
import type { Outcome } from '../lab/evidence.js';
import type { UserProgram } from '../toolchain/index.js';
import { diagnose } from './diagnosis/outcome.js';
import { KernelMap } from './diagnosis/kernel-map.js';
import { scenarioDisk } from './scenario-disk.js';

/** What a run needs. */
export interface ScenarioJob {
  readonly scenario: Scenario;
  /**
   * URL of the lab's module, whose default export is the lab's definition. A worker thread cannot be sent functions:
   * it takes the scenario from there. Without it, a scenario that has functions runs in the calling thread.
   */
  readonly module?: string;
  readonly seed: number;
  readonly kernel: Uint8Array;
  /** What the disk holds in /bin: their marks are believed. */
  readonly programs: readonly UserProgram[];
  /** The disk, where the scenario does not make its own. */
  readonly disk?: Uint8Array;
  /** What to write down besides what the scenario asks for: checks do not see it. */
  readonly record?: Observation;
  /** False where nobody compares the run with another: hashing all of RAM takes as long as a short boot. */
  readonly digest?: boolean;
}

/** What a run left; plain data. */
export interface ScenarioRun {
  readonly scenario: string;
  readonly seed: number;
  readonly trace: ScheduleTrace;
  readonly events: EventLog;
  readonly witness: unknown;
  readonly outcome: Outcome;
  /** Empty where the job wanted none. */
  readonly digest: string;
  /** Instructions executed by all harts. */
  readonly instructions: number;
  /** The end of what the guest wrote. */
  readonly console: readonly string[];
  /** What {@link ScenarioJob.record} asked for. */
  readonly recorded?: EventLog;
}

/** SBI System Reset extension (SBI 2.0, chapter 10). */
const SRST = 0x53525354n;
/** Characters of console output that are kept: a kernel may print for ever. */
const CONSOLE_LIMIT = 64 << 10;
const CONSOLE_LINES = 12;
/** Records that a run may have, and more for each guest second of a hart: thirty times what the busiest graded run has. */
const RECORDS = 100_000;
const RECORDS_PER_SECOND = 100_000;

/**
 * Runs one scenario to its end or to the end of its budget, of guest time or of records. The same job gives the same run on every host.
 *
 * @throws BadImageError when the kernel is no ELF file, RangeError for harts or seed out of range.
 */
export async function runScenario(job: ScenarioJob): Promise<ScenarioRun> {
  const { scenario, seed, kernel, programs } = job;
  const input: RunInput = { scenario, seed, programs };
  const disk = await diskOf(job, input);
  const initrd = await scenario.initrd?.(input);
  const machine = await Machine.create({
    ...scenario.machine,
    harts: scenario.harts,
    seed,
    kernel,
    ...(disk && { disk }),
    ...(initrd && { initrd }),
    bootargs: scenario.bootargs,
  });
  const map = new KernelMap(kernel);
  const records = new RecordBudget(
    RECORDS + Math.ceil(RECORDS_PER_SECOND * scenario.harts * scenario.budget),
  );
  const recorder = new ScheduleRecorder(machine, programs, records);
  const events = new EventRecorder(machine, scenario.observe ?? {}, map);
  const extra = job.record === undefined ? undefined : new EventRecorder(machine, job.record, map);
  const answer = scenario.witness?.(machine, { ...input, kernel: map, disk, records });
  let console = '';
  machine.on('console', ({ bytes }) => {
    console = (console + String.fromCharCode(...bytes)).slice(-CONSOLE_LIMIT);
  });
  let resetBy: number | undefined;
  machine.on('sbi', ({ eid, hart }) => {
    if (eid === SRST) resetBy = hart;
  });
  const stop = machine.run({ untilTime: scenario.budget, until: () => records.exhausted });
  const trace = recorder.trace();
  const outcome = diagnose({
    machine,
    map,
    stop,
    trace,
    console,
    ...(resetBy !== undefined && { resetBy }),
    ...(records.exhausted && { records: records.limit }),
  });
  return {
    scenario: scenario.id,
    seed,
    trace,
    events: events.log(),
    witness: answer?.(),
    outcome,
    digest: job.digest === false ? '' : machine.digest(),
    instructions: machine.instructions,
    console: lastLines(console),
    ...(extra && { recorded: extra.log() }),
  };
}

async function diskOf({ scenario, disk }: ScenarioJob, input: RunInput): Promise<Uint8Array | undefined> {
  if (scenario.disk !== undefined) return scenario.disk(input);
  return disk ?? scenarioDisk(scenario, input.programs);
}

/** The last lines of console output, without the control characters that a terminal would act on. */
function lastLines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.replace(/[^\x20-\x7e]/g, '\u00b7').slice(0, 200))
    .filter((line) => line.trim() !== '')
    .slice(-CONSOLE_LINES);
}
