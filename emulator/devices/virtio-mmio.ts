/**
 * Virtio over MMIO: the transport.
 *
 * Virtual I/O Device (VIRTIO) Version 1.2, section 4.2 (register layout 4.2.2), device status 2.1, feature
 * negotiation 2.2 and initialization 3.1. It presents the modern interface, version 2. A slot without a device
 * behind it reads device ID 0, which drivers skip (4.2.2.2).
 */
import type { AccessSize, Device, DeviceHost, InterruptWire, PhysicalMemory } from './device.js';
import { type DmaHook, observeDma } from './dma.js';
import { SplitVirtqueue, VirtqueueError } from './virtqueue.js';

/** Bytes a slot takes on the bus. */
export const VIRTIO_MMIO_SIZE = 0x1000;

/** Feature bits of every virtio device (section 6). */
export const enum VirtioFeature {
  IndirectDescriptors = 28,
  Version1 = 32,
}

/** Device status bits (2.1). */
export const enum VirtioStatus {
  Acknowledge = 1,
  Driver = 2,
  DriverOk = 4,
  FeaturesOk = 8,
  DeviceNeedsReset = 64,
  Failed = 128,
}

const enum Register {
  MagicValue = 0x000,
  Version = 0x004,
  DeviceId = 0x008,
  VendorId = 0x00c,
  DeviceFeatures = 0x010,
  DeviceFeaturesSel = 0x014,
  DriverFeatures = 0x020,
  DriverFeaturesSel = 0x024,
  QueueSel = 0x030,
  QueueNumMax = 0x034,
  QueueNum = 0x038,
  QueueReady = 0x044,
  QueueNotify = 0x050,
  InterruptStatus = 0x060,
  InterruptAck = 0x064,
  Status = 0x070,
  QueueDescLow = 0x080,
  QueueDescHigh = 0x084,
  QueueDriverLow = 0x090,
  QueueDriverHigh = 0x094,
  QueueDeviceLow = 0x0a0,
  QueueDeviceHigh = 0x0a4,
  ShmLenLow = 0x0b0,
  ShmLenHigh = 0x0b4,
  ShmBaseLow = 0x0b8,
  ShmBaseHigh = 0x0bc,
  ConfigGeneration = 0x0fc,
  Config = 0x100,
}

/** `virt` in little-endian ASCII (4.2.2). */
const MAGIC = 0x7472_6976;
/** `HLab`; there is no registry of vendors. */
const VENDOR = 0x6261_4c48;

const INTERRUPT_USED_BUFFER = 1;
const INTERRUPT_CONFIGURATION_CHANGE = 2;

/** What the transport gives the device type behind it. */
export interface VirtioTransport {
  /** A chain was returned: interrupts the driver unless it asked not to be. */
  usedBuffer(queue: SplitVirtqueue): void;
  /** The device-specific configuration has changed: its generation goes up, and a driver that is up is told. */
  configurationChanged(): void;
  /** The driver broke a rule: the device stops until it is reset (2.1.2). */
  needsReset(): void;
}

/** A device type: what stands behind the transport. */
export interface VirtioDevice {
  /** Section 5: 2 is a block device. */
  readonly deviceId: number;
  /** Offered features besides the transport's own, as a mask. */
  readonly features: bigint;
  /** Greatest size of each of the device's queues. */
  readonly queueSizes: readonly number[];
  /** Device-specific configuration, read byte by byte at an offset (2.5). */
  readonly config: Uint8Array;
  /** Called once, before anything else. */
  attach(transport: VirtioTransport): void;
  /**
   * The driver made buffers available in a queue.
   * @throws VirtqueueError when what it finds there is malformed
   */
  notify(index: number, queue: SplitVirtqueue): void;
  /** Forgets every request of a queue: the driver stopped the queue or reset the device (2.4). */
  cancel(index: number): void;
}

interface QueueRegisters {
  readonly sizeMaximum: number;
  size: number;
  descriptors: bigint;
  available: bigint;
  used: bigint;
  live: SplitVirtqueue | undefined;
}

function withLow(register: bigint, value: number): bigint {
  return (register & 0xffff_ffff_0000_0000n) | BigInt(value);
}

function withHigh(register: bigint, value: number): bigint {
  return (register & 0xffff_ffffn) | (BigInt(value) << 32n);
}

