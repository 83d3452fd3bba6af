/**
 * The device tree of the virt board, as QEMU 7.2 writes it for `-M virt` less the devices this board lacks
 * (PCI, flash, fw_cfg, the platform bus, the PMU).
 *
 * Devicetree Specification v0.4; bindings `riscv/cpus.yaml`, `timer/sifive,clint.yaml`,
 * `interrupt-controller/sifive,plic-1.0.0.yaml`, `serial/8250.yaml`, `virtio/mmio.yaml`,
 * `power/reset/syscon-*.yaml`, `rtc/google,goldfish-rtc.yaml`.
 */
import { type DeviceTreeNode, encodeDeviceTree, node } from './flattened-device-tree.js';
import { VIRT, type MemoryRange } from './virt-memory-map.js';

/** Harts whose instruction sets and MMUs are alike. */
export interface VirtDeviceTreeOptions {
  /** Ids of the harts, ascending. */
  readonly hartIds: readonly number[];
  /** Indices of the harts in the order of the PLIC's contexts, two a hart: M-mode, S-mode; ascending unless given. */
  readonly plicOrder?: readonly number[];
  readonly memory: MemoryRange;
  /** The `riscv,isa` of every hart. */
  readonly isa: string;
  /** Ticks of the `time` CSR per second. */
  readonly timebase: number;
  /** Id of the hart that boots. */
  readonly bootHart?: number;
  /** The kernel's command line. */
  readonly bootargs?: string;
  /** Where an initial RAM disk lies. */
  readonly initrd?: { readonly start: number; readonly end: number };
}

/** Interrupt numbers of a hart's own controller, as in `mcause`. */
const MACHINE_SOFTWARE = 3;
const MACHINE_TIMER = 7;
const SUPERVISOR_EXTERNAL = 9;
const MACHINE_EXTERNAL = 11;

/** `reg` with two address cells and two size cells. */
const reg = (range: MemoryRange): bigint[] => [BigInt(range.base), BigInt(range.size)];

const at = (name: string, range: MemoryRange): string => `${name}@${range.base.toString(16)}`;

/** Writes the tree as a DTB. */
export function virtDeviceTree(options: VirtDeviceTreeOptions): Uint8Array {
  const harts = [...options.hartIds.keys()];
  const cpuPhandle = (hart: number): number => 2 * hart + 1;
  const controllerPhandle = (hart: number): number => 2 * hart + 2;
  const plicPhandle = 2 * harts.length + 1;
  const testPhandle = 2 * harts.length + 2;

  const cpu = (id: number, hart: number): DeviceTreeNode =>
    node(
      `cpu@${id.toString(16)}`,
      {
        phandle: cpuPhandle(hart),
        device_type: 'cpu',
        reg: id,
        status: 'okay',
        compatible: 'riscv',
        'riscv,isa': options.isa,
        'mmu-type': 'riscv,sv39',
      },
      [
        node('interrupt-controller', {
          '#interrupt-cells': 1,
          'interrupt-controller': true,
          compatible: 'riscv,cpu-intc',
          phandle: controllerPhandle(hart),
        }),
      ],
    );

  const cpus = node(
    'cpus',
    { '#address-cells': 1, '#size-cells': 0, 'timebase-frequency': options.timebase },
    [
      ...options.hartIds.map(cpu),
      node('cpu-map', {}, [
        node(
          'cluster0',
          {},
          harts.map((hart) => node(`core${hart}`, { cpu: cpuPhandle(hart) })),
        ),
      ]),
    ],
  );

  const clint = node(at('clint', VIRT.clint), {
    compatible: ['sifive,clint0', 'riscv,clint0'],
    reg: reg(VIRT.clint),
    'interrupts-extended': clintHarts(options.hartIds).flatMap((hart) => [
      ...[controllerPhandle(hart), MACHINE_SOFTWARE],
      ...[controllerPhandle(hart), MACHINE_TIMER],
    ]),
  });

  const plic = node(at('plic', VIRT.plic), {
    phandle: plicPhandle,
    compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
    'interrupt-controller': true,
    '#interrupt-cells': 1,
    '#address-cells': 0,
    reg: reg(VIRT.plic),
    'interrupts-extended': (options.plicOrder ?? harts).flatMap((hart) => [
      ...[controllerPhandle(hart), MACHINE_EXTERNAL],
      ...[controllerPhandle(hart), SUPERVISOR_EXTERNAL],
    ]),
    'riscv,ndev': VIRT.sources,
  });

  const serial = node(at('serial', VIRT.uart), {
    compatible: 'ns16550a',
    reg: reg(VIRT.uart),
    'clock-frequency': 3_686_400,
    'interrupt-parent': plicPhandle,
    interrupts: VIRT.uart.interrupt,
  });

  const slots = VIRT.virtio.map((slot) =>
    node(at('virtio_mmio', slot), {
      compatible: 'virtio,mmio',
      reg: reg(slot),
      'interrupt-parent': plicPhandle,
      interrupts: slot.interrupt,
    }),
  );

  const rtc = node(at('rtc', VIRT.rtc), {
    compatible: 'google,goldfish-rtc',
    reg: reg(VIRT.rtc),
    'interrupt-parent': plicPhandle,
    interrupts: VIRT.rtc.interrupt,
  });

  const test = node(at('test', VIRT.finisher), {
    phandle: testPhandle,
    compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
    reg: reg(VIRT.finisher),
  });

  const syscon = (name: string, value: number): DeviceTreeNode =>
    node(name, { compatible: `syscon-${name}`, regmap: testPhandle, offset: 0, value });

  const chosen = node('chosen', {
    ...(options.bootargs === undefined ? {} : { bootargs: options.bootargs }),
    'stdout-path': `/soc/${serial.name}`,
    ...(options.initrd === undefined
      ? {}
      : {
          'linux,initrd-start': BigInt(options.initrd.start),
          'linux,initrd-end': BigInt(options.initrd.end),
        }),
  });

  const root = node(
    '',
    { '#address-cells': 2, '#size-cells': 2, compatible: 'riscv-virtio', model: 'riscv-virtio,hartlab' },
    [
      chosen,
      cpus,
      node(at('memory', options.memory), { device_type: 'memory', reg: reg(options.memory) }),
      syscon('poweroff', 0x5555),
      syscon('reboot', 0x7777),
      node('soc', { '#address-cells': 2, '#size-cells': 2, compatible: 'simple-bus', ranges: true }, [
        clint,
        plic,
        serial,
        ...slots,
        rtc,
        test,
      ]),
    ],
  );
  return encodeDeviceTree(root, options.bootHart ?? 0);
}

/** OpenSBI's SBI_HARTMASK_MAX_BITS: it knows no hart of a higher id. */
const FIRMWARE_HARTS = 128;

/**
 * By register of the CLINT, the index of the hart that it is listed with. OpenSBI 1.1 takes the number of entries for
 * that of the registers (fdt_parse_aclint_node), and so would miss harts behind a hole in the ids: a register without
 * a hart is listed with the hart before it.
 */
function clintHarts(hartIds: readonly number[]): number[] {
  const last = hartIds.at(-1) ?? 0;
  if (last >= FIRMWARE_HARTS) return [...hartIds.keys()];
  const registers = Array.from({ length: last + 1 - (hartIds[0] ?? 0) }, (_, i) => (hartIds[0] ?? 0) + i);
  return registers.map((id) => hartIds.filter((other) => other <= id).length - 1);
}
