import { beforeEach, describe, expect, it } from 'vitest';
import { CopyOnWriteDisk } from './block-store.js';
import { FakeHost } from './fake-host.js';
import { type BlockRequest, type ServedRequest, VirtioBlk, type VirtioBlkOptions } from './virtio-blk.js';
import { VirtioMmio } from './virtio-mmio.js';

// A driver as small as one can be: queue of eight, three parts and buffers at fixed places in RAM.
const QUEUE_SIZE = 8;
const RAM = 0x8000_0000;
const DESCRIPTORS = RAM + 0x1000;
const AVAILABLE = RAM + 0x2000;
const USED = RAM + 0x3000;
const HEADER = RAM + 0x4000;
const STATUS = RAM + 0x4100;
const DATA = RAM + 0x5000;
const TABLE = RAM + 0x7000;

const NEXT = 1;
const WRITE = 2;
const INDIRECT = 4;

const IN = 0;
const OUT = 1;
const FLUSH = 4;
const GET_ID = 8;

const OK = 0;
const IOERR = 1;
const UNSUPP = 2;

const NEEDS_RESET = 64;

/** 60 microseconds at 100 MHz: 50 for the request, 10 for its one sector. */
const ONE_SECTOR = 6000;
const LATENCY = { request: 50e-6, sector: 10e-6 };

let host: FakeHost;
let slot: VirtioMmio;
let image: Uint8Array;
let wire: boolean;
let requests: BlockRequest[];
let served: ServedRequest[];
let disk: VirtioBlk;
let dma: { address: number; length: number; write: boolean }[];
let produced: number;

function register(offset: number, value?: number): number {
  if (value === undefined) return slot.read(offset, 4);
  slot.write(offset, 4, value);
  return value;
}

/** Device initialization up to DRIVER_OK (virtio 1.2, 3.1.1 and 4.2.3). */
function initialize(features = [1 << 28, 1]): void {
  register(0x070, 0);
  register(0x070, 1 | 2);
  for (const [select, bits] of features.entries()) {
    register(0x024, select);
    register(0x020, bits);
  }
  register(0x070, 1 | 2 | 8);
  register(0x030, 0);
  register(0x038, QUEUE_SIZE);
  register(0x080, DESCRIPTORS);
  register(0x090, AVAILABLE);
  register(0x0a0, USED);
  register(0x044, 1);
  register(0x070, 1 | 2 | 8 | 4);
  produced = 0;
}

function start(options: Partial<VirtioBlkOptions> = {}): void {
  host = new FakeHost();
  image = Uint8Array.from({ length: 16 * 512 }, (_, index) => index >> 9);
  requests = [];
  served = [];
  dma = [];
  disk = new VirtioBlk(host, {
    store: new CopyOnWriteDisk(image),
    latency: LATENCY,
    onRequest: (request) => requests.push(request),
    onServed: (request) => served.push(request),
    ...options,
  });
  slot = new VirtioMmio(host, {
    name: 'virtio_mmio@10001000',
    interrupt: (level) => (wire = level),
    device: disk,
    onDma: (address, length, write) => dma.push({ address, length, write }),
  });
  initialize();
}

interface Descriptor {
  address: number | bigint;
  length: number;
  flags?: number;
  next?: number;
}

function describeAt(table: number, descriptors: readonly Descriptor[]): void {
  for (const [index, { address, length, flags = 0, next = 0 }] of descriptors.entries()) {
    host.memory.writeU64(table + 16 * index, BigInt(address));
    host.memory.writeU32(table + 16 * index + 8, length);
    host.memory.writeU16(table + 16 * index + 12, flags);
    host.memory.writeU16(table + 16 * index + 14, next);
  }
}

function header(type: number, sector: number | bigint): void {
  host.memory.writeU32(HEADER, type);
  host.memory.writeU32(HEADER + 4, 0);
  host.memory.writeU64(HEADER + 8, BigInt(sector));
  host.memory.write(STATUS, Uint8Array.of(0xff));
}

function offer(head = 0): void {
  host.memory.writeU16(AVAILABLE + 4 + 2 * (produced++ % QUEUE_SIZE), head);
  host.memory.writeU16(AVAILABLE + 2, produced);
}

/** The usual chain of header, data and status, offered and announced. */
function request(type: number, sector: number | bigint, length = 512, data: number | bigint = DATA): void {
  header(type, sector);
  describeAt(DESCRIPTORS, [
    { address: HEADER, length: 16, flags: NEXT, next: 1 },
    { address: data, length, flags: NEXT | (type === OUT ? 0 : WRITE), next: 2 },
    { address: STATUS, length: 1, flags: WRITE },
  ]);
  offer();
  register(0x050, 0);
}

