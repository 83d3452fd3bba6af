/**
 * QEMU's virt board: the devices, their wires and their places on the bus.
 */
import type { BlockStore } from '../devices/block-store.js';
import { Clint } from '../devices/clint.js';
import { type Device, type DeviceHost, InterruptLine } from '../devices/device.js';
import type { DmaHook } from '../devices/dma.js';
import { Finisher } from '../devices/finisher.js';
import { GoldfishRtc } from '../devices/goldfish-rtc.js';
import { Ns16550a } from '../devices/ns16550a.js';
import { Plic } from '../devices/plic.js';
import {
  type BlockLatency,
  type BlockRequest,
  type ServedRequest,
  VirtioBlk,
} from '../devices/virtio-blk.js';
import { VirtioMmio } from '../devices/virtio-mmio.js';
import { virtDeviceTree } from './virt-device-tree.js';
import { type MemoryRange, VIRT } from './virt-memory-map.js';

/** A device at its place on the bus. */
export interface DeviceRegion extends MemoryRange {
  readonly device: Device;
}

/** A disk in one of the board's virtio-mmio slots. */
export interface VirtDisk {
  readonly store: BlockStore;
  /** False unless given. */
  readonly readOnly?: boolean;
}

export interface VirtBoardOptions {
  /** At most eight; the first is in the slot with the lowest address, 0x10001000. */
  readonly disks?: readonly VirtDisk[];
  /** By index: the ids of the harts, ascending; the index unless given. */
  readonly hartIds?: readonly number[];
  /** Indices of the harts in the order of the PLIC's contexts; ascending unless given. */
  readonly plicOrder?: readonly number[];
  /** The `riscv,isa` of the device tree; RV64IMAC unless given. */
  readonly isa?: string;
  /** Guest time a disk takes for a request. */
  readonly diskLatency?: BlockLatency;
  /** Guest seconds that the UART takes to receive a character. */
  readonly characterTime?: number;
  /** Real time at guest time 0, in nanoseconds since 1970. */
  readonly epoch?: bigint;
  /** Called for every access of a disk to guest memory, with the number of the disk. */
  readonly onDma?: (disk: number, ...access: Parameters<DmaHook>) => void;
  /** Called for every request a disk takes from its queue, with the number of the disk. */
  readonly onRequest?: (disk: number, request: BlockRequest) => void;
  /** Called for every request a disk has served, with the number of the disk. */
  readonly onServed?: (disk: number, request: ServedRequest) => void;
}

/** What the device tree says beyond the hardware. */
export interface BootParameters {
  /** Id of the hart that boots; 0 unless given. */
  readonly bootHart?: number;
  /** The kernel's command line. */
  readonly bootargs?: string;
  /** Physical addresses of an initial RAM disk, `[start, end)`. */
  readonly initrd?: { readonly start: number; readonly end: number };
}

export interface VirtBoard {
  /** Every device with its place, in ascending order of addresses and without overlap. */
  readonly regions: readonly DeviceRegion[];
  readonly clint: Clint;
  readonly plic: Plic;
  readonly uart: Ns16550a;
  /** In the order of their slots. */
  readonly disks: readonly VirtioBlk[];
  /** The flattened device tree for this board. */
  deviceTree(parameters?: BootParameters): Uint8Array;
}

/** Extensions as the machine implements them. */
export const DEFAULT_ISA = 'rv64imac_zicsr_zifencei';

/** @throws RangeError when there are more disks than slots */
export function createVirtBoard(host: DeviceHost, options: VirtBoardOptions = {}): VirtBoard {
  const disks = options.disks ?? [];
  if (disks.length > VIRT.virtio.length) {
    throw new RangeError(`disks: found ${disks.length}, expected at most ${VIRT.virtio.length}`);
  }
  const harts = Array.from({ length: host.harts }, (_, hart) => hart);

  const hartIds = options.hartIds ?? harts;
  const clint = new Clint(host, { timebase: VIRT.timebase, hartIds });
  // As on QEMU, unless another order is asked for: context 2h is the hart of index h in M-mode, 2h + 1 in S-mode.
  const plicOrder = options.plicOrder ?? harts;
  const plic = new Plic(host, {
    sources: VIRT.sources,
    contexts: plicOrder.flatMap((hart) => [
      { hart, line: InterruptLine.MachineExternal as const },
      { hart, line: InterruptLine.SupervisorExternal as const },
    ]),
  });
  const uart = new Ns16550a(host, {
    interrupt: plic.wire(VIRT.uart.interrupt),
    ...(options.characterTime === undefined ? {} : { characterTime: options.characterTime }),
  });
  const rtc = new GoldfishRtc(host, {
    interrupt: plic.wire(VIRT.rtc.interrupt),
    ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
  });
  const blockDevices = disks.map((disk, slot) => blockDevice(host, slot, disk, options));
  const slots = VIRT.virtio.map((place, slot): DeviceRegion => {
    const { onDma } = options;
    const device = blockDevices[slot];
    const transport = new VirtioMmio(host, {
      name: `virtio_mmio@${place.base.toString(16)}`,
      interrupt: plic.wire(place.interrupt),
      ...(device === undefined ? {} : { device }),
      ...(onDma === undefined ? {} : { onDma: (...access) => onDma(slot, ...access) }),
    });
    return { base: place.base, size: place.size, device: transport };
  });

  return {
    regions: [
      { ...range(VIRT.finisher), device: new Finisher(host) },
      { ...range(VIRT.rtc), device: rtc },
      { ...range(VIRT.clint), device: clint },
      { ...range(VIRT.plic), device: plic },
      { ...range(VIRT.uart), device: uart },
      ...slots,
    ],
    clint,
    plic,
    uart,
    disks: blockDevices,
    deviceTree: (parameters = {}) =>
      virtDeviceTree({
        hartIds,
        plicOrder,
        memory: { base: host.memory.base, size: host.memory.size },
        isa: options.isa ?? DEFAULT_ISA,
        timebase: VIRT.timebase,
        ...parameters,
      }),
  };
}

function range({ base, size }: MemoryRange): MemoryRange {
  return { base, size };
}

function blockDevice(host: DeviceHost, slot: number, disk: VirtDisk, options: VirtBoardOptions): VirtioBlk {
  const { onRequest, onServed } = options;
  return new VirtioBlk(host, {
    store: disk.store,
    serial: `hartlab-${slot}`,
    ...(disk.readOnly === undefined ? {} : { readOnly: disk.readOnly }),
    ...(options.diskLatency === undefined ? {} : { latency: options.diskLatency }),
    ...(onRequest === undefined ? {} : { onRequest: (request) => onRequest(slot, request) }),
    ...(onServed === undefined ? {} : { onServed: (request) => onServed(slot, request) }),
  });
}
