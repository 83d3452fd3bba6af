import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { StopReason } from '../../../emulator/index.js';
import type { Keystrokes } from './escape-keys.js';
import { runInteractive, type HostClock } from './interactive-session.js';
import { linesOf, runScripted, type SessionMachine } from './scripted-session.js';

type RunLimits = NonNullable<Parameters<SessionMachine['run']>[0]>;

/** A guest that is described by what it waits for: `step` says how it goes on from a time. */
class FakeMachine implements SessionMachine {
  time = 0;
  inputs: { time: number; text: string }[] = [];
  constructor(private readonly step: (machine: FakeMachine, limits: RunLimits) => StopReason) {}
  run(limits: RunLimits = {}): StopReason {
    return this.step(this, limits);
  }
  skipIdle(seconds: number): void {
    if (seconds > this.time) this.time = seconds;
  }
  input(bytes: Uint8Array): void {
    this.inputs.push({ time: this.time, text: Buffer.from(bytes).toString() });
  }
}

const SHUTDOWN: StopReason = { kind: 'shutdown', type: 'shutdown', reason: 'none' };
const NEVER = { hasAppeared: () => false };

async function* script(...lines: string[]): AsyncGenerator<Uint8Array> {
  for (const line of lines) yield new TextEncoder().encode(line);
}

describe('a scripted session', () => {
  it('types each line when the guest waits for input, and ends when it waits after the last', async () => {
    const machine = new FakeMachine((m) => {
      m.time += 0.25;
      return { kind: 'input' };
    });
    const ending = await runScripted(machine, script('ls\n', 'ps\n'), NEVER, () => 0);
    expect(ending).toEqual({ kind: 'end-of-input' });
    expect(machine.inputs).toEqual([
      { time: 0.25, text: 'ls\n' },
      { time: 0.5, text: 'ps\n' },
    ]);
  });

  it('types to a guest that never says it waits, once it has been quiet for a guest second', async () => {
    const machine = new FakeMachine((m, { untilTime = 0 }) => {
      if (m.inputs.length === 2) return SHUTDOWN;
      m.time = untilTime;
      return { kind: 'budget' };
    });
    expect(await runScripted(machine, script('a\n', 'b\n', 'c\n'), NEVER, () => 2)).toEqual(SHUTDOWN);
    expect(machine.inputs.map(({ time }) => time.toFixed(1))).toEqual(['3.0', '4.0']);
  });

  it('goes on past the end of its input while something can still happen', async () => {
    const machine = new FakeMachine((m, { untilTime = 0 }) => {
      m.time = untilTime;
      return m.time > 10 ? SHUTDOWN : { kind: 'budget' };
    });
    expect(await runScripted(machine, script(), NEVER, () => 0)).toEqual(SHUTDOWN);
  });

  it('ends at the time limit exactly', async () => {
    const machine = new FakeMachine((m, { untilTime = 0 }) => {
      m.time = untilTime;
      return { kind: 'budget' };
    });
    expect(await runScripted(machine, script(), { ...NEVER, maxTime: 0.25 }, () => 0)).toEqual({
      kind: 'budget',
    });
    expect(machine.time).toBe(0.25);
  });

  it('ends when the text appears', async () => {
    const machine = new FakeMachine((_m, { until }) =>
      until?.() === true ? { kind: 'until' } : { kind: 'input' },
    );
    expect(await runScripted(machine, script(), { hasAppeared: () => true }, () => 0)).toEqual({
      kind: 'text',
    });
  });

  it('has its input split into lines however it arrives', async () => {
    const lines: string[] = [];
    for await (const line of linesOf(Readable.from(['l', 's\nps', '\n\nexit']))) {
      lines.push(Buffer.from(line).toString());
    }
    expect(lines).toEqual(['ls\n', 'ps\n', '\n', 'exit']);
  });
});