const status = (): number => host.memory.read(STATUS, 1)[0]!;
const used = (): number => host.memory.readU16(USED + 2);
const usedLength = (index = 0): number => host.memory.readU32(USED + 4 + 8 * index + 4);
const data = (length = 512): number[] => [...new Set(host.memory.read(DATA, length))];
const needsReset = (): boolean => (register(0x070) & NEEDS_RESET) !== 0;

beforeEach(() => start());

describe('transport', () => {
  it('identifies itself as a modern block device', () => {
    expect(register(0x000)).toBe(0x7472_6976);
    expect(register(0x004)).toBe(2);
    expect(register(0x008)).toBe(2);
    register(0x030, 0);
    expect(register(0x034)).toBe(256);
    register(0x030, 1);
    expect(register(0x034)).toBe(0);
  });

  it('reads as device 0 when the slot is empty', () => {
    slot = new VirtioMmio(host, { name: 'virtio_mmio@10002000', interrupt: () => undefined });
    expect([register(0x000), register(0x004), register(0x008)]).toEqual([0x7472_6976, 2, 0]);
    register(0x070, 1);
    expect(register(0x070)).toBe(0);
    expect(slot.read(0x100, 1)).toBe(0);
  });

  it('offers VERSION_1 and indirect descriptors, but not the event index', () => {
    register(0x014, 1);
    expect(register(0x010)).toBe(1);
    register(0x014, 0);
    expect(register(0x010) & (1 << 28)).not.toBe(0);
    expect(register(0x010) & (1 << 29)).toBe(0);
    register(0x014, 2);
    expect(register(0x010)).toBe(0);
  });

  it.each([
    ['VERSION_1 is missing', [0, 0]],
    ['a feature was not offered', [1 << 29, 1]],
  ])('refuses FEATURES_OK when %s', (_, features) => {
    initialize(features);
    expect(register(0x070) & 8).toBe(0);
  });

  it('does not touch a queue before DRIVER_OK', () => {
    register(0x070, 0);
    register(0x070, 1 | 2);
    register(0x024, 1);
    register(0x020, 1);
    register(0x070, 11);
    register(0x038, QUEUE_SIZE);
    register(0x080, DESCRIPTORS);
    register(0x090, AVAILABLE);
    register(0x0a0, USED);
    register(0x044, 1);
    produced = 0;
    dma = [];
    request(IN, 0);
    host.advance(1e6);
    expect(dma).toEqual([]);
    expect(used()).toBe(0);
  });

  it('forgets everything at reset', () => {
    request(IN, 1);
    register(0x070, 0);
    host.advance(1e6);
    expect(used()).toBe(0);
    expect([register(0x070), register(0x060), register(0x044)]).toEqual([0, 0, 0]);
    expect(host.scheduled).toBe(0);
  });

  it('forgets the requests of a queue that is stopped', () => {
    request(IN, 1);
    register(0x044, 0);
    host.advance(1e6);
    expect(used()).toBe(0);
  });

  it.each([
    ['size is no power of two', 0x038, 6],
    ['size is beyond the greatest', 0x038, 512],
    ['descriptor table is outside RAM', 0x084, 1],
    ['descriptor table is misaligned', 0x080, DESCRIPTORS + 8],
    ['available ring is misaligned', 0x090, AVAILABLE + 1],
    ['used ring runs beyond RAM', 0x0a0, RAM + (1 << 20) - 4],
  ])('needs a reset when the %s', (_, offset, value) => {
    register(0x044, 0);
    register(offset, value);
    register(0x044, 1);
    expect(needsReset()).toBe(true);
    expect(register(0x044)).toBe(0);
  });

  it('keeps the place of a queue while it is ready', () => {
    register(0x080, DATA);
    request(IN, 3);
    host.advance(ONE_SECTOR);
    expect(status()).toBe(OK);
  });
});

describe('configuration', () => {
  it('tells the capacity in sectors, readable at any width', () => {
    expect(slot.read(0x100, 4)).toBe(16);
    expect(slot.read(0x104, 4)).toBe(0);
    expect(slot.read(0x100, 2)).toBe(16);
    expect(slot.read(0x114, 1) + 256 * slot.read(0x115, 1)).toBe(512);
  });
});

