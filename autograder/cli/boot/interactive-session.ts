/**
 * A session at a terminal: keystrokes reach the guest as they are typed, and guest time keeps step with the wall
 * clock as far as the host can: it never runs ahead, and a guest that waits costs the host nothing.
 */
import type { Keystrokes } from './escape-keys.js';
import type { Ending } from './ending.js';
import type { SessionLimits, SessionMachine } from './scripted-session.js';

/** The host's time, and waiting. */
export interface HostClock {
  /** Seconds; any origin. */
  now(): number;
  /** Resolves after `seconds` (never, for Infinity) or as soon as `wake` was called since the last wait. */
  wait(seconds: number): Promise<void>;
  /** Ends the wait under way, or the next one. */
  wake(): void;
}

/** Keystrokes that have not been taken yet. */
export interface Keyboard {
  /** What was typed since the last call, in order. */
  take(): Keystrokes[];
}

/** Guest seconds that one call into the machine may take: bounds the delay of a keystroke. */
const SLICE = 0.02;
/** Host seconds that the guest may be behind before the lost time is given up. */
const LAG = 0.1;

/** Runs until the guest stops, the user leaves, the text appears or the time is used up. */
export async function runInteractive(
  machine: SessionMachine,
  keyboard: Keyboard,
  clock: HostClock,
  limits: SessionLimits,
  showHelp: () => void,
): Promise<Ending> {
  const maxTime = limits.maxTime ?? Infinity;
  // Guest time that corresponds to the host's `hostStart`.
  let guestStart = machine.time;
  let hostStart = clock.now();
  const wallTime = (): number => guestStart + (clock.now() - hostStart);
  for (;;) {
    for (const keys of keyboard.take()) {
      if (keys.kind === 'leave') return { kind: 'left' };
      if (keys.kind === 'help') showHelp();
      else machine.input(keys.bytes);
    }
    let wall = wallTime();
    if (wall - machine.time > LAG) {
      // The host is too slow, or was asleep: the guest does not hurry after it.
      guestStart = machine.time;
      hostStart = clock.now();
      wall = guestStart;
    }
    const untilTime = Math.min(maxTime, wall + SLICE, machine.time + SLICE);
    const reason = machine.run({ untilTime, until: limits.hasAppeared, stopWhenIdle: true });
    switch (reason.kind) {
      case 'until':
        return { kind: 'text' };
      case 'idle':
      case 'input': {
        if (limits.hasAppeared()) return { kind: 'text' };
        const next = Math.min(reason.kind === 'idle' ? reason.next : Infinity, maxTime);
        await clock.wait(Math.max(0, next - wallTime()));
        const now = Math.min(wallTime(), next);
        // Idle time passes in the guest as it passed on the host. With no event to come `run` would not move.
        if (reason.kind === 'idle') machine.run({ untilTime: now });
        else machine.skipIdle(now);
        if (machine.time >= maxTime) return { kind: 'budget' };
        guestStart = Math.max(machine.time, now);
        hostStart = clock.now();
        break;
      }
      case 'budget':
        if (limits.hasAppeared()) return { kind: 'text' };
        if (machine.time >= maxTime) return reason;
        await clock.wait(Math.max(0, machine.time - wallTime()));
        break;
      default:
        return limits.hasAppeared() ? { kind: 'text' } : reason;
    }
  }
}

/** The real clock. A wait of zero still lets the event loop turn. */
export function hostClock(): HostClock {
  let woken = false;
  let end: (() => void) | null = null;
  return {
    now: () => performance.now() / 1000,
    wake: () => {
      woken = true;
      end?.();
    },
    wait: (seconds) =>
      new Promise((resolve) => {
        const done = (): void => {
          end = null;
          woken = false;
          clearTimeout(timer);
          clearImmediate(immediate);
          resolve();
        };
        let timer: NodeJS.Timeout | undefined;
        let immediate: NodeJS.Immediate | undefined;
        end = done;
        if (woken || seconds <= 0) immediate = setImmediate(done);
        // An interval that never fires within a day keeps the process alive without a wake-up.
        else timer = setTimeout(done, Math.min(seconds * 1000, 2 ** 31 - 1));
      }),
  };
}
