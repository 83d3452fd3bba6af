import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import type {
  AddressSpace,
  IdleInterval,
  Mark,
  ScheduleTrace,
  SystemCall,
  UserInterval,
} from '../../emulator/observe/schedule-trace.js';

/**
 * A scheduler's world on paper: harts, quanta and jobs, without a machine. It produces the trace that the machine
 * would, so that metrics and bounds can be tested against schedules whose properties are known, and policies
 * can be compared before anybody writes C.
 */

/** Cycles a quantum: 1 ms at 100 MHz (sched.h, SCHED_QUANTUM). */
export const QUANTUM_CYCLES = 100_000;
const FREQUENCY = 100_000_000;
const CYCLES_PER_TICK = 10;
const MILLISECOND = FREQUENCY / 1000;

/** What sched.h's `struct sched_entity` is to a policy. */
export interface Entity {
  readonly job: number;
  priority: number;
}

/** The policy's side of sched.h. `used` is in cycles. */
export interface Policy {
  enqueue(entity: Entity, why: 'new' | 'wake' | 'preempted', used: number): void;
  pick(hart: number): Entity | undefined;
  block(entity: Entity, used: number): void;
}

export interface SimulatedJob {
  readonly job: number;
  readonly priority: number;
  /** Guest milliseconds. */
  readonly arrive?: number;
  /** Milliseconds of work; endless when absent. */
  readonly run?: number;
  /** Alternate this many milliseconds of work and of sleep. */
  readonly sleep?: { readonly run: number; readonly sleep: number };
  /** `setpriority(to)` after `at` milliseconds of own work. */
  readonly reprioritise?: readonly { readonly at: number; readonly to: number }[];
}

export interface SimulationOptions {
  readonly harts: number;
  readonly jobs: readonly SimulatedJob[];
  /** Guest milliseconds. */
  readonly duration: number;
  /** Cycles that every dispatch costs before the first user instruction; charged to the process. */
  readonly switchCost?: number;
  /** Cycles by which hart h's first dispatch is late, times h: harts are never in step. */
  readonly skew?: number;
}

interface RunningJob extends Entity {
  readonly spec: SimulatedJob;
  readonly space: number;
  work: number;
  untilSleep: number;
  changes: { at: number; to: number }[];
  wake: number;
  asleep: boolean;
  firstEnter?: number;
}

interface Hart {
  readonly id: number;
  running: RunningJob | undefined;
  dispatched: number;
  /** Cycle of its next event: the end of a stay, or never. */
  next: number;
  idleSince: number | undefined;
}

