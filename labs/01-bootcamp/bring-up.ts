/** The event log of a run, hart by hart, up to where a hart enters the dispatcher. */
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import { explainOutcome } from '../../autograder/runner/explain-outcome.js';
import { LAB_FILE } from './lab-instructions.js';
import type { CallEvent, SeenEvent, StoreEvent } from '../../emulator/observe/event-log.js';

/** An event with its place in the log, which is the order in which memory saw what happened. */
export interface Placed<E extends SeenEvent = SeenEvent> {
  readonly event: E;
  readonly index: number;
}

type Call = { readonly kind: 'call' } & CallEvent;
type Store = { readonly kind: 'store' } & StoreEvent;
export type CsrWrite = Extract<SeenEvent, { kind: 'csr-write' }>;
export type Mmio = Extract<SeenEvent, { kind: 'mmio' }>;

/** What a hart did before it was in scheduler(). */
export interface BringUp {
  /** Index among the machine's harts: that of its struct hart, too. */
  readonly hart: number;
  readonly id: number;
  readonly boots: boolean;
  /** Its events, in order, the call of scheduler() not included; to the end of the log if there is none. */
  readonly events: readonly Placed[];
  /** Stores of `true` to its online flag, whoever made them, before it was in scheduler(). */
  readonly online: readonly Placed<Store>[];
  /** The call of scheduler(). */
  readonly scheduler: Placed<Call> | undefined;
  /**
   * Index in the log before which the rules about the hart's own registers must hold: for the boot hart where it
   * begins to read the device tree, for the others where they say that they are online. The end of the bring-up
   * where that has not been.
   */
  readonly ready: number;
}

/** `struct hart` (kernel/include/hart.h, which asserts these). */
export const HART_SIZE = 256;
export const HART_ONLINE = 248;

/** The functions of the kernel that tell where a boot has got to. */
export const LANDMARKS = {
  /** Follows bootcamp_traps() on the boot hart. */
  trapsDone: 'fdt_init',
  tableBegun: 'kvm_init',
  sourceConnected: 'irq_connect',
  meetingEnds: 'bootcamp_end_meeting',
  scheduler: 'scheduler',
  /** Lab 02's waiting, which is no part of this lab. */
  hartWait: 'hart_wait',
} as const;

const cache = new WeakMap<Evidence, readonly BringUp[]>();

/** By index of the hart. */
export function bringUps(evidence: Evidence): readonly BringUp[] {
  const known = cache.get(evidence);
  if (known !== undefined) return known;
  const { events: log } = evidence;
  const placed = log.events.map((event, index) => ({ event, index }));
  const harts = log.hartIds.map((id, hart): BringUp => {
    const own = placed.filter(({ event }) => 'hart' in event && event.hart === hart);
    const scheduler = own.find((each): each is Placed<Call> => isCall(each.event, LANDMARKS.scheduler));
    const end = scheduler?.index ?? placed.length;
    const events = own.filter(({ index }) => index < end);
    const boots = hart === log.bootHart;
    const online = placed.filter(
      (each): each is Placed<Store> => each.index < end && isOnlineStore(each.event, hart),
    );
    const boundary = boots
      ? events.find(({ event }) => isCall(event, LANDMARKS.trapsDone))?.index
      : online[0]?.index;
    return { hart, id, boots, events, online, scheduler, ready: boundary ?? end };
  });
  cache.set(evidence, harts);
  return harts;
}

/** The boot hart's call of a function, or the first by anyone. */
export function firstCall(evidence: Evidence, name: string): Placed<Call> | undefined {
  const index = evidence.events.events.findIndex((event) => isCall(event, name));
  const event = evidence.events.events[index];
  return event?.kind === 'call' ? { event, index } : undefined;
}

export function isCall(event: SeenEvent, name: string): boolean {
  return event.kind === 'call' && event.function === name;
}

/** Whether the event makes the online flag of the hart at index `hart` true. */
export function isOnlineStore(event: SeenEvent, hart: number): boolean {
  if (event.kind !== 'store' || event.variable !== 'harts') return false;
  const flag = hart * HART_SIZE + HART_ONLINE - event.offset;
  if (flag < 0 || flag >= event.size) return false;
  return ((event.value >> BigInt(8 * flag)) & 0xffn) !== 0n;
}

/** Writes of a CSR among events, in order. */
export function writesOf(events: readonly Placed[], csr: number): Placed<CsrWrite>[] {
  return events.filter(
    (each): each is Placed<CsrWrite> => each.event.kind === 'csr-write' && each.event.csr === csr,
  );
}