export interface VirtioMmioOptions {
  /** As in the device tree, such as `virtio_mmio@10001000`. */
  readonly name: string;
  readonly interrupt: InterruptWire;
  /** The device in the slot; an empty slot unless given. */
  readonly device?: VirtioDevice;
  /** Called for every access of the device to guest memory: queues, headers and data. */
  readonly onDma?: DmaHook;
}

export class VirtioMmio implements Device, VirtioTransport {
  readonly name: string;
  private readonly memory: PhysicalMemory;
  private readonly interrupt: InterruptWire;
  private readonly device: VirtioDevice | undefined;
  private readonly offered: bigint;
  private queues: QueueRegisters[] = [];
  private accepted = 0n;
  private deviceFeaturesSelect = 0;
  private driverFeaturesSelect = 0;
  private queueSelect = 0;
  private status = 0;
  private interruptStatus = 0;
  /** Goes on over resets. */
  private configGeneration = 0;

  constructor(host: DeviceHost, options: VirtioMmioOptions) {
    this.name = options.name;
    this.memory = options.onDma === undefined ? host.memory : observeDma(host.memory, options.onDma);
    this.interrupt = options.interrupt;
    this.device = options.device;
    this.offered =
      (1n << BigInt(VirtioFeature.Version1)) |
      (1n << BigInt(VirtioFeature.IndirectDescriptors)) |
      (options.device?.features ?? 0n);
    this.reset();
    options.device?.attach(this);
  }

  usedBuffer(queue: SplitVirtqueue): void {
    if (queue.wantsInterrupt) this.raise(INTERRUPT_USED_BUFFER);
  }

  configurationChanged(): void {
    // 2.5.1 and 4.2.2.1: a driver that read between two changes sees that it has to read again.
    this.configGeneration = (this.configGeneration + 1) >>> 0;
    if ((this.status & VirtioStatus.DriverOk) !== 0) this.raise(INTERRUPT_CONFIGURATION_CHANGE);
  }

  needsReset(): void {
    if ((this.status & VirtioStatus.DeviceNeedsReset) !== 0) return;
    this.status |= VirtioStatus.DeviceNeedsReset;
    // 2.1.2: a driver that is up is told by a configuration change.
    if ((this.status & VirtioStatus.DriverOk) !== 0) this.raise(INTERRUPT_CONFIGURATION_CHANGE);
  }

  read(offset: number, size: AccessSize): number {
    if (this.device === undefined) return size === 4 ? this.readIdentity(offset) : 0;
    if (offset >= Register.Config) return this.readConfig(this.device, offset - Register.Config, size);
    // 4.2.2.2: control registers are accessed 32 bits wide and aligned.
    if (size !== 4) return 0;
    switch (offset) {
      case Register.DeviceFeatures:
        return this.deviceFeaturesSelect > 1
          ? 0
          : Number((this.offered >> BigInt(32 * this.deviceFeaturesSelect)) & 0xffff_ffffn);
      case Register.QueueNumMax:
        return this.queue?.sizeMaximum ?? 0;
      case Register.QueueReady:
        return this.queue?.live === undefined ? 0 : 1;
      case Register.InterruptStatus:
        return this.interruptStatus;
      case Register.Status:
        return this.status;
      // 4.2.2: a shared memory region that does not exist has length and base of all ones.
      case Register.ShmLenLow:
      case Register.ShmLenHigh:
      case Register.ShmBaseLow:
      case Register.ShmBaseHigh:
        return 0xffff_ffff;
      case Register.ConfigGeneration:
        return this.configGeneration;
      default:
        return this.readIdentity(offset);
    }
  }

  private readIdentity(offset: number): number {
    switch (offset) {
      case Register.MagicValue:
        return MAGIC;
      case Register.Version:
        return 2;
      case Register.DeviceId:
        return this.device?.deviceId ?? 0;
      case Register.VendorId:
        return VENDOR;
      default:
        return 0;
    }
  }

