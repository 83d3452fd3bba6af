import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CopyOnWriteDisk } from '../devices/block-store.js';
import { InterruptLine } from '../devices/device.js';
import { FakeHost } from '../devices/fake-host.js';
import { haveTools, toolPath } from '../node/require-tool.js';
import { cells, decodeDeviceTree, type DeviceTreeNode, findNode, strings } from './flattened-device-tree.js';
import { createVirtBoard, type VirtBoard } from './virt.js';

/** Writes to the device at a physical address as the bus would. */
function store(board: VirtBoard, address: number, value: number): void {
  const region = board.regions.find(({ base, size }) => address >= base && address < base + size)!;
  region.device.write(address - region.base, 4, value);
}

function load(board: VirtBoard, address: number): number {
  const region = board.regions.find(({ base, size }) => address >= base && address < base + size)!;
  return region.device.read(address - region.base, 4);
}

describe('the board', () => {
  it('places its devices where QEMU does, in order and without overlap', () => {
    const { regions } = createVirtBoard(new FakeHost({ harts: 4 }));
    expect(regions.map(({ base, device }) => [base, device.name])).toEqual([
      [0x10_0000, 'test@100000'],
      [0x10_1000, 'rtc@101000'],
      [0x200_0000, 'clint@2000000'],
      [0xc00_0000, 'plic@c000000'],
      [0x1000_0000, 'serial@10000000'],
      ...Array.from({ length: 8 }, (_, slot) => [
        0x1000_1000 + 0x1000 * slot,
        `virtio_mmio@1000${slot + 1}000`,
      ]),
    ]);
    for (const [index, { base }] of regions.entries()) {
      const previous = regions[index - 1];
      expect(base).toBeGreaterThanOrEqual((previous?.base ?? 0) + (previous?.size ?? 0));
    }
  });

  it('wires the UART to source 10: a byte received reaches the S-mode context of hart 3', () => {
    const host = new FakeHost({ harts: 4 });
    const board = createVirtBoard(host);
    const context = 2 * 3 + 1;
    store(board, 0xc00_0000 + 4 * 10, 1);
    store(board, 0xc00_2000 + 0x80 * context, 1 << 10);
    store(board, 0x1000_0001, 1);
    board.uart.receive([0x41]);
    host.advance(1_000_000);
    expect(host.interrupt(3, InterruptLine.SupervisorExternal)).toBe(true);
    expect(load(board, 0xc20_0004 + 0x1000 * context)).toBe(10);
  });

  it('numbers the contexts of the PLIC as QEMU does: M-mode before S-mode, hart by hart', () => {
    const host = new FakeHost({ harts: 2 });
    const board = createVirtBoard(host);
    store(board, 0xc00_0000 + 4 * 10, 1);
    board.plic.wire(10)(true);
    const lines = [0, 1].flatMap((hart) => [
      { hart, line: InterruptLine.MachineExternal },
      { hart, line: InterruptLine.SupervisorExternal },
    ]);
    for (let context = 0; context < 4; context++) {
      store(board, 0xc00_2000 + 0x80 * context, 1 << 10);
      expect(lines.map(({ hart, line }) => host.interrupt(hart, line))).toEqual(
        lines.map((_, index) => index === context),
      );
      store(board, 0xc00_2000 + 0x80 * context, 0);
    }
  });

  it('numbers them in another order where one is asked for, and says so in the device tree alone', () => {
    const host = new FakeHost({ harts: 3 });
    const board = createVirtBoard(host, { plicOrder: [2, 0, 1] });
    store(board, 0xc00_0000 + 4 * 10, 1);
    board.plic.wire(10)(true);
    store(board, 0xc00_2000 + 0x80 * 1, 1 << 10);
    const interrupted = [0, 1, 2].map((hart) => host.interrupt(hart, InterruptLine.SupervisorExternal));
    expect(interrupted).toEqual([false, false, true]);

    const tree = decodeDeviceTree(board.deviceTree());
    const controllers = [0, 1, 2].map((hart) => {
      const cpu = findNode(tree, `/cpus/cpu@${hart}/interrupt-controller`) ?? tree;
      return cells(cpu, 'phandle')[0];
    });
    expect(cells(findNode(tree, '/soc/plic@c000000') ?? tree, 'interrupts-extended')).toEqual(
      [2, 0, 1].flatMap((hart) => [controllers[hart], 11, controllers[hart], 9]),
    );
  });

  it('puts the first disk into the first slot and leaves the others empty', () => {
    const store = new CopyOnWriteDisk(new Uint8Array(1024));
    const board = createVirtBoard(new FakeHost(), { disks: [{ store }] });
    expect([load(board, 0x1000_1008), load(board, 0x1000_1100), load(board, 0x1000_2008)]).toEqual([2, 2, 0]);
  });

  it('has no more than eight slots', () => {
    const disk = { store: new CopyOnWriteDisk(new Uint8Array(512)) };
    expect(() => createVirtBoard(new FakeHost(), { disks: new Array(9).fill(disk) })).toThrow(
      'disks: found 9, expected at most 8',
    );
  });

  it('ends the run through the finisher', () => {
    const host = new FakeHost();
    store(createVirtBoard(host), 0x10_0000, 0x5555);
    expect(host.stops).toEqual([{ kind: 'finisher', status: 'pass', code: 0 }]);
  });
});

