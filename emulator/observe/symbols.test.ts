import { describe, expect, it } from 'vitest';
import { linkProgram } from '../node/link-program.js';
import { parseElf } from './elf.js';
import { SymbolTable } from './symbols.js';

const elf = parseElf(
  linkProgram(
    {
      'start.S': `
        .section .text
        .globl _start
      _start:
        nop
        nop
      spin:
        j spin
        .size sized, 8
        .type sized, @function
      sized:
        nop
        nop
      .Linside:
        nop
        nop
        nop
        nop
      `,
      'main.c': `
        int counter = 3;
        static int twice(int n);
        __attribute__((noinline)) static int twice(int n) { return counter += n; }
        int main(void) { return twice(counter) + twice(1); }
      `,
      'other.c': '__attribute__((used, noinline)) static int twice(int n) { return n + n; }',
    },
    ['-O1', '-g', '-Wl,--no-gc-sections'],
  ),
  'program.elf',
);
const symbols = new SymbolTable(elf);

describe('names', () => {
  it('lead to the addresses of functions and of objects', () => {
    expect(symbols.addressOf('_start')).toBe(elf.entry);
    const { value, section } = symbols.find('counter')!;
    const data = elf.sections[section]!;
    expect(data.contents[Number(value - data.address)]).toBe(3);
  });

  it('that are not there lead nowhere', () => {
    expect(symbols.addressOf('nothing')).toBeUndefined();
    expect(symbols.addressOf('main.c')).toBeUndefined();
    expect(symbols.addressOf('')).toBeUndefined();
  });
});

describe('addresses', () => {
  it('lie in the function whose size covers them', () => {
    const main = symbols.find('main')!;
    expect(symbols.at(main.value)).toEqual({ name: 'main', offset: 0 });
    expect(symbols.at(main.value + main.size - 2n)).toEqual({ name: 'main', offset: Number(main.size) - 2 });
  });

  it('in assembly code lie behind the last label', () => {
    expect(symbols.at(elf.entry + 2n)).toEqual({ name: '_start', offset: 2 });
    expect(symbols.at(symbols.addressOf('spin')!)).toEqual({ name: 'spin', offset: 0 });
  });

  it('behind a sized function belong to nobody, and local labels name nothing', () => {
    const { value } = symbols.find('sized')!;
    expect(symbols.at(value + 6n)).toEqual({ name: 'sized', offset: 6 });
    expect(symbols.at(value + 8n)).toBeUndefined();
  });

  it('of several functions of one name lie in that name each', () => {
    const twice = elf.symbols.filter((symbol) => symbol.name === 'twice');
    expect(twice).toHaveLength(2);
    for (const { value } of twice) expect(symbols.at(value)).toEqual({ name: 'twice', offset: 0 });
  });

  it('outside of code lie nowhere', () => {
    expect(symbols.at(0n)).toBeUndefined();
    expect(symbols.at(symbols.addressOf('counter')!)).toBeUndefined();
    expect(symbols.at(0xffff_ffff_ffff_ffffn)).toBeUndefined();
  });

  it('lie in an enclosing function again after a nested one has ended', () => {
    const nested = new SymbolTable({
      file: 'x',
      type: 2,
      entry: 0n,
      flags: 0,
      segments: [],
      sections: [
        { name: '', type: 0, flags: 0, address: 0n, size: 0n, contents: new Uint8Array(0) },
        { name: '.text', type: 1, flags: 6, address: 0n, size: 0x1000n, contents: new Uint8Array(0) },
      ],
      symbols: [
        { name: 'outer', value: 0x100n, size: 0x100n, type: 2, global: true, section: 1 },
        { name: 'inner', value: 0x120n, size: 0x10n, type: 2, global: true, section: 1 },
        { name: 'alias', value: 0x100n, size: 0n, type: 0, global: true, section: 1 },
      ],
    });
    expect(nested.at(0x128n)).toEqual({ name: 'inner', offset: 8 });
    expect(nested.at(0x130n)).toEqual({ name: 'outer', offset: 0x30 });
    expect(nested.at(0x100n)).toEqual({ name: 'outer', offset: 0 });
    expect(nested.at(0x200n)).toBeUndefined();
  });
});

it('is empty for a file without symbols', () => {
  const stripped = new SymbolTable({ ...elf, symbols: [] });
  expect(stripped.at(elf.entry)).toBeUndefined();
});
