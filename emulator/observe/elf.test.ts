import { describe, expect, it } from 'vitest';
import { BadImageError } from '../bad-image.js';
import { linkProgram, PROGRAM_ADDRESS } from '../node/link-program.js';
import {
  ElfType,
  findSection,
  isElf,
  parseElf,
  PT_LOAD,
  SectionFlag,
  SegmentFlag,
  SymbolType,
} from './elf.js';

const program = linkProgram(
  {
    'main.c': `
      int counter;
      int table[4] = {1, 2, 3, 4};
      __attribute__((noinline)) static int add(int n) { return counter += table[n & 3]; }
      void _start(void) { for (;;) add(counter); }
    `,
  },
  ['-O1', '-g'],
);

/** The program with the bytes at an offset replaced by a little-endian number. */
function damaged(offset: number, size: 1 | 2 | 4 | 8, value: number | bigint): Uint8Array {
  const bytes = program.slice();
  for (let index = 0; index < size; index++) {
    bytes[offset + index] = Number((BigInt(value) >> BigInt(8 * index)) & 0xffn);
  }
  return bytes;
}

const view = new DataView(program.buffer);
const firstSegment = Number(view.getBigUint64(32, true));
const firstSection = Number(view.getBigUint64(40, true));

function refused(bytes: Uint8Array): BadImageError {
  try {
    parseElf(bytes, 'kernel.elf');
  } catch (error) {
    if (error instanceof BadImageError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('a linked program', () => {
  const elf = parseElf(program, 'main.elf');

  it('is an executable that begins at _start', () => {
    expect(elf.type).toBe(ElfType.Executable);
    expect(elf.entry).toBe(elf.symbols.find((symbol) => symbol.name === '_start')?.value);
    expect(elf.flags & 1).toBe(1); // compressed instructions
  });

  it('has its instructions in an executable, unwritable segment', () => {
    const code = elf.segments.find(
      (segment) =>
        segment.type === PT_LOAD &&
        elf.entry >= segment.virtualAddress &&
        elf.entry < segment.virtualAddress + segment.memorySize,
    )!;
    expect(code.flags & (SegmentFlag.Execute | SegmentFlag.Write)).toBe(SegmentFlag.Execute);
    expect(code.physicalAddress).toBe(code.virtualAddress);
    expect(code.virtualAddress).toBeGreaterThanOrEqual(BigInt(PROGRAM_ADDRESS));
  });

  it('has the initial values of its data where the symbol says', () => {
    const table = elf.symbols.find((symbol) => symbol.name === 'table')!;
    const section = elf.sections[table.section]!;
    const start = Number(table.value - section.address);
    expect([...section.contents.subarray(start, start + 16)]).toEqual([
      1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0,
    ]);
    expect([table.type, table.size, table.global]).toEqual([SymbolType.Object, 16n, true]);
  });

  it('has its functions in an executable section', () => {
    const add = elf.symbols.find((symbol) => symbol.name === 'add')!;
    expect([add.type, add.global]).toEqual([SymbolType.Function, false]);
    expect(elf.sections[add.section]?.name).toBe('.text');
    expect(findSection(elf, '.text')!.flags & SectionFlag.Executable).not.toBe(0);
    expect(findSection(elf, '.nothing')).toBeUndefined();
  });
});

describe('anything else', () => {
  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'e_ident magic'],
    ['text', new TextEncoder().encode('#!/bin/sh\n'), 'e_ident magic'],
    ['a header cut short', program.subarray(0, 40), 'file size'],
    ['a 32-bit file', damaged(4, 1, 1), 'e_ident class'],
    ['a big-endian file', damaged(5, 1, 2), 'e_ident data'],
    ['a file for x86-64', damaged(18, 2, 62), 'e_machine'],
    ['a core dump', damaged(16, 2, 4), 'e_type'],
    ['a program header table of another size', damaged(54, 2, 32), 'e_phentsize'],
    ['a program header table beyond the file', damaged(32, 8, program.length), 'e_phoff'],
    ['a program header table at the end of the address space', damaged(32, 8, -1n), 'e_phoff'],
    ['a section header table beyond the file', damaged(40, 8, program.length - 8), 'e_shoff'],
    ['a segment beyond the file', damaged(firstSegment + 8, 8, program.length), 'program header 0 p_offset'],
    [
      'a segment larger in the file than in memory',
      damaged(firstSegment + 40, 8, 1),
      'program header 0 p_filesz',
    ],
    [
      'a section beyond the file',
      damaged(firstSection + 64 + 32, 8, 1n << 40n),
      'section header 1 sh_offset',
    ],
    [
      'a section with a name beyond the table',
      damaged(firstSection + 64, 4, 0xffff_ffff),
      'section header 1 sh_name',
    ],
    ['names in a section that is not there', damaged(62, 2, 999), 'e_shstrndx'],
  ])('%s is refused by the name of the field', (_, bytes, field) => {
    const error = refused(bytes);
    expect([error.file, error.field]).toEqual(['kernel.elf', field]);
    expect(error.message).toMatch(/^kernel\.elf: .+: found .+, expected .+$/);
  });

  it('a truncated file is refused wherever it was cut', () => {
    for (let length = 0; length < program.length; length += 97) refused(program.subarray(0, length));
  });

  it('is told from an ELF by its first bytes', () => {
    expect([isElf(program), isElf(new Uint8Array(4)), isElf(new Uint8Array(0))]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is never worse than a BadImageError, whatever byte of the headers is wrong', () => {
    const tables = [
      [0, 64],
      [firstSegment, firstSegment + 56],
      [firstSection, program.length],
    ] as const;
    for (const [start, end] of tables) {
      for (let at = start; at < end; at++) {
        for (const value of [0, 0x7f, 0xff]) {
          try {
            parseElf(damaged(at, 1, value), 'x');
          } catch (error) {
            expect(error).toBeInstanceOf(BadImageError);
          }
        }
      }
    }
  });
});
