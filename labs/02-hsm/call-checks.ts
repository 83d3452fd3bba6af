/** Parts 1 and 2 of kernel/include/hsm.h: what the firmware is asked, and what the caller is told. */
import { describeSbiCall } from '../../autograder/events/sbi-call-names.js';
import type { Evidence, Finding, TraceLine } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import type { HartState } from '../../emulator/index.js';
import {
  at,
  callsWithin,
  end,
  errorText,
  firmwareCalls,
  firstOf,
  hex,
  HSM,
  HsmFunction,
  invocations,
  isHsm,
  listed,
  signed,
  stateName,
  SUCCESS,
} from './seen.js';
import type { Fault, FirmwareCall, Invocation } from './seen.js';

/**
 * The calls of a function.
 *
 * @throws CannotJudge when there are none.
 */
function callsOf(evidence: Evidence, name: string): Invocation[] {
  const all = invocations(evidence, name);
  if (all.length > 0) return all;
  throw new CannotJudge('starvation', `${name}() was not called until the run ended at ${end(evidence)}`);
}

/** An argument of sbi_call, where it goes. */
const REGISTERS = ['a7', 'a6', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5'] as const;
const PLACES = [7, 6, 0, 1, 2, 3, 4, 5] as const;
const NAMES = ['EID', 'FID', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5'] as const;

/** What a call of sbi_call can get right, and the part of the points. */
const ASPECTS = [
  { id: 'function', part: 0.4 },
  { id: 'arguments', part: 0.3 },
  { id: 'results', part: 0.3 },
] as const;
type Aspect = (typeof ASPECTS)[number]['id'];

interface RegisterFault {
  readonly aspect: Aspect;
  readonly invocation: Invocation;
  readonly text: string;
  readonly expected: TraceLine[];
  readonly seen: TraceLine[];
}

/** EID of the self-test's call with six arguments (kernel/boot/selftest.c). */
const EXPERIMENTAL = 0x08c0ffeen;

/** EID in a7, FID in a6, arguments in a0 to a5; error and value back. */
export function sbiCall(evidence: Evidence): Finding {
  const calls = firmwareCalls(evidence);
  const expected =
    'sbi_call() executes one ecall, with the EID in a7, the FID in a6 and all six arguments in a0 to a5, and returns a0 as error and a1 as value';
  const all = callsOf(evidence, 'sbi_call');
  const faults = all.flatMap((invocation) => registerFaults(invocation, calls));
  const [first] = faults;
  if (first === undefined) {
    if (!all.some(({ call }) => call.args[0] === EXPERIMENTAL)) {
      throw new CannotJudge(
        'starvation',
        `${all.length} calls were right, but none with all arguments until the run ended at ${end(evidence)}`,
      );
    }
    return { fraction: 1, expected, seen: `${all.length} calls, all of them right` };
  }
  const lost = new Set(faults.map(({ aspect }) => aspect));
  const wrong = new Set(faults.map(({ invocation }) => invocation)).size;
  const parts = lost.has('function') ? [] : ASPECTS.filter(({ id }) => !lost.has(id));
  return {
    fraction: parts.reduce((sum, { part }) => sum + part, 0),
    expected,
    seen: `${first.text} (${wrong} of ${all.length} calls were wrong)`,
    ...at(evidence, first.invocation.call),
    difference: { expected: first.expected, seen: first.seen },
  };
}

function registerFaults(invocation: Invocation, calls: readonly FirmwareCall[]): RegisterFault[] {
  const { call, left } = invocation;
  const made = callsWithin(invocation, calls);
  const [ecall] = made;
  const what = `sbi_call(${call.args.map(hex).join(', ')})`;
  const text = (register: string, value: bigint): string => `${register} = ${hex(value)}`;
  const wanted = REGISTERS.map((register, i): TraceLine => ({ text: text(register, call.args[i] ?? 0n) }));
  if (ecall === undefined || made.length > 1) {
    const count = made.length === 0 ? 'no ecall' : `${made.length} ecalls`;
    return [
      {
        aspect: 'function',
        invocation,
        text: `${what} executed ${count}`,
        expected: [{ text: 'ecall' }],
        seen: made.map(() => ({ text: 'ecall' })),
      },
    ];
  }
  const passed = PLACES.map((place) => ecall.registers[place] ?? 0n);
  const lines = REGISTERS.map((register, i): TraceLine => ({ text: text(register, passed[i] ?? 0n) }));
  const wrong = PLACES.flatMap((_, i) => (passed[i] === call.args[i] ? [] : [i]));
  const registers = (aspect: Aspect, [i]: readonly number[]): RegisterFault[] =>
    i === undefined
      ? []
      : [
          {
            aspect,
            invocation,
            text: `${what}: at the ecall ${REGISTERS[i]} was ${hex(passed[i] ?? 0n)}, expected ${NAMES[i]}${i < 2 ? `, ${hex(call.args[i] ?? 0n)}` : `'s ${hex(call.args[i] ?? 0n)}`}`,
            expected: wanted,
            seen: lines,
          },
        ];
  const faults = [
    ...registers(
      'function',
      wrong.filter((i) => i < 2),
    ),
    ...registers(
      'arguments',
      wrong.filter((i) => i >= 2),
    ),
  ];
  if (left === undefined || ecall.error === undefined) return faults;
  const [error, value] = left.values.map(signed);
  if (error === ecall.error && value === ecall.value) return faults;
  return [
    ...faults,
    {
      aspect: 'results',
      invocation,
      text: `${what}: the firmware answered a0 = ${ecall.error}, a1 = ${hex(ecall.value ?? 0n)}; it returned error = ${error}, value = ${hex(value ?? 0n)}`,
      expected: [{ text: `error = ${ecall.error}` }, { text: `value = ${hex(ecall.value ?? 0n)}` }],
      seen: [{ text: `error = ${error}` }, { text: `value = ${hex(value ?? 0n)}` }],
    },
  ];
}

/** A function of part 2: its FID, and how many arguments it hands on. */
const WRAPPERS = [
  { name: 'hart_start', fid: HsmFunction.start, count: 3 },
  { name: 'hart_get_status', fid: HsmFunction.status, count: 1 },
  { name: 'hart_suspend', fid: HsmFunction.suspend, count: 3 },
  { name: 'hart_stop', fid: HsmFunction.stop, count: 0 },
] as const;

/** Each function of part 2 makes its own call of the firmware. */
export function hsmCalls(evidence: Evidence): Finding {
  const calls = firmwareCalls(evidence);
  const expected =
    'hart_start, hart_stop, hart_get_status and hart_suspend ask the HSM extension for functions 0, 1, 2 and 3, with their own arguments';
  const faults = WRAPPERS.flatMap(({ name, fid, count }): Fault[] => {
    const all = invocations(evidence, name);
    if (all.length === 0) return [{ text: `${name}() was not called` }];
    const wrong = all.flatMap((invocation) => {
      const fault = wrapperFault(invocation, calls, fid, count);
      return fault === undefined ? [] : [{ text: fault, event: invocation.call }];
    });
    return wrong.slice(0, 1);
  });
  if (faults.length === 0) return { fraction: 1, expected, seen: 'all four do' };
  return {
    fraction: 1 - faults.length / WRAPPERS.length,
    expected,
    seen: listed(faults),
    ...firstOf(evidence, faults),
  };
}

function wrapperFault(
  invocation: Invocation,
  calls: readonly FirmwareCall[],
  fid: bigint,
  count: number,
): string | undefined {
  const { call } = invocation;
  const args = call.args.slice(0, count);
  const what = `${call.function}(${args.map(hex).join(', ')})`;
  const [made, ...more] = callsWithin(invocation, calls);
  if (made === undefined) return `${what} did not call the firmware`;
  if (more.length > 0) return `${what} called the firmware ${more.length + 1} times`;
  const right =
    made.eid === HSM && made.fid === fid && args.every((argument, i) => argument === made.registers[i]);
  return right ? undefined : `${what} asked for ${describeSbiCall(made.eid, made.fid, made.registers)}`;
}

/** A call of part 2 that the firmware answered, and what the caller was told. */
interface Answered {
  readonly invocation: Invocation;
  readonly made: FirmwareCall;
  readonly error: bigint;
  readonly value: bigint;
  readonly returned: bigint;
}

function answered(evidence: Evidence, name: string, calls: readonly FirmwareCall[]): Answered[] {
  return invocations(evidence, name).flatMap((invocation) => {
    const [made] = callsWithin(invocation, calls);
    const { left } = invocation;
    if (left === undefined || made?.error === undefined || made.value === undefined) return [];
    return [{ invocation, made, error: made.error, value: made.value, returned: signed(left.values[0]) }];
  });
}

/** Answers that the self-test provokes: a function and the firmware's error. */
const PROVOKED = [
  ['hart_start', -3n, 'a hart that does not exist'],
  ['hart_start', -5n, 'an address outside of memory'],
  ['hart_start', -6n, 'a hart that is started'],
  ['hart_start', SUCCESS, 'a stopped hart'],
  ['hart_suspend', -3n, 'a reserved type'],
  ['hart_suspend', SUCCESS, 'the retentive type'],
] as const;

/** What the firmware answers reaches the caller. */
export function hsmErrors(evidence: Evidence): Finding {
  const calls = firmwareCalls(evidence);
  const expected = 'hart_start and hart_suspend return the error that the firmware answered, or SBI_SUCCESS';
  if (invocations(evidence, 'hart_start').length === 0) callsOf(evidence, 'hart_start');
  const faults = PROVOKED.flatMap(([name, error, what]): Fault[] => {
    const all = answered(evidence, name, calls).filter((each) => each.error === error);
    const wrong = all.find(({ returned }) => returned !== error);
    if (all.length === 0) return [{ text: `the firmware was never asked for ${name} of ${what}` }];
    if (wrong === undefined) return [];
    const { call } = wrong.invocation;
    const text = `${name} of ${what}: the firmware answered ${errorText(error)}, ${name} returned ${wrong.returned}`;
    return [{ text, event: call }];
  });
  if (faults.length === 0) {
    return { fraction: 1, expected, seen: `${PROVOKED.length} kinds of answers, all handed on` };
  }
  return {
    fraction: 1 - faults.length / PROVOKED.length,
    expected,
    seen: listed(faults),
    ...firstOf(evidence, faults),
  };
}

/** The hart's state, or the error. */
export function hartStatus(evidence: Evidence): Finding {
  const calls = firmwareCalls(evidence);
  const expected = 'hart_get_status returns the state of the hart that it is asked for, or the error';
  const asked = callsOf(evidence, 'hart_get_status');
  const all = answered(evidence, 'hart_get_status', calls);
  const right = ({ error, value, returned }: Answered): boolean =>
    returned === (error === SUCCESS ? value : error);
  const [first] = all.filter((each) => !right(each));
  if (all.length === 0) {
    const [unanswered] = asked;
    return {
      fraction: 0,
      expected,
      seen: 'the firmware was never asked',
      ...(unanswered && at(evidence, unanswered.call)),
    };
  }
  const about = (each: Answered): boolean =>
    isHsm(each.made, HsmFunction.status) && each.made.registers[0] === each.invocation.call.args[0];
  const [other] = all.filter((each) => !about(each));
  const answers = all.filter(({ error }) => error === SUCCESS).length;
  if (first === undefined && other === undefined && (answers === 0 || answers === all.length)) {
    return {
      fraction: 0.5,
      expected,
      seen: `${all.length} answers, ${answers === 0 ? 'all of them errors' : 'none of them an error'}, until the run ended at ${end(evidence)}`,
    };
  }
  if (first === undefined && other === undefined) {
    const states = new Set(all.filter(({ error }) => error === SUCCESS).map(({ value }) => Number(value)));
    const names = [...states].sort((a, b) => a - b).map((state) => stateName(state as HartState));
    return { fraction: 1, expected, seen: `${all.length} answers: ${names.join(', ')}, and an error` };
  }
  const [hartid = 0n] = (first ?? other)?.invocation.call.args ?? [];
  const answer = (each: Answered): string =>
    each.error === SUCCESS ? stateName(Number(each.value)) : errorText(each.error);
  const states = all.filter(({ error }) => error === SUCCESS);
  const errors = all.filter(({ error }) => error !== SUCCESS);
  const half = (some: readonly Answered[]): number =>
    some.length > 0 && some.every((each) => right(each) && about(each)) ? 0.5 : 0;
  return {
    fraction: half(states) + half(errors),
    expected,
    seen:
      first !== undefined
        ? `hart_get_status(${hartid}): the firmware answered ${answer(first)}, returned was ${first.returned}`
        : `hart_get_status(${hartid}) asked for ${describeSbiCall(other?.made.eid ?? 0n, other?.made.fid ?? 0n, other?.made.registers ?? [])}`,
    ...at(evidence, (first ?? other)?.invocation.call ?? { time: 0 }),
  };
}
