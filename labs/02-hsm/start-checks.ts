/** Parts 3 and 5 of kernel/include/hsm.h: who is started, where it enters, and who is waited for. */
import type { Evidence, Finding, TraceLine } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import { LATE, NEVER, PHANTOM, START_TIMEOUT } from './scenarios.js';
import type { Fault, FirmwareCall } from './seen.js';
import {
  at,
  duration,
  end,
  errorText,
  firmwareCalls,
  firstOf,
  hex,
  HSM,
  HsmFunction,
  idOf,
  invocations,
  isHsm,
  listed,
  nameHarts,
  onlineAt,
  otherHarts,
  seconds,
  signed,
  startHarts,
  structHart,
  SUCCESS,
} from './seen.js';

/** Requests to start a hart, in order. */
function startsOf(evidence: Evidence): FirmwareCall[] {
  return firmwareCalls(evidence).filter((call) => isHsm(call, HsmFunction.start));
}

function targetOf({ registers }: FirmwareCall): number {
  return Number(signed(registers[0] ?? 0n));
}

/** Every hart but the one that boots is started, once, by its id. */
export function everyHartOnce(evidence: Evidence): Finding {
  startHarts(evidence);
  const others = otherHarts(evidence).map((index) => idOf(evidence, index));
  const boot = idOf(evidence, evidence.events.bootHart);
  const starts = startsOf(evidence);
  const expected = `start_harts() starts harts ${others.join(', ')}, each once; hart ${boot} has booted`;
  const line = (id: number): string => `hart_start of hart ${id}`;
  const seen = starts.map((start): TraceLine => {
    const error = start.error === undefined || start.error === SUCCESS ? '' : ` = ${errorText(start.error)}`;
    return {
      text: line(targetOf(start)) + error,
      hart: idOf(evidence, start.hart),
      guestTime: start.time / evidence.events.frequency,
    };
  });
  const asked = starts.map(targetOf);
  const right = others.filter((id) => asked.filter((each) => each === id).length === 1);
  const never = others.filter((id) => !asked.includes(id));
  const again = others.filter((id) => asked.filter((each) => each === id).length > 1);
  const strangers = [...new Set(asked.filter((id) => !others.includes(id)))];
  if (right.length === others.length && strangers.length === 0) {
    return { fraction: 1, expected, seen: `${others.length} harts, each started once` };
  }
  const list = (ids: readonly number[]): string => `hart${ids.length === 1 ? '' : 's'} ${ids.join(', ')}`;
  const faults = [
    ...(never.length === 0 ? [] : [`${list(never)} ${never.length === 1 ? 'was' : 'were'} never started`]),
    ...(again.length === 0 ? [] : [`${list(again)} more than once`]),
    ...(strangers.includes(boot) ? [`hart ${boot} was told to start, and it is the one that runs`] : []),
    ...strangers
      .filter((id) => id !== boot)
      .map((id) => `hart ${id} was told to start, and there is no such hart`),
  ];
  const [stranger] = starts.filter((start) => strangers.includes(targetOf(start)));
  const first = stranger ?? starts.find((start) => again.includes(targetOf(start)));
  // The right ones in the order in which they were seen, so that the difference is what is wrong.
  const ordered = [...new Set(asked.filter((id) => others.includes(id))), ...never];
  return {
    fraction: Math.max(0, (right.length - strangers.length) / others.length),
    expected,
    seen: faults.join('; '),
    ...(first && at(evidence, first)),
    difference: { expected: ordered.map((id) => ({ text: line(id) })), seen },
  };
}

/** Sizes of kernel/include/param.h and hart.h: a guard page, then the stack. */
const STACK_BYTES = 4 * 4096;
const STACK_STRIDE = 4096 + STACK_BYTES;
/** What hart_entry may have pushed. */
const ENTRY_BYTES = 512;

/** Bounds of the stack of the hart at an index: the boot hart has the first one, whatever its index (boot/hart.c). */
function ownStack(evidence: Evidence, index: number): { bottom: bigint; top: bigint } {
  const { bootHart } = evidence.events;
  const place = index === bootHart ? 0 : index === 0 ? bootHart : index;
  const bottom = (evidence.kernel.addressOf('hart_stacks') ?? 0n) + BigInt(place * STACK_STRIDE + 4096);
  return { bottom, top: bottom + BigInt(STACK_BYTES) };
}