describe('a change of medium', () => {
  const capacity = (): number => slot.read(0x100, 4);
  const change = (sectors: number, fill = 0): void => {
    disk.changeMedium(new CopyOnWriteDisk(new Uint8Array(sectors * 512).fill(fill)));
  };

  it('changes capacity and generation, and interrupts the driver until it acknowledges', () => {
    expect([capacity(), register(0x0fc), wire]).toEqual([16, 0, false]);
    change(3);
    expect([capacity(), register(0x0fc), register(0x060), wire]).toEqual([3, 1, 2, true]);
    register(0x064, 2);
    expect([register(0x060), wire]).toEqual([0, false]);
    change(16);
    expect([capacity(), register(0x0fc)]).toEqual([16, 2]);
  });

  it('does not interrupt a driver that is not up yet', () => {
    register(0x070, 0);
    change(3);
    expect([capacity(), register(0x0fc), register(0x060), wire]).toEqual([3, 1, 0, false]);
  });

  it('is what later requests find, and those under way', () => {
    request(IN, 1);
    change(2, 0x77);
    host.advance(ONE_SECTOR);
    expect([status(), data()]).toEqual([OK, [0x77]]);
    request(IN, 2);
    host.advance(ONE_SECTOR);
    expect(status()).toBe(IOERR);
    request(OUT, 0);
    change(2, 0x55);
    host.advance(ONE_SECTOR);
    change(2, 0x66);
    request(IN, 0);
    host.advance(ONE_SECTOR);
    expect(data()).toEqual([0x66]);
  });
});

describe('requests', () => {
  it('are told of when they have been served, with what became of them', () => {
    request(OUT, 15, 1024);
    request(IN, 5);
    expect(served).toEqual([]);
    host.advance(ONE_SECTOR * 3);
    request(IN, 2n ** 60n);
    request(7, 3, 4);
    host.advance(ONE_SECTOR * 3);
    expect(served).toEqual([
      { type: 'out', sector: 15n, count: 2, status: IOERR },
      { type: 'in', sector: 5n, count: 1, status: OK },
      { type: 'in', sector: 2n ** 60n, count: 1, status: IOERR },
      { type: 'other', sector: 3n, count: 0, status: UNSUPP },
    ]);
  });

  it('reads sectors into guest memory', () => {
    request(IN, 3, 1024);
    host.advance(1e6);
    expect(status()).toBe(OK);
    expect([data(), [...new Set(host.memory.read(DATA + 512, 512))]]).toEqual([[3], [4]]);
    expect(usedLength()).toBe(1025);
    expect(requests).toEqual([{ type: 'in', sector: 3n, count: 2 }]);
  });

  it('writes sectors that later reads see, and leaves the image alone', () => {
    host.memory.write(DATA, new Uint8Array(512).fill(0xaa));
    request(OUT, 5);
    host.advance(1e6);
    expect(status()).toBe(OK);
    expect(usedLength()).toBe(1);
    host.memory.write(DATA, new Uint8Array(512));
    request(IN, 5);
    host.advance(1e6);
    expect(data()).toEqual([0xaa]);
    expect(image[5 * 512]).toBe(5);
  });

  it('completes after the latency, not before, and interrupts then', () => {
    request(IN, 0);
    host.advance(ONE_SECTOR - 1);
    expect([used(), wire]).toEqual([0, false]);
    host.advance(1);
    expect([used(), wire]).toEqual([1, true]);
    expect(register(0x060)).toBe(1);
    register(0x064, 1);
    expect(wire).toBe(false);
  });

  it('serves requests one after another', () => {
    header(IN, 0);
    describeAt(DESCRIPTORS, [
      { address: HEADER, length: 16, flags: NEXT, next: 1 },
      { address: DATA, length: 512, flags: NEXT | WRITE, next: 2 },
      { address: STATUS, length: 1, flags: WRITE },
    ]);
    offer();
    offer();
    register(0x050, 0);
    host.advance(ONE_SECTOR);
    expect(used()).toBe(1);
    host.advance(ONE_SECTOR);
    expect(used()).toBe(2);
  });

  it('does not interrupt a driver that asked it not to', () => {
    host.memory.writeU16(AVAILABLE, 1);
    request(IN, 0);
    host.advance(1e6);
    expect([used(), wire]).toEqual([1, false]);
  });

  it('flushes, and tells its serial number', () => {
    request(FLUSH, 0, 0);
    host.advance(1e6);
    expect(status()).toBe(OK);
    request(GET_ID, 0, 20);
    host.advance(1e6);
    expect(new TextDecoder().decode(host.memory.read(DATA, 20))).toBe('hartlab'.padEnd(20, '\0'));
    expect(usedLength(1)).toBe(21);
  });

  it('answers UNSUPP to any other type', () => {
    request(13, 0, 0);
    host.advance(1e6);
    expect(status()).toBe(UNSUPP);
    expect(requests.map((seen) => seen.type)).toEqual(['other']);
  });

  it.each([
    ['starts at the end of the disk', IN, 16, 512],
    ['runs over the end of the disk', IN, 15, 1024],
    ['wraps around 64 bits', IN, 0xffff_ffff_ffff_ffffn, 512],
    ['writes over the end of the disk', OUT, 15, 1024],
    ['is no whole number of sectors', IN, 0, 100],
  ])('answers IOERR when a transfer %s', (_, type, sector, length) => {
    host.memory.write(DATA, new Uint8Array(1024).fill(0x77));
    request(type, sector, length);
    host.advance(1e6);
    expect(status()).toBe(IOERR);
    expect(data(length)).toEqual([0x77]);
    expect(needsReset()).toBe(false);
  });

  it('refuses to write to a read-only disk', () => {
    start({ readOnly: true });
    register(0x014, 0);
    expect(register(0x010) & (1 << 5)).not.toBe(0);
    request(OUT, 2);
    host.advance(1e6);
    expect(status()).toBe(IOERR);
    request(IN, 2);
    host.advance(1e6);
    expect(data()).toEqual([2]);
  });

  it('goes on after the ring indices wrap', () => {
    for (let round = 0; round < 3 * QUEUE_SIZE; round++) {
      request(IN, round % 16);
      host.advance(1e6);
      expect([status(), data()]).toEqual([OK, [round % 16]]);
    }
    expect(used()).toBe(3 * QUEUE_SIZE);
  });
});

