/**
 * Flattened device trees (DTB), version 17: a writer and a reader.
 *
 * Devicetree Specification v0.4, chapter 5: header 5.2, memory reservation block 5.3, structure block 5.4,
 * strings block 5.5; property value types in 2.2.4.
 */
import { BadImageError, hex } from '../bad-image.js';

const UTF8 = new TextDecoder();

/** A node of a device tree. The root's name is empty. */
export interface DeviceTreeNode {
  readonly name: string;
  /** Property values as they are stored: big-endian cells, NUL-terminated strings. */
  readonly properties: ReadonlyMap<string, Uint8Array>;
  readonly children: readonly DeviceTreeNode[];
}

/**
 * A property value in the forms of 2.2.4: `true` is `<empty>`, a number a `<u32>`, a bigint a `<u64>`, a list of
 * them cells one after another; strings are `<string>` and `<stringlist>`; bytes are stored as they are.
 */
export type PropertyValue =
  true | number | bigint | string | readonly string[] | readonly (number | bigint)[] | Uint8Array;

const MAGIC = 0xd00d_feed;
const VERSION = 17;
const LAST_COMPATIBLE_VERSION = 16;
const HEADER_SIZE = 40;

const BEGIN_NODE = 1;
const END_NODE = 2;
const PROP = 3;
const NOP = 4;
const END = 9;

/** Builds a node. Properties and children are written in the order given. */
export function node(
  name: string,
  properties: Readonly<Record<string, PropertyValue>>,
  children: readonly DeviceTreeNode[] = [],
): DeviceTreeNode {
  const encoded = new Map<string, Uint8Array>();
  for (const [key, value] of Object.entries(properties)) encoded.set(key, encodeValue(value));
  return { name, properties: encoded, children };
}

function encodeValue(value: PropertyValue): Uint8Array {
  if (value === true) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return encodeStrings([value]);
  if (typeof value === 'number' || typeof value === 'bigint') return encodeCells([value]);
  return isStringList(value) ? encodeStrings(value) : encodeCells(value);
}

function isStringList(value: readonly (string | number | bigint)[]): value is readonly string[] {
  return typeof value[0] === 'string';
}

function encodeStrings(strings: readonly string[]): Uint8Array {
  return new TextEncoder().encode(strings.map((text) => `${text}\0`).join(''));
}

function encodeCells(cells: readonly (number | bigint)[]): Uint8Array {
  const size = cells.reduce<number>((sum, cell) => sum + (typeof cell === 'bigint' ? 8 : 4), 0);
  const view = new DataView(new ArrayBuffer(size));
  let offset = 0;
  for (const cell of cells) {
    if (typeof cell === 'bigint') {
      view.setBigUint64(offset, cell);
      offset += 8;
    } else {
      view.setUint32(offset, cell);
      offset += 4;
    }
  }
  return new Uint8Array(view.buffer);
}

/** The 32-bit cells of a property; empty when there is no such property. */
export function cells(of: DeviceTreeNode, property: string): number[] {
  const bytes = of.properties.get(property);
  if (bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, index) => view.getUint32(4 * index));
}

/** The strings of a property; empty when there is no such property. */
export function strings(of: DeviceTreeNode, property: string): string[] {
  const bytes = of.properties.get(property);
  return bytes === undefined ? [] : UTF8.decode(bytes).split('\0').slice(0, -1);
}

/** The node at a path such as `/soc/serial@10000000`, or undefined. */
export function findNode(root: DeviceTreeNode, path: string): DeviceTreeNode | undefined {
  let found: DeviceTreeNode | undefined = root;
  for (const name of path.split('/')) {
    if (name !== '') found = found?.children.find((child) => child.name === name);
  }
  return found;
}

/** A growing big-endian buffer. */
class Writer {
  private bytes = new Uint8Array(1024);
  length = 0;

  u32(value: number): void {
    this.reserve(4);
    new DataView(this.bytes.buffer).setUint32(this.length, value);
    this.length += 4;
  }

