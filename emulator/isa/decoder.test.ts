import { describe, expect, it } from 'vitest';
import { decode, definitions } from './decoder.js';
import { disassemble } from './disassembler.js';

const text = (bits: number, pc = 0x80000000n): string => disassemble(bits, pc);

describe('decoding', () => {
  it('finds exactly one definition for every encoding it defines', () => {
    for (const definition of definitions) {
      // Operand bits zero would make HINTs of some; rs1 = x1 wherever it is free makes none.
      const word = definition.match | (0x8000 & ~definition.mask);
      expect(decode(word)?.definition.name).toBe(definition.name);
    }
  });

  it('has no two definitions of equal specificity that overlap', () => {
    for (const a of definitions) {
      for (const b of definitions) {
        if (a === b) continue;
        const overlap = ((a.match ^ b.match) & a.mask & b.mask) === 0;
        const nested = (a.mask & b.mask) >>> 0 === a.mask || (a.mask & b.mask) >>> 0 === b.mask;
        expect(overlap && !(nested && a.mask !== b.mask), `${a.name} / ${b.name}`).toBe(false);
      }
    }
  });

  // Encodings as GNU as 2.40 assembles them.
  it.each([
    [0x00a58533, 'add a0,a1,a0'],
    [0xff010113, 'addi sp,sp,-16'],
    [0x00813423, 'sd s0,8(sp)'],
    [0xfe0518e3, 'bne a0,zero,0x7ffffff0'],
    [0x12345537, 'lui a0,0x12345'],
    [0x0ff0000f, 'fence'],
    [0x10500073, 'wfi'],
    [0x12000073, 'sfence.vma zero,zero'],
    [0x180025f3, 'csrrs a1,0x180,zero'],
    [0x0c55252f, 'amoswap.w a0,t0,(a0)'],
    [0x1005252f, 'lr.w a0,(a0)'],
    [0x02b54533, 'div a0,a0,a1'],
    [0x70102013, 'hint.mark zero,zero,1793'],
    [0x70152013, 'slti zero,a0,1793'],
    [0x4105551b, 'sraiw a0,a0,16'],
    [0x1141, 'c.addi sp,sp,-16'],
    [0xe406, 'c.sdsp ra,8(sp)'],
    [0x8082, 'c.jr zero,0(ra)'],
    [0x4501, 'c.li a0,zero,0'],
    [0x852e, 'c.mv a0,zero,a1'],
    [0x0000, '.half 0x0'],
    [0xffffffff, '.word 0xffffffff'],
  ])('%s is %s', (bits, expected) => {
    expect(text(bits)).toBe(expected);
  });

  it('treats reserved compressed forms as illegal', () => {
    for (const bits of [0x0000, 0x2001, 0x6101, 0x6081 & ~0x1f7c, 0x4002, 0x6002, 0x8002]) {
      expect(decode(bits), bits.toString(16)).toBeUndefined();
    }
  });
});