/** Each hart calls hart_begin() on its own stack. */
export function ownStacks(evidence: Evidence): Finding {
  startHarts(evidence);
  const others = otherHarts(evidence);
  const begun = invocations(evidence, 'hart_begin');
  const expected = 'every hart calls hart_begin() with sp at the top of its own stack, a multiple of 16';
  const faults = others.flatMap((index): Fault[] => {
    const [first] = begun.filter(({ call }) => call.hart === index);
    const { bottom, top } = ownStack(evidence, index);
    const id = idOf(evidence, index);
    if (first === undefined) return [{ text: `hart ${id} never called hart_begin()` }];
    const { call } = first;
    if (call.sp > bottom && call.sp <= top) {
      if (call.sp % 16n !== 0n)
        return [{ text: `hart ${id}: sp = ${hex(call.sp)} is no multiple of 16`, event: call }];
      if (top - call.sp <= ENTRY_BYTES) return [];
      return [
        {
          text: `hart ${id}: sp = ${hex(call.sp)}, ${top - call.sp} bytes below the top of its stack`,
          event: call,
        },
      ];
    }
    const owner = [...evidence.events.hartIds.keys()].find((other) => {
      const stack = ownStack(evidence, other);
      return call.sp > stack.bottom && call.sp <= stack.top;
    });
    const where =
      owner !== undefined
        ? `on the stack of hart ${idOf(evidence, owner)}`
        : call.sp === bottom
          ? 'at the bottom of its stack: a stack grows down'
          : 'on no stack of any hart';
    return [{ text: `hart ${id}: sp = ${hex(call.sp)}, ${where}`, event: call }];
  });
  if (faults.length === 0) return { fraction: 1, expected, seen: `${others.length} harts, each on its own` };
  return {
    fraction: 1 - faults.length / others.length,
    expected,
    seen: listed(faults),
    ...firstOf(evidence, faults),
  };
}

/** Each hart is told where its struct hart is, and tells hart_begin(). */
export function opaqueArgument(evidence: Evidence): Finding {
  startHarts(evidence);
  const { kernel, events } = evidence;
  const entry = kernel.addressOf('hart_entry');
  const others = otherHarts(evidence);
  const expected =
    'every hart enters at hart_entry with the address of its own struct hart in a1, and calls hart_begin() with it';
  const begun = invocations(evidence, 'hart_begin');
  const faults = others.flatMap((index): Fault[] => {
    const id = idOf(evidence, index);
    const own = structHart(evidence, index);
    const entered = events.events.find(
      (event) => event.kind === 'supervisor-enter' && event.start && event.hart === index,
    );
    if (entered?.kind !== 'supervisor-enter') return [{ text: `hart ${id} never entered the kernel` }];
    if (entered.pc !== entry) {
      const place = kernel.placeOf(entered.pc).function ?? hex(entered.pc);
      return [{ text: `hart ${id} entered at ${place}, not at hart_entry`, event: entered }];
    }
    if (entered.a1 !== own) {
      return [
        { text: `hart ${id} entered with a1 = ${describePointer(evidence, entered.a1)}`, event: entered },
      ];
    }
    const [first] = begun.filter(({ call }) => call.hart === index);
    if (first === undefined) return [{ text: `hart ${id} never called hart_begin()`, event: entered }];
    const [argument = 0n] = first.call.args;
    if (argument === own) return [];
    return [
      { text: `hart ${id} called hart_begin(${describePointer(evidence, argument)})`, event: first.call },
    ];
  });
  if (faults.length === 0)
    return { fraction: 1, expected, seen: `${others.length} harts, each with its own` };
  return {
    fraction: 1 - faults.length / others.length,
    expected,
    seen: listed(faults),
    ...firstOf(evidence, faults),
  };
}

function describePointer(evidence: Evidence, value: bigint): string {
  const count = evidence.events.hartIds.length;
  const owner = Array.from({ length: count }, (_, i) => i).find((i) => structHart(evidence, i) === value);
  return owner === undefined ? hex(value) : `${hex(value)}, the struct hart of hart ${idOf(evidence, owner)}`;
}

