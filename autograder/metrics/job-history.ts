import { MarkCode } from '../../emulator/observe/schedule-trace.js';
import type { Mark, ScheduleTrace, SystemCall, UserInterval } from '../../emulator/observe/schedule-trace.js';
import { Curve } from './curve.js';

/** Priority of a process that has not called `setpriority` (kernel/include/sched.h, PRIORITY_DEFAULT). */
export const PRIORITY_DEFAULT = 16;
/** `setpriority` refuses less (sched.h, PRIORITY_MIN; uCore-SMP's rule). */
export const PRIORITY_MIN = 2;
/** Ticks a guest second of the timebase in which programs state deadlines: QEMU virt's 10 MHz. */
export const TIMEBASE_FREQUENCY = 10_000_000;

const SYS_SETPRIORITY = 140;
const SYS_CLONE = 220;
const SYS_SPAWN = 400;

/** A stretch in which a job could run, by its own account: arrival or wake to sleep or exit. */
export interface Phase {
  readonly why: 'arrival' | 'wake';
  /** Cycle at which it became runnable: the kernel was told of it, or its sleep was over. */
  readonly from: number;
  /** Cycle at which it slept, exited, or the run ended. */
  readonly to: number;
  /** Cycle of its first instruction in U-mode in this phase; absent when it never ran. */
  readonly entered?: number;
}

/** The weight that a job's successful `setpriority` calls entitle it to, from `time` on. */
export interface WeightStep {
  readonly time: number;
  readonly weight: number;
}

/** What became of one job of the mix. Times are guest cycles. */
export interface JobHistory {
  readonly job: number;
  /** `mix` announced it. */
  readonly arrival?: number;
  /** The kernel had it: `spawn` returned, or it ran, whichever came first. */
  readonly admitted?: number;
  /** Its first instruction in U-mode. */
  readonly firstRun?: number;
  /** It began to work: its first `setpriority` was behind it. */
  readonly started?: number;
  /** It had done its work. Absent for jobs that were still there at the end. */
  readonly completion?: number;
  /** False when a mark of it came from a page that is not the shipped program's. */
  readonly verified: boolean;
  readonly stays: readonly UserInterval[];
  /** Instructions retired in U-mode since it first ran. */
  readonly service: Curve;
  readonly phases: readonly Phase[];
  /**
   * Ascending. The first is at the admission: the priority with which the job began to work, since it could
   * not ask for it before it ran; {@link PRIORITY_DEFAULT} if it did not ask.
   */
  readonly weights: readonly WeightStep[];
}

/** The histories of all jobs that a trace mentions, by ascending job id. */
export function jobHistories(trace: ScheduleTrace): JobHistory[] {
  const ids = new Set<number>();
  for (const mark of trace.marks) if (isJobMark(mark)) ids.add(jobOf(mark));
  return [...ids].sort((a, b) => a - b).map((job) => jobHistory(trace, job));
}

function jobHistory(trace: ScheduleTrace, job: number): JobHistory {
  const spaces = new Set(trace.spaces.filter((space) => space.job === job).map((space) => space.id));
  const verified = trace.spaces.every((space) => space.job !== job || space.verified);
  const marks = trace.marks.filter((mark) => isJobMark(mark) && jobOf(mark) === job);
  const own = marks.filter((mark) => spaces.has(mark.space));
  const stays = trace.intervals.filter((stay) => spaces.has(stay.space));

  const announcement = marks.find((mark) => mark.code === MarkCode.JobArrive);
  const firstRun = stays[0]?.start;
  const spawned = announcement && spawnAfter(trace, announcement)?.returned?.time;
  const admitted = earliest(spawned, firstRun);
  const started = own.find((mark) => mark.code === MarkCode.JobStart)?.time;
  const completion = own.find((mark) => mark.code === MarkCode.JobDone)?.time;
  const phases = admitted === undefined ? [] : phasesOf(trace, own, admitted, firstRun, completion);
  return {
    job,
    verified,
    stays,
    service: serviceCurve(stays),
    phases,
    weights: admitted === undefined ? [] : weightsOf(trace, spaces, admitted, started),
    ...defined('arrival', announcement?.time),
    ...defined('admitted', admitted),
    ...defined('firstRun', firstRun),
    ...defined('started', started),
    ...defined('completion', completion),
  };
}

/** Cumulative U-mode instructions of a list of stays; within a stay they are spread evenly. */
export function serviceCurve(stays: readonly UserInterval[]): Curve {
  const curve = new Curve();
  let service = 0;
  let last = 0;
  for (const stay of stays) {
    // Stays of one space on two harts at once overlap; the curve stays monotone in time all the same.
    const start = Math.max(stay.start, last);
    const end = Math.max(stay.end, start);
    curve.append(start, service);
    service += stay.retired;
    curve.append(end, service);
    last = end;
  }
  return curve;
}

/** The weight in force at `time`; the default before the first step. */
export function weightAt(history: Pick<JobHistory, 'weights'>, time: number): number {
  let weight = PRIORITY_DEFAULT;
  for (const step of history.weights) {
    if (step.time > time) break;
    weight = step.weight;
  }
  return weight;
}

function phasesOf(
  trace: ScheduleTrace,
  marks: readonly Mark[],
  admitted: number,
  firstRun: number | undefined,
  completion: number | undefined,
): Phase[] {
  const phases: Phase[] = [];
  const cyclesPerTick = trace.frequency / TIMEBASE_FREQUENCY;
  let why: Phase['why'] = 'arrival';
  let from = admitted;
  let entered = firstRun;
  for (const mark of marks) {
    if (mark.code === MarkCode.JobSleep) {
      close(mark.time);
      why = 'wake';
      from = Math.max(mark.time, Number(mark.args[1] ?? 0n) * cyclesPerTick);
      entered = undefined;
    } else if (mark.code === MarkCode.JobAwake && entered === undefined) {
      // Awake before the time it asked for (a broken clock): the phase begins where it really did.
      from = Math.min(from, mark.time);
      entered = mark.time;
    }
  }
  close(completion ?? trace.end);
  return phases;

  function close(to: number): void {
    if (to > from) phases.push({ why, from, to, ...defined('entered', entered) });
  }
}

function weightsOf(
  trace: ScheduleTrace,
  spaces: ReadonlySet<number>,
  admitted: number,
  started = Infinity,
): WeightStep[] {
  const granted = trace.calls.flatMap((call): WeightStep[] => {
    if (call.number !== SYS_SETPRIORITY || !spaces.has(call.space)) return [];
    const priority = BigInt.asIntN(64, call.args[0] ?? 0n);
    // What the contract entitles it to, whatever the kernel answered.
    if (priority < BigInt(PRIORITY_MIN)) return [];
    return [{ time: call.returned?.time ?? call.time, weight: Number(priority) }];
  });
  const first = granted.filter((step) => step.time <= started).at(-1)?.weight ?? PRIORITY_DEFAULT;
  return [{ time: admitted, weight: first }, ...granted.filter((step) => step.time > started)];
}

function spawnAfter(trace: ScheduleTrace, announcement: Mark): SystemCall | undefined {
  return trace.calls.find(
    (call) =>
      call.space === announcement.space &&
      call.time >= announcement.time &&
      (call.number === SYS_SPAWN || call.number === SYS_CLONE),
  );
}

function isJobMark(mark: Mark): boolean {
  return mark.code >= MarkCode.JobArrive && mark.code < MarkCode.MixDone;
}

function jobOf(mark: Mark): number {
  return Number(mark.args[0] ?? 0n);
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** `{ [key]: value }`, or nothing: an absent property says "did not happen". */
function defined<K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, number>>);
}
