/**
 * Puts kernel, firmware, initial RAM disk and device tree into RAM, and says where the harts begin.
 *
 * The places are QEMU's virt board's: firmware at the start of RAM, kernel 2 MiB above it (or where its ELF says),
 * device tree at the end of RAM, aligned down to 2 MiB. RISC-V Linux boot image header: Linux
 * Documentation/arch/riscv/boot-image-header.rst; registers at entry: boot.rst beside it and OpenSBI
 * docs/firmware/fw_dynamic.md.
 */
import { BadImageError, hex } from '../bad-image.js';
import type { PhysicalMemory } from '../devices/device.js';
import { ElfType, isElf, parseElf, PT_LOAD } from '../observe/elf.js';

/** `[start, end)` in physical addresses. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

export interface LoadOptions {
  /** Ids of the harts, ascending. */
  readonly harts: readonly number[];
  /** Id of the hart that boots: the only one to start with the built-in firmware. */
  readonly bootHart: number;
  /** The built-in SBI, none (the kernel starts in M-mode), or a firmware binary: an ELF file or flat. */
  readonly firmware: 'builtin' | 'none' | Uint8Array;
  /** An ELF file or a Linux Image. */
  readonly kernel?: Uint8Array;
  readonly initrd?: Uint8Array;
  /** Writes the device tree; its length may not depend on the addresses of the initial RAM disk. */
  readonly deviceTree: (initrd?: AddressRange) => Uint8Array;
  /** How errors name the files. */
  readonly names?: { readonly kernel?: string; readonly firmware?: string; readonly initrd?: string };
}

/** How a hart begins: in S-mode with the built-in firmware, otherwise in M-mode. a0 is the hart's id. */
export interface HartStart {
  /** Its id. */
  readonly hart: number;
  readonly pc: bigint;
  /** Physical address of the device tree. */
  readonly a1: bigint;
  /** Physical address of the `fw_dynamic_info` for a firmware binary; 0 otherwise. */
  readonly a2: bigint;
}

const MEGAPAGE = 2 << 20;
const PAGE = 4096;

/** Linux boot image header: `RSC\x05` little-endian at offset 56; text_offset at 8, image_size at 16. */
const IMAGE_HEADER = 64;
const IMAGE_MAGIC = 0x0543_5352;

/** `OSBI` little-endian; OpenSBI include/sbi/fw_dynamic.h. */
const FW_DYNAMIC_MAGIC = 0x4942_534fn;
const FW_DYNAMIC_VERSION = 2n;
const FW_DYNAMIC_NEXT_S_MODE = 1n;
const FW_DYNAMIC_SIZE = 48;
/** Bytes that firmware may add to the tree: reserved memory, other properties. */
const TREE_GROWTH = 4096;

/** A stretch of bytes with its place, and what errors call it. */
interface Piece extends AddressRange {
  readonly file: string;
  readonly field: string;
  readonly bytes: Uint8Array;
}

interface Placed {
  readonly pieces: readonly Piece[];
  /** Physical address of the first instruction. */
  readonly entry: number;
}

/**
 * Loads everything and returns the harts that start, in ascending order.
 * @throws BadImageError when a file is not what it should be or finds no place
 */
export function loadMachine(memory: PhysicalMemory, options: LoadOptions): HartStart[] {
  const names = { kernel: 'kernel', firmware: 'firmware', initrd: 'initrd', ...options.names };
  const { firmware } = options;
  const firmwareImage =
    typeof firmware === 'string' ? undefined : placeFirmware(memory, names.firmware, firmware);
  const kernel = options.kernel === undefined ? undefined : placeKernel(memory, names.kernel, options.kernel);
  const first = firmwareImage ?? kernel;
  if (first === undefined) throw new BadImageError(names.kernel, 'file', 'none', 'a kernel or a firmware');

  const pieces = [...(firmwareImage?.pieces ?? []), ...(kernel?.pieces ?? [])];
  const initrdSize = options.initrd?.length ?? 0;
  const treeSize = options.deviceTree(options.initrd && { start: 0, end: 0 }).length;

  // The tree, then the information for the firmware at the end of RAM. A RAM of a few megabytes has none to give away for alignment.
  const endOfRam = memory.base + memory.size;
  const alignment = memory.size > 2 * MEGAPAGE ? MEGAPAGE : PAGE;
  // OpenSBI lets the tree grow in place, and harts that leave reset late still read the information.
  const information = endOfRam - FW_DYNAMIC_SIZE;
  const tree = alignDown(information - treeSize - TREE_GROWTH, alignment);
  const initrd = alignDown(tree - initrdSize, PAGE);
  const treeBytes = options.deviceTree(options.initrd && { start: initrd, end: initrd + initrdSize });
  pieces.push(piece('device tree', 'size', tree, treeBytes));
  if (options.initrd !== undefined) pieces.push(piece(names.initrd, 'size', initrd, options.initrd));
  if (firmwareImage !== undefined) {
    const bytes = dynamicInformation(kernel?.entry ?? 0, options.bootHart);
    pieces.push(piece('fw_dynamic_info', 'size', information, bytes));
  }
  place(memory, pieces);

  const start = (hart: number): HartStart => ({
    hart,
    pc: BigInt(first.entry),
    a1: BigInt(tree),
    a2: firmwareImage === undefined ? 0n : BigInt(information),
  });
  return firmware === 'builtin' ? [start(options.bootHart)] : options.harts.map(start);
}

