/** Part 4 of kernel/include/hsm.h: waiting for another hart without missing it and without burning instructions. */
import { creditBelow } from '../../autograder/lab/credit.js';
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import type { Invocation } from './seen.js';
import { at, duration, end, idOf, invocations, seconds, startHarts } from './seen.js';

/** Seconds between the flag's store, or the deadline, and the return: two windows of the schedule and a slow loop. */
const PROMPT = 100e-6;
/** Ticks of the time base in a second. */
const TIMEBASE = 10_000_000;

/** One wait of the self-test, and when the other hart set the flag, if it did. */
interface Round {
  readonly wait: Invocation;
  readonly answer?: { readonly index: number; readonly time: number; readonly hart: number };
  /** Cycle at which the wait is over at the latest. */
  readonly deadline: number;
}

/**
 * The waits of the self-test (kernel/boot/selftest.c).
 *
 * @throws CannotJudge when there are none, or nobody ever set the flag.
 */
function roundsOf(evidence: Evidence): Round[] {
  const { events, frequency } = evidence.events;
  const flag = evidence.kernel.addressOf('selftest_answered');
  const waits = new Map(
    invocations(evidence, 'hart_wait')
      .filter(({ call }) => call.args[0] === flag)
      .map((wait) => [wait.index, wait]),
  );
  if (waits.size === 0) {
    throw new CannotJudge('starvation', `hart_wait() was not called until the run ended at ${end(evidence)}`);
  }
  // The boot hart clears the flag, then waits; the other hart sets it.
  const rounds: { opener: number; wait?: Invocation; answer?: NonNullable<Round['answer']> }[] = [];
  for (const [index, event] of events.entries()) {
    const round = rounds.at(-1);
    const wait = waits.get(index);
    if (wait !== undefined && round !== undefined) round.wait = wait;
    if (event.kind !== 'store' || event.variable !== 'selftest_answered') continue;
    if (event.value === 0n) rounds.push({ opener: event.hart });
    else if (round !== undefined && event.hart !== round.opener)
      round.answer ??= { index, time: event.time, hart: event.hart };
  }
  if (!rounds.some(({ answer }) => answer !== undefined)) {
    const impatient = [...waits.values()].every(
      ({ call, left }) => left !== undefined && left.time < deadlineOf(call, frequency),
    );
    throw new CannotJudge(
      'starvation',
      impatient
        ? `hart_wait() returned ${waits.size} times without waiting: all rounds were over before the other hart had begun`
        : 'the hart that was to be waited for never set the flag: it was not started at hart_entry, or did not get to hart_begin()',
      at(evidence, [...waits.values()][0]?.call ?? { time: 0 }),
    );
  }
  return rounds.flatMap(({ wait, answer }) => {
    if (wait === undefined) return [];
    return [{ wait, deadline: deadlineOf(wait.call, frequency), ...(answer && { answer }) }];
  });
}

/** Cycle of the deadline that a call of hart_wait() gave. */
function deadlineOf({ args }: Invocation['call'], frequency: number): number {
  return (Number(args[1]) * frequency) / TIMEBASE;
}

/** Rounds of the self-test (kernel/boot/selftest.c), less some. */
const ENOUGH_ROUNDS = 1100;

/** @throws CannotJudge when the kernel did not get through the rounds: what is left of them proves little. */
function mustBeEnough(evidence: Evidence, rounds: readonly Round[]): void {
  if (rounds.length >= ENOUGH_ROUNDS) return;
  const { kind } = evidence.outcome;
  throw new CannotJudge(
    kind === 'completed' ? 'starvation' : kind,
    `the run ended at ${end(evidence)}, in wait ${rounds.length} of more than ${ENOUGH_ROUNDS}`,
    at(evidence, rounds.at(-1)?.wait.call ?? { time: evidence.events.end }),
  );
}

/** No interrupt that comes at a bad moment is missed. */
export function noLostWakeUp(evidence: Evidence): Finding {
  const { frequency } = evidence.events;
  const limit = PROMPT * frequency;
  const expected = `hart_wait() returns at most ${duration(evidence, limit)} after the flag was set, wherever the hart was at that moment`;
  const all = roundsOf(evidence);
  const rounds = all.filter(({ answer, deadline }) => answer !== undefined && answer.time < deadline - limit);
  const [early] = all.filter(endedBefore);
  if (rounds.length < ENOUGH_ROUNDS && early !== undefined) {
    return {
      fraction: 0,
      expected,
      seen: `the wait that began at ${seconds(evidence, early.wait.call.time)} was over before the flag was set and before its deadline: it did not wait`,
      ...at(evidence, early.wait.call),
    };
  }
  const late = rounds.flatMap(({ wait, answer }) => {
    const over = wait.left?.time ?? evidence.events.end;
    const since = Math.max(answer?.time ?? 0, wait.call.time);
    return over - since > limit ? [{ wait, answer, waited: over - since }] : [];
  });
  const [first] = late;
  if (first === undefined) {
    mustBeEnough(evidence, all);
    return { fraction: 1, expected, seen: `none of ${rounds.length} wake-ups was lost` };
  }
  const { wait, answer, waited } = first;
  const by = answer === undefined ? '' : ` by hart ${idOf(evidence, answer.hart)}`;
  return {
    fraction: 0,
    expected,
    seen:
      `${late.length} of ${rounds.length} wake-ups were lost. The first: hart_wait() was called at ${seconds(evidence, wait.call.time)}, ` +
      `the flag was set${by} at ${seconds(evidence, answer?.time ?? 0)}, and the wait ` +
      (wait.left === undefined
        ? 'never ended'
        : `ended ${duration(evidence, waited)} later, with its deadline`),
    ...at(evidence, wait.call),
  };
}

