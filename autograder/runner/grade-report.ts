import type { Cause, Outcome, TraceDifference } from '../lab/evidence.js';
import type { Diagnostic } from '../toolchain/diagnostic.js';

/**
 * The result of grading: what `hartlab grade --json` writes. Fields may be added, never renamed. Nothing in
 * it depends on the host's clock, speed or paths: the same commit, files and seed give the same bytes.
 */
export interface GradeReport {
  readonly lab: string;
  readonly title: string;
  readonly score: number;
  readonly maxScore: number;
  /** The first seed. */
  readonly seed: number;
  /** Seeds graded from `seed` on; each check counts with its worst. */
  readonly seeds: number;
  readonly verdict: Verdict;
  /** SHA-256 over the digests of all runs, hexadecimal; empty when nothing ran. */
  readonly digest: string;
  readonly checks: readonly CheckResult[];
  readonly scenarios: readonly ScenarioResult[];
  /** What the compiler said of the student's files. */
  readonly diagnostics: readonly Diagnostic[];
  /** Verdict `infrastructure`: what broke, and what to do about it. */
  readonly fault?: { readonly message: string; readonly remedy?: string };
}

/**
 * `graded`: the kernel was built and every scenario had its run. `build-failed`: the student's files do not make a
 * kernel. `infrastructure`: we failed; the score says nothing about the student.
 */
export type Verdict = 'graded' | 'build-failed' | 'infrastructure';

export type CheckStatus = 'passed' | 'partial' | 'failed' | 'error';

export interface CheckResult {
  readonly id: string;
  readonly title: string;
  /** Points earned, in hundredths. */
  readonly score: number;
  readonly maxScore: number;
  readonly status: CheckStatus;
  /** With status `error`: why there is nothing to judge; absent when the kernel was not built. */
  readonly cause?: Cause;
  readonly expected: string;
  readonly seen: string;
  /** Guest seconds since reset. */
  readonly guestTime?: number;
  /** Id of the hart. */
  readonly hart?: number;
  /** `stride.c:41`. */
  readonly source?: string;
  /** The function that has this line. */
  readonly function?: string;
  /** What should have happened and what did, where the check compares traces. */
  readonly difference?: TraceDifference;
  readonly scenario: string;
  /** The seed of the run that this result comes from. */
  readonly seed: number;
  /** Grades this check alone, on the same run. */
  readonly replay: string;
}

export interface ScenarioResult {
  readonly id: string;
  readonly title: string;
  readonly harts: number;
  readonly seed: number;
  readonly outcome: Outcome['kind'];
  /** How the run ended, in words; one line a hart where harts matter. Absent for `completed`. */
  readonly explanation?: readonly string[];
  /** Guest seconds. */
  readonly duration: number;
  /** Instructions retired by all harts. */
  readonly instructions: number;
  /** Digest of the machine's final state and of its history, hexadecimal. */
  readonly digest: string;
  /** Last lines of the console, for the reader; nothing is graded by them. */
  readonly console: readonly string[];
}

/** Status for a fraction of the points. */
export function statusOf(fraction: number): Exclude<CheckStatus, 'error'> {
  return fraction >= 1 ? 'passed' : fraction > 0 ? 'partial' : 'failed';
}
