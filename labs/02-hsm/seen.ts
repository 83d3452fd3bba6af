/** What checks read out of a run: calls of the firmware, calls of the student's functions, and harts by their ids. */
import { sbiErrorName } from '../../autograder/events/sbi-call-names.js';
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import { HartState, Mode } from '../../emulator/index.js';
import type { CallEvent, ReturnEvent, SeenEvent } from '../../emulator/observe/event-log.js';

/** Extensions and functions (SBI 2.0, chapters 9 and 10). */
export const HSM = 0x48534dn;
export const SRST = 0x53525354n;
export const HsmFunction = { start: 0n, stop: 1n, status: 2n, suspend: 3n } as const;
/** Standard errors (SBI 2.0, chapter 3). */
export const SUCCESS = 0n;

/** SBI 2.0, chapter 9, table of HSM hart states. */
const STATE_NAMES: Readonly<Record<HartState, string>> = {
  [HartState.Started]: 'STARTED',
  [HartState.Stopped]: 'STOPPED',
  [HartState.StartPending]: 'START_PENDING',
  [HartState.StopPending]: 'STOP_PENDING',
  [HartState.Suspended]: 'SUSPENDED',
  [HartState.SuspendPending]: 'SUSPEND_PENDING',
  [HartState.ResumePending]: 'RESUME_PENDING',
};

export function stateName(state: HartState): string {
  return STATE_NAMES[state];
}

/** A call of the firmware from S-mode. */
export interface FirmwareCall {
  /** Place of the ecall in the log. */
  readonly index: number;
  readonly time: number;
  /** Index of the hart that called. */
  readonly hart: number;
  /** a0 to a7 at the ecall: a7 is the EID, a6 the FID. */
  readonly registers: readonly bigint[];
  readonly eid: bigint;
  readonly fid: bigint;
  /** What the firmware answered; absent for a call that did not return. */
  readonly error?: bigint;
  readonly value?: bigint;
}

/** All calls of the firmware, in order. */
export function firmwareCalls({ events: { events } }: Evidence): FirmwareCall[] {
  const calls: FirmwareCall[] = [];
  /** By hart: the call that has not been answered. */
  const open = new Map<number, number>();
  for (const [index, event] of events.entries()) {
    if (event.kind === 'ecall' && event.mode === Mode.Supervisor) {
      const { time, hart, registers } = event;
      open.set(hart, calls.length);
      calls.push({ index, time, hart, registers, eid: registers[7] ?? 0n, fid: registers[6] ?? 0n });
    }
    if (event.kind !== 'sbi') continue;
    const at = open.get(event.hart);
    const call = at === undefined ? undefined : calls[at];
    if (at === undefined || call === undefined || event.error === undefined) continue;
    calls[at] = { ...call, error: signed(event.error), value: signed(event.value ?? 0n) };
    open.delete(event.hart);
  }
  return calls;
}

export function isHsm({ eid, fid }: FirmwareCall, wanted: bigint): boolean {
  return eid === HSM && fid === wanted;
}

/** A call of a kernel function, with its return if it came back. */
export interface Invocation {
  readonly call: CallEvent;
  readonly index: number;
  readonly left?: ReturnEvent;
  readonly leftIndex?: number;
}

export function invocations({ events: { events } }: Evidence, name: string): Invocation[] {
  const returns = new Map<number, { left: ReturnEvent; leftIndex: number }>();
  for (const [leftIndex, event] of events.entries()) {
    if (event.kind === 'return' && event.function === name)
      returns.set(event.call, { left: event, leftIndex });
  }
  return events.flatMap((call, index) =>
    call.kind === 'call' && call.function === name ? [{ call, index, ...returns.get(index) }] : [],
  );
}

/** The calls of the firmware that an invocation made, on its own hart. */
export function callsWithin(invocation: Invocation, calls: readonly FirmwareCall[]): FirmwareCall[] {
  const { call, index, leftIndex = Infinity } = invocation;
  return calls.filter((each) => each.hart === call.hart && index < each.index && each.index < leftIndex);
}

/**
 * The one call of start_harts().
 *
 * @throws CannotJudge when the kernel did not get to it.
 */
export function startHarts(evidence: Evidence): Invocation {
  const [first] = invocations(evidence, 'start_harts');
  if (first !== undefined) return first;
  throw new CannotJudge('starvation', `start_harts() was not called until the run ended at ${end(evidence)}`);
}

