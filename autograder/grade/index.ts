/** `hartlab grade`. */
import type { CommandIo } from '../cli/command-io.js';
import { UsageError } from '../cli/exit-status.js';

/** What is graded, and where the results go. */
export interface GradeRequest {
  /** As the user wrote it: `03-stride`, or `03`. */
  readonly lab: string;
  /** The student's folder; by default `labs/<lab>`. */
  readonly folder?: string;
  /** Grade the reference. */
  readonly solution: boolean;
  readonly seed: number;
  /** Seeds from `seed` on; each check counts with its worst. */
  readonly seeds: number;
  /** Ids of the only checks to grade; all of them when empty. */
  readonly checks: readonly string[];
  /** Files to write; `-` is standard output. */
  readonly json?: string;
  readonly junit?: string;
  readonly html?: string;
}

/**
 * Grades a lab, reports to the terminal and to the files that were asked for.
 * @param root the repository
 * @returns the exit status
 */
export function grade(request: GradeRequest, _root: string, _io: CommandIo): Promise<number> {
  return Promise.reject(new UsageError(`grading ${request.lab} is not possible yet`));
}