/** Harts that take their time are waited for. */
export function slowHarts(evidence: Evidence): Finding {
  const { call, left, leftIndex = Infinity } = startHarts(evidence);
  const online = onlineAt(evidence);
  const others = otherHarts(evidence);
  const count = others.length + 1;
  const expected = `start_harts() returns ${count} when all harts are online, and not before`;
  if (left === undefined) {
    return {
      fraction: 0,
      expected,
      seen: `start_harts() had not returned when the run ended at ${end(evidence)}`,
      ...at(evidence, call),
    };
  }
  const early = others.filter((index) => (online.get(index)?.index ?? Infinity) > leftIndex);
  const value = BigInt.asIntN(32, left.values[0]);
  const faults = [
    ...(early.length === 0
      ? []
      : [
          `it returned at ${seconds(evidence, left.time)}, when ${nameHarts(evidence, early)} ${early.length === 1 ? 'was' : 'were'} not online` +
            early
              .flatMap((index) => online.get(index) ?? [])
              .slice(0, 1)
              .map(({ time }) => ` (until ${seconds(evidence, time)})`)
              .join(''),
        ]),
    ...(value === BigInt(count) ? [] : [`it returned ${value}`]),
  ];
  if (faults.length === 0) {
    return {
      fraction: 1,
      expected,
      seen: `it returned ${value} after ${duration(evidence, left.time - call.time)}`,
    };
  }
  const waited = (others.length - early.length) / others.length;
  return {
    fraction:
      0.7 * waited * (early.length === 0 ? 1 : 0.5) +
      (value === BigInt(count) && early.length === 0 ? 0.3 : 0),
    expected,
    seen: faults.join('; '),
    ...at(evidence, left),
  };
}

/** Seconds of tolerance at the end of a timeout. */
const TIMEOUT_SLACK = 0.04;

/**
 * How long start_harts() waited for harts that were not online when it returned: less than the timeout for one of
 * them, or longer than the last of its harts asked for.
 */
function impatience(
  evidence: Evidence,
  starts: readonly FirmwareCall[],
  present: readonly number[],
  over: number,
): string[] {
  const { frequency, hartIds } = evidence.events;
  const online = onlineAt(evidence);
  const timeout = START_TIMEOUT * frequency;
  const first = hartIds.flatMap((id, index) => {
    const start = starts.find((each) => targetOf(each) === id);
    return start === undefined ? [] : [{ id, index, time: start.time }];
  });
  const absent = first.filter(({ index }) => !present.includes(index));
  const hasty = absent.find(({ time }) => over - time < timeout - 0.001 * frequency);
  if (hasty !== undefined)
    return [`it gave hart ${hasty.id} up after ${duration(evidence, over - hasty.time)}`];
  const due = first.map(({ index, time }) => Math.min(time + timeout, online.get(index)?.time ?? Infinity));
  if (over <= Math.max(...due) + TIMEOUT_SLACK * frequency) return [];
  const never = first.find(({ id }) => id === NEVER);
  return [`it waited ${duration(evidence, over - (never?.time ?? 0))} for hart ${NEVER}`];
}

/** A hart that never comes is given up in time, and the others go on. */
export function missingHart(evidence: Evidence): Finding {
  const { call, left, leftIndex = Infinity } = startHarts(evidence);
  const { events, hartIds } = evidence.events;
  const expected = `start_harts() gives hart ${NEVER} up ${START_TIMEOUT} s after its start, returns how many harts are online, and those run processes`;
  const starts = startsOf(evidence);
  if (!starts.some((each) => targetOf(each) === NEVER)) {
    return { fraction: 0, expected, seen: `hart ${NEVER} was never started`, ...at(evidence, call) };
  }
  if (left === undefined) {
    return {
      fraction: 0,
      expected,
      seen: `start_harts() was called at ${seconds(evidence, call.time)} and had not returned when the run ended at ${end(evidence)}`,
      ...at(evidence, call),
    };
  }
  const online = onlineAt(evidence);
  const present = [...hartIds.keys()].filter(
    (index) => index === evidence.events.bootHart || (online.get(index)?.index ?? Infinity) < leftIndex,
  );
  const value = Number(BigInt.asIntN(32, left.values[0]));
  const busy = present.filter((index) =>
    events.some((event, i) => event.kind === 'user-enter' && event.hart === index && i > leftIndex),
  );
  const lazy = present.filter((index) => !busy.includes(index));
  const faults = [
    ...impatience(evidence, starts, present, left.time),
    ...(value === present.length
      ? []
      : [`it returned ${value}, and ${nameHarts(evidence, present)} were online`]),
    ...(lazy.length === 0 ? [] : [`${nameHarts(evidence, lazy)} never ran a process`]),
    ...(evidence.outcome.kind === 'completed' ? [] : ['the system did not come to its end']),
  ];
  if (faults.length === 0) {
    return {
      fraction: 1,
      expected,
      seen: `it returned ${value} after ${duration(evidence, left.time - call.time)}; ${nameHarts(evidence, busy)} ran processes`,
    };
  }
  return {
    fraction: Math.max(0, 1 - faults.length / 3),
    expected,
    seen: faults.join('; '),
    ...at(evidence, left),
  };
}

