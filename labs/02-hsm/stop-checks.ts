/** Part 6 of kernel/include/hsm.h: nobody runs any more when the firmware is asked for the reset. */
import type { Evidence, Finding, TraceLine } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import { HartState } from '../../emulator/index.js';
import type { FirmwareCall, Invocation } from './seen.js';
import {
  at,
  duration,
  end,
  firmwareCalls,
  HsmFunction,
  idOf,
  invocations,
  isHsm,
  nameHarts,
  seconds,
  SRST,
  startHarts,
  stateName,
  SUCCESS,
} from './seen.js';

/** Seconds after which stop_harts() gives up: STOP_TIMEOUT_MS of kernel/include/hsm.h. */
const STOP_TIMEOUT = 0.1;
/** Seconds within which stop_harts() sees that a hart is stopped. */
const STOP_SLACK = 0.01;

function resetOf(evidence: Evidence): FirmwareCall | undefined {
  return firmwareCalls(evidence).find(({ eid }) => eid === SRST);
}

/** States of all harts, by index, ahead of a place in the log; and who has been started at all. */
function statesAt(
  { events: { events, hartIds, bootHart } }: Evidence,
  place: number,
): { states: HartState[]; started: Set<number>; stops: { hart: number; time: number }[] } {
  const states = hartIds.map((_, index): HartState =>
    index === bootHart ? HartState.Started : HartState.Stopped,
  );
  const started = new Set([bootHart]);
  const stops: { hart: number; time: number }[] = [];
  for (const event of events.slice(0, place)) {
    if (event.kind !== 'hsm') continue;
    states[event.hart] = event.state;
    if (event.state === HartState.Started) started.add(event.hart);
    if (event.state === HartState.Stopped) stops.push(event);
  }
  return { states, started, stops };
}

/** Whether the hart that asks for the reset was told that another one is STOPPED. */
function heardOf(
  { events: { hartIds } }: Evidence,
  calls: readonly FirmwareCall[],
  reset: FirmwareCall,
  index: number,
): boolean {
  return calls.some(
    (call) =>
      isHsm(call, HsmFunction.status) &&
      call.hart === reset.hart &&
      call.index < reset.index &&
      call.registers[0] === BigInt(hartIds[index] ?? -1) &&
      call.error === SUCCESS &&
      call.value === BigInt(HartState.Stopped),
  );
}

/** Every other hart has stopped itself before the reset; and nobody waits longer than for that. */
export function stopHarts(evidence: Evidence): Finding {
  const { frequency } = evidence.events;
  const reset = resetOf(evidence);
  const expected =
    'every other hart is STOPPED, by its own hart_stop(), before the firmware is asked for the reset; stop_harts() returns as soon as the firmware says so';
  if (reset === undefined) {
    throw new CannotJudge(
      'starvation',
      `the firmware was not asked for a reset until the run ended at ${end(evidence)}`,
    );
  }
  const { states, started, stops } = statesAt(evidence, reset.index);
  const others = [...started].filter((index) => index !== reset.hart);
  if (others.length === 0) {
    throw new CannotJudge('starvation', 'no other hart was ever started', at(evidence, reset));
  }
  const awake = others.filter((index) => states[index] !== HartState.Stopped);
  const resetLine = { text: 'system_reset', hart: idOf(evidence, reset.hart) };
  const seen = stops.map(({ hart, time }): TraceLine => ({
    text: `hart ${idOf(evidence, hart)} is STOPPED`,
    hart: idOf(evidence, hart),
    guestTime: time / frequency,
  }));
  if (awake.length > 0) {
    return {
      fraction: 1 - awake.length / others.length,
      expected,
      seen: `at the reset ${awake.map((index) => `hart ${idOf(evidence, index)} was ${stateName(states[index] ?? HartState.Started)}`).join(', ')}`,
      ...at(evidence, reset),
      difference: {
        expected: [
          ...seen,
          ...awake.map((index) => ({ text: `hart ${idOf(evidence, index)} is STOPPED` })),
          resetLine,
        ],
        seen: [...seen, { ...resetLine, guestTime: reset.time / frequency }],
      },
    };
  }
  const last = Math.max(...stops.map(({ time }) => time));
  const left = invocations(evidence, 'stop_harts').find(({ call }) => call.hart === reset.hart)?.left;
  if (left !== undefined && left.time - last > STOP_SLACK * frequency) {
    return {
      fraction: 0.5,
      expected,
      seen: `the last of ${nameHarts(evidence, others)} was stopped at ${seconds(evidence, last)}, and stop_harts() returned ${duration(evidence, left.time - last)} later`,
      ...at(evidence, left),
    };
  }
  const calls = firmwareCalls(evidence);
  // They may have been fast enough this time.
  const guessed = others.filter((index) => !heardOf(evidence, calls, reset, index));
  if (guessed.length > 0) {
    return {
      fraction: 0.5,
      expected,
      seen: `the firmware never said that ${nameHarts(evidence, guessed)} ${guessed.length === 1 ? 'is' : 'are'} STOPPED: hart ${idOf(evidence, reset.hart)} did not wait to hear it`,
      ...at(evidence, reset),
    };
  }
  return { fraction: 1, expected, seen: `${nameHarts(evidence, others)} were stopped, then came the reset` };
}

/**
 * The two harts that called stop_harts() together.
 *
 * @throws CannotJudge when there were fewer.
 */
