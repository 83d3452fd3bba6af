import { describe, expect, it } from 'vitest';
import { BadImageError } from '../bad-image.js';
import { linkProgram } from '../node/link-program.js';
import { LineTable } from './dwarf-line.js';
import { type ElfFile, parseElf } from './elf.js';
import { SymbolTable } from './symbols.js';

const sources = {
  'kernel/main.c': `#include "../include/twice.h"
int counter;
int other(int n);

__attribute__((noinline)) static int add(int n) {
  counter += n;
  return counter;
}

void _start(void) {
  for (;;) {
    add(twice(counter));
    other(1);
  }
}
`,
  'kernel/sched/other.c': `extern int counter;
int other(int n) {
  counter -= n;
  return n;
}
`,
  'include/twice.h': `static inline int twice(int n) {
  return n + n + 7;
}
`,
};

/** A linked file with the contents of sections replaced. */
function withSections(elf: ElfFile, contents: Readonly<Record<string, Uint8Array>>): ElfFile {
  return {
    ...elf,
    sections: elf.sections.map((section) => ({
      ...section,
      contents: contents[section.name] ?? section.contents,
    })),
  };
}

describe.each([
  ['DWARF 4', '-gdwarf-4'],
  ['DWARF 5', '-gdwarf-5'],
])('%s as clang writes it', (_, flag) => {
  const optimized = parseElf(linkProgram(sources, [flag, '-O2']), 'program.elf');
  const elf = parseElf(linkProgram(sources, [flag, '-O0']), 'program.elf');
  const lines = new LineTable(elf);
  const symbols = new SymbolTable(elf);

  it('names files as the compiler was given them', () => {
    expect([...lines.files].sort()).toEqual(['include/twice.h', 'kernel/main.c', 'kernel/sched/other.c']);
  });

  it.each([
    ['_start', 'kernel/main.c', 10],
    ['add', 'kernel/main.c', 5],
    ['other', 'kernel/sched/other.c', 2],
    ['twice', 'include/twice.h', 1],
  ])('finds the line on which %s begins', (name, file, line) => {
    expect(lines.at(symbols.addressOf(name)!)).toMatchObject({ file, line });
  });

  it('finds a line for every instruction of a function, within the function', () => {
    const { value, size } = symbols.find('other')!;
    for (let address = value; address < value + size; address += 2n) {
      const at = lines.at(address);
      expect(at?.file).toBe('kernel/sched/other.c');
      expect(at?.line).toBeGreaterThanOrEqual(2);
      expect(at?.line).toBeLessThanOrEqual(5);
    }
  });

  it('finds nothing outside the code', () => {
    const text = elf.sections.find((section) => section.name === '.text')!;
    expect(lines.at(text.address - 1n)).toBeUndefined();
    expect(lines.at(text.address + text.size)).toBeUndefined();
    expect(lines.at(0n)).toBeUndefined();
    expect(lines.at(0xffff_ffff_ffff_ffffn)).toBeUndefined();
  });

  it('finds the code of a line, by as much of the path as tells it', () => {
    for (const file of ['other.c', 'sched/other.c', 'kernel/sched/other.c', './kernel/x/../sched/other.c']) {
      const [address, ...more] = lines.addressesOf(file, 3);
      expect(more).toEqual([]);
      expect(symbols.at(address!)?.name).toBe('other');
      expect(lines.at(address!)?.line).toBe(3);
    }
  });

  it('finds no code for a line without any, a file without any, or a part of a name', () => {
    expect(lines.addressesOf('other.c', 1)).toEqual([]);
    expect(lines.addressesOf('none.c', 3)).toEqual([]);
    expect(lines.addressesOf('ther.c', 3)).toEqual([]);
  });

  it('lists the lines that have code', () => {
    expect(lines.linesOf('other.c')).toEqual([2, 3, 4]);
    expect(lines.linesOf('twice.h')).toEqual([1, 2]);
  });

  it('finds an inlined line at every place it went to', () => {
    const table = new LineTable(optimized);
    const inlined = table.addressesOf('twice.h', 2);
    expect(inlined.length).toBeGreaterThan(0);
    const names = new SymbolTable(optimized);
    for (const address of inlined) expect(names.at(address)?.name).not.toBe('twice');
  });

  it('finds no line for code that belongs to none, or that of the code before it if asked', () => {
    // DWARF 5 counts files from 0.
    const file = flag === '-gdwarf-5' ? 0 : 1;
    const source = `int counter;
void _start(void) {
  counter = 1;
  __asm__ volatile(".loc ${file} 0\\n nop\\n merged: nop");
  counter = 2;
}
`;
    const merged = parseElf(linkProgram({ 'merged.c': source }, [flag, '-O0']), 'merged.elf');
    const [table, names] = [new LineTable(merged), new SymbolTable(merged)];
    const address = names.addressOf('merged')!;
    expect(table.at(address)).toBeUndefined();
    expect(table.atOrBefore(address, names.addressOf('_start')!)?.line).toBe(4);
    expect(table.atOrBefore(address, address - 2n)).toBeUndefined();
  });

  it('is refused when it is cut short or refers outside, and is never worse than that', () => {
    const debugLine = elf.sections.find((section) => section.name === '.debug_line')!.contents;
    const damaged = debugLine.slice();
    damaged[4] = 6;
    expect(() => new LineTable(withSections(elf, { '.debug_line': damaged }))).toThrow(
      'program.elf: .debug_line unit 0x0 version: found 6, expected 2 to 5',
    );
    expect(() => new LineTable(withSections(elf, { '.debug_line': debugLine.subarray(0, 50) }))).toThrow(
      BadImageError,
    );
    if (flag === '-gdwarf-5') {
      expect(() => new LineTable(withSections(elf, { '.debug_line_str': new Uint8Array(3) }))).toThrow(
        /string: found offset .*\.debug_line_str/,
      );
    }
    for (let at = 0; at < debugLine.length; at++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
        const copy = debugLine.slice();
        copy[at] = value;
        try {
          const table = new LineTable(withSections(elf, { '.debug_line': copy }));
          table.at(elf.entry);
          table.linesOf('main.c');
        } catch (error) {
          expect(error).toBeInstanceOf(BadImageError);
        }
      }
    }
  });
});

