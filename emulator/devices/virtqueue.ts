/**
 * Split virtqueues, the device's side.
 *
 * Virtual I/O Device (VIRTIO) Version 1.2, section 2.7: descriptor table 2.7.5, indirect descriptors 2.7.5.3,
 * available ring 2.7.6, used ring 2.7.8. Everything in guest memory is untrusted: what breaks the rules is
 * reported as a {@link VirtqueueError} and costs the host bounded work.
 */
import type { PhysicalMemory } from './device.js';

const DESCRIPTOR_SIZE = 16;
const DESCRIPTOR_NEXT = 1;
const DESCRIPTOR_WRITE = 2;
const DESCRIPTOR_INDIRECT = 4;

const AVAILABLE_NO_INTERRUPT = 1;

/** `next` has 16 bits, so a longer indirect table has descriptors that no chain can reach. */
const REACHABLE_DESCRIPTORS = 0x1_0000;
/** Greatest length of a chain in bytes (2.7.5.2). */
const CHAIN_BYTES = 2 ** 32;

/** The driver broke a rule of section 2.7; the device needs a reset before it can go on (2.1.2). */
export class VirtqueueError extends Error {
  override readonly name = 'VirtqueueError';
}

/** Guest-physical addresses of a queue's three parts, as the driver wrote them. */
export interface VirtqueueLayout {
  /** Number of descriptors: a power of two, at most 32768 (2.7). */
  readonly size: number;
  readonly descriptors: bigint;
  readonly available: bigint;
  readonly used: bigint;
}

interface Buffer {
  readonly address: number;
  readonly length: number;
}

/** One request of the driver: what the device may read, then what it may write, each as if contiguous. */
export class DescriptorChain {
  readonly readableLength: number;
  readonly writableLength: number;

  constructor(
    /** Index of the chain's first descriptor, by which the used ring names it. */
    readonly head: number,
    private readonly memory: PhysicalMemory,
    private readonly readable: readonly Buffer[],
    private readonly writable: readonly Buffer[],
  ) {
    this.readableLength = readable.reduce((sum, buffer) => sum + buffer.length, 0);
    this.writableLength = writable.reduce((sum, buffer) => sum + buffer.length, 0);
  }

  /**
   * Copies bytes out of the readable part.
   * @throws RangeError beyond its end
   */
  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const piece of pieces(this.readable, offset, length)) {
      bytes.set(this.memory.read(piece.address, piece.length), piece.position);
    }
    return bytes;
  }

  /**
   * Copies bytes into the writable part.
   * @throws RangeError beyond its end
   */
  write(offset: number, bytes: Uint8Array): void {
    for (const piece of pieces(this.writable, offset, bytes.length)) {
      this.memory.write(piece.address, bytes.subarray(piece.position, piece.position + piece.length));
    }
  }
}

/** Where the bytes `[offset, offset + length)` of a list of buffers lie; `position` counts from `offset`. */
function pieces(
  buffers: readonly Buffer[],
  offset: number,
  length: number,
): { address: number; length: number; position: number }[] {
  const found = [];
  let start = 0;
  let position = 0;
  for (const buffer of buffers) {
    const skip = Math.max(0, offset - start);
    const count = Math.min(buffer.length - skip, length - position);
    if (count > 0) {
      found.push({ address: buffer.address + skip, length: count, position });
      position += count;
    }
    start += buffer.length;
  }
  if (position < length)
    throw new RangeError(`${length} bytes at ${offset} exceed a chain of ${start} bytes`);
  return found;
}

export class SplitVirtqueue {
  private readonly size: number;
  private readonly descriptors: number;
  private readonly available: number;
  private readonly used: number;
  private lastAvailable = 0;
  private usedIndex = 0;

  /** @throws VirtqueueError when the size is no power of two or a part is misaligned or outside RAM (2.7) */
  constructor(
    private readonly memory: PhysicalMemory,
    layout: VirtqueueLayout,
  ) {
    const { size } = layout;
    if (size < 1 || size > 0x8000 || (size & (size - 1)) !== 0) {
      throw new VirtqueueError(`queue size: found ${size}, expected a power of two up to 32768`);
    }
    this.size = size;
    this.descriptors = this.part('descriptor table', layout.descriptors, DESCRIPTOR_SIZE * size, 16);
    this.available = this.part('available ring', layout.available, 4 + 2 * size, 2);
    this.used = this.part('used ring', layout.used, 4 + 8 * size, 4);
  }

