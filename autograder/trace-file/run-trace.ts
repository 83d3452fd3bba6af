import { HartState, Mode, causeName, csrName } from '../../emulator/index.js';
import type { EventLog, Observation, SeenEvent } from '../../emulator/observe/event-log.js';
import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import type { ScheduleTrace, UserInterval } from '../../emulator/observe/schedule-trace.js';
import { Csr } from '../../emulator/hart/csr-numbers.js';
import { describeSeenEvent } from '../events/describe-event.js';
import { describeSystemCall } from '../events/system-call-names.js';
import { describePlace } from '../runner/explain-outcome.js';
import type { KernelNames } from '../lab/evidence.js';
import { wakeUps } from './ipi-arrows.js';
import type { Arguments, TraceEvent } from './trace-event.js';

/** A run as it goes into a trace file: a process of it, with a thread for each hart. */
export interface TracedRun {
  /** `four-churn, seed 0`. */
  readonly name: string;
  readonly trace: ScheduleTrace;
  /** What {@link TRACED_EVENTS} asked for. */
  readonly log: EventLog;
  /** Names of places in the kernel; absent for one without symbols. */
  readonly kernel?: Pick<KernelNames, 'placeOf'>;
}

/** CSRs whose writes tell how a hart comes up. */
const TOLD_CSRS: readonly number[] = [Csr.satp, Csr.stvec, Csr.sie, Csr.mtvec];

/** What is to be recorded of a run besides its schedule. */
export const TRACED_EVENTS: Observation = {
  events: ['hsm', 'sbi', 'supervisor-enter', 'csr-write', 'fence', 'trap'],
  csrs: TOLD_CSRS,
};

/**
 * The records of a run: metadata, then slices, moments and arrows, hart by hart.
 *
 * Slices: `job 3` while a hart is in U-mode; under the name of the trap that began it, what the kernel did until the
 * hart was in U-mode again; in there `wfi`. Moments: calls of the firmware, HSM states, writes of satp, stvec and sie,
 * fences, traps out of the kernel, and what jobs mark.
 */
export function* runTrace(run: TracedRun, pid: number): Generator<TraceEvent> {
  const { hartIds } = run.log;
  yield { ph: 'M', name: 'process_name', pid, args: { name: run.name } };
  yield { ph: 'M', name: 'process_sort_index', pid, args: { sort_index: pid } };
  for (const [hart, id] of hartIds.entries()) {
    yield { ph: 'M', name: 'thread_name', pid, tid: id, args: { name: `hart ${id}` } };
    yield { ph: 'M', name: 'thread_sort_index', pid, tid: id, args: { sort_index: hart } };
  }
  for (const [hart, tid] of hartIds.entries()) {
    yield* slices(run, hart, { pid, tid });
    yield* moments(run, hart, { pid, tid });
  }
  yield* busyHarts(run, pid);
  yield* wakeUps(run.log, microseconds(run.log), pid);
}

interface Where {
  readonly pid: number;
  readonly tid: number;
}

/** From guest cycles to microseconds with the digits of a nanosecond. */
function microseconds({ frequency }: { readonly frequency: number }): (cycles: number) => number {
  return (cycles) => Math.round((cycles * 1e9) / frequency) / 1000;
}

function* slices({ trace, log }: TracedRun, hart: number, where: Where): Generator<TraceEvent> {
  const us = microseconds(trace);
  const slice = (name: string, cat: string, start: number, end: number, args: Arguments): TraceEvent => {
    // From two rounded ends, so that neighbours touch and do not cross.
    const ts = us(start);
    return { ph: 'X', name, cat, ts, dur: Math.round((us(end) - ts) * 1000) / 1000, ...where, args };
  };
  const stays = trace.intervals.filter((stay) => stay.hart === hart);
  const own = log.events.filter((event) => 'hart' in event && event.hart === hart);
  const begin = Math.min(stays[0]?.start ?? Infinity, ...own.slice(0, 1).map(({ time }) => time));
  const firstStay = stays[0]?.start ?? trace.end;
  if (begin < firstStay) yield slice('bring-up', 'kernel', begin, firstStay, {});
  const names = trapNames(trace, own);
  for (const [i, stay] of stays.entries()) {
    yield slice(nameOf(trace, stay), 'user', stay.start, stay.end, argumentsOf(trace, stay));
    const next = stays[i + 1]?.start ?? trace.end;
    if (next > stay.end) yield slice(names(stay.end), 'kernel', stay.end, next, {});
  }
  for (const { start, end } of trace.idle.filter((stretch) => stretch.hart === hart)) {
    yield slice('wfi', 'idle', start, end, {});
  }
}

