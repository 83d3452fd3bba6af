import { describe, expect, it } from 'vitest';
import { cells, decodeDeviceTree, findNode } from '../boards/flattened-device-tree.js';
import { HartState } from '../firmware/sbi/call.js';
import { assemble } from '../node/assemble.js';
import { openSbi } from '../node/open-sbi.js';
import { Machine } from './machine.js';
import type { MachineOptions } from './machine.js';

const DATA = 0x80201000;
const COUNT = DATA + 8;

/** SBI calls: EID, FID, arguments set before. */
const HSM_START = 'li a7, 0x48534D; li a6, 0; ecall';
const SEND_IPI = 'li a7, 0x735049; li a6, 0; ecall';

/**
 * Starts every hart with a number of its own, waits until all have come, sends each an IPI alone, waits until all
 * have it, takes a timer interrupt and shuts down; any error ends the run by the finisher.
 */
const roundCall = (ids: readonly number[]): Uint8Array => {
  const others = (code: (id: number) => string): string =>
    ids.map((id) => `li s0, ${id}; beq s0, s11, 1f; ${code(id)}; bnez a0, fail\n1:`).join('\n');
  return assemble(`
    la t0, boot; sd a0, 0(t0)
    mv s11, a0
    ${others((id) => `mv a0, s0; la a1, work; li a2, ${id + 1000}; ${HSM_START}`)}
    la t2, count
  2: ld t1, 0(t2); li t3, ${ids.length - 1}; bne t1, t3, 2b
    ${others(() => `li a0, 1; mv a1, s0; ${SEND_IPI}`)}
    la t2, interrupted
  2: ld t1, 0(t2); li t3, ${ids.length - 1}; bne t1, t3, 2b
    li t0, 32; csrw sie, t0
    rdtime a0; addi a0, a0, 1000; li a7, 0x54494D45; li a6, 0; ecall
    wfi
    csrr t0, sip; andi t0, t0, 32; beqz t0, fail
    li a7, 0x53525354; li a6, 0; li a0, 0; li a1, 0; ecall
  fail: li t0, 0x100000; li t1, 0x3333; sw t1, 0(t0); j .
  work: addi a0, a0, 1000; bne a0, a1, fail
    la t0, count; li t1, 1; amoadd.d zero, t1, (t0)
    li t0, 2; csrw sie, t0; wfi
  1: csrr t0, sip; andi t0, t0, 2; beqz t0, 1b
    la t0, interrupted; li t1, 1; amoadd.d zero, t1, (t0)
  1: wfi; j 1b
    .data; .balign 8
  boot: .dword -1
  count: .dword 0
  interrupted: .dword 0
  `);
};

const machine = (source: string, options: MachineOptions): Promise<Machine> =>
  Machine.create({ memory: 16 << 20, kernel: assemble(source), ...options });