/** `struct hart` (kernel/include/hart.h; kernel/boot/hart.c holds it to these). */
export const HART_BYTES = 256;
const HART_ONLINE = 248;

/** Address of the struct hart of the hart at an index: harts[] is in the order of ids. */
export function structHart({ kernel }: Evidence, index: number): bigint {
  return (kernel.addressOf('harts') ?? 0n) + BigInt(index * HART_BYTES);
}

/** The index of the hart that makes its own online flag true by an event: nobody else can know. */
export function comesOnline(event: SeenEvent): number | undefined {
  if (event.kind !== 'store' || event.variable !== 'harts') return undefined;
  const index = Math.floor((event.offset + event.size - 1) / HART_BYTES);
  if (event.hart !== index) return undefined;
  const byte = index * HART_BYTES + HART_ONLINE - event.offset;
  if (byte < 0 || byte >= event.size) return undefined;
  return ((event.value >> BigInt(8 * byte)) & 0xffn) === 0n ? undefined : index;
}

/** Where in the log each hart came online, by index; a hart that did not is not in it. */
export function onlineAt({ events: { events } }: Evidence): Map<number, { index: number; time: number }> {
  const online = new Map<number, { index: number; time: number }>();
  for (const [index, event] of events.entries()) {
    const hart = comesOnline(event);
    if (hart !== undefined && !online.has(hart)) online.set(hart, { index, time: event.time });
  }
  return online;
}

// --- Words ---

/** Id of the hart at an index. */
export function idOf({ events: { hartIds } }: Evidence, index: number): number {
  return hartIds[index] ?? index;
}

/** Indices of all harts but the one that booted. */
export function otherHarts({ events: { hartIds, bootHart } }: Evidence): number[] {
  return [...hartIds.keys()].filter((index) => index !== bootHart);
}

export function signed(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

export function hex(value: bigint): string {
  return `0x${BigInt.asUintN(64, value).toString(16)}`;
}

/** `SBI_ERR_INVALID_PARAM (-3)`. */
export function errorText(error: bigint): string {
  return `${sbiErrorName(error)} (${error})`;
}

/** `0.001234 s`. */
export function seconds({ events: { frequency } }: Evidence, cycles: number): string {
  return `${(cycles / frequency).toFixed(6)} s`;
}

export function end(evidence: Evidence): string {
  return seconds(evidence, evidence.events.end);
}

/** `12.3 us`, `1.500 s`. */
export function duration({ events: { frequency } }: Evidence, cycles: number): string {
  const us = (cycles / frequency) * 1e6;
  if (us < 1000) return `${us.toFixed(1)} us`;
  return us < 100_000 ? `${(us / 1000).toFixed(2)} ms` : `${(us / 1e6).toFixed(3)} s`;
}

/** `hart 1`, `harts 1, 2 and 3`, by indices. */
export function nameHarts(evidence: Evidence, indices: readonly number[]): string {
  const ids = indices.map((index) => idOf(evidence, index));
  const last = ids.at(-1);
  if (last === undefined) return 'no hart';
  return ids.length === 1 ? `hart ${last}` : `harts ${ids.slice(0, -1).join(', ')} and ${last}`;
}

/** Guest time and hart of an event. */
export function at(
  evidence: Evidence,
  event: { readonly time: number; readonly hart?: number },
): Pick<Finding, 'guestTime' | 'hart'> {
  const guestTime = event.time / evidence.events.frequency;
  return event.hart === undefined ? { guestTime } : { guestTime, hart: idOf(evidence, event.hart) };
}

/** Something that is wrong, in words, and where it was seen. */
export interface Fault {
  readonly text: string;
  readonly event?: { readonly time: number; readonly hart: number };
}

/** At most four lines of faults. */
export function listed(faults: readonly Fault[]): string {
  const shown = faults.slice(0, 3).map(({ text }) => text);
  const more = faults.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

/** Where the first of the faults that were seen was seen. */
export function firstOf(evidence: Evidence, faults: readonly Fault[]): Pick<Finding, 'guestTime' | 'hart'> {
  const first = faults.find(({ event }) => event !== undefined)?.event;
  return first === undefined ? {} : at(evidence, first);
}
