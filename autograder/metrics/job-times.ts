import type { JobHistory } from './job-history.js';

/**
 * The classical metrics of one job, in cycles (Arpaci-Dusseau, "Operating Systems: Three Easy Pieces",
 * chapter 7, sections 7.2 and 7.6). Each is absent when the event that ends it did not happen.
 */
export interface JobTimes {
  readonly arrival?: number;
  readonly firstRun?: number;
  readonly completion?: number;
  /** T_completion − T_arrival. */
  readonly turnaround?: number;
  /** T_firstrun − T_arrival. */
  readonly response?: number;
}

/**
 * A job arrives when the kernel has it, not when its parent decides to spawn it: loading the program is the
 * parent's time.
 */
export function jobTimes(history: JobHistory): JobTimes {
  const { admitted: arrival, firstRun, completion } = history;
  return {
    ...(arrival !== undefined && { arrival }),
    ...(firstRun !== undefined && { firstRun }),
    ...(completion !== undefined && { completion }),
    ...(arrival !== undefined && completion !== undefined && { turnaround: completion - arrival }),
    ...(arrival !== undefined && firstRun !== undefined && { response: firstRun - arrival }),
  };
}