function twoStoppers(evidence: Evidence): [Invocation, Invocation] {
  const [one, two] = invocations(evidence, 'stop_harts');
  if (one !== undefined && two !== undefined) return [one, two];
  const { leftIndex = Infinity } = startHarts(evidence);
  const { started } = statesAt(evidence, leftIndex);
  const why = started.size < 3 ? `; ${started.size} of 4 harts were up, and it takes three` : '';
  throw new CannotJudge(
    'starvation',
    `no two harts called stop_harts() until the run ended at ${end(evidence)}${why}`,
    one && at(evidence, one.call),
  );
}

/** Of two harts that shut down at the same time, one stops, and one gets to the reset. */
export function twoShutdowns(evidence: Evidence): Finding {
  const two = twoStoppers(evidence).map(({ call }) => call.hart);
  const expected = `of ${nameHarts(evidence, two)}, which call stop_harts() at the same time, one stops, and one asks for the reset`;
  const reset = resetOf(evidence);
  const { states } = statesAt(evidence, reset?.index ?? Infinity);
  const stopped = two.filter((hart) => states[hart] === HartState.Stopped);
  if (stopped.length === 1) {
    return { fraction: 1, expected, seen: `${nameHarts(evidence, stopped)} stopped` };
  }
  const when =
    reset === undefined
      ? `when the run ended at ${end(evidence)}`
      : `when hart ${idOf(evidence, reset.hart)} asked for the reset`;
  const seen =
    stopped.length === 2 ? 'both stopped: nobody was left for the reset' : `neither had stopped ${when}`;
  return { fraction: 0, expected, seen, ...(reset && at(evidence, reset)) };
}

/** A hart that does not hear that it should stop is given up in time; the others are stopped. */
export function deafHart(evidence: Evidence): Finding {
  const two = twoStoppers(evidence).map(({ call }) => call.hart);
  const { frequency, hartIds } = evidence.events;
  // Two may come to shutdown() in one window; who is stuck is the one that never gets further.
  const stuck = invocations(evidence, 'shutdown').find(({ call }) => !two.includes(call.hart));
  const deaf = stuck?.call.hart ?? -1;
  const expected = `stop_harts() gives hart ${hartIds[deaf] ?? '?'}, whose interrupts are off, up after ${STOP_TIMEOUT} s; by then all others are STOPPED`;
  const reset = resetOf(evidence);
  const waits = invocations(evidence, 'stop_harts');
  const wait = waits.find(({ left }) => left !== undefined);
  if (wait?.left === undefined) {
    const [begun] = waits;
    return {
      fraction: 0,
      expected,
      seen: `stop_harts() was called at ${seconds(evidence, begun?.call.time ?? 0)} and had not returned when the run ended at ${end(evidence)}`,
      ...(begun && at(evidence, begun.call)),
    };
  }
  const { call, left, leftIndex = Infinity } = wait;
  const waited = (left.time - call.time) / frequency;
  const { states, started } = statesAt(evidence, reset?.index ?? leftIndex);
  const awake = [...started].filter(
    (hart) => hart !== deaf && !two.includes(hart) && states[hart] !== HartState.Stopped,
  );
  const asked = firmwareCalls(evidence).some((each) => isHsm(each, HsmFunction.stop));
  const faults = [
    ...(waited >= STOP_TIMEOUT - 0.001 && waited <= STOP_TIMEOUT + STOP_SLACK
      ? []
      : [`it returned after ${duration(evidence, left.time - call.time)}`]),
    ...(awake.length === 0
      ? []
      : [`${nameHarts(evidence, awake)} ${awake.length === 1 ? 'was' : 'were'} not stopped then`]),
    ...(asked ? [] : ['no hart stopped itself']),
  ];
  return {
    fraction: Math.max(0, 1 - faults.length / 2),
    expected,
    seen:
      faults.length > 0
        ? faults.join('; ')
        : `it returned after ${duration(evidence, left.time - call.time)}`,
    ...(faults.length > 0 && at(evidence, left)),
  };
}

/** One hart comes up and powers off without anybody else. */
export function alone(evidence: Evidence): Finding {
  const start = startHarts(evidence);
  const { call, left } = start;
  const { frequency } = evidence.events;
  const expected = 'start_harts() returns 1 at once, stop_harts() returns at once, and the machine is off';
  const starts = firmwareCalls(evidence).filter((each) => isHsm(each, HsmFunction.start));
  const [stop] = invocations(evidence, 'stop_harts');
  const value = left === undefined ? undefined : Number(BigInt.asIntN(32, left.values[0]));
  const late = ({ call: began, left: over }: Invocation): boolean =>
    over === undefined || over.time - began.time > STOP_SLACK * frequency;
  const took = ({ call: began, left: over }: Invocation): string =>
    over === undefined
      ? 'had not returned when the run ended'
      : `returned after ${duration(evidence, over.time - began.time)}`;
  const faults = [
    ...(value === undefined || value === 1 ? [] : [`start_harts() returned ${value}`]),
    ...(late(start) ? [`start_harts() ${took(start)}`] : []),
    ...(stop !== undefined && late(stop) ? [`stop_harts() ${took(stop)}`] : []),
    ...(starts.length === 0 ? [] : [`hart_start() was asked for ${starts.length} times`]),
  ];
  if (evidence.outcome.kind !== 'completed') {
    const seen = [...faults, `the machine was not off when the run ended at ${end(evidence)}`].join('; ');
    return { fraction: 0, expected, seen, ...at(evidence, left ?? call) };
  }
  if (faults.length === 0) return { fraction: 1, expected, seen: 'all of it' };
  return {
    fraction: faults.length > 1 ? 0 : 0.5,
    expected,
    seen: faults.join('; '),
    ...at(evidence, left ?? call),
  };
}