/** Unsigned LEB128 of a number below 128 is the number itself: the programs below keep to those. */
function unit(program: readonly number[]): Uint8Array {
  const header = [
    ...[1, 1, 1, 0xfb, 14, 13], // lengths, default_is_stmt, line_base -5, line_range, opcode_base
    ...[0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1], // standard_opcode_lengths
    ...[0x64, 0, 0], // directory 1: d
    ...[0x61, 0, 1, 0, 0, 0x2f, 0x62, 0, 1, 0, 0, 0], // files d/a and /b
  ];
  const body = [4, 0, header.length, 0, 0, 0, ...header, ...program];
  return Uint8Array.from([body.length, 0, 0, 0, ...body]);
}

const setAddress = (address: number): number[] => [
  0,
  9,
  2,
  ...Array.from({ length: 8 }, (_, byte) => Math.floor(address / 2 ** (8 * byte)) & 0xff),
];
const END_SEQUENCE = [0, 1, 1];
const COPY = 1;

function table(debugLine: Uint8Array): LineTable {
  const section = { type: 1, address: 0n, size: BigInt(debugLine.length), contents: debugLine };
  return new LineTable({
    file: 'made.elf',
    type: 2,
    entry: 0n,
    flags: 0,
    segments: [],
    symbols: [],
    sections: [
      { ...section, name: '.text', flags: 6, address: 0x1000n, size: 0x1000n },
      { ...section, name: '.debug_line', flags: 0 },
    ],
  });
}

