/**
 * What one run looked like to a scheduler's examiner: who ran where, when, and for how long.
 *
 * A trace is plain data (it crosses worker threads and can be written as JSON once its bigints are
 * spelt out). It is derived from machine events alone: hart states, `satp`, retired instructions and
 * system calls. Nothing in it was said by the guest's console.
 *
 * Units: `time`, `start` and `end` are guest cycles since reset; `frequency` cycles make one guest
 * second. Cycles are integers below 2^53. `hart` is a hart id.
 */

/**
 * HINT instructions `slti x0, x0, CODE` by which the course's programs tell the machine where they are.
 * The unprivileged manual, section "HINT instructions", reserves the SLTI x0 encodings for custom use: every
 * hart executes them as a no-op, so that the same program runs anywhere. Arguments are in a0..a3.
 */
export const MarkCode = {
  /** `mix` begins: the times of its file count from here. */
  MixStart: 0x700,
  /** `mix` is about to spawn job a0. */
  JobArrive: 0x701,
  /** Job a0 begins its work; its first `setpriority` is behind it. */
  JobStart: 0x702,
  /** Job a0 has completed a1 units of work. */
  JobProgress: 0x703,
  /** Job a0 is about to sleep until the timebase reads a1 (ticks, absolute). */
  JobSleep: 0x704,
  /** Job a0 is back from its sleep. */
  JobAwake: 0x705,
  /** Job a0 has done all its work and is about to exit. */
  JobDone: 0x706,
  /** Job a0's `setpriority(a1)` has succeeded. */
  JobPriority: 0x707,
  /** `mix` has seen every job of its file end. */
  MixDone: 0x708,
  /** `fatprobe` begins step a0 of its plan. */
  FatStep: 0x710,
  /** Step a0 has ended with a1; what it read are the a3 bytes at a2. */
  FatResult: 0x711,
  /** `fatprobe` has done all a0 steps. */
  FatDone: 0x712,
} as const;

export type MarkCode = (typeof MarkCode)[keyof typeof MarkCode];

/** One stay of a hart in U-mode, from the instruction after `sret` to the trap that ended it. */
export interface UserInterval {
  readonly hart: number;
  readonly start: number;
  /** `end > start`; a stay cut off by the end of the run ends at the trace's `end`. */
  readonly end: number;
  /** Instructions retired in U-mode during this stay. */
  readonly retired: number;
  /** Index into {@link ScheduleTrace.spaces}. */
  readonly space: number;
  /**
   * Places of the entry and of the exit in the machine's own order of events, one counter for all harts.
   * Harts run in slices, so their clocks agree only to a slice; this order is the one that memory saw. Two
   * stays were simultaneous only if each was entered before the other was left in this order.
   */
  readonly entered: number;
  /** `left > entered`; a stay cut off by the end of the run has the last number of all. */
  readonly left: number;
}

/**
 * The life of one user address space: from the first instruction retired under its `satp` to the last. A
 * page-table root that is freed and used again for another process is another space.
 */
export interface AddressSpace {
  /** Its index in {@link ScheduleTrace.spaces}. */
  readonly id: number;
  readonly satp: bigint;
  readonly firstEnter: number;
  readonly lastLeave: number;
  /** Its `exit` or `exit_group` system call, if it made one. */
  readonly exit?: { readonly time: number; readonly status: number };
  /** The job it runs, as its first {@link MarkCode.JobStart} said. */
  readonly job?: number;
  /**
   * True when every marked instruction was fetched from a page equal to the shipped program's; false marks
   * a process that the kernel made up or altered. Spaces without a mark are unverified.
   */
  readonly verified: boolean;
}

/** A HINT executed in U-mode. */
export interface Mark {
  readonly time: number;
  readonly hart: number;
  readonly space: number;
  /** A {@link MarkCode}; unknown codes are kept. */
  readonly code: number;
  /** a0..a3. */
  readonly args: readonly bigint[];
}

/** A stretch in which a hart waited for an interrupt (`wfi`) and retired nothing. */
export interface IdleInterval {
  readonly hart: number;
  readonly start: number;
  readonly end: number;
}

/** A system call made from U-mode, and what it returned to the same address space. */
export interface SystemCall {
  readonly time: number;
  readonly hart: number;
  readonly space: number;
  /** a7: the call's number in the Linux riscv64 table, or one of the kernel's own. */
  readonly number: number;
  /** a0..a5 at the `ecall`. */
  readonly args: readonly bigint[];
  /** Absent when the call had not returned at the end of the run. `value` is a0, signed. */
  readonly returned?: { readonly time: number; readonly hart: number; readonly value: bigint };
}

export interface ScheduleTrace {
  /** Number of harts that the board has; their ids are 0..harts-1. */
  readonly harts: number;
  /** Guest cycles a guest second. */
  readonly frequency: number;
  /** When the run ended. */
  readonly end: number;
  /** Ordered by start, then hart. */
  readonly intervals: readonly UserInterval[];
  readonly spaces: readonly AddressSpace[];
  /** Ordered by time, then hart. */
  readonly marks: readonly Mark[];
  /** Ordered by start, then hart. */
  readonly idle: readonly IdleInterval[];
  /** Ordered by time, then hart. */
  readonly calls: readonly SystemCall[];
}
