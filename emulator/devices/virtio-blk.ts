/**
 * Virtio block device.
 *
 * Virtual I/O Device (VIRTIO) Version 1.2, section 5.2: features 5.2.3, configuration 5.2.4, requests 5.2.6.
 * Requests are served one after another in the order they were made available, and each completes a guest
 * latency later: data move and the driver is told at that moment, so a run is a function of its inputs.
 */
import { type BlockStore, SECTOR_SIZE } from './block-store.js';
import type { DeviceHost, ScheduledEvent } from './device.js';
import type { VirtioDevice, VirtioTransport } from './virtio-mmio.js';
import { type DescriptorChain, type SplitVirtqueue, VirtqueueError } from './virtqueue.js';

/** Feature bits (5.2.3). */
const enum Feature {
  SegmentMaximum = 2,
  ReadOnly = 5,
  BlockSize = 6,
  Flush = 9,
}

/** Request types (5.2.6). */
const enum RequestType {
  In = 0,
  Out = 1,
  Flush = 4,
  GetId = 8,
}

const enum RequestStatus {
  Ok = 0,
  IoError = 1,
  Unsupported = 2,
}

const DEVICE_ID_BLOCK = 2;
const QUEUE_SIZE = 256;
const HEADER_SIZE = 16;
const ID_SIZE = 20;
const CONFIG_SIZE = 0x60;

/** What a request asked for, as `onRequest` sees it. */
export interface BlockRequest {
  /** `other` is a type this device does not implement. */
  readonly type: 'in' | 'out' | 'flush' | 'get-id' | 'other';
  readonly sector: bigint;
  /** Sectors of data. */
  readonly count: number;
}

/** A request that is done. */
export interface ServedRequest extends BlockRequest {
  /** 0 success, 1 error, 2 unsupported (5.2.6). */
  readonly status: number;
}

/** Guest time a request takes, in seconds. */
export interface BlockLatency {
  readonly request: number;
  /** In addition, for every sector of data. */
  readonly sector: number;
}

/** 50 microseconds and 1 microsecond a sector, about what a solid-state disk takes. */
export const DEFAULT_LATENCY: BlockLatency = { request: 50e-6, sector: 1e-6 };

export interface VirtioBlkOptions {
  readonly store: BlockStore;
  /** Offers VIRTIO_BLK_F_RO and fails writes; false unless given. */
  readonly readOnly?: boolean;
  /** What GET_ID answers, at most 20 ASCII characters; `hartlab` unless given. */
  readonly serial?: string;
  readonly latency?: BlockLatency;
  /** Called for every well-formed request when the device takes it from the queue. */
  readonly onRequest?: (request: BlockRequest) => void;
  /** Called for every request when its data have moved, before the driver is told. */
  readonly onServed?: (request: ServedRequest) => void;
}

interface Answer {
  readonly status: RequestStatus;
  /** Bytes for the driver, before the status byte. */
  readonly data?: Uint8Array;
}

const FAILED: Answer = { status: RequestStatus.IoError };

export class VirtioBlk implements VirtioDevice {
  readonly deviceId = DEVICE_ID_BLOCK;
  readonly features: bigint;
  readonly queueSizes = [QUEUE_SIZE];
  readonly config = new Uint8Array(CONFIG_SIZE);
  private store: BlockStore;
  private readonly readOnly: boolean;
  private readonly id = new Uint8Array(ID_SIZE);
  private readonly latency: BlockLatency;
  private readonly onRequest: ((request: BlockRequest) => void) | undefined;
  private readonly onServed: ((request: ServedRequest) => void) | undefined;
  private transport: VirtioTransport | undefined;
  /** Requests taken and not yet completed. */
  private readonly pending = new Set<ScheduledEvent>();
  /** Guest cycle at which the last request taken completes. */
  private busyUntil = 0;

  constructor(
    private readonly host: DeviceHost,
    options: VirtioBlkOptions,
  ) {
    this.store = options.store;
    this.readOnly = options.readOnly ?? false;
    this.latency = options.latency ?? DEFAULT_LATENCY;
    this.onRequest = options.onRequest;
    this.onServed = options.onServed;
    this.id.set(new TextEncoder().encode(options.serial ?? 'hartlab').subarray(0, ID_SIZE));

    let features = 0n;
    for (const bit of [Feature.SegmentMaximum, Feature.BlockSize, Feature.Flush])
      features |= 1n << BigInt(bit);
    if (this.readOnly) features |= 1n << BigInt(Feature.ReadOnly);
    this.features = features;

    // 5.2.4, struct virtio_blk_config.
    const config = new DataView(this.config.buffer);
    this.setCapacity();
    config.setUint32(0x0c, QUEUE_SIZE - 2, true); // seg_max: a chain less the header and the status
    config.setUint32(0x14, SECTOR_SIZE, true); // blk_size
  }