  private part(name: string, address: bigint, length: number, alignment: number): number {
    const start = Number(address);
    if (start % alignment !== 0 || !this.memory.contains(start, length)) {
      throw new VirtqueueError(
        `${name}: found 0x${address.toString(16)}, expected ${length} bytes of RAM aligned to ${alignment}`,
      );
    }
    return start;
  }

  /**
   * Takes the next available chain, or undefined when there is none.
   * @throws VirtqueueError when the ring or the chain is malformed
   */
  pop(): DescriptorChain | undefined {
    const index = this.memory.readU16(this.available + 2);
    const waiting = (index - this.lastAvailable) & 0xffff;
    if (waiting === 0) return undefined;
    if (waiting > this.size) {
      throw new VirtqueueError(
        `available idx: ${waiting} chains made available, expected at most ${this.size}`,
      );
    }
    const head = this.memory.readU16(this.available + 4 + 2 * (this.lastAvailable % this.size));
    const chain = this.chain(head);
    this.lastAvailable = (this.lastAvailable + 1) & 0xffff;
    return chain;
  }

  /** Returns a chain to the driver; `written` is the number of bytes written from its start on (2.7.8). */
  push(chain: DescriptorChain, written: number): void {
    const element = this.used + 4 + 8 * (this.usedIndex % this.size);
    this.memory.writeU32(element, chain.head);
    this.memory.writeU32(element + 4, written);
    this.usedIndex = (this.usedIndex + 1) & 0xffff;
    this.memory.writeU16(this.used + 2, this.usedIndex);
  }

  /** Whether the driver asks to be interrupted when a chain is used (2.7.7). */
  get wantsInterrupt(): boolean {
    return (this.memory.readU16(this.available) & AVAILABLE_NO_INTERRUPT) === 0;
  }

  private chain(head: number): DescriptorChain {
    const readable: Buffer[] = [];
    const writable: Buffer[] = [];
    let table = this.descriptors;
    let entries = this.size;
    let indirect = false;
    let index = head;
    let visited = 0;
    for (;;) {
      if (index >= entries) {
        throw new VirtqueueError(`descriptor index: found ${index}, expected below ${entries}`);
      }
      // A chain that visits more descriptors than its table has contains a loop (2.7.5.2).
      if (++visited > entries) throw new VirtqueueError(`descriptor chain from ${head} does not end`);
      const at = table + DESCRIPTOR_SIZE * index;
      const address = this.memory.readU64(at);
      const length = this.memory.readU32(at + 8);
      const flags = this.memory.readU16(at + 12);
      if ((flags & DESCRIPTOR_INDIRECT) !== 0) {
        if (indirect || (flags & DESCRIPTOR_NEXT) !== 0) {
          throw new VirtqueueError(
            'indirect descriptor inside an indirect table, or with a successor (2.7.5.3.1)',
          );
        }
        if (length === 0 || length % DESCRIPTOR_SIZE !== 0) {
          throw new VirtqueueError(`indirect table: found ${length} bytes, expected a multiple of 16`);
        }
        table = this.buffer(address, length).address;
        entries = Math.min(length / DESCRIPTOR_SIZE, REACHABLE_DESCRIPTORS);
        indirect = true;
        index = 0;
        visited = 0;
        continue;
      }
      if ((flags & DESCRIPTOR_WRITE) !== 0) {
        writable.push(this.buffer(address, length));
      } else {
        if (writable.length > 0) {
          throw new VirtqueueError('a readable descriptor follows a writable one (2.7.4.2)');
        }
        readable.push(this.buffer(address, length));
      }
      if ((flags & DESCRIPTOR_NEXT) === 0) break;
      index = this.memory.readU16(at + 14);
    }
    const chain = new DescriptorChain(head, this.memory, readable, writable);
    const total = chain.readableLength + chain.writableLength;
    if (total > CHAIN_BYTES) throw new VirtqueueError(`chain: found ${total} bytes, expected at most 2^32`);
    return chain;
  }

  private buffer(address: bigint, length: number): Buffer {
    const start = Number(address);
    if (length > 0 && !this.memory.contains(start, length)) {
      throw new VirtqueueError(`descriptor: ${length} bytes at 0x${address.toString(16)} are not in RAM`);
    }
    return { address: start, length };
  }
}