function nameOf(trace: ScheduleTrace, { space }: UserInterval): string {
  const job = trace.spaces[space]?.job;
  return job === undefined ? `process ${space}` : `job ${job}`;
}

function argumentsOf(trace: ScheduleTrace, { space, retired }: UserInterval): Arguments {
  const satp = trace.spaces[space]?.satp ?? 0n;
  return { instructions: retired, satp: `0x${satp.toString(16)}` };
}

/** By the time of a stay's end: the trap that ended it, a system call with its name. */
function trapNames(trace: ScheduleTrace, own: readonly SeenEvent[]): (time: number) => string {
  const names = new Map<number, string>();
  for (const event of own) {
    if (event.kind === 'trap' && event.from === Mode.User)
      names.set(event.time, causeName(event.cause, event.interrupt));
  }
  const hart = own.find((event) => 'hart' in event);
  for (const call of trace.calls) {
    if (hart === undefined || !('hart' in hart) || call.hart !== hart.hart) continue;
    names.set(call.time, describeSystemCall(BigInt(call.number), call.args).replace(/\(.*$/, ''));
  }
  return (time) => names.get(time) ?? names.get(time - 1) ?? 'kernel';
}

function* moments({ trace, log, kernel }: TracedRun, hart: number, where: Where): Generator<TraceEvent> {
  const us = microseconds(log);
  const at = (pc: bigint): string => (kernel === undefined ? '' : ` at ${describePlace(kernel.placeOf(pc))}`);
  for (const event of log.events) {
    if (!('hart' in event) || event.hart !== hart || !isMoment(event)) continue;
    const args = { what: describeSeenEvent(event, at) };
    yield { ph: 'i', s: 't', name: titleOf(event), cat: event.kind, ts: us(event.time), ...where, args };
  }
  for (const mark of trace.marks.filter((each) => each.hart === hart)) {
    const name = MARKS[mark.code];
    if (name === undefined) continue;
    const args = { a0: Number(mark.args[0] ?? 0n), a1: Number(mark.args[1] ?? 0n) };
    yield { ph: 'i', s: 't', name, cat: 'mark', ts: us(mark.time), ...where, args };
  }
}

const MARKS: Readonly<Record<number, string>> = {
  [MarkCode.MixStart]: 'the mix begins',
  [MarkCode.JobArrive]: 'a job is spawned',
  [MarkCode.JobStart]: 'the job begins',
  [MarkCode.JobSleep]: 'the job sleeps',
  [MarkCode.JobAwake]: 'the job is awake',
  [MarkCode.JobDone]: 'the job is done',
  [MarkCode.JobPriority]: 'setpriority',
  [MarkCode.MixDone]: 'the mix is done',
};

/** Traps out of U-mode are slices. */
function isMoment(event: SeenEvent): boolean {
  return event.kind !== 'trap' || event.from !== Mode.User;
}

function titleOf(event: SeenEvent): string {
  switch (event.kind) {
    case 'hsm':
      return `HSM: ${HSM[event.state]}`;
    case 'sbi':
      return describeSeenEvent(event, () => '').replace(/\(.*$/, '');
    case 'csr-write':
      return `${csrName(event.csr)} = 0x${event.value.toString(16)}`;
    case 'fence':
      return event.instruction;
    case 'trap':
      return causeName(event.cause, event.interrupt);
    default:
      return event.kind;
  }
}

const HSM: Readonly<Record<HartState, string>> = {
  [HartState.Started]: 'started',
  [HartState.Stopped]: 'stopped',
  [HartState.StartPending]: 'start pending',
  [HartState.StopPending]: 'stop pending',
  [HartState.Suspended]: 'suspended',
  [HartState.SuspendPending]: 'suspend pending',
  [HartState.ResumePending]: 'resume pending',
};

/** How many harts are in U-mode, as a curve. */
function* busyHarts({ trace, log }: TracedRun, pid: number): Generator<TraceEvent> {
  // A curve belongs to its process, but viewers read a thread too: one that is there.
  const tid = log.hartIds[0] ?? 0;
  const us = microseconds(trace);
  const steps = trace.intervals
    .flatMap(({ start, end }) => [
      { time: start, by: 1 },
      { time: end, by: -1 },
    ])
    .sort((a, b) => a.time - b.time || a.by - b.by);
  let busy = 0;
  for (const [i, { time, by }] of steps.entries()) {
    busy += by;
    if (steps[i + 1]?.time === time) continue;
    yield { ph: 'C', name: 'harts', cat: 'user', ts: us(time), pid, tid, args: { 'in U-mode': busy } };
  }
}