describe('framing', () => {
  it('does not depend on how the driver cuts a request into descriptors (2.7.4)', () => {
    header(IN, 7);
    describeAt(DESCRIPTORS, [
      { address: HEADER, length: 5, flags: NEXT, next: 3 },
      { address: DATA, length: 100, flags: NEXT | WRITE, next: 4 },
      { address: STATUS, length: 1, flags: WRITE },
      { address: HEADER + 5, length: 11, flags: NEXT, next: 1 },
      { address: DATA + 100, length: 412, flags: NEXT | WRITE, next: 2 },
    ]);
    offer();
    register(0x050, 0);
    host.advance(1e6);
    expect([status(), data()]).toEqual([OK, [7]]);
  });

  it('follows an indirect table, also behind direct descriptors (2.7.5.3.2)', () => {
    header(IN, 9);
    describeAt(DESCRIPTORS, [
      { address: HEADER, length: 16, flags: NEXT, next: 5 },
      ...new Array<Descriptor>(4).fill({ address: 0, length: 0 }),
      { address: TABLE, length: 32, flags: INDIRECT },
    ]);
    describeAt(TABLE, [
      { address: DATA, length: 512, flags: NEXT | WRITE, next: 1 },
      { address: STATUS, length: 1, flags: WRITE },
    ]);
    offer();
    register(0x050, 0);
    host.advance(1e6);
    expect([status(), data()]).toEqual([OK, [9]]);
  });
});