/** A hart that comes after it was given up still joins in. */
export function lateHart(evidence: Evidence): Finding {
  const { call, leftIndex = Infinity } = startHarts(evidence);
  const { events, hartIds } = evidence.events;
  const index = hartIds.indexOf(LATE);
  const expected = `hart ${LATE}, which comes when start_harts() has returned, runs processes like the others`;
  const entered = events.findIndex(
    (event) => event.kind === 'supervisor-enter' && event.start && event.hart === index,
  );
  if (entered < 0 || entered < leftIndex) {
    throw new CannotJudge(
      'starvation',
      entered < 0
        ? `hart ${LATE} had not entered the kernel when the run ended at ${end(evidence)}`
        : `hart ${LATE} was still waited for when it came`,
      at(evidence, call),
    );
  }
  const ran = events.find((event) => event.kind === 'user-enter' && event.hart === index);
  const came = events[entered];
  const when = came === undefined ? '' : seconds(evidence, came.time);
  if (ran === undefined) {
    return {
      fraction: 0,
      expected,
      seen: `it entered the kernel at ${when} and never ran a process until the run ended at ${end(evidence)}`,
      ...(came && at(evidence, { time: came.time, hart: index })),
    };
  }
  return {
    fraction: 1,
    expected,
    seen: `it entered the kernel at ${when} and ran a process at ${seconds(evidence, ran.time)}`,
  };
}

/** Seconds within which start_harts() is done when nobody has to be waited for. */
const AT_ONCE = 0.1;

/** A hart that is refused is not waited for; one that runs already is. */
export function refusedHart(evidence: Evidence): Finding {
  const { call, left, index } = startHarts(evidence);
  const { frequency, hartIds } = evidence.events;
  const expected = `start_harts() does not wait for hart ${PHANTOM}, which the firmware refuses, and counts the hart that was started already`;
  const all = startsOf(evidence);
  const starts = all.filter((each) => each.index > index);
  // Who asks for its status first need not start it.
  const refused = firmwareCalls(evidence).some(
    (each) => each.eid === HSM && each.index > index && targetOf(each) === PHANTOM,
  );
  const running = all.some((each) => each.index < index && each.error === SUCCESS);
  if (left === undefined) {
    const [last] = starts.slice(-1);
    const answer =
      last?.error === undefined || last.error === SUCCESS
        ? ''
        : `; the last answer of the firmware was ${errorText(last.error)}, for hart ${targetOf(last)}`;
    return {
      fraction: 0,
      expected,
      seen: `start_harts() had not returned when the run ended at ${end(evidence)}${answer}`,
      ...at(evidence, last ?? call),
    };
  }
  const value = Number(BigInt.asIntN(32, left.values[0]));
  const faults = [
    ...(refused ? [] : [`hart ${PHANTOM} was never tried`]),
    ...(running ? [] : ['no hart was running already: hart_start() does not start any']),
    ...((left.time - call.time) / frequency <= AT_ONCE
      ? []
      : [`it took ${duration(evidence, left.time - call.time)}: it waited for a hart that cannot come`]),
    ...(value === hartIds.length ? [] : [`it returned ${value}, and ${hartIds.length} harts were online`]),
  ];
  if (faults.length === 0) {
    return {
      fraction: 1,
      expected,
      seen: `it returned ${value} after ${duration(evidence, left.time - call.time)}`,
    };
  }
  return {
    fraction: Math.max(0, 1 - faults.length / 2),
    expected,
    seen: faults.join('; '),
    ...at(evidence, left),
  };
}
