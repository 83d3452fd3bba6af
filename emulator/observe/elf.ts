/**
 * ELF files for RV64: a validating reader.
 *
 * System V ABI (gABI) 4.1 with the ELF-64 Object File Format 1.5: header, section headers, symbol table, program
 * headers; RISC-V ELF psABI 1.0, chapter 8 (e_machine, e_flags).
 */
import { BadImageError, hex } from '../bad-image.js';

const UTF8 = new TextDecoder();

/** e_type (gABI chapter 4). */
export const enum ElfType {
  Relocatable = 1,
  Executable = 2,
  /** Shared object or position-independent executable. */
  Dynamic = 3,
}

/** p_type of a loadable segment. */
export const PT_LOAD = 1;

/** p_flags. */
export const enum SegmentFlag {
  Execute = 1,
  Write = 2,
  Read = 4,
}

/** sh_flags. */
export const enum SectionFlag {
  Write = 1,
  Allocated = 2,
  Executable = 4,
  Compressed = 0x800,
}

/** st_info, low half. */
export const enum SymbolType {
  None = 0,
  Object = 1,
  Function = 2,
  Section = 3,
  File = 4,
}

export interface ElfSegment {
  /** p_type. */
  readonly type: number;
  /** p_flags, a mask of {@link SegmentFlag}. */
  readonly flags: number;
  readonly virtualAddress: bigint;
  readonly physicalAddress: bigint;
  /** Bytes in memory; those beyond the contents are zero. */
  readonly memorySize: bigint;
  /** The segment's bytes in the file. */
  readonly contents: Uint8Array;
}

export interface ElfSection {
  readonly name: string;
  /** sh_type. */
  readonly type: number;
  /** sh_flags, a mask of {@link SectionFlag}. */
  readonly flags: number;
  readonly address: bigint;
  readonly size: bigint;
  /** The section's bytes; empty for SHT_NOBITS. */
  readonly contents: Uint8Array;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: bigint;
  /** Bytes; 0 for a label of assembly code that states no size. */
  readonly size: bigint;
  readonly type: SymbolType;
  /** Whether other object files see it. */
  readonly global: boolean;
  /** Index of the section it lies in; 0 is undefined, 0xfff1 absolute. */
  readonly section: number;
}

