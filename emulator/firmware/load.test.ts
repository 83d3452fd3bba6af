import { beforeEach, describe, expect, it } from 'vitest';
import { BadImageError } from '../bad-image.js';
import { ArrayMemory } from '../devices/fake-host.js';
import { linkProgram, PROGRAM_ADDRESS } from '../node/link-program.js';
import { parseElf, PT_LOAD } from '../observe/elf.js';
import { type AddressRange, type HartStart, loadMachine, type LoadOptions } from './load.js';

const RAM = 0x8000_0000;
const MEBIBYTE = 1 << 20;
const TREE_SIZE = 5000;

const elf = linkProgram(
  {
    'main.c':
      'volatile int zero[1000]; volatile int seven = 7; void _start(void) { for (;;) seven += zero[0]; }',
  },
  ['-O1', '-g'],
);

let memory: ArrayMemory;
let trees: (AddressRange | undefined)[];

beforeEach(() => {
  memory = new ArrayMemory(RAM, 16 * MEBIBYTE);
  memory.bytes.fill(0xa5);
  trees = [];
});

function load(options: Partial<LoadOptions>): HartStart[] {
  return loadMachine(memory, {
    harts: [0, 1, 2],
    bootHart: 1,
    firmware: 'builtin',
    deviceTree: (initrd) => {
      trees.push(initrd);
      return new Uint8Array(TREE_SIZE).fill(0xdd);
    },
    ...options,
  });
}

function refused(options: Partial<LoadOptions>): BadImageError {
  try {
    load(options);
  } catch (error) {
    if (error instanceof BadImageError) return error;
    throw error;
  }
  throw new Error('it was loaded');
}

/** A Linux Image with the header's fields as given. */
function image(fields: { textOffset?: bigint; imageSize?: bigint; length?: number } = {}): Uint8Array {
  const bytes = new Uint8Array(fields.length ?? 4096).fill(0x13);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, fields.textOffset ?? 0x20_0000n, true);
  view.setBigUint64(16, fields.imageSize ?? 0x3000n, true);
  view.setUint32(56, 0x0543_5352, true);
  return bytes;
}

/** The program with the bytes at an offset replaced. */
function damaged(offset: number, value: bigint): Uint8Array {
  const bytes = elf.slice();
  new DataView(bytes.buffer).setBigUint64(offset, value, true);
  return bytes;
}

const firstSegment = Number(new DataView(elf.buffer).getBigUint64(32, true));

describe('a kernel that is an ELF file', () => {
  it('goes to its physical addresses, its bss zeroed', () => {
    load({ kernel: elf });
    const { segments, symbols } = parseElf(elf, 'kernel');
    for (const segment of segments.filter(({ type }) => type === PT_LOAD)) {
      const start = Number(segment.physicalAddress);
      expect(memory.read(start, segment.contents.length)).toEqual(segment.contents);
    }
    const at = (name: string): number => Number(symbols.find((symbol) => symbol.name === name)!.value);
    expect(memory.readU32(at('seven'))).toBe(7);
    expect(memory.readU32(at('zero') + 3996)).toBe(0);
  });

  it('starts on the boot hart alone under the built-in firmware, with the device tree in a1', () => {
    const [start, ...others] = load({ kernel: elf });
    expect(others).toEqual([]);
    expect(start).toMatchObject({ hart: 1, pc: parseElf(elf, 'kernel').entry, a2: 0n });
    expect([...new Set(memory.read(Number(start!.a1), TREE_SIZE))]).toEqual([0xdd]);
  });

  it('starts on every hart when there is no firmware', () => {
    const starts = load({ kernel: elf, firmware: 'none' });
    expect(starts.map(({ hart }) => hart)).toEqual([0, 1, 2]);
    expect(new Set(starts.map(({ pc }) => pc))).toEqual(new Set([parseElf(elf, 'kernel').entry]));
  });

  it('starts at the physical address of its entry point', () => {
    const high = 0xffff_ffff_8020_0000n;
    const bytes = elf.slice();
    const view = new DataView(bytes.buffer);
    const count = view.getUint16(56, true);
    for (let index = 0; index < count; index++) {
      const header = firstSegment + 56 * index;
      const address = view.getBigUint64(header + 16, true);
      if (address !== 0n) view.setBigUint64(header + 16, address - BigInt(PROGRAM_ADDRESS) + high, true);
    }
    const entry = view.getBigUint64(24, true);
    view.setBigUint64(24, entry - BigInt(PROGRAM_ADDRESS) + high, true);
    expect(load({ kernel: bytes })[0]?.pc).toBe(entry);
  });

  it.each<[string, () => Uint8Array, string]>([
    ['lies below RAM', () => damaged(firstSegment + 24, 0x1000n), 'program header 0 p_paddr'],
    ['lies far beyond RAM', () => damaged(firstSegment + 24, 1n << 63n), 'program header 0 p_paddr'],
    ['is larger than RAM', () => damaged(firstSegment + 40, 1n << 40n), 'program header 0 p_paddr'],
    ['begins nowhere', () => damaged(24, 0x1234n), 'e_entry'],
    ['is truncated', () => elf.subarray(0, 200), 'e_shoff'],
    ['has nothing to load', () => damaged(firstSegment + 40, 0n).fill(0, 56, 58), 'program headers'],
  ])('is refused when it %s', (_, kernel, field) => {
    expect(refused({ kernel: kernel(), names: { kernel: 'build/kernel.elf' } })).toMatchObject({
      file: 'build/kernel.elf',
      field,
    });
    expect(new Set(memory.bytes)).toEqual(new Set([0xa5]));
  });

  it('is refused as an object file', () => {
    const bytes = elf.slice();
    bytes[16] = 1;
    expect(refused({ kernel: bytes }).field).toBe('e_type');
  });

  it('is refused when its segments overlap', () => {
    const view = new DataView(elf.buffer);
    const second = firstSegment + 56;
    const error = refused({ kernel: damaged(second + 24, view.getBigUint64(firstSegment + 24, true)) });
    expect(error.message).toMatch(
      /^kernel: program header \d p_paddr: found .*clear of program header \d p_paddr/,
    );
  });
});

