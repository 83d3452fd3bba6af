/** Lab 02's reference: every number of harts, whichever boots, under both firmwares, to its end. */
import { beforeAll, describe, expect, it } from 'vitest';
import { HartState, Machine } from '../../emulator/index.js';
import type { MachineOptions, StopReason } from '../../emulator/index.js';
import { openSbi } from '../../emulator/node/open-sbi.js';
import { createImage } from '../../autograder/image/index.js';
import { buildKernel, buildPrograms } from '../../autograder/toolchain/index.js';

const HSM = 0x48534dn;
const SRST = 0x53525354n;
const HART_START = 0n;
const HART_STOP = 1n;

let kernel: Uint8Array;
let disk: Uint8Array;

beforeAll(async () => {
  const built = await buildKernel();
  if (!built.ok) throw new Error(built.diagnostics.map(({ message }) => message).join('\n'));
  ({ kernel } = built);
  const programs = await buildPrograms();
  disk = await createImage([
    ...programs.map(({ name, elf }) => ({ path: `/bin/${name}`, bytes: elf })),
    { path: '/etc/rc', bytes: new TextEncoder().encode('echo all is well | cat\n') },
  ]);
});

interface Run {
  readonly stop: StopReason;
  readonly output: string;
  /** Ids of harts that were asked to start, in order. */
  readonly started: readonly number[];
  /** Ids of harts that stopped themselves, sorted. */
  readonly stopped: readonly number[];
  /** Id of the hart that asked for the reset. */
  readonly last: number;
  readonly machine: Machine;
}

async function run(options: MachineOptions): Promise<Run> {
  const machine = await Machine.create({ kernel, disk, ...options });
  let output = '';
  machine.on('console', ({ bytes }) => (output += String.fromCharCode(...bytes)));
  const started: number[] = [];
  const stopped: number[] = [];
  let last = -1;
  machine.on('ecall', ({ hart, registers }) => {
    const [target = 0n, , , , , , fid, eid] = registers;
    if (eid === SRST) last = machine.hartIds[hart] ?? -1;
    if (eid !== HSM) return;
    if (fid === HART_START) started.push(Number(target));
    if (fid === HART_STOP) stopped.push(machine.hartIds[hart] ?? -1);
  });
  const stop = machine.run({ untilTime: 10 });
  return { stop, output, started, stopped: stopped.sort((a, b) => a - b), last, machine };
}

const SHUT_DOWN: StopReason = { kind: 'shutdown', type: 'shutdown', reason: 'none' };

/** All harts of `options` come online, started once each, and are stopped at the end. */
async function expectBringUp(options: MachineOptions): Promise<void> {
  const { stop, output, started, stopped, last, machine } = await run(options);
  const ids = [...machine.hartIds];
  const count = ids.length === 1 ? '1 hart' : `${ids.length} harts`;
  const boot = /booted by (\d+)/.exec(output)?.[1];
  if (options.bootHart !== undefined) expect(boot).toBe(String(options.bootHart));
  const others = ids.filter((id) => String(id) !== boot);
  expect(output).toContain(`${count} online (${ids.join(' ')};`);
  expect(output).toContain('all is well');
  expect(output).not.toMatch(/panic|warning/i);
  expect(started).toEqual(others);
  expect(stopped).toEqual(ids.filter((id) => id !== last));
  expect(stop.kind === 'finisher' ? stop.status : stop).toEqual(
    stop.kind === 'finisher' ? 'pass' : SHUT_DOWN,
  );
}

/** `[harts, boot hart]` for 1 to 8 harts. */
const everyBootHart = Array.from({ length: 8 }, (_, i) => i + 1).flatMap((harts) =>
  Array.from({ length: harts }, (_, boot) => [harts, boot] as const),
);

describe('under the builtin SBI', () => {
  it.each(everyBootHart)('%i harts come up, booted by hart %i', async (harts, bootHart) => {
    await expectBringUp({ harts, bootHart });
  });

  it.each([1, 2, 3, 4])('harts with sparse ids come up, seed %i', async (seed) => {
    await expectBringUp({ hartIds: [3, 7, 8, 64, 1000], seed });
  });

  it('64 harts come up', async () => {
    await expectBringUp({ harts: 64, bootHart: 17 });
  });

  it('stops every hart when harts idle in a suspended state, too', async () => {
    const { stop, stopped, machine } = await run({ harts: 4, bootHart: 2, bootargs: 'idle=suspend' });
    expect(stop).toEqual(SHUT_DOWN);
    expect(stopped).toHaveLength(3);
    expect(machine.harts.filter(({ state }) => state === HartState.Stopped)).toHaveLength(3);
  });
});

/** OpenSBI's generic platform takes ids up to 127, and wants the lowest to be 0. */
const SPARSE_UNDER_OPENSBI = [0, 3, 10, 40, 127];

const dynamic = openSbi('fw_dynamic.bin');
describe.skipIf(dynamic === undefined)('under OpenSBI, which is told who boots (fw_dynamic)', () => {
  it.each(everyBootHart)('%i harts come up, booted by hart %i', async (harts, bootHart) => {
    await expectBringUp({ harts, bootHart, ...(dynamic && { firmware: dynamic }) });
  });

  it.each(SPARSE_UNDER_OPENSBI)('harts with sparse ids come up, booted by hart %i', async (bootHart) => {
    await expectBringUp({ hartIds: SPARSE_UNDER_OPENSBI, bootHart, ...(dynamic && { firmware: dynamic }) });
  });

  it('refuses a hart that is none, and all others come up', async () => {
    const options = { harts: 3, bootHart: 1, bootargs: 'phantom=77', ...(dynamic && { firmware: dynamic }) };
    const { stop, output, started, stopped } = await run(options);
    expect(output).toContain('hart 77 is refused: SBI_ERR_INVALID_PARAM');
    expect(output).toContain('3 harts online (0 1 2;');
    expect([started, stopped.length]).toEqual([[0, 2, 77], 2]);
    expect(stop).toMatchObject({ kind: 'finisher', status: 'pass' });
  });

  it('harts idle in a suspended state', async () => {
    await expectBringUp({ harts: 4, bootargs: 'idle=suspend', ...(dynamic && { firmware: dynamic }) });
  });
});

const jump = openSbi('fw_jump.bin');
describe.skipIf(jump === undefined)('under OpenSBI, where harts draw lots for who boots (fw_jump)', () => {
  it.each(everyBootHart.filter(([, boot]) => boot === 0).map(([harts]) => harts))(
    '%i harts come up, whoever wins',
    async (harts) => {
      for (const seed of [0, 1, 2]) await expectBringUp({ harts, seed, ...(jump && { firmware: jump }) });
    },
  );

  it.each(everyBootHart)('%i harts come up, when hart %i leaves reset first', async (harts, bootHart) => {
    await expectBringUp({ harts, bootHart, ...(jump && { firmware: jump }) });
  });

  it.each([0, 1, 2])('harts with sparse ids come up, seed %i', async (seed) => {
    await expectBringUp({ hartIds: SPARSE_UNDER_OPENSBI, seed, ...(jump && { firmware: jump }) });
  });
});
