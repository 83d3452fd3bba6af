/**
 * A: atomic instructions (Unprivileged ISA, chapter 14). Harts run one at a time in slices, so an
 * AMO is atomic as it stands and aq/rl order nothing further; a reservation ends with the slice.
 */
import { define } from './definition.js';
import type { Definition } from './definition.js';
import type { CompareOp, Expr } from './ir.js';
import { amo, binary, choose, compare, extend32, memoryValue, rs2 } from './ir.js';

const pick = (op: CompareOp, a: Expr, b: Expr): Expr => choose(compare(op, a, b), memoryValue, rs2);

/** An AMO in its .w and .d forms; `value` sees operands extended as the comparison needs them. */
function pair(name: string, funct5: string, value: (size: 4 | 8) => Expr): Definition[] {
  return [
    define(`${name}.w`, 'Amo', `${funct5} .. ..... ..... 010 ..... 0101111`, amo(4, value(4))),
    define(`${name}.d`, 'Amo', `${funct5} .. ..... ..... 011 ..... 0101111`, amo(8, value(8))),
  ];
}

function minMax(name: string, funct5: string, op: CompareOp, signed: boolean): Definition[] {
  return pair(name, funct5, (size) =>
    size === 8 ? pick(op, memoryValue, rs2) : pick(op, extend32(signed, memoryValue), extend32(signed, rs2)),
  );
}

export const a: Definition[] = [
  define('lr.w', 'Amo', '00010 .. 00000 ..... 010 ..... 0101111', { kind: 'loadReserved', size: 4 }),
  define('lr.d', 'Amo', '00010 .. 00000 ..... 011 ..... 0101111', { kind: 'loadReserved', size: 8 }),
  define('sc.w', 'Amo', '00011 .. ..... ..... 010 ..... 0101111', { kind: 'storeConditional', size: 4 }),
  define('sc.d', 'Amo', '00011 .. ..... ..... 011 ..... 0101111', { kind: 'storeConditional', size: 8 }),
  ...pair('amoswap', '00001', () => rs2),
  ...pair('amoadd', '00000', () => binary('add', memoryValue, rs2)),
  ...pair('amoxor', '00100', () => binary('xor', memoryValue, rs2)),
  ...pair('amoand', '01100', () => binary('and', memoryValue, rs2)),
  ...pair('amoor', '01000', () => binary('or', memoryValue, rs2)),
  ...minMax('amomin', '10000', 'ltS', true),
  ...minMax('amomax', '10100', 'geS', true),
  ...minMax('amominu', '11000', 'ltU', false),
  ...minMax('amomaxu', '11100', 'geU', false),
];
