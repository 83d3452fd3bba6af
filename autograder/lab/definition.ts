import type { Evidence, Finding } from './evidence.js';
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

/** One run of the machine, on which any number of checks may look. */
export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly harts: number;
  /** Boot arguments of the kernel; the seed and nothing else differs between runs of a scenario. */
  readonly bootargs: string;
  readonly mix: Mix;
  /** Guest seconds after which the machine is stopped. More than the mix needs: it includes booting. */
  readonly budget: number;
}

/** One thing that is looked at, and what it is worth. */
export interface Check {
  /** Stable: `--check ID`, gradebooks and mutants name it. */
  readonly id: string;
  readonly title: string;
  readonly points: number;
  /** The scenario whose evidence it needs. */
  readonly scenario: string;
  /**
   * Field of the contract's function table that a student should read first when the check fails
   * (`set_priority`); the report turns it into a source line.
   */
  readonly contract: ContractFunction;
  /**
   * @throws CannotJudge when what it looks for did not happen.
   */
  readonly evaluate: (evidence: Evidence) => Finding;
}

/** A function of the lab's contract: field `field` of the object `table` in the student's file. */
export interface ContractFunction {
  /** C identifier of the table: `sched_stride`. */
  readonly table: string;
  /** Its offset in the table, in bytes. */
  readonly offset: number;
  /** Its name in the header: `pick`. */
  readonly field: string;
}