/** Runs `policy` and returns what the machine would have seen. */
export function simulateSchedule(policy: Policy, options: SimulationOptions): ScheduleTrace {
  const { switchCost = 0, skew = 0 } = options;
  const end = options.duration * MILLISECOND;
  const intervals: UserInterval[] = [];
  const idle: IdleInterval[] = [];
  const marks: Mark[] = [];
  const calls: SystemCall[] = [];
  const lastLeave = new Map<number, number>();
  const jobs = options.jobs.map((spec, i): RunningJob => ({
    spec,
    job: spec.job,
    priority: 16,
    space: i,
    work: 0,
    untilSleep: spec.sleep ? spec.sleep.run * MILLISECOND : Infinity,
    changes: (spec.reprioritise ?? []).map(({ at, to }) => ({ at: at * MILLISECOND, to })),
    wake: (spec.arrive ?? 0) * MILLISECOND,
    asleep: false,
  }));
  const outside = new Set<RunningJob>(jobs);
  const harts = Array.from({ length: options.harts }, (_, id): Hart => ({
    id,
    running: undefined,
    dispatched: 0,
    next: id * skew,
    idleSince: undefined,
  }));

  for (;;) {
    const hart = harts.reduce((a, b) => (b.next < a.next ? b : a));
    const wakeup = Math.min(...[...outside].map((job) => job.wake));
    const idler = harts.find((h) => h.idleSince !== undefined);
    if (idler !== undefined && wakeup <= hart.next) {
      if (wakeup >= end) break;
      admit(wakeup);
      dispatchIdle(wakeup);
      continue;
    }
    if (hart.next >= end) break;
    step(hart, hart.next);
  }
  for (const hart of harts) {
    if (hart.running !== undefined) stay(hart, hart.running, hart.dispatched + switchCost, end);
    if (hart.idleSince !== undefined && hart.idleSince < end) {
      idle.push({ hart: hart.id, start: hart.idleSince, end });
    }
  }
  intervals.sort((a, b) => a.start - b.start || a.hart - b.hart);
  idle.sort((a, b) => a.start - b.start || a.hart - b.hart);
  marks.sort((a, b) => a.time - b.time);
  calls.sort((a, b) => a.time - b.time);
  return { harts: options.harts, frequency: FREQUENCY, end, intervals, spaces: spaces(), marks, idle, calls };

  /** A hart's stay is over: quantum, sleep or exit. */
  function step(hart: Hart, now: number): void {
    const job = hart.running;
    if (job !== undefined) {
      const entered = hart.dispatched + switchCost;
      const ran = stay(hart, job, entered, now);
      const used = now - hart.dispatched;
      hart.running = undefined;
      for (const { at, to } of job.changes.filter((c) => c.at <= job.work + ran)) {
        setPriority(hart, job, to, entered + at - job.work);
      }
      job.work += ran;
      job.untilSleep -= ran;
      job.changes = job.changes.filter((c) => c.at > job.work);
      if (job.work >= workOf(job)) {
        mark(hart, job, MarkCode.JobDone, now);
        policy.block(job, used);
      } else if (job.untilSleep <= 0 && job.spec.sleep) {
        job.wake = now + job.spec.sleep.sleep * MILLISECOND;
        mark(hart, job, MarkCode.JobSleep, now, BigInt(Math.round(job.wake / CYCLES_PER_TICK)));
        job.untilSleep = job.spec.sleep.run * MILLISECOND;
        job.asleep = true;
        outside.add(job);
        policy.block(job, used);
      } else {
        policy.enqueue(job, 'preempted', used);
      }
    }
    admit(now);
    dispatch(hart, now);
    dispatchIdle(now);
  }

  /** Everybody whose time has come becomes runnable. */
  function admit(now: number): void {
    for (const job of [...outside].sort((a, b) => a.wake - b.wake || a.space - b.space)) {
      if (job.wake > now) continue;
      outside.delete(job);
      if (job.firstEnter === undefined) {
        marks.push(arrival(job, now));
        calls.push(spawn(job, now));
      }
      policy.enqueue(job, job.firstEnter === undefined ? 'new' : 'wake', 0);
    }
  }

  function dispatchIdle(now: number): void {
    for (const hart of harts) if (hart.idleSince !== undefined) dispatch(hart, now);
  }

  function dispatch(hart: Hart, now: number): void {
    const job = policy.pick(hart.id) as RunningJob | undefined;
    if (job === undefined) {
      hart.idleSince ??= now;
      hart.next = Infinity;
      return;
    }
    if (hart.idleSince !== undefined && now > hart.idleSince) {
      idle.push({ hart: hart.id, start: hart.idleSince, end: now });
    }
    hart.idleSince = undefined;
    hart.running = job;
    hart.dispatched = now;
    const entered = now + switchCost;
    if (job.firstEnter === undefined) {
      job.firstEnter = entered;
      setPriority(hart, job, job.spec.priority, entered);
      mark(hart, job, MarkCode.JobStart, entered);
    } else if (job.asleep) {
      job.asleep = false;
      mark(hart, job, MarkCode.JobAwake, entered);
    }
    hart.next = Math.min(now + QUANTUM_CYCLES, entered + Math.min(job.untilSleep, workOf(job) - job.work));
  }

  function setPriority(hart: Hart, job: RunningJob, to: number, now: number): void {
    const call = { time: now, hart: hart.id, space: job.space, number: 140, args: [BigInt(to)] };
    if (to >= 2) job.priority = to;
    calls.push({ ...call, returned: { time: now, hart: hart.id, value: to >= 2 ? BigInt(to) : -1n } });
  }

  function stay(hart: Hart, job: RunningJob, start: number, stop: number): number {
    if (stop <= start) return 0;
    const retired = stop - start;
    // Two places in the order a stay: the simulation is exact, so time is the order.
    intervals.push({
      hart: hart.id,
      start,
      end: stop,
      retired,
      space: job.space,
      entered: start,
      left: stop,
    });
    lastLeave.set(job.space, stop);
    return retired;
  }

  function mark(hart: Hart, job: RunningJob, code: number, time: number, argument = 0n): void {
    const args = [BigInt(job.job), argument, 0n, 0n];
    marks.push({ time, hart: hart.id, space: job.space, code, args });
  }

  function arrival(job: RunningJob, time: number): Mark {
    return {
      time,
      hart: 0,
      space: jobs.length,
      code: MarkCode.JobArrive,
      args: [BigInt(job.job), 0n, 0n, 0n],
    };
  }

  function spawn(job: RunningJob, time: number): SystemCall {
    const value = BigInt(job.job + 100);
    return { time, hart: 0, space: jobs.length, number: 400, args: [], returned: { time, hart: 0, value } };
  }

  function workOf(job: RunningJob): number {
    return job.spec.run === undefined ? Infinity : job.spec.run * MILLISECOND;
  }

  function spaces(): AddressSpace[] {
    const ofJobs = jobs.map((job): AddressSpace => {
      const firstEnter = job.firstEnter ?? end;
      const leave = lastLeave.get(job.space) ?? end;
      const satp = 0x8000000000080000n + BigInt(job.space);
      return { id: job.space, satp, firstEnter, lastLeave: leave, job: job.job, verified: true };
    });
    const mix: AddressSpace = { id: jobs.length, satp: 1n, firstEnter: 0, lastLeave: 0, verified: true };
    return [...ofJobs, mix];
  }
}