/** Host time that passes only in waits, and by what the machine is said to cost. */
class FakeClock implements HostClock {
  host = 100;
  waits: number[] = [];
  /** Called at the start of each wait; returns true if something woke it at once. */
  constructor(private readonly onWait: (clock: FakeClock, seconds: number) => boolean = () => false) {}
  now(): number {
    return this.host;
  }
  wait(seconds: number): Promise<void> {
    this.waits.push(seconds);
    if (!this.onWait(this, seconds) && Number.isFinite(seconds)) this.host += seconds;
    return Promise.resolve();
  }
  wake(): void {
    throw new Error('nobody wakes this clock');
  }
}

const noKeys = { take: (): Keystrokes[] => [] };
const noHelp = (): void => {
  throw new Error('help was not asked for');
};

describe('an interactive session', () => {
  it('waits for a timer as long as the guest would, and sleeps meanwhile', async () => {
    const machine = new FakeMachine((m, { untilTime = 0, stopWhenIdle }) => {
      if (m.time >= 5) return SHUTDOWN;
      if (stopWhenIdle === true) return { kind: 'idle', next: 5 };
      m.time = Math.min(untilTime, 5);
      return { kind: 'budget' };
    });
    const clock = new FakeClock();
    expect(await runInteractive(machine, noKeys, clock, NEVER, noHelp)).toEqual(SHUTDOWN);
    expect(clock.host - 100).toBeCloseTo(5, 6);
    expect(clock.waits).toHaveLength(1);
    expect(machine.time).toBe(5);
  });

  it('does not let a busy guest run ahead of the wall clock', async () => {
    const machine = new FakeMachine((m, { untilTime = 0 }) => {
      m.time = untilTime;
      return m.time >= 2 ? SHUTDOWN : { kind: 'budget' };
    });
    const clock = new FakeClock();
    await runInteractive(machine, noKeys, clock, NEVER, noHelp);
    expect(clock.host - 100).toBeGreaterThan(1.9);
    expect(clock.host - 100).toBeLessThan(2.1);
  });

  it('does not make the guest hurry after a host that was too slow', async () => {
    const times: number[] = [];
    const clock = new FakeClock();
    const machine = new FakeMachine((m, { untilTime = 0 }) => {
      times.push(untilTime - m.time);
      m.time = untilTime;
      clock.host += 1;
      return m.time >= 0.2 ? SHUTDOWN : { kind: 'budget' };
    });
    await runInteractive(machine, noKeys, clock, NEVER, noHelp);
    expect(Math.max(...times)).toBeLessThanOrEqual(0.0201);
    expect(Math.max(...clock.waits)).toBe(0);
  });

  it('waits without end for a key, and lets that time pass in the guest', async () => {
    const keys: Keystrokes[] = [];
    const machine = new FakeMachine((m) => (m.inputs.length > 0 ? SHUTDOWN : { kind: 'input' }));
    const clock = new FakeClock((c, seconds) => {
      expect(seconds).toBe(Infinity);
      c.host += 3;
      keys.push({ kind: 'input', bytes: new TextEncoder().encode('q') });
      return true;
    });
    await runInteractive(machine, { take: () => keys.splice(0) }, clock, NEVER, noHelp);
    expect(machine.inputs).toEqual([{ time: expect.closeTo(3, 6) as number, text: 'q' }]);
    expect(clock.waits).toHaveLength(1);
  });

  it('leaves and helps when asked', async () => {
    const keys: Keystrokes[] = [{ kind: 'help' }, { kind: 'leave' }];
    let helps = 0;
    const machine = new FakeMachine(() => ({ kind: 'input' }));
    const ending = await runInteractive(
      machine,
      { take: () => keys.splice(0) },
      new FakeClock(),
      NEVER,
      () => {
        helps++;
      },
    );
    expect([ending, helps]).toEqual([{ kind: 'left' }, 1]);
  });

  it('ends at the time limit also when the guest only waits', async () => {
    const machine = new FakeMachine(() => ({ kind: 'input' }));
    const clock = new FakeClock();
    const ending = await runInteractive(machine, noKeys, clock, { ...NEVER, maxTime: 2 }, noHelp);
    expect(ending).toEqual({ kind: 'budget' });
    expect(clock.host - 100).toBeCloseTo(2, 6);
  });
});