describe('line number programs (6.2.5)', () => {
  it('advance by special opcodes', () => {
    // Special opcode: 13 + (line advance + 5) + 14 * address advance.
    const lines = table(
      unit([...setAddress(0x1000), 13 + 5 + 8, 13 + 5 + 1 + 14 * 4, 2, 4, ...END_SEQUENCE]),
    );
    expect([0x1000n, 0x1003n, 0x1004n, 0x1007n].map((address) => lines.at(address)?.line)).toEqual([
      9, 9, 10, 10,
    ]);
    expect(lines.at(0x1008n)).toBeUndefined();
  });

  it('advance by const_add_pc and fixed_advance_pc', () => {
    const lines = table(
      unit([...setAddress(0x1000), COPY, 8, 3, 1, COPY, 9, 0x00, 0x01, 3, 1, COPY, 2, 2, ...END_SEQUENCE]),
    );
    expect(lines.at(0x1000n + 16n)?.line).toBe(1);
    expect(lines.at(0x1000n + 17n)?.line).toBe(2);
    expect(lines.at(0x1000n + 17n + 256n)?.line).toBe(3);
  });

  it('go back in lines, set files and columns', () => {
    const lines = table(
      unit([...setAddress(0x1000), 3, 9, 5, 7, COPY, 4, 2, 3, 0x7b, 2, 2, COPY, 2, 2, ...END_SEQUENCE]),
    );
    expect(lines.at(0x1000n)).toEqual({ file: 'd/a', line: 10, column: 7 });
    expect(lines.at(0x1002n)).toEqual({ file: '/b', line: 5, column: 7 });
  });

  it('name no line where the line is 0', () => {
    const lines = table(
      unit([...setAddress(0x1000), 3, 0x7f, COPY, 2, 2, 3, 4, COPY, 2, 2, ...END_SEQUENCE]),
    );
    expect(lines.at(0x1000n)).toBeUndefined();
    expect(lines.at(0x1002n)?.line).toBe(4);
  });

  it('take the last of several rows at one address', () => {
    const lines = table(unit([...setAddress(0x1000), COPY, 3, 5, COPY, 2, 2, ...END_SEQUENCE]));
    expect(lines.at(0x1000n)?.line).toBe(6);
  });

  it('offer only statements for breakpoints', () => {
    const lines = table(
      unit([...setAddress(0x1000), COPY, 6, 2, 2, 3, 1, COPY, 6, 2, 2, 3, 1, COPY, 2, 2, ...END_SEQUENCE]),
    );
    expect(lines.linesOf('a')).toEqual([1, 3]);
    expect(lines.at(0x1002n)?.line).toBe(2);
  });

  it('skip opcodes they do not know', () => {
    const lines = table(unit([...setAddress(0x1000), 0, 3, 0x80, 1, 2, COPY, 2, 2, ...END_SEQUENCE]));
    expect(lines.at(0x1000n)?.line).toBe(1);
  });

  it('of removed code are left out, as the linker leaves them at address 0', () => {
    const dead = unit([...setAddress(0), COPY, 2, 8, ...END_SEQUENCE]);
    const live = unit([...setAddress(0x1000), 3, 8, COPY, 2, 8, ...END_SEQUENCE]);
    const lines = table(Uint8Array.from([...dead, ...live]));
    expect(lines.at(0n)).toBeUndefined();
    expect(lines.addressesOf('a', 1)).toEqual([]);
    expect(lines.addressesOf('a', 9)).toEqual([0x1000n]);
  });

  it('may be many: each address finds its own unit', () => {
    const units = Array.from({ length: 500 }, (_, index) =>
      unit([...setAddress(0x1000 + 8 * (499 - index)), 3, (index % 60) + 1, COPY, 2, 8, ...END_SEQUENCE]),
    );
    const bytes = new Uint8Array(units.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const part of units) {
      bytes.set(part, offset);
      offset += part.length;
    }
    const lines = table(bytes);
    for (let index = 0; index < 500; index++) {
      expect(lines.at(BigInt(0x1000 + 8 * (499 - index) + 7))?.line).toBe((index % 60) + 2);
    }
  });
});

it('is empty without debug information, and refuses compressed sections', () => {
  const elf = parseElf(linkProgram({ 'a.c': 'void _start(void) { for (;;) ; }' }, ['-O1', '-g0']), 'a.elf');
  expect(new LineTable(elf).files).toEqual([]);
  expect(new LineTable(elf).at(elf.entry)).toBeUndefined();
  const compressed = {
    ...elf,
    sections: [
      { name: '.debug_line', type: 1, flags: 0x800, address: 0n, size: 4n, contents: new Uint8Array(4) },
    ],
  };
  expect(() => new LineTable(compressed)).toThrow('a.elf: .debug_line: found a compressed section');
});
