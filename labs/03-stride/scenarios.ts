import type { Scenario } from '../../autograder/lab/definition.js';
import type { Mix, MixJob } from '../../autograder/lab/mix.js';

/**
 * The runs on which lab 03 is graded. Each takes 0.1 to 0.2 guest seconds: enough for a hundred quanta a
 * hart, and less than 100 million instructions.
 *
 * Priorities are large on purpose. With BIG_STRIDE = 2^28 the passes of a mix whose priorities sum to W move by
 * 2^28 / W a quantum and hart; the scenarios that are not about the circle's seams stay between them, so that
 * they say nothing about it.
 */

/**
 * Where passes begin unless a scenario is about that: far from both places where comparing two passes as plain
 * numbers goes wrong, 0 and 2^31.
 */
const FIRST_PASS = 2 ** 29;

/** Work and mix are followed by 100 ms in which a slow kernel may still boot and finish. */
const SLACK_SECONDS = 0.1;

/** A run of a mix of jobs. */
export interface MixScenario extends Scenario {
  readonly mix: Mix;
}

function scenario(
  id: string,
  title: string,
  harts: number,
  end: number,
  jobs: readonly MixJob[],
  { firstPass = FIRST_PASS, extraArgument = '' } = {},
): MixScenario {
  const bootargs = `sched=stride pass0=${firstPass} ${extraArgument}`.trim();
  return { id, title, harts, bootargs, mix: { end, jobs }, budget: end / 1000 + SLACK_SECONDS };
}

/** What job 1 of the scenario `arguments` asks for, before its own priority. */
export const PRIORITY_ARGUMENTS: readonly bigint[] = [
  2n,
  1n,
  3n,
  0n,
  -1n,
  16n,
  -16n,
  1n << 31n,
  1n << 40n,
  (1n << 63n) - 1n,
  -(1n << 63n),
];

/** Its own priority, asked for last. */
export const ARGUMENTS_OWN_PRIORITY = 32;

export const argumentsRun = scenario('arguments', 'Arguments of setpriority, one hart', 1, 20, [
  { id: 1, priority: ARGUMENTS_OWN_PRIORITY, priorities: PRIORITY_ARGUMENTS },
]);

export const mixed = scenario('mixed', 'Five jobs of mixed priorities, one hart', 1, 150, [
  { id: 1, priority: 60 },
  { id: 2, priority: 35 },
  { id: 3, priority: 24 },
  { id: 4, priority: 16, keepsDefault: true },
  { id: 5, priority: 9 },
]);

export const threeTwoOne = scenario('three-two-one', 'Three jobs with priorities 3:2:1, one hart', 1, 130, [
  { id: 1, priority: 48 },
  { id: 2, priority: 32 },
  { id: 3, priority: 16 },
]);

/** Job 1 goes up, job 2 goes down, job 3 asks in vain for 1, job 4 stays as it is. */
export const midRun = scenario('mid-run', 'setpriority in mid-run, one hart', 1, 180, [
  { id: 1, priority: 12, reprioritise: { at: 8, to: 48 } },
  { id: 2, priority: 48, reprioritise: { at: 40, to: 16 } },
  { id: 3, priority: 24, reprioritise: { at: 15, to: 1 } },
  { id: 4, priority: 24 },
]);

/** What matters is that the others are far from where they began when job 5 arrives. */
export const LATE_JOB = 5;
export const late = scenario('late', 'A job arrives late, one hart', 1, 150, [
  { id: 1, priority: 48 },
  { id: 2, priority: 24 },
  { id: 3, priority: 16 },
  { id: 4, priority: 12 },
  { id: LATE_JOB, priority: 16, arrive: 70 },
]);

/** Job 3 works long and sleeps longer. */
export const SLEEPER = 3;
export const sleeper = scenario('sleeper', 'A job that sleeps, one hart', 1, 220, [
  { id: 1, priority: 48 },
  { id: 2, priority: 32 },
  { id: SLEEPER, priority: 16, sleep: { run: 8, sleep: 40 } },
  { id: 4, priority: 24 },
  { id: 5, priority: 20 },
]);

/**
 * Dispatches last up to 2.5 ms here, so that the millisecond after which job 3 naps, and job 4 yields, is less than
 * one. Each burst puts job 3 nine milliseconds of the others' progress behind, so that it owes time whenever it wakes.
 */