describe('hart ids', () => {
  it.each([
    [[0, 2, 5, 9], 5],
    [[3], 3],
    [[1, 64, 4094], 4094],
    [[7, 63, 64, 65, 127, 128], 7],
  ])('%j come up from hart %i with the builtin firmware', async (hartIds, bootHart) => {
    for (const seed of [0, 3]) {
      const m = await Machine.create({
        hartIds,
        bootHart,
        seed,
        memory: 16 << 20,
        kernel: roundCall(hartIds),
      });
      expect(m.run({ untilTime: 1 })).toEqual({ kind: 'shutdown', type: 'shutdown', reason: 'none' });
      expect(m.memory.readU64(DATA)).toBe(BigInt(bootHart));
      expect(m.memory.readU64(COUNT)).toBe(BigInt(hartIds.length - 1));
      expect([m.bootHart, m.hartIds]).toEqual([bootHart, hartIds]);
    }
  });

  it('are what M-mode finds in mhartid and a0', async () => {
    const m = await machine('csrr s0, mhartid; mv s1, a0; 1: j 1b', { hartIds: [4, 30], firmware: 'none' });
    m.run({ untilTime: 1e-5 });
    expect(m.harts.map((hart) => [hart.x(8), hart.x(9)])).toEqual([
      [4n, 4n],
      [30n, 30n],
    ]);
  });

  it('name the CPUs of the device tree, whose interrupt controllers the PLIC lists in their order', async () => {
    const m = await machine('j .', { hartIds: [2, 10, 4000], bootHart: 10 });
    const bytes = m.memory.read(Number(m.harts[1]?.x(11)), 64 << 10);
    const length = new DataView(bytes.buffer).getUint32(4);
    expect(new DataView(bytes.buffer).getUint32(28)).toBe(10);
    const tree = decodeDeviceTree(bytes.slice(0, length));
    const cpus = findNode(tree, '/cpus')?.children.filter(({ name }) => name.startsWith('cpu@')) ?? [];
    expect(cpus.map((cpu) => [cpu.name, cells(cpu, 'reg')[0]])).toEqual([
      ['cpu@2', 2],
      ['cpu@a', 10],
      ['cpu@fa0', 4000],
    ]);
    const controllers = cpus.map((cpu) => cells(cpu.children[0] ?? cpu, 'phandle')[0]);
    expect(cells(findNode(tree, '/soc/plic@c000000') ?? tree, 'interrupts-extended')).toEqual(
      controllers.flatMap((controller) => [controller, 11, controller, 9]),
    );
  });

  it('are what events do not go by', async () => {
    const m = await Machine.create({ hartIds: [5, 9], bootHart: 9, kernel: roundCall([5, 9]) });
    const started: number[] = [];
    m.on('hsm', ({ hart, state }) => {
      if (state === HartState.Started) started.push(hart);
    });
    m.run({ untilTime: 1 });
    expect(started).toEqual([0]);
  });

  it.each([
    [{ hartIds: [0, 1], harts: 3 }, 'hartIds: found 2 ids, expected one for each of 3 harts'],
    [{ hartIds: [0, 4095] }, 'hartIds: found 4095, expected 0 to 4094'],
    [{ hartIds: [-1] }, 'hartIds: found -1, expected 0 to 4094'],
    [{ hartIds: [0.5] }, 'hartIds: found 0.5, expected 0 to 4094'],
    [{ hartIds: [2, 2] }, 'hartIds: found 2 after 2, expected them to ascend'],
    [{ hartIds: [3, 1] }, 'hartIds: found 1 after 3, expected them to ascend'],
    [{ hartIds: [] }, 'harts: found 0, expected 1 to 64'],
    [{ hartIds: [2, 4], bootHart: 1 }, 'bootHart: found hart 1, expected one of 2, 4'],
    [{ harts: 2, bootHart: 2 }, 'bootHart: found hart 2, expected one of 0, 1'],
    [{ harts: 2, startDelays: { 7: 1 } }, 'startDelays: found hart 7, expected one of 0, 1'],
    [{ startDelays: { 0: -1 } }, 'startDelays: found -1 for hart 0, expected guest seconds, 0 or more'],
    [{ startDelays: { 0: NaN } }, 'startDelays: found NaN for hart 0'],
    [{ hartIds: [2, 4], plicOrder: [4] }, 'plicOrder: found 4, expected each of 2, 4 once'],
    [{ hartIds: [2, 4], plicOrder: [4, 4] }, 'plicOrder: found 4, 4, expected each of 2, 4 once'],
    [{ firmware: 'none', startDelays: { 0: 1 } } as const, 'startDelays: found another firmware'],
  ])('%o is refused', async (options, message) => {
    await expect(machine('j .', options)).rejects.toThrow(RangeError);
    await expect(machine('j .', options)).rejects.toThrow(message);
  });
});

describe('the boot hart', () => {
  it('does not change the schedule otherwise', async () => {
    const runs = await Promise.all([1, 3].map((bootHart) => machine('j .', { harts: 4, seed: 7, bootHart })));
    for (const m of runs) m.run({ untilTime: 1e-3 });
    expect(runs.map((m) => m.harts.findIndex((hart) => hart.steps > 0))).toEqual([1, 3]);
    expect(runs[0]?.cycles).toBe(runs[1]?.cycles);
  });
});