/** Writes to the PLIC among events, in order. */
export function deviceWrites(events: readonly Placed[]): Placed<Mmio>[] {
  return events.filter((each): each is Placed<Mmio> => each.event.kind === 'mmio' && each.event.write);
}

/** Guest seconds of an event, its hart's id, and its line if that is the student's. */
export function at(evidence: Evidence, { event }: Placed): Pick<Finding, 'guestTime' | 'hart' | 'source'> {
  const { events: log, kernel } = evidence;
  const pc = 'pc' in event ? event.pc : event.kind === 'call' ? event.ra - 1n : undefined;
  const source = pc === undefined ? undefined : kernel.placeOf(pc).source;
  const hart = 'hart' in event ? log.hartIds[event.hart] : undefined;
  return {
    guestTime: event.time / log.frequency,
    ...(hart !== undefined && { hart }),
    ...(source?.startsWith(`${LAB_FILE}:`) === true && { source }),
  };
}

/** `0.001234 s`. */
export function seconds(evidence: Evidence, cycles: number): string {
  return `${(cycles / evidence.events.frequency).toFixed(6)} s`;
}

/** `hart 3`, with what distinguishes it. */
export function nameOf({ id, boots }: BringUp): string {
  return boots ? `hart ${id} (which boots)` : `hart ${id}`;
}

/**
 * For a check that has nothing to go by on a hart: how the run ended, and how far the hart got.
 *
 * @returns an exception to throw.
 */
export function cannotJudge(evidence: Evidence, what: string): CannotJudge {
  const { outcome, events: log } = evidence;
  const [how = 'the run ended without it'] = explainOutcome(outcome, log.frequency);
  const cause = outcome.kind === 'completed' ? 'starvation' : outcome.kind;
  return new CannotJudge(cause, `${what}: ${how}`, {
    guestTime: log.end / log.frequency,
    ...(outcome.kind === 'panic' && outcome.hart !== undefined && { hart: outcome.hart }),
    ...(outcome.kind === 'panic' &&
      outcome.place?.source?.startsWith(`${LAB_FILE}:`) === true && { source: outcome.place.source }),
  });
}

/** What one hart contributes to a check. */
export interface HartVerdict {
  readonly bringUp: BringUp;
  /** 0..1. */
  readonly fraction: number;
  /** What is wrong, as a sentence that begins with the hart; absent when all is right. */
  readonly fault?: string;
  /** The hart did not get so far: what is wrong on another one is likelier the cause. */
  readonly absent?: boolean;
  /** Where it shows. */
  readonly at?: Placed;
}

/** A hart does not earn points for what it never came to. */
export function notReached(evidence: Evidence, bringUp: BringUp, what: string): HartVerdict {
  const [how] = explainOutcome(evidence.outcome, evidence.events.frequency);
  const started = bringUp.events.length > 0;
  const fault = started
    ? `${nameOf(bringUp)} never ${what}${how === undefined ? '' : `; ${how}`}`
    : `${nameOf(bringUp)} was never started${how === undefined ? '' : `; ${how}`}`;
  const last = bringUp.events.at(-1);
  return { bringUp, fraction: 0, fault, absent: true, ...(last && { at: last }) };
}

/** The mean of what the harts earned; the first fault in the order of the log is told. */
export function byHart(
  evidence: Evidence,
  expected: string,
  verdicts: readonly HartVerdict[],
  right: string,
): Finding {
  const fraction = verdicts.reduce((sum, each) => sum + each.fraction, 0) / verdicts.length;
  const faults = verdicts.filter(({ fault }) => fault !== undefined);
  const [first] = [...faults].sort((a, b) => rank(a) - rank(b));
  if (first === undefined) return { fraction, expected, seen: right };
  const others = faults.filter((each) => each !== first).map(({ bringUp }) => bringUp.id);
  const { fault = '' } = first;
  const same = `omething is wrong on hart${others.length > 1 ? 's' : ''} ${listOf(others)}, too`;
  const more = others.length === 0 ? '' : fault.endsWith('.') ? ` S${same}.` : `; s${same}`;
  return {
    fraction,
    expected,
    seen: `${fault}${more}`,
    hart: first.bringUp.id,
    ...(first.at && at(evidence, first.at)),
  };
}

function rank({ absent, at: where }: HartVerdict): number {
  return (absent === true ? 1e9 : 0) + (where?.index ?? 1e8);
}

/** `1, 2 and 5`. */
export function listOf(values: readonly (number | string)[]): string {
  const last = values.at(-1);
  return values.length < 2 ? String(last ?? '') : `${values.slice(0, -1).join(', ')} and ${last}`;
}