export const BURSTS_DISPATCH_MS = 2.5;
export const BURSTER = 3;
export const bursts = scenario(
  'bursts',
  'Short bursts, naps and yields, one hart',
  1,
  160,
  [
    { id: 1, priority: 32 },
    { id: 2, priority: 24 },
    { id: BURSTER, priority: 8, sleep: { run: 1, sleep: 1 } },
    { id: 4, priority: 16, yield: 1 },
  ],
  { extraArgument: `quantum=${BURSTS_DISPATCH_MS * 1000}` },
);

/** The pass of these jobs moves by 2^23 a quantum, and wraps to 0 some 20 quanta before job 4 arrives. */
export const wrap = scenario(
  'wrap',
  'The pass wraps to 0 in mid-run, one hart',
  1,
  100,
  [
    { id: 1, priority: 16 },
    { id: 2, priority: 8 },
    { id: 3, priority: 8 },
    { id: 4, priority: 12, arrive: 50 },
  ],
  { firstPass: 2 ** 32 - 30 * 2 ** 23 },
);

/** 2^25 a quantum: a lap in 128 ms, wherever it begins. */
export const lap = scenario('lap', 'A whole lap of the pass, one hart', 1, 150, [
  { id: 1, priority: 4 },
  { id: 2, priority: 2 },
  { id: 3, priority: 2 },
]);

/** While job 2 sleeps, job 1 alone moves the global pass by 2^27 a millisecond: by more than half the circle. */
export const LAP_SLEEPER = 2;
export const longSleep = scenario('long-sleep', 'A sleep of more than half a lap, one hart', 1, 130, [
  { id: 1, priority: 2 },
  { id: LAP_SLEEPER, priority: 32, sleep: { run: 4, sleep: 22 } },
]);

/** Priorities sum to 240 on four harts, so that 60 is the largest feasible one. */
export const FOUR_LATE_JOB = 9;
export const FOUR_ARRIVAL_MS = 110;
export const fourFeasible = scenario('four-feasible', 'Feasible weights on four harts', 4, 140, [
  { id: 1, priority: 16 },
  { id: 2, priority: 16 },
  { id: 3, priority: 24 },
  { id: 4, priority: 24 },
  { id: 5, priority: 32 },
  { id: 6, priority: 32 },
  { id: 7, priority: 48 },
  { id: 8, priority: 48 },
  { id: FOUR_LATE_JOB, priority: 40, arrive: FOUR_ARRIVAL_MS },
]);

/** Now more jobs than harts can run, now fewer; and so many comings and goings that harts meet in the policy. */
export const fourChurn = scenario('four-churn', 'Jobs that come and go on four harts', 4, 120, [
  { id: 1, priority: 96, sleep: { run: 3, sleep: 2 } },
  { id: 2, priority: 144, sleep: { run: 2, sleep: 2 } },
  { id: 3, priority: 96, arrive: 10, run: 30 },
  { id: 4, priority: 72, arrive: 20, run: 15 },
  ...Array.from({ length: 8 }, (_, i) => ({ id: 5 + i, priority: 96, sleep: { run: 1, sleep: 2 } })),
]);

/** Job 1 weighs 64 of 76: on four harts it can use a quarter, and the six others must share the rest. */
export const infeasible = scenario('infeasible', 'An infeasible weight on four harts', 4, 140, [
  { id: 1, priority: 64 },
  { id: 2, priority: 2 },
  { id: 3, priority: 2 },
  { id: 4, priority: 2 },
  { id: 5, priority: 2 },
  { id: 6, priority: 2 },
  { id: 7, priority: 2 },
]);

/**
 * Three jobs that need a hart each fall behind V, which the four on the last hart move, down to the limit of rule 7:
 * 24 quanta of the jobs that arrive then. Making a job takes `mix` about a millisecond. With dispatches that are
 * shorter, and harts that are out of step because the three come 2 ms apart, one of the three is likely to have been
 * picked since `mix` was; a fork, which takes less, is a second chance.
 */
export const INFEASIBLE_LATE_JOB = 8;
export const infeasibleLate = scenario(
  'infeasible-late',
  'Jobs arrive beside infeasible weights',
  4,
  110,
  [
    { id: 1, priority: 960 },
    { id: 2, priority: 960, arrive: 2 },
    { id: 3, priority: 960, arrive: 4 },
    { id: 4, priority: 24, arrive: 6 },
    { id: 5, priority: 24, arrive: 6 },
    { id: 6, priority: 24, arrive: 6 },
    { id: 7, priority: 24, arrive: 6 },
    { id: INFEASIBLE_LATE_JOB, priority: 48, arrive: 50 },
    { id: 9, priority: 48, arrive: 58, fork: true },
    { id: 10, priority: 48, arrive: 66 },
  ],
  { extraArgument: 'quantum=500' },
);