  attach(transport: VirtioTransport): void {
    this.transport = transport;
  }

  /**
   * Puts another medium in place of the present one, and tells the driver (5.2.4: capacity). Requests that are under
   * way find the new one.
   */
  changeMedium(store: BlockStore): void {
    this.store = store;
    this.setCapacity();
    this.transport?.configurationChanged();
  }

  private setCapacity(): void {
    new DataView(this.config.buffer).setBigUint64(0, BigInt(this.store.sectors), true);
  }

  cancel(): void {
    for (const event of this.pending) event.cancel();
    this.pending.clear();
    this.busyUntil = 0;
  }

  notify(_index: number, queue: SplitVirtqueue): void {
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) this.take(queue, chain);
  }

  private take(queue: SplitVirtqueue, chain: DescriptorChain): void {
    if (chain.readableLength < HEADER_SIZE || chain.writableLength < 1) {
      throw new VirtqueueError('block request without a header of 16 bytes or without a status byte (5.2.6)');
    }
    const header = new DataView(chain.read(0, HEADER_SIZE).buffer);
    const type = header.getUint32(0, true);
    const sector = header.getBigUint64(8, true);
    const length = dataLength(type, chain);
    const count = Math.ceil(length / SECTOR_SIZE);
    const request: BlockRequest = { type: typeName(type), sector, count };
    this.onRequest?.(request);

    const seconds = this.latency.request + this.latency.sector * count;
    const cycles = Math.max(1, Math.round(seconds * this.host.frequency));
    this.busyUntil = Math.max(this.busyUntil, this.host.now()) + cycles;
    const event = this.host.at(this.busyUntil, () => {
      this.pending.delete(event);
      const status = this.complete(queue, chain, type, sector, length);
      this.onServed?.({ ...request, status });
      this.transport?.usedBuffer(queue);
    });
    this.pending.add(event);
  }

  private complete(
    queue: SplitVirtqueue,
    chain: DescriptorChain,
    type: number,
    sector: bigint,
    length: number,
  ): RequestStatus {
    const answer = this.serve(chain, type, sector, length);
    const end = chain.writableLength - 1;
    if (answer.data !== undefined) chain.write(0, answer.data.subarray(0, end));
    chain.write(end, Uint8Array.of(answer.status));
    // 2.7.8: the length counts bytes written without a gap from the start of the writable part.
    const written = Math.min(answer.data?.length ?? 0, end);
    queue.push(chain, written === end ? end + 1 : written);
    return answer.status;
  }

  private serve(chain: DescriptorChain, type: number, sector: bigint, length: number): Answer {
    switch (type) {
      case RequestType.In:
        if (!this.inside(sector, length)) return FAILED;
        return { status: RequestStatus.Ok, data: this.store.read(Number(sector), length / SECTOR_SIZE) };
      case RequestType.Out:
        // 5.2.6.2: a write to a read-only device fails and changes nothing.
        if (this.readOnly || !this.inside(sector, length)) return FAILED;
        this.store.write(Number(sector), chain.read(HEADER_SIZE, length));
        return { status: RequestStatus.Ok };
      case RequestType.Flush:
        return { status: RequestStatus.Ok };
      case RequestType.GetId:
        return { status: RequestStatus.Ok, data: this.id };
      default:
        return { status: RequestStatus.Unsupported };
    }
  }

  /** Whether a transfer is whole sectors and stays within the capacity. */
  private inside(sector: bigint, length: number): boolean {
    return length % SECTOR_SIZE === 0 && sector + BigInt(length / SECTOR_SIZE) <= BigInt(this.store.sectors);
  }
}

/** Bytes of data between header and status. */
function dataLength(type: number, chain: DescriptorChain): number {
  switch (type) {
    case RequestType.In:
      return chain.writableLength - 1;
    case RequestType.Out:
      return chain.readableLength - HEADER_SIZE;
    default:
      return 0;
  }
}

function typeName(type: number): BlockRequest['type'] {
  switch (type) {
    case RequestType.In:
      return 'in';
    case RequestType.Out:
      return 'out';
    case RequestType.Flush:
      return 'flush';
    case RequestType.GetId:
      return 'get-id';
    default:
      return 'other';
  }
}