function alignDown(address: number, alignment: number): number {
  return address - (((address % alignment) + alignment) % alignment);
}

function piece(file: string, field: string, start: number, bytes: Uint8Array, size = bytes.length): Piece {
  return { file, field, start, end: start + size, bytes };
}

/** Writes all pieces, after checking that each lies in RAM and no two overlap. */
function place(memory: PhysicalMemory, pieces: readonly Piece[]): void {
  const ram = `RAM, ${range({ start: memory.base, end: memory.base + memory.size })}`;
  for (const { file, field, start, end } of pieces) {
    if (!memory.contains(start, end - start)) {
      throw new BadImageError(file, field, range({ start, end }), `a place in ${ram}`);
    }
  }
  const sorted = pieces.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
  for (const [index, upper] of sorted.entries()) {
    const lower = sorted[index - 1];
    if (lower === undefined || lower.end <= upper.start) continue;
    const other = lower.file === upper.file ? lower.field : lower.file;
    throw new BadImageError(
      upper.file,
      upper.field,
      range(upper),
      `a place clear of ${other}, ${range(lower)}`,
    );
  }
  for (const { start, end, bytes } of pieces) {
    memory.write(start, bytes);
    const rest = end - start - bytes.length;
    if (rest > 0) memory.write(start + bytes.length, new Uint8Array(rest));
  }
}

function range({ start, end }: AddressRange): string {
  return `[${hex(start)}, ${hex(end)})`;
}

function placeKernel(memory: PhysicalMemory, file: string, bytes: Uint8Array): Placed {
  if (isElf(bytes)) return placeElf(file, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < IMAGE_HEADER || view.getUint32(56, true) !== IMAGE_MAGIC) {
    throw new BadImageError(
      file,
      'magic',
      bytes.length === 0 ? 'an empty file' : 'neither',
      'an ELF file (7f 45 4c 46 at its start) or a RISC-V Linux Image (RSC\\x05 at offset 56)',
    );
  }
  const textOffset = view.getBigUint64(8, true);
  const imageSize = view.getBigUint64(16, true);
  const limit = BigInt(memory.size);
  if (textOffset > limit || textOffset % BigInt(PAGE) !== 0n) {
    throw new BadImageError(file, 'text_offset', hex(textOffset), 'a multiple of 4096 within RAM');
  }
  if (imageSize > limit)
    throw new BadImageError(file, 'image_size', hex(imageSize), `at most the size of RAM`);
  const start = memory.base + Number(textOffset);
  // image_size 0 is an old kernel's way of not saying; with its bss the kernel is larger than the file.
  const size = Math.max(Number(imageSize), bytes.length);
  return { entry: start, pieces: [piece(file, 'image', start, bytes, size)] };
}

function placeFirmware(memory: PhysicalMemory, file: string, bytes: Uint8Array): Placed {
  if (isElf(bytes)) return placeElf(file, bytes);
  if (bytes.length === 0)
    throw new BadImageError(file, 'size', 'an empty file', 'an ELF file or a flat binary');
  return { entry: memory.base, pieces: [piece(file, 'size', memory.base, bytes)] };
}

/** Segments go to their physical addresses, and so does the entry point: the MMU is off when a hart starts. */
function placeElf(file: string, bytes: Uint8Array): Placed {
  const elf = parseElf(bytes, file);
  if (elf.type === ElfType.Relocatable) {
    throw new BadImageError(file, 'e_type', '1 (relocatable)', '2 or 3: link the object file first');
  }
  const pieces: Piece[] = [];
  let entry: number | undefined;
  for (const [index, segment] of elf.segments.entries()) {
    if (segment.type !== PT_LOAD || segment.memorySize === 0n) continue;
    const start = Number(segment.physicalAddress);
    pieces.push(
      piece(file, `program header ${index} p_paddr`, start, segment.contents, Number(segment.memorySize)),
    );
    const offset = elf.entry - segment.virtualAddress;
    if (offset >= 0n && offset < segment.memorySize) entry ??= start + Number(offset);
  }
  if (pieces.length === 0) throw new BadImageError(file, 'program headers', 'no PT_LOAD', 'at least one');
  if (entry === undefined) {
    throw new BadImageError(file, 'e_entry', hex(elf.entry), 'an address within a PT_LOAD segment');
  }
  return { entry, pieces };
}

/** `struct fw_dynamic_info`: what a FW_DYNAMIC firmware starts next, in which mode, and which hart it prefers. */
function dynamicInformation(nextAddress: number, bootHart: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(FW_DYNAMIC_SIZE));
  const options = 0n;
  [
    FW_DYNAMIC_MAGIC,
    FW_DYNAMIC_VERSION,
    BigInt(nextAddress),
    FW_DYNAMIC_NEXT_S_MODE,
    options,
    BigInt(bootHart),
  ].forEach((field, index) => view.setBigUint64(8 * index, field, true));
  return new Uint8Array(view.buffer);
}
