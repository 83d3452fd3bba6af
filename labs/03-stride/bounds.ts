/**
 * The bounds of lab 03's checks, in quanta unless said otherwise: up to the first value a check earns all its
 * points, from the second on none, linearly in between.
 */

/** Ticks of a guest second (kernel/include/sched.h, SCHED_QUANTUM): 1 ms. */
export const QUANTUM_SECONDS = 0.001;

/**
 * What is allowed for switches on top of a bound that the theory gives in whole quanta. The kernel charges a
 * process from its dispatch to the next, traps and switch included, while the machine counts the instructions of the
 * process alone. On the course's kernel the difference is 3 % of a quantum per dispatch, nearly the same for
 * everybody; what may differ between two processes over a run is bounded by this.
 */
export const SWITCH_ALLOWANCE = 0.05;

/** From `full` on points are lost, from `none` on there are none. */
export interface Bound {
  readonly full: number;
  readonly none: number;
}

/**
 * Pairwise relative error on one hart: one quantum (TM-528, section 2; autograder/metrics/relative-error.ts shows
 * that it holds for every window). Round robin reaches dozens on the same mixes.
 */
export const RELATIVE_ERROR: Bound = { full: 1 + SWITCH_ALLOWANCE, none: 5 };

/**
 * A job's distance from its share of n jobs of total weight W follows from the pairwise errors e_ij ≤ 1: summing
 * n_i·w_j − n_j·w_i ≤ w_i + w_j over all j gives at most 1 + (n − 2)·w_i / W quanta.
 */
export function shareBound(jobs: number, weight: number, total: number): number {
  return 1 + ((jobs - 2) * weight) / total + SWITCH_ALLOWANCE;
}

/** Beyond its bound by this many quanta a share earns nothing. */
export const SHARE_EXCESS_NONE = 4;

/**
 * Becoming runnable to first instruction, with a pass of V. On one hart everybody who is queued has a pass of at
 * least V, so only who is running (one quantum) and who was queued before at the same pass (one more) can
 * come first.
 */
export const LATENCY: Bound = { full: 2 + SWITCH_ALLOWANCE, none: 5 };

/**
 * Lag against generalised multiprocessor sharing on four harts, feasible weights: one quantum as on one hart, and one
 * because a process that is next must wait for a hart whose quantum is not over. Ahead counts as behind does.
 */
export const FOUR_HART_LAG: Bound = { full: 2, none: 10 };

/** Idling while a job could run, in hart-quanta over the whole run. Wake-ups take microseconds each. */
export const IDLING: Bound = { full: 0.5, none: 20 };

/**
 * Part of the hart time that jobs could have used and did use. The kernel takes 2 to 3 %; a policy may take as
 * much again several times over before points are lost. Greater is better.
 */
export const UTILISATION: Bound = { full: 0.9, none: 0.6 };

/**
 * Longest wait beside an infeasible weight: six equal jobs take turns on three harts, so each waits one quantum;
 * two quanta of slack for harts out of step, and one for `mix`.
 */
export const INFEASIBLE_WAIT: Bound = { full: 4, none: 20 };