describe('start delays', () => {
  /** Hart 0 starts hart 1, counts how often its status is START_PENDING, then tries IPI and start again. */
  const source = `
    li a0, 1; la a1, work; li a2, 0; ${HSM_START}
    li s2, 0
  1: li a7, 0x48534D; li a6, 2; li a0, 1; ecall; mv s1, a1
    li t0, 2; bne s1, t0, 2f
    addi s2, s2, 1
    li a0, 2; li a1, 0; ${SEND_IPI}; mv s3, a0
    li a0, 1; la a1, work; ${HSM_START}; mv s4, a0
    j 1b
  2: wfi; j 2b
  work: csrr s5, sip; rdtime s6; 3: wfi; j 3b`;

  it('keep a hart START_PENDING until its time comes', async () => {
    const m = await machine(source, { harts: 2, startDelays: { 1: 0.002 } });
    const states: [number, number][] = [];
    m.on('hsm', ({ hart, state, time }) => {
      if (hart === 1) states.push([state, time]);
    });
    expect(m.run().kind).toBe('deadlock');
    const [boot, late] = m.harts;
    expect(boot?.x(18)).toBeGreaterThan(100n);
    expect(BigInt.asIntN(64, boot?.x(20) ?? 0n)).toBe(-6n);
    // The IPI did not reach it: a hart about to start is the firmware's.
    expect([boot?.x(19), late?.x(21)]).toEqual([0n, 0n]);
    expect(states.map(([state]) => state)).toEqual([HartState.StartPending, HartState.Started]);
    expect((states[1]?.[1] ?? 0) - (states[0]?.[1] ?? 0)).toBe(200_000);
    expect(Number(late?.x(22))).toBeGreaterThanOrEqual(20_000);
  });

  it('of Infinity keep it there for ever', async () => {
    const m = await machine(source, { harts: 2, startDelays: { 1: Infinity } });
    expect(m.run({ untilTime: 0.1 })).toEqual({ kind: 'budget' });
    expect([m.harts[1]?.state, m.harts[1]?.steps]).toEqual([HartState.StartPending, 0]);
  });
});

describe.skipIf(!openSbi('fw_jump.bin'))('OpenSBI', () => {
  const run = async (
    firmware: 'fw_jump.bin' | 'fw_dynamic.bin',
    options: MachineOptions,
  ): Promise<Machine> => {
    const ids = options.hartIds ?? [...Array(options.harts).keys()];
    const m = await Machine.create({
      memory: 64 << 20,
      firmware: openSbi(firmware) ?? 'none',
      kernel: roundCall(ids),
      ...options,
    });
    expect(m.run({ untilTime: 2 })).toEqual({ kind: 'finisher', status: 'pass', code: 0 });
    expect(m.memory.readU64(COUNT)).toBe(BigInt(ids.length - 1));
    return m;
  };

  it.each(['fw_jump.bin', 'fw_dynamic.bin'] as const)(
    '%s boots on each hart',
    async (firmware) => {
      for (const bootHart of [0, 1, 2, 3]) {
        const m = await run(firmware, { harts: 4, bootHart, seed: bootHart });
        expect(m.memory.readU64(DATA)).toBe(BigInt(bootHart));
      }
    },
    60_000,
  );

  it.each(['fw_jump.bin', 'fw_dynamic.bin'] as const)(
    '%s brings up sparse ids',
    async (firmware) => {
      for (const [hartIds, bootHart] of [
        [[0, 2, 5, 9], 9],
        [[0, 3, 127], 3],
      ] as const) {
        const m = await run(firmware, { hartIds, bootHart, seed: 1 });
        expect(m.memory.readU64(DATA)).toBe(BigInt(bootHart));
      }
    },
    60_000,
  );

  it('draws lots for the boot hart when none is named', async () => {
    const boots = [];
    for (const seed of [0, 1, 2, 3]) {
      boots.push((await run('fw_jump.bin', { harts: 3, seed })).memory.readU64(DATA));
    }
    expect(new Set(boots).size).toBeGreaterThan(1);
  }, 60_000);
});