describe('malformed chains', () => {
  const head = { address: HEADER, length: 16, flags: NEXT, next: 1 };
  const last = { address: STATUS, length: 1, flags: WRITE };

  it.each<[string, Descriptor[], Descriptor[]?]>([
    ['a loop', [head, { address: DATA, length: 512, flags: NEXT | WRITE, next: 1 }]],
    ['a descriptor beyond the table', [{ ...head, next: QUEUE_SIZE }]],
    ['a buffer outside RAM', [head, { address: 0x1000, length: 512, flags: NEXT | WRITE, next: 2 }, last]],
    ['a buffer that ends outside RAM', [head, { address: RAM + (1 << 20) - 1, length: 2, flags: WRITE }]],
    [
      'a buffer at the end of the address space',
      [head, { address: 0xffff_ffff_ffff_fff0n, length: 32, flags: WRITE }],
    ],
    ['no header', [last]],
    ['a short header', [{ ...head, length: 15 }, last]],
    ['no status', [{ ...head, flags: 0 }]],
    [
      'a readable part behind a writable one',
      [head, { ...last, flags: WRITE | NEXT, next: 2 }, { ...head, flags: 0 }],
    ],
    [
      'an indirect table with a successor',
      [{ address: TABLE, length: 16, flags: INDIRECT | NEXT, next: 1 }, last],
    ],
    ['an indirect table of no whole entries', [{ address: TABLE, length: 24, flags: INDIRECT }]],
    ['an empty indirect table', [{ address: TABLE, length: 0, flags: INDIRECT }]],
    ['an indirect table outside RAM', [{ address: 64, length: 16, flags: INDIRECT }]],
    [
      'nested indirect tables',
      [{ address: TABLE, length: 16, flags: INDIRECT }],
      [{ address: TABLE, length: 16, flags: INDIRECT }],
    ],
    [
      'a loop in an indirect table',
      [{ address: TABLE, length: 16, flags: INDIRECT }],
      [{ ...head, next: 0 }],
    ],
    ['a successor beyond the indirect table', [{ address: TABLE, length: 16, flags: INDIRECT }], [head]],
    ['a loop in the greatest indirect table', [{ address: RAM, length: 1 << 20, flags: INDIRECT }]],
  ])('%s makes the device ask for a reset', (_, descriptors, table) => {
    header(IN, 0);
    describeAt(DESCRIPTORS, descriptors);
    if (table === undefined) describeAt(RAM, [{ address: DATA, length: 4, flags: NEXT }]);
    else describeAt(TABLE, table);
    offer();
    register(0x050, 0);
    expect(needsReset()).toBe(true);
    expect(register(0x060)).toBe(2);
    expect(wire).toBe(true);
    host.advance(1e6);
    expect([used(), requests]).toEqual([0, []]);
  });

  it('so does a head beyond the table', () => {
    offer(QUEUE_SIZE);
    register(0x050, 0);
    expect(needsReset()).toBe(true);
  });

  it('so do more chains than the queue holds, however well each is formed', () => {
    header(FLUSH, 0);
    describeAt(DESCRIPTORS, [{ ...head }, last]);
    for (let count = 0; count <= QUEUE_SIZE; count++) offer();
    register(0x050, 0);
    expect(needsReset()).toBe(true);
    expect(requests).toEqual([]);
  });

  it('and so does a chain of more than 2^32 bytes (2.7.5.2)', () => {
    const megabyte = { address: RAM, length: 1 << 20 };
    const table = Array.from({ length: 4097 }, (_, index) => ({
      ...megabyte,
      flags: index < 4096 ? NEXT : 0,
      next: index + 1,
    }));
    describeAt(RAM + 0x1_0000, table);
    describeAt(DESCRIPTORS, [{ address: RAM + 0x1_0000, length: 16 * table.length, flags: INDIRECT }]);
    offer();
    register(0x050, 0);
    expect(needsReset()).toBe(true);
  });

  it('and the device works again after the reset', () => {
    describeAt(DESCRIPTORS, [{ address: 0, length: 16 }]);
    offer();
    register(0x050, 0);
    expect(needsReset()).toBe(true);
    request(IN, 1);
    host.advance(1e6);
    expect(used()).toBe(0);
    initialize();
    host.memory.writeU16(AVAILABLE + 2, 0);
    request(IN, 1);
    host.advance(1e6);
    expect([needsReset(), status(), data()]).toEqual([false, OK, [1]]);
  });
});

it('shows every access to guest memory: queues, header, data and status', () => {
  dma = [];
  request(IN, 3);
  host.advance(1e6);
  expect(dma).toContainEqual({ address: HEADER, length: 16, write: false });
  expect(dma).toContainEqual({ address: DESCRIPTORS, length: 8, write: false });
  expect(dma.filter((access) => access.write)).toEqual([
    { address: DATA, length: 512, write: true },
    { address: STATUS, length: 1, write: true },
    { address: USED + 4, length: 4, write: true },
    { address: USED + 8, length: 4, write: true },
    { address: USED + 2, length: 2, write: true },
  ]);
});

describe('copy-on-write disk', () => {
  it('tells what was written, in the order of sectors', () => {
    const disk = new CopyOnWriteDisk(image);
    disk.write(9, new Uint8Array(1024).fill(1));
    disk.write(2, new Uint8Array(512).fill(2));
    expect([...disk.changes()].map(({ sector, bytes }) => [sector, bytes[511]])).toEqual([
      [2, 2],
      [9, 1],
      [10, 1],
    ]);
    const contents = disk.contents();
    expect([contents[2 * 512], contents[3 * 512], contents[10 * 512 + 511]]).toEqual([2, 3, 1]);
  });

  it('pads an image to a whole sector', () => {
    const disk = new CopyOnWriteDisk(Uint8Array.of(1, 2, 3));
    expect(disk.sectors).toBe(1);
    expect([...disk.read(0, 1).subarray(0, 4)]).toEqual([1, 2, 3, 0]);
    expect(disk.contents()).toHaveLength(512);
  });
});