describe('the device tree', () => {
  const tree = (harts = 1, parameters = {}): DeviceTreeNode =>
    decodeDeviceTree(createVirtBoard(new FakeHost({ harts, memory: 1 << 20 })).deviceTree(parameters));

  it('has a node for every hart, with its id and its interrupt controller', () => {
    const cpus = findNode(tree(12), '/cpus')!;
    const harts = cpus.children.filter((child) => child.name.startsWith('cpu@'));
    expect(harts.map((cpu) => cells(cpu, 'reg')[0])).toEqual(Array.from({ length: 12 }, (_, hart) => hart));
    expect(harts[10]?.name).toBe('cpu@a');
    expect(strings(harts[10]!, 'riscv,isa')).toEqual(['rv64imac_zicsr_zifencei']);
    expect(cells(cpus, 'timebase-frequency')).toEqual([10_000_000]);
  });

  it('tells the memory, the command line and the console', () => {
    const root = tree(1, { bootargs: 'sched=rr pass0=7' });
    expect(cells(findNode(root, '/memory@80000000')!, 'reg')).toEqual([0, 0x8000_0000, 0, 1 << 20]);
    const chosen = findNode(root, '/chosen')!;
    expect(strings(chosen, 'bootargs')).toEqual(['sched=rr pass0=7']);
    expect(strings(chosen, 'stdout-path')).toEqual(['/soc/serial@10000000']);
    expect(findNode(root, strings(chosen, 'stdout-path')[0]!)).toBeDefined();
  });

  it('tells where an initial RAM disk is, and has the same size wherever it is', () => {
    const root = tree(1, { initrd: { start: 0x8001_0000, end: 0x8002_0000 } });
    expect(cells(findNode(root, '/chosen')!, 'linux,initrd-end')).toEqual([0, 0x8002_0000]);
    const board = createVirtBoard(new FakeHost());
    expect(board.deviceTree({ initrd: { start: 0, end: 0 } })).toHaveLength(
      board.deviceTree({ initrd: { start: 0x8001_0000, end: 0x8002_0000 } }).length,
    );
  });

  it('names the boot hart in the header', () => {
    const bytes = createVirtBoard(new FakeHost({ harts: 4 })).deviceTree({ bootHart: 2 });
    expect(new DataView(bytes.buffer).getUint32(28)).toBe(2);
  });
});

/** Every property by path, with phandles replaced by the paths they stand for. */
function flatten(root: DeviceTreeNode): Map<string, string> {
  const paths = new Map<number, string>();
  const walk = (
    of: DeviceTreeNode,
    path: string,
    visit: (of: DeviceTreeNode, path: string) => void,
  ): void => {
    visit(of, path);
    for (const child of of.children) walk(child, `${path}/${child.name}`, visit);
  };
  walk(root, '', (of, path) => {
    const phandle = cells(of, 'phandle')[0];
    if (phandle !== undefined) paths.set(phandle, path);
  });
  const flat = new Map<string, string>();
  walk(root, '', (of, path) => {
    for (const [name, value] of of.properties) {
      let shown = Buffer.from(value).toString('hex');
      if (name === 'phandle') shown = 'a phandle';
      if (['interrupt-parent', 'cpu', 'regmap'].includes(name)) shown = paths.get(cells(of, name)[0]!)!;
      if (name === 'interrupts-extended') {
        shown = cells(of, name)
          .map((cell, index) => (index % 2 === 0 ? paths.get(cell) : cell))
          .join(' ');
      }
      flat.set(`${path}/${name}`, shown);
    }
  });
  return flat;
}

describe.skipIf(!haveTools('qemu-system-riscv64'))('next to QEMU', () => {
  /** Devices of QEMU's board that this one lacks. */
  const ABSENT = /^\/(pmu|fw-cfg@|flash@|platform-bus@|soc\/pci@)/;
  /** Properties that differ, and why. */
  const DIFFERENT = new Set([
    '/model',
    '/chosen/rng-seed', // would differ from run to run
    '/soc/plic@c000000/riscv,ndev', // QEMU 7.2 counts source 0 as well; 8.0 corrected that
  ]);
  const DIFFERENT_HARTS = /^\/cpus\/cpu@[0-9a-f]+\/(riscv,isa|mmu-type)$/;

  it.each([1, 4])('describes the same board for %i harts', (harts) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'hartlab-dtb-'));
    const dtb = path.join(directory, 'virt.dtb');
    let theirs: Map<string, string>;
    try {
      const run = spawnSync(
        toolPath('qemu-system-riscv64'),
        ['-M', `virt,dumpdtb=${dtb}`, '-smp', `${harts}`, '-m', '64M'],
        { timeout: 60_000, encoding: 'utf8' },
      );
      expect(run.error).toBeUndefined();
      theirs = flatten(decodeDeviceTree(readFileSync(dtb), dtb));
    } finally {
      rmSync(directory, { recursive: true });
    }
    const host = new FakeHost({ harts, memory: 64 << 20 });
    const ours = flatten(decodeDeviceTree(createVirtBoard(host).deviceTree()));
    const comparable = (tree: Map<string, string>): Record<string, string> =>
      Object.fromEntries(
        [...tree].filter(
          ([name]) => !ABSENT.test(name) && !DIFFERENT.has(name) && !DIFFERENT_HARTS.test(name),
        ),
      );
    expect(comparable(ours)).toEqual(comparable(theirs));
  });
});