/** Whether a wait was over although neither its flag was set nor its deadline come. */
function endedBefore({ wait: { left, leftIndex = Infinity }, answer, deadline }: Round): boolean {
  if (left === undefined || (answer !== undefined && answer.index < leftIndex)) return false;
  return left.time < deadline;
}

/** True for the flag, false for the deadline, and at the right time. */
export function waitResults(evidence: Evidence): Finding {
  const limit = PROMPT * evidence.events.frequency;
  const expected = 'hart_wait() returns true once the flag is set and not before, and false at its deadline';
  const rounds = roundsOf(evidence);
  const faults = rounds.flatMap((round) => {
    const fault = resultFault(evidence, round, limit);
    return fault === undefined ? [] : [{ fault, round }];
  });
  const unanswered = rounds.filter(({ answer }) => answer === undefined).length;
  const [first] = faults;
  if (first === undefined) {
    mustBeEnough(evidence, rounds);
    return {
      fraction: 1,
      expected,
      seen: `${rounds.length - unanswered} times true, ${unanswered} times false, all at the right time`,
    };
  }
  const untimely = faults.filter(({ round }) => round.answer === undefined).length;
  const half = (wrong: number): number => (wrong === 0 ? 0.5 : 0);
  return {
    fraction: rounds.length < ENOUGH_ROUNDS ? 0 : half(faults.length - untimely) + half(untimely),
    expected,
    seen: `${first.fault} (${faults.length} of ${rounds.length} waits were wrong)`,
    ...at(evidence, first.round.wait.left ?? first.round.wait.call),
  };
}

function resultFault(
  evidence: Evidence,
  { wait, answer, deadline }: Round,
  limit: number,
): string | undefined {
  const { left, leftIndex = 0, call } = wait;
  const called = `the wait that began at ${seconds(evidence, call.time)}`;
  if (left === undefined) return `${called} never ended; its deadline was at ${seconds(evidence, deadline)}`;
  const result = left.values[0] !== 0n;
  const when = seconds(evidence, left.time);
  if (result && (answer === undefined || leftIndex < answer.index)) {
    return `${called} returned true at ${when}, and the flag was not set`;
  }
  // A deadline and an answer that meet: both results are right.
  const met = answer !== undefined && Math.abs(answer.time - deadline) < limit;
  if (result || met) return undefined;
  if (left.time < deadline - limit) {
    return `${called} returned false at ${when}, before its deadline at ${seconds(evidence, deadline)}`;
  }
  if (answer !== undefined) return `${called} returned false at ${when}, and the flag had been set`;
  if (left.time > deadline + limit) {
    return `${called} had its deadline at ${seconds(evidence, deadline)} and returned at ${when}`;
  }
  return undefined;
}

/** Part of the time that a waiting hart may be awake. */
const AWAKE_FULL = 0.1;
const AWAKE_NONE = 0.5;

/** While it waits for slow harts, the boot hart sleeps. */
export function noBusyWait(evidence: Evidence): Finding {
  const { call, left, index, leftIndex = Infinity } = startHarts(evidence);
  const { events, end: ended, frequency } = evidence.events;
  const over = left?.time ?? ended;
  let asleep = 0;
  let since: number | undefined;
  for (const [i, event] of events.entries()) {
    if (i < index || i > leftIndex || !('hart' in event) || event.hart !== call.hart) continue;
    if (event.kind === 'idle') since = event.time;
    if (event.kind === 'wake' && since !== undefined) {
      asleep += event.time - since;
      since = undefined;
    }
  }
  if (since !== undefined) asleep += over - since;
  const whole = over - call.time;
  const expected = `while it waits, the boot hart is awake for at most ${(AWAKE_FULL * 100).toFixed(0)} % of the time`;
  if (whole < 0.01 * frequency) {
    throw new CannotJudge(
      'starvation',
      `start_harts() returned after ${duration(evidence, whole)}: it did not wait`,
      at(evidence, left ?? call),
    );
  }
  const awake = 1 - asleep / whole;
  return {
    fraction: creditBelow(awake, AWAKE_FULL, AWAKE_NONE),
    expected,
    seen: `awake for ${(awake * 100).toFixed(1)} % of the ${duration(evidence, whole)} in start_harts(): ${Math.round(whole - asleep).toLocaleString('en')} instructions`,
    ...at(evidence, call),
  };
}