  /** Bytes and as many zeros as bring the length to a multiple of four (5.4.1). */
  padded(bytes: Uint8Array): void {
    this.reserve(bytes.length + 3);
    this.bytes.set(bytes, this.length);
    this.length = (this.length + bytes.length + 3) & ~3;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(2 * (this.length + count));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

/**
 * Writes a tree as a DTB without memory reservations.
 * @param bootCpu physical id of the boot CPU (5.2, boot_cpuid_phys)
 */
export function encodeDeviceTree(root: DeviceTreeNode, bootCpu = 0): Uint8Array {
  const structure = new Writer();
  const names = new Map<string, number>();
  let nameBytes = 0;
  const text = new TextEncoder();

  const write = (of: DeviceTreeNode): void => {
    structure.u32(BEGIN_NODE);
    structure.padded(text.encode(`${of.name}\0`));
    for (const [name, value] of of.properties) {
      let offset = names.get(name);
      if (offset === undefined) {
        offset = nameBytes;
        names.set(name, offset);
        nameBytes += text.encode(name).length + 1;
      }
      structure.u32(PROP);
      structure.u32(value.length);
      structure.u32(offset);
      structure.padded(value);
    }
    of.children.forEach(write);
    structure.u32(END_NODE);
  };
  write(root);
  structure.u32(END);

  const structureBlock = structure.finish();
  const stringsBlock = encodeStrings([...names.keys()]);
  const reservationOffset = HEADER_SIZE;
  const structureOffset = reservationOffset + 16;
  const stringsOffset = structureOffset + structureBlock.length;
  const totalSize = stringsOffset + stringsBlock.length;
  const bytes = new Uint8Array(totalSize);
  const header = new DataView(bytes.buffer);
  [
    MAGIC,
    totalSize,
    structureOffset,
    stringsOffset,
    reservationOffset,
    VERSION,
    LAST_COMPATIBLE_VERSION,
    bootCpu,
    stringsBlock.length,
    structureBlock.length,
  ].forEach((field, index) => header.setUint32(4 * index, field));
  bytes.set(structureBlock, structureOffset);
  bytes.set(stringsBlock, stringsOffset);
  return bytes;
}

interface OpenNode {
  readonly name: string;
  readonly properties: Map<string, Uint8Array>;
  readonly children: DeviceTreeNode[];
}

/**
 * Reads a DTB.
 * @param file how errors name it
 * @throws BadImageError when it is not a well-formed DTB of version 17
 */
export function decodeDeviceTree(bytes: Uint8Array, file = 'device tree'): DeviceTreeNode {
  return new Reader(bytes, file).tree();
}

class Reader {
  private readonly view: DataView;
  private readonly structure: { readonly start: number; readonly end: number };
  private readonly strings: { readonly start: number; readonly end: number };
  private position: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < HEADER_SIZE) this.bad('header', `${bytes.length} bytes`, `${HEADER_SIZE} bytes`);
    const field = (index: number): number => this.view.getUint32(4 * index);
    if (field(0) !== MAGIC) this.bad('magic', hex(field(0)), hex(MAGIC));
    const totalSize = field(1);
    if (totalSize > bytes.length)
      this.bad('totalsize', `${totalSize}`, `at most the ${bytes.length} bytes there are`);
    if (field(5) < VERSION) this.bad('version', `${field(5)}`, `${VERSION} or later`);
    if (field(6) > VERSION) this.bad('last_comp_version', `${field(6)}`, `at most ${VERSION}`);
    this.structure = this.block('struct', field(2), field(9), totalSize);
    this.strings = this.block('strings', field(3), field(8), totalSize);
    if (this.structure.start % 4 !== 0) this.bad('off_dt_struct', hex(field(2)), 'a multiple of 4');
    this.position = this.structure.start;
  }

  tree(): DeviceTreeNode {
    const open: OpenNode[] = [];
    for (;;) {
      const at = this.position;
      const token = this.u32();
      const current = open.at(-1);
      switch (token) {
        case BEGIN_NODE:
          open.push({ name: this.nodeName(), properties: new Map(), children: [] });
          break;
        case PROP: {
          if (current === undefined) return this.bad('structure block', `a property at ${hex(at)}`, 'a node');
          const length = this.u32();
          const name = this.stringAt('property name', this.strings.start + this.u32(), this.strings.end);
          current.properties.set(name, this.take(length));
          break;
        }
        case END_NODE: {
          const done = open.pop();
          if (done === undefined) return this.bad('structure block', `FDT_END_NODE at ${hex(at)}`, 'a node');
          const parent = open.at(-1);
          if (parent === undefined) {
            this.expectEnd();
            return done;
          }
          parent.children.push(done);
          break;
        }
        case NOP:
          break;
        default:
          return this.bad(
            'structure block',
            `token ${hex(token)} at ${hex(at)}`,
            'FDT_BEGIN_NODE, PROP, NOP or END_NODE',
          );
      }
    }
  }

  private expectEnd(): void {
    let token = this.u32();
    while (token === NOP) token = this.u32();
    if (token !== END) this.bad('structure block', `token ${hex(token)} after the root`, 'FDT_END');
  }

  private block(
    name: string,
    start: number,
    size: number,
    totalSize: number,
  ): { start: number; end: number } {
    if (start < HEADER_SIZE || start + size > totalSize) {
      this.bad(
        `off_dt_${name}`,
        `${size} bytes at ${hex(start)}`,
        `a block within the ${totalSize} bytes of the tree`,
      );
    }
    return { start, end: start + size };
  }

  private u32(): number {
    if (this.position + 4 > this.structure.end) {
      this.bad('structure block', `its end at ${hex(this.position)}`, 'FDT_END before it');
    }
    this.position += 4;
    return this.view.getUint32(this.position - 4);
  }

  private take(length: number): Uint8Array {
    const start = this.position;
    if (start + length > this.structure.end) {
      this.bad(
        'structure block',
        `a property of ${length} bytes at ${hex(start)}`,
        'one that fits into the block',
      );
    }
    this.position = (start + length + 3) & ~3;
    return this.bytes.slice(start, start + length);
  }

  private nodeName(): string {
    const start = this.position;
    const name = this.stringAt('node name', start, this.structure.end);
    this.position = (this.bytes.indexOf(0, start) + 1 + 3) & ~3;
    return name;
  }

  private stringAt(field: string, start: number, end: number): string {
    const nul = this.bytes.indexOf(0, start);
    if (start >= end || nul < 0 || nul >= end) {
      this.bad(field, `no end of the string at ${hex(start)}`, 'a NUL within its block');
    }
    return UTF8.decode(this.bytes.subarray(start, nul));
  }

  private bad(field: string, found: string, expected: string): never {
    throw new BadImageError(this.file, field, found, expected);
  }
}
