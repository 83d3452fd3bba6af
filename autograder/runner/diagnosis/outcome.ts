import type { Machine } from '../../../emulator/machine/machine.js';
import type { StopReason } from '../../../emulator/machine/stop.js';
import type { ScheduleTrace } from '../../../emulator/observe/schedule-trace.js';
import type { GuestPlace, HartPosition, Outcome } from '../../lab/evidence.js';
import { backtrace, hartPositions } from './hart-positions.js';
import type { KernelMap } from './kernel-map.js';

/** Guest seconds without an instruction in U-mode, on any hart, after which nobody gets anywhere any more. */
const NO_PROGRESS_SECONDS = 0.03;

/** What the diagnosis needs to know of a run that has ended. */
export interface EndedRun {
  readonly machine: Machine;
  readonly map: KernelMap;
  readonly stop: StopReason;
  readonly trace: ScheduleTrace;
  /** All that the guest wrote on its console: only the wording of a panic is taken from it. */
  readonly console: string;
  /** Index of the hart that asked the firmware to reset the system, if one did. */
  readonly resetBy?: number;
  /** The records that the run was allowed, if it used them up. */
  readonly records?: number;
}

/** How a run ended, by what the machine did and not by what the guest said. */
export function diagnose(run: EndedRun): Outcome {
  const { machine, map, stop, trace, records } = run;
  switch (stop.kind) {
    case 'shutdown':
      return stop.type === 'shutdown' && stop.reason === 'none' ? { kind: 'completed' } : panicOf(run);
    case 'finisher':
      return stop.status === 'pass' ? { kind: 'completed' } : panicOf(run);
    case 'deadlock':
    case 'input':
    case 'idle':
      // Nobody types during a grade: a machine that waits for input waits for ever.
      return { kind: 'deadlock', harts: hartPositions(machine, map, trace) };
    case 'budget':
    case 'until': {
      const harts = hartPositions(machine, map, trace);
      if (stillProgresses(machine, trace))
        return { kind: 'budget', harts, ...(records !== undefined && { records }) };
      return { kind: isLockedUp(harts) ? 'deadlock' : 'livelock', harts };
    }
  }
}

function stillProgresses(machine: Machine, trace: ScheduleTrace): boolean {
  const since = trace.end - NO_PROGRESS_SECONDS * machine.frequency;
  return trace.intervals.some((stay) => stay.end > since);
}

/** Every hart sleeps or spins for a lock, and no holder of one is a hart that does anything else. */
function isLockedUp(harts: readonly HartPosition[]): boolean {
  const isStuck = (position: HartPosition | undefined): boolean =>
    position?.state !== 'running' || position.waitsFor !== undefined;
  return (
    harts.some((position) => position.waitsFor !== undefined) &&
    harts.every((position) => {
      if (!isStuck(position)) return false;
      const { waitsFor } = position;
      return waitsFor === undefined || isStuck(harts.find(({ hart }) => hart === waitsFor.holder));
    })
  );
}

function panicOf({ machine, map, stop, console, resetBy }: EndedRun): Outcome {
  const message = panicMessage(console) ?? describeStop(stop);
  if (resetBy === undefined) return { kind: 'panic', message };
  const frames = backtrace(machine, resetBy, map);
  const place = culprit(frames, map.placeOf(machine.harts[resetBy]?.wide('sepc') ?? 0n));
  const calls = callsToPanic(frames);
  return {
    kind: 'panic',
    message,
    hart: machine.hartIds[resetBy] ?? resetBy,
    ...(place && { place }),
    ...(calls.length > 0 && { calls }),
  };
}

/** From the caller of `panic` outwards, as far as there are names: memory of a program has none. */
function callsToPanic(frames: readonly GuestPlace[]): readonly GuestPlace[] {
  const panic = frames.findIndex((frame) => frame.function === 'panic');
  if (panic < 0) return [];
  const calls = frames.slice(panic + 1);
  const nameless = calls.findIndex((frame) => frame.function === undefined);
  return nameless < 0 ? calls : calls.slice(0, nameless);
}

/**
 * The place to look at first: the innermost function of the lab's files that was active; else where the last
 * exception came from, if that was in the lab's files; else what called `panic`.
 */
function culprit(frames: readonly GuestPlace[], exception: GuestPlace): GuestPlace | undefined {
  const isLabs = ({ source }: GuestPlace): boolean => source !== undefined && !source.includes('/');
  // What panic() calls, to stop the other harts and the machine, is nobody's fault.
  const panic = frames.findIndex((frame) => frame.function === 'panic');
  const [caller] = frames.slice(panic + 1);
  const inLab = frames.slice(panic + 1).find(isLabs);
  if (inLab !== undefined) return inLab;
  if (isLabs(exception)) return exception;
  return panic < 0 ? undefined : caller;
}

function panicMessage(console: string): string | undefined {
  return /^panic: (.*)$/m.exec(console)?.[1]?.trim();
}

function describeStop(stop: StopReason): string {
  if (stop.kind === 'shutdown') return `it asked for ${stop.type}, reason ${stop.reason}`;
  if (stop.kind === 'finisher') return `it wrote ${stop.status} (code ${stop.code}) to the test finisher`;
  return stop.kind;
}