export interface ElfFile {
  /** The file as the user named it. */
  readonly file: string;
  readonly type: ElfType;
  /** Virtual address of the first instruction. */
  readonly entry: bigint;
  /** e_flags: bit 0 is RVC, bits 2:1 the floating-point ABI. */
  readonly flags: number;
  /** In the order of the program header table. */
  readonly segments: readonly ElfSegment[];
  /** In the order of the section header table; the first is the null section. */
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

const ELF_HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;
const SYMBOL = 24;

const SHT_SYMTAB = 2;
const SHT_NOBITS = 8;
const EM_RISCV = 243;
/** e_phnum and e_shnum that say: the number is elsewhere. */
const PN_XNUM = 0xffff;

/** Whether a file begins as every ELF does. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

/**
 * Reads an ELF file.
 * @param file how errors name it
 * @throws BadImageError when it is no ELF, not for RV64, or any header, name or content lies outside the file
 */
export function parseElf(bytes: Uint8Array, file: string): ElfFile {
  return new ElfReader(bytes, file).read();
}

/** The first section of a name, or undefined. */
export function findSection(elf: ElfFile, name: string): ElfSection | undefined {
  return elf.sections.find((section) => section.name === name);
}

class ElfReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): ElfFile {
    this.identify();
    const view = this.view;
    const type = view.getUint16(16, true);
    const sectionHeaders = this.table('e_shoff', view.getBigUint64(40, true), view.getUint16(60, true), {
      size: view.getUint16(58, true),
      expected: SECTION_HEADER,
      field: 'e_shentsize',
    });
    const programHeaders = this.table('e_phoff', view.getBigUint64(32, true), view.getUint16(56, true), {
      size: view.getUint16(54, true),
      expected: PROGRAM_HEADER,
      field: 'e_phentsize',
    });
    const sections = this.sections(sectionHeaders, view.getUint16(62, true));
    return {
      file: this.file,
      type,
      entry: view.getBigUint64(24, true),
      flags: view.getUint32(48, true),
      segments: programHeaders.map((offset, index) => this.segment(offset, index)),
      sections,
      symbols: this.symbols(sectionHeaders, sections),
    };
  }

  private identify(): void {
    const { bytes, view } = this;
    if (!isElf(bytes)) {
      const start = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
      this.bad('e_ident magic', start === '' ? 'an empty file' : start, '7f 45 4c 46');
    }
    if (bytes.length < ELF_HEADER)
      this.bad('file size', `${bytes.length} bytes`, `${ELF_HEADER} or more: truncated`);
    const expect = (field: string, found: number, expected: number, meaning: string): void => {
      if (found !== expected) this.bad(field, `${found}`, `${expected} (${meaning})`);
    };
    expect('e_ident class', bytes[4] ?? 0, 2, 'ELFCLASS64');
    expect('e_ident data', bytes[5] ?? 0, 1, 'ELFDATA2LSB');
    expect('e_ident version', bytes[6] ?? 0, 1, 'EV_CURRENT');
    expect('e_machine', view.getUint16(18, true), EM_RISCV, 'EM_RISCV');
    const type = view.getUint16(16, true);
    if (type < 1 || type > 3) this.bad('e_type', `${type}`, '1 to 3 (relocatable, executable, dynamic)');
  }

  /** File offsets of the entries of a header table. */
  private table(
    field: string,
    start: bigint,
    count: number,
    entry: { readonly size: number; readonly expected: number; readonly field: string },
  ): number[] {
    if (count === 0) return [];
    if (count >= PN_XNUM) this.bad(field, `${count} entries`, `fewer than ${PN_XNUM}`);
    if (entry.size !== entry.expected) this.bad(entry.field, `${entry.size}`, `${entry.expected}`);
    this.slice(field, start, BigInt(count * entry.size));
    return Array.from({ length: count }, (_, index) => Number(start) + index * entry.size);
  }

  private segment(offset: number, index: number): ElfSegment {
    const view = this.view;
    const type = view.getUint32(offset, true);
    const fileSize = view.getBigUint64(offset + 32, true);
    const memorySize = view.getBigUint64(offset + 40, true);
    const field = `program header ${index}`;
    if (type === PT_LOAD && fileSize > memorySize) {
      this.bad(`${field} p_filesz`, hex(fileSize), `at most p_memsz, ${hex(memorySize)}`);
    }
    return {
      type,
      flags: view.getUint32(offset + 4, true),
      virtualAddress: view.getBigUint64(offset + 16, true),
      physicalAddress: view.getBigUint64(offset + 24, true),
      memorySize,
      contents: this.slice(`${field} p_offset`, view.getBigUint64(offset + 8, true), fileSize),
    };
  }

  private sections(headers: readonly number[], namesIndex: number): ElfSection[] {
    const view = this.view;
    const unnamed = headers.map((offset, index): ElfSection & { nameOffset: number } => {
      const type = view.getUint32(offset + 4, true);
      const size = view.getBigUint64(offset + 32, true);
      const start = view.getBigUint64(offset + 24, true);
      // SHT_NULL and SHT_NOBITS have no contents, whatever their offset and size say.
      const empty = type === 0 || type === SHT_NOBITS;
      return {
        name: '',
        nameOffset: view.getUint32(offset, true),
        type,
        flags: Number(view.getBigUint64(offset + 8, true) & 0xffff_ffffn),
        address: view.getBigUint64(offset + 16, true),
        size,
        contents: empty ? new Uint8Array(0) : this.slice(`section header ${index} sh_offset`, start, size),
      };
    });
    if (headers.length === 0) return [];
    const names = unnamed[namesIndex];
    if (names === undefined)
      return this.bad('e_shstrndx', `${namesIndex}`, `below e_shnum, ${headers.length}`);
    return unnamed.map(({ nameOffset, ...section }, index) => ({
      ...section,
      name: this.string(names.contents, nameOffset, `section header ${index} sh_name`),
    }));
  }

  private symbols(headers: readonly number[], sections: readonly ElfSection[]): ElfSymbol[] {
    const index = sections.findIndex((section) => section.type === SHT_SYMTAB);
    const table = sections[index];
    const header = headers[index];
    if (table === undefined || header === undefined) return [];
    const link = this.view.getUint32(header + 40, true);
    const names = sections[link];
    if (names === undefined) {
      return this.bad('symbol table sh_link', `${link}`, `a section below e_shnum, ${sections.length}`);
    }
    if (table.contents.length % SYMBOL !== 0) {
      this.bad('symbol table sh_size', `${table.contents.length}`, `a multiple of ${SYMBOL}`);
    }
    const view = new DataView(table.contents.buffer, table.contents.byteOffset, table.contents.byteLength);
    const symbols: ElfSymbol[] = [];
    // The first symbol is the null symbol.
    for (let offset = SYMBOL; offset < table.contents.length; offset += SYMBOL) {
      const info = view.getUint8(offset + 4);
      symbols.push({
        name: this.string(names.contents, view.getUint32(offset, true), `symbol ${offset / SYMBOL} st_name`),
        value: view.getBigUint64(offset + 8, true),
        size: view.getBigUint64(offset + 16, true),
        type: info & 0xf,
        global: info >> 4 !== 0,
        section: view.getUint16(offset + 6, true),
      });
    }
    return symbols;
  }

  private string(table: Uint8Array, offset: number, field: string): string {
    const end = table.indexOf(0, offset);
    if (offset >= table.length || end < 0) {
      this.bad(field, hex(offset), `the start of a string in a table of ${table.length} bytes`);
    }
    return UTF8.decode(table.subarray(offset, end));
  }

  private slice(field: string, start: bigint, length: bigint): Uint8Array {
    if (length === 0n) return new Uint8Array(0);
    if (start + length > BigInt(this.bytes.length)) {
      this.bad(
        field,
        `${length} bytes at ${hex(start)}`,
        `bytes within the ${this.bytes.length} of the file: truncated`,
      );
    }
    return this.bytes.subarray(Number(start), Number(start + length));
  }

  private bad(field: string, found: string, expected: string): never {
    throw new BadImageError(this.file, field, found, expected);
  }
}
