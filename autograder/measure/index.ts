/** `hartlab measure`. */
import type { CommandIo } from '../cli/command-io.js';
import { UsageError } from '../cli/exit-status.js';

/** What is measured, and where the results go. */
export interface MeasureRequest {
  /** Policies that the kernel has, in the order in which they are compared. */
  readonly policies: readonly string[];
  /** Harts. */
  readonly smp: number;
  /** File with the job mix; by default a mix of the course's. */
  readonly jobs?: string;
  readonly seed: number;
  /** Files to write; `-` is standard output. */
  readonly json?: string;
  readonly html?: string;
}

/**
 * Measures policies on a job mix, reports to the terminal and to the files that were asked for.
 * @param root the repository
 * @returns the exit status
 */
export function measure(request: MeasureRequest, _root: string, _io: CommandIo): Promise<number> {
  return Promise.reject(new UsageError(`measuring ${request.policies.join(', ')} is not possible yet`));
}