describe('a kernel that is a Linux Image', () => {
  it('goes to its text offset with the memory it asks for zeroed', () => {
    const [start] = load({ kernel: image() });
    expect(start?.pc).toBe(0x8020_0000n);
    expect(memory.readU32(0x8020_0000 + 56)).toBe(0x0543_5352);
    expect([memory.readU16(0x8020_2ffe), memory.readU16(0x8020_3000)]).toEqual([0, 0xa5a5]);
  });

  it.each([
    ['text_offset', image({ textOffset: 0x20_0001n })],
    ['text_offset', image({ textOffset: 1n << 62n })],
    ['image_size', image({ imageSize: 1n << 62n })],
    ['image', image({ imageSize: 0xff_0000n })],
    ['magic', image().fill(0, 56, 60)],
    ['magic', image().subarray(0, 60)],
    ['magic', new Uint8Array(0)],
  ])('is refused for its %s', (field, kernel) => {
    expect(refused({ kernel }).field).toBe(field);
  });
});

describe('a firmware binary', () => {
  const firmware = new Uint8Array(0x1000).fill(0x6f);

  it('lies at the start of RAM and starts on every hart', () => {
    const starts = load({ kernel: elf, firmware });
    expect(starts.map(({ hart, pc }) => [hart, pc])).toEqual([
      [0, 0x8000_0000n],
      [1, 0x8000_0000n],
      [2, 0x8000_0000n],
    ]);
    expect(memory.readU32(RAM)).toBe(0x6f6f_6f6f);
  });

  it('finds the next stage in fw_dynamic_info at a2', () => {
    const [start] = load({ kernel: elf, firmware });
    const field = (index: number): bigint => memory.readU64(Number(start!.a2) + 8 * index);
    expect([0, 1, 2, 3, 4, 5].map(field)).toEqual([
      0x4942_534fn, // "OSBI"
      2n,
      parseElf(elf, 'kernel').entry,
      1n, // S-mode
      0n,
      1n, // boot hart
    ]);
    expect(start!.a2 % 8n).toBe(0n);
  });

  it('may be an ELF file, and needs no kernel', () => {
    expect(load({ firmware: elf })[0]?.pc).toBe(parseElf(elf, 'firmware').entry);
  });

  it('is refused when it is empty or runs into the kernel', () => {
    expect(refused({ firmware: new Uint8Array(0), kernel: elf })).toMatchObject({
      file: 'firmware',
      field: 'size',
    });
    const large = new Uint8Array(3 * MEBIBYTE);
    expect(refused({ firmware: large, kernel: elf }).message).toMatch(/^kernel: .*clear of firmware/);
  });
});

describe('the device tree and the initial RAM disk', () => {
  it('puts the tree at the end of RAM, aligned to 2 MiB', () => {
    const [start] = load({ kernel: elf });
    expect(start?.a1).toBe(BigInt(RAM + 14 * MEBIBYTE));
    expect(trees.at(-1)).toBeUndefined();
  });

  it('puts the disk below the tree, which tells where', () => {
    const initrd = new Uint8Array(10_000).fill(0x77);
    load({ kernel: elf, initrd });
    const { start, end } = trees.at(-1)!;
    expect([start % 4096, end - start]).toEqual([0, 10_000]);
    expect(memory.read(start, 10_000)).toEqual(initrd);
    expect(end).toBeLessThanOrEqual(RAM + 14 * MEBIBYTE);
  });

  it('refuses a disk that runs into the kernel or out of RAM', () => {
    expect(refused({ kernel: elf, initrd: new Uint8Array(13 * MEBIBYTE) }).message).toMatch(
      /clear of|place clear/,
    );
    expect(refused({ kernel: elf, initrd: new Uint8Array(15 * MEBIBYTE) })).toMatchObject({ file: 'initrd' });
  });

  it('works in the smallest RAM', () => {
    memory = new ArrayMemory(RAM, MEBIBYTE);
    const [start] = load({ firmware: new Uint8Array(4096) });
    expect(Number(start!.a1)).toBeGreaterThanOrEqual(RAM + MEBIBYTE / 2);
  });
});

it('needs a kernel or a firmware', () => {
  expect(refused({}).message).toBe('kernel: file: found none, expected a kernel or a firmware');
});