  private readConfig(device: VirtioDevice, offset: number, size: AccessSize): number {
    let value = 0;
    for (let byte = size - 1; byte >= 0; byte--) value = value * 256 + (device.config[offset + byte] ?? 0);
    return value;
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (this.device === undefined || size !== 4) return;
    switch (offset) {
      case Register.DeviceFeaturesSel:
        this.deviceFeaturesSelect = value;
        break;
      case Register.DriverFeaturesSel:
        this.driverFeaturesSelect = value;
        break;
      case Register.DriverFeatures:
        this.acceptFeatures(value);
        break;
      case Register.QueueSel:
        this.queueSelect = value;
        break;
      case Register.QueueNotify:
        this.notify(this.device, value);
        break;
      case Register.InterruptAck:
        this.interruptStatus &= ~value;
        this.interrupt(this.interruptStatus !== 0);
        break;
      case Register.Status:
        this.writeStatus(value & 0xff);
        break;
      default:
        if (this.queue !== undefined) this.writeQueue(this.queue, offset, value);
    }
  }

  private writeQueue(queue: QueueRegisters, offset: number, value: number): void {
    if (offset === Register.QueueReady) {
      if ((value & 1) === 0) {
        queue.live = undefined;
        this.device?.cancel(this.queueSelect);
      } else if (queue.live === undefined) {
        this.enable(queue);
      }
      return;
    }
    // 4.2.2.2: where a queue lies must not change while it is ready.
    if (queue.live !== undefined) return;
    switch (offset) {
      case Register.QueueNum:
        queue.size = value;
        break;
      case Register.QueueDescLow:
        queue.descriptors = withLow(queue.descriptors, value);
        break;
      case Register.QueueDescHigh:
        queue.descriptors = withHigh(queue.descriptors, value);
        break;
      case Register.QueueDriverLow:
        queue.available = withLow(queue.available, value);
        break;
      case Register.QueueDriverHigh:
        queue.available = withHigh(queue.available, value);
        break;
      case Register.QueueDeviceLow:
        queue.used = withLow(queue.used, value);
        break;
      case Register.QueueDeviceHigh:
        queue.used = withHigh(queue.used, value);
        break;
    }
  }

  private get queue(): QueueRegisters | undefined {
    return this.queues[this.queueSelect];
  }

  private acceptFeatures(value: number): void {
    // 3.1.1: features are settled once FEATURES_OK is set.
    if ((this.status & VirtioStatus.FeaturesOk) !== 0) return;
    if (this.driverFeaturesSelect === 0) this.accepted = withLow(this.accepted, value);
    else if (this.driverFeaturesSelect === 1) this.accepted = withHigh(this.accepted, value);
  }

  private writeStatus(value: number): void {
    if (value === 0) {
      this.reset();
      return;
    }
    let status = value | (this.status & VirtioStatus.DeviceNeedsReset);
    // 2.2.2 and 6.1: FEATURES_OK stays clear unless the driver took a subset of the offer that has VERSION_1.
    const subset = (this.accepted & ~this.offered) === 0n;
    const modern = ((this.accepted >> BigInt(VirtioFeature.Version1)) & 1n) === 1n;
    if (!subset || !modern) status &= ~VirtioStatus.FeaturesOk;
    this.status = status;
  }

  private reset(): void {
    for (const index of this.queues.keys()) this.device?.cancel(index);
    this.queues = (this.device?.queueSizes ?? []).map((size) => ({
      sizeMaximum: size,
      size,
      descriptors: 0n,
      available: 0n,
      used: 0n,
      live: undefined,
    }));
    this.accepted = 0n;
    this.deviceFeaturesSelect = 0;
    this.driverFeaturesSelect = 0;
    this.queueSelect = 0;
    this.status = 0;
    this.interruptStatus = 0;
    this.interrupt(false);
  }

  private enable(queue: QueueRegisters): void {
    if (queue.size > queue.sizeMaximum) {
      this.needsReset();
      return;
    }
    this.guard(() => {
      queue.live = new SplitVirtqueue(this.memory, queue);
    });
  }

  private notify(device: VirtioDevice, index: number): void {
    const queue = this.queues[index]?.live;
    // 3.1.1: nothing is consumed before DRIVER_OK, nor after the device has asked for a reset.
    const state = this.status & (VirtioStatus.DriverOk | VirtioStatus.DeviceNeedsReset);
    if (queue === undefined || state !== VirtioStatus.DriverOk) return;
    this.guard(() => device.notify(index, queue));
  }

  /** What the driver put into memory is its fault, never ours. */
  private guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof VirtqueueError)) throw error;
      this.needsReset();
    }
  }

  private raise(bit: number): void {
    this.interruptStatus |= bit;
    this.interrupt(true);
  }
}
