import type { Machine, MachineOptions } from '../../emulator/machine/machine.js';
import type { Observation } from '../../emulator/observe/event-log.js';
import type { RecordBudget } from '../../emulator/observe/record-budget.js';
import type { UserProgram } from '../toolchain/index.js';
import type { Evidence, Finding, KernelNames } from './evidence.js';
import type { Mix } from './mix.js';

/** A lab, as `labs/NN-name/lab.ts` exports it by default. */
export interface LabDefinition {
  /** `03-stride`: the folder's name. */
  readonly id: string;
  readonly title: string;
  /** The student's files, in the lab's folder; the reference has the same in `solutions/<id>/`. */
  readonly files: readonly string[];
  /** The header that states the contract, from the repository's root. */
  readonly header: string;
  readonly scenarios: readonly Scenario[];
  readonly checks: readonly Check[];
}

/**
 * One run of the machine, on which any number of checks may look. Its functions run in worker threads, which load
 * the lab's module again: they must not depend on state outside of the run.
 */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly harts: number;
  /** Boot arguments of the kernel; the seed and nothing else differs between runs of a scenario. */
  readonly bootargs: string;
  /** Guest seconds after which the machine is stopped. More than the run needs: it includes booting. */
  readonly budget: number;
  /** What differs from a plain `virt` machine. */
  readonly machine?: Pick<MachineOptions, 'memory' | 'hartIds' | 'bootHart' | 'startDelays' | 'plicOrder'>;
  /** Jobs that /etc/rc runs. */
  readonly mix?: Mix;
  /** Lines of /etc/rc where there is no mix; the system shuts down when they are done. */
  readonly script?: readonly string[];
  /** Makes the disk; by default a root image with all programs in /bin, and /etc. Nothing: no disk. */
  readonly disk?: (make: RunInput) => Promise<Uint8Array | undefined>;
  /** Makes an initial RAM disk. */
  readonly initrd?: (make: RunInput) => Promise<Uint8Array>;
  /** What is to be written down besides the schedule, as {@link Evidence.events}. */
  readonly observe?: Observation;
  /**
   * Watches the run in a way that `observe` cannot. Called before the machine runs; what the function that it
   * returns answers at the end is {@link Evidence.witness}: plain data that can be sent between threads.
   */
  readonly witness?: (machine: Machine, watched: WatchedRun) => () => unknown;
}

/** What a scenario makes its disk and initial RAM disk from. */
export interface RunInput {
  readonly scenario: Scenario;
  readonly seed: number;
  /** The user programs as they were built. */
  readonly programs: readonly UserProgram[];
}

/** What a witness knows besides the machine. */
export interface WatchedRun extends RunInput {
  readonly kernel: KernelNames;
  /** What is on the disk. */
  readonly disk: Uint8Array | undefined;
  /** Of the run: a witness keeps only what it can spend a record on. The run ends when there are none left. */
  readonly records: RecordBudget;
}

/** One thing that is looked at, and what it is worth. */
export interface Check {
  /** Stable: `--check ID`, gradebooks and mutants name it. */
  readonly id: string;
  readonly title: string;
  readonly points: number;
  /** The scenario whose evidence it needs. */
  readonly scenario: string;
  /** What a student should read first when the check fails; the report turns it into a source line. */
  readonly contract: ContractFunction;
  /**
   * `completed` (the default): there is nothing to judge when the kernel panicked, deadlocked or stood still.
   * `any`: what was seen up to then is judged.
   */
  readonly judges?: 'completed' | 'any';
  /**
   * @throws CannotJudge when what it looks for did not happen.
   */
  readonly evaluate: (evidence: Evidence) => Finding;
}

/** A function of the lab's contract in the student's files. */
export type ContractFunction =
  /** By its C identifier: `start_harts`. */
  | { readonly function: string }
  /** Where a table's field at `offset` bytes points: field `pick` of the object `sched_stride`. */
  | { readonly table: string; readonly offset: number; readonly field: string };
