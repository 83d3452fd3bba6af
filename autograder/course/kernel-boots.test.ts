/** The reference kernel on the machine: to its shell for every number of harts and under a hundred schedules. */
import { Worker } from 'node:worker_threads';
import { beforeAll, describe, expect, it } from 'vitest';
import { Machine } from '../../emulator/index.js';
import type { StopReason } from '../../emulator/index.js';
import { createImage } from '../image/index.js';
import { buildKernel, buildPrograms } from '../toolchain/index.js';

const PROMPT = '$ ';

let kernel: Uint8Array;
let disk: Uint8Array;
let programs: readonly string[];

beforeAll(async () => {
  const built = await buildKernel();
  if (!built.ok) throw new Error(built.diagnostics.map(({ message }) => message).join('\n'));
  expect(built.courseWarnings).toEqual([]);
  kernel = built.kernel;
  const user = await buildPrograms();
  programs = user.map(({ name }) => name);
  disk = await createImage([
    ...user.map(({ name, elf }) => ({ path: `/bin/${name}`, bytes: elf })),
    { path: '/etc/motd', bytes: new TextEncoder().encode('welcome\n') },
  ]);
});

/** A guest with its console as text. */
class Session {
  output = '';

  private constructor(readonly machine: Machine) {
    const decoder = new TextDecoder();
    machine.on('console', ({ bytes }) => {
      this.output += decoder.decode(bytes, { stream: true });
    });
  }

  static async start(harts: number, seed: number): Promise<Session> {
    return new Session(await Machine.create({ harts, seed, kernel, disk }));
  }

  /** Runs to the prompt, at most two guest seconds. */
  toPrompt(): StopReason {
    return this.machine.run({ untilTime: this.machine.time + 2, until: () => this.output.endsWith(PROMPT) });
  }

  /** What a command printed, without its echo and the prompt. */
  command(line: string): string {
    const before = this.output.length;
    this.machine.input(new TextEncoder().encode(`${line}\n`));
    this.machine.run({ untilTime: this.machine.time + 0.05, until: () => this.output.length > before });
    this.toPrompt();
    return this.output.slice(before).replaceAll('\r', '').replace(`${line}\n`, '').replace(/\$ $/, '');
  }
}

describe('the kernel', () => {
  it.each([1, 2, 4, 8])('reaches its shell on %i harts and runs a pipeline', async (harts) => {
    const session = await Session.start(harts, 0);
    expect(session.toPrompt()).toEqual({ kind: 'until' });
    expect(session.output).toContain(`${harts} hart`);
    const listed = session.command('ls /bin | cat').split(/\s+/).filter(Boolean);
    expect(listed.sort()).toEqual([...programs].sort());
    expect(session.command('cat /etc/motd | cat | cat')).toBe('welcome\n');
    expect(session.command('echo one > /tmp/x; echo two >> /tmp/x; cat < /tmp/x')).toBe('one\ntwo\n');
    expect(session.command('nonsense')).toMatch(/nonsense: .*not found/);
    session.machine.input(new TextEncoder().encode('poweroff\n'));
    expect(session.machine.run({ untilTime: session.machine.time + 2 })).toEqual({
      kind: 'shutdown',
      type: 'shutdown',
      reason: 'none',
    });
    expect(session.output).not.toMatch(/panic|warning/i);
  });

  it('reaches its shell under seeds 0 to 99 on 4 harts, by 100 different schedules', async () => {
    const digests = new Set<string>();
    const failures: string[] = [];
    for (let seed = 0; seed < 100; seed++) {
      const session = await Session.start(4, seed);
      const stop = session.toPrompt();
      const listed = session.command('ls / | cat');
      if (stop.kind !== 'until' || /panic|warning/i.test(session.output) || !listed.includes('etc')) {
        failures.push(`seed ${seed}: ${JSON.stringify(stop)}: ${session.output}`);
      }
      digests.add(session.machine.digest());
    }
    expect(failures).toEqual([]);
    expect(digests.size).toBe(100);
  });

  it('runs the same to the last bit when every core of the host is busy', async () => {
    const run = async (): Promise<string[]> => {
      const session = await Session.start(4, 11);
      session.toPrompt();
      session.command('ls -l /bin | cat; ps');
      return [session.machine.digest(), session.machine.traceDigest(), session.output];
    };
    const calm = await run();
    const load = [1, 2, 3].map(() => new Worker('for (;;);', { eval: true }));
    try {
      expect(await run()).toEqual(calm);
    } finally {
      await Promise.all(load.map((worker) => worker.terminate()));
    }
  });
});
