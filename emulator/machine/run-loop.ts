/** The run of a machine in guest time: harts take turns in the windows of a schedule, and between them events fall due. */
import type { DeviceStop, ScheduledEvent } from '../devices/device.js';
import type { Interpreter } from '../engine/interpreter.js';
import type { Hart } from '../hart/hart.js';
import { EventQueue } from '../schedule/event-queue.js';
import type { Schedule, Window } from '../schedule/schedule.js';
import type { StopReason } from './stop.js';

export interface RunLimits {
  /** Guest seconds since reset. */
  readonly untilTime?: number;
  /** Instructions executed by all harts together since reset; exact. */
  readonly untilInstructions?: number;
  /** Asked between windows; the run stops when it returns true. */
  readonly until?: () => boolean;
  /** Return instead of skipping over idle time, so that the caller can wait for the host's clock. */
  readonly stopWhenIdle?: boolean;
}

/** What is run. */
export interface RunParts {
  /** Guest cycles a second. */
  readonly frequency: number;
  readonly schedule: Schedule;
  /** Filled in later: what harts are made with asks for the time here. */
  readonly harts: () => readonly Hart[];
  /** What was left undone when the engine returned; true when the engine must go on at once. */
  readonly settle: (hart: Hart) => boolean;
  /** Whether console input could wake a guest that waits. */
  readonly listening: () => boolean;
}

export class RunLoop {
  /** Instructions executed by all harts since reset, those that trapped included. */
  executed = 0;
  private readonly queue = new EventQueue();
  private stopped: DeviceStop | undefined;
  /** The hart inside the engine. */
  private current: Hart | undefined;
  /** Guest cycle outside of slices. */
  private clock = 0;
  private windowStart = 0;
  private windowEnd = 0;
  private window: Window | undefined;
  /** Position in the window's order, and whether that hart has begun. */
  private position = 0;
  private begun = false;

  constructor(private readonly parts: RunParts) {}

  /** Guest cycles since reset. */
  now(): number {
    return this.current ? this.current.sliceEnd - this.current.budget : this.clock;
  }

  /** Calls back at `cycle`, at once if that is past: before any hart executes its instruction of that cycle. */
  at(cycle: number, callback: () => void): ScheduledEvent {
    const due = Math.max(cycle, this.now());
    this.shorten(due);
    return this.queue.at(due, callback);
  }

  /** Makes the hart leave the engine behind the present instruction if it is the one inside. */
  endSlice(hart: Hart): void {
    if (hart === this.current) this.shorten(this.now());
  }

  /** Ends the run, for the first reason given, behind the present instruction. */
  stop(reason: DeviceStop): void {
    this.stopped ??= reason;
    this.shorten(this.now());
  }

  /** Why the guest stopped, or undefined. A call, because what runs in between may set it. */
  stopReason(): DeviceStop | undefined {
    return this.stopped;
  }

  /** Lets idle guest time pass up to `seconds` since reset, at most to the next event. */
  skipIdle(seconds: number): void {
    if (this.window || this.runnable()) return;
    const target = Math.min(Math.round(seconds * this.parts.frequency), this.queue.nextTime);
    if (target > this.windowStart && Number.isFinite(target)) {
      this.windowStart = target;
      this.clock = target;
    }
  }

  /** Runs until something in `limits` is reached or the guest stops. */
  run(interpreter: Interpreter, limits: RunLimits): StopReason {
    const untilCycle =
      limits.untilTime === undefined ? Infinity : Math.ceil(limits.untilTime * this.parts.frequency);
    const untilInstructions = limits.untilInstructions ?? Infinity;
    for (;;) {
      const stopped = this.stopReason();
      if (stopped) return stopped;
      if (this.window) {
        if (!this.runWindow(interpreter, this.window, untilInstructions)) {
          return this.stopReason() ?? { kind: 'budget' };
        }
        continue;
      }
      if (this.windowStart >= untilCycle || this.executed >= untilInstructions) return { kind: 'budget' };
      if (limits.until?.()) return { kind: 'until' };
      this.runDue(this.windowStart);
      if (this.stopReason()) continue;
      if (!this.runnable()) {
        const reason = this.skip(untilCycle, limits.stopWhenIdle ?? false);
        if (reason) return reason;
        continue;
      }
      this.window = this.parts.schedule.next();
      this.windowEnd = Math.min(this.windowStart + this.window.length, this.queue.nextTime);
      this.position = 0;
      this.begun = false;
    }
  }

  private runnable(): boolean {
    return this.parts.harts().some((hart) => hart.runnable);
  }

  /** Every hart waits: moves guest time to the next event. */
  private skip(untilCycle: number, stopWhenIdle: boolean): StopReason | undefined {
    const next = this.queue.nextTime;
    if (next === Infinity) return { kind: this.parts.listening() ? 'input' : 'deadlock' };
    if (stopWhenIdle) return { kind: 'idle', next: next / this.parts.frequency };
    this.windowStart = Math.min(next, untilCycle);
    this.clock = this.windowStart;
    return undefined;
  }

  /** Runs the rest of the present window; false when the instructions are used up or the guest stopped. */
  private runWindow(interpreter: Interpreter, window: Window, untilInstructions: number): boolean {
    const harts = this.parts.harts();
    while (this.position < window.order.length) {
      const hart = harts[window.order[this.position] ?? 0];
      if (hart && !this.runHart(interpreter, hart, untilInstructions)) return false;
      if (this.stopReason()) return false;
      this.position++;
      this.begun = false;
    }
    this.window = undefined;
    this.windowStart = this.windowEnd;
    this.clock = this.windowStart;
    return true;
  }

  /** Runs one hart to the end of the window; false when the instructions are used up first. */
  private runHart(interpreter: Interpreter, hart: Hart, untilInstructions: number): boolean {
    if (!this.begun) {
      this.begun = true;
      // Other harts ran since: whatever they stored ended the reservation.
      hart.setReservation(-1);
      if (hart.local < this.windowStart) hart.local = this.windowStart;
    }
    while (hart.local < this.windowEnd && hart.runnable && !this.stopReason()) {
      if (this.executed >= untilInstructions) return false;
      this.clock = hart.local;
      this.runDue(hart.local);
      hart.takeInterrupt();
      const limit = Math.min(this.windowEnd, this.queue.nextTime);
      const budget = Math.min(limit - hart.local, untilInstructions - this.executed);
      this.runSlice(interpreter, hart, budget);
    }
    return true;
  }

  private runSlice(interpreter: Interpreter, hart: Hart, budget: number): void {
    hart.budget = budget;
    hart.sliceBudget = budget;
    hart.sliceEnd = hart.local + budget;
    this.current = hart;
    do interpreter.run(hart.base);
    while (this.parts.settle(hart));
    this.current = undefined;
    const used = hart.sliceBudget - hart.budget;
    hart.budget = 0;
    hart.sliceBudget = 0;
    hart.steps += used;
    hart.local += used;
    this.executed += used;
    this.clock = hart.local;
  }

  /** Lets everything happen that is due at `cycle`. */
  private runDue(cycle: number): void {
    for (;;) {
      const callback = this.queue.take(cycle);
      if (!callback) return;
      callback();
    }
  }

  /** Makes the running slice end at `cycle` at the latest. */
  private shorten(cycle: number): void {
    const hart = this.current;
    if (!hart) return;
    const surplus = Math.min(hart.budget, hart.sliceEnd - cycle);
    if (surplus <= 0) return;
    hart.budget -= surplus;
    hart.sliceBudget -= surplus;
    hart.sliceEnd -= surplus;
  }
}
