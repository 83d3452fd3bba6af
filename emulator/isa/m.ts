/**
 * M: integer multiplication and division (Unprivileged ISA, chapter 13). Division by zero and overflow give the
 * results of table 11 instead of trapping.
 */
import { define } from './definition.js';
import type { Expr } from './ir.js';
import { binary, both, choose, compare, constant, extend32, mulHigh, rs1, rs2, setRd } from './ir.js';

const zero = constant(0n);
const minusOne = constant(-1n);
const mostNegative = constant(-(1n << 63n));

function divideSigned(a: Expr, b: Expr): Expr {
  const overflow = both(compare('eq', a, mostNegative), compare('eq', b, minusOne));
  return choose(compare('eq', b, zero), minusOne, choose(overflow, a, binary('divS', a, b)));
}

// WebAssembly defines the remainder of the overflowing division as 0, as RISC-V does.
const remainderSigned = (a: Expr, b: Expr): Expr => choose(compare('eq', b, zero), a, binary('remS', a, b));
const divideUnsigned = (a: Expr, b: Expr): Expr =>
  choose(compare('eq', b, zero), minusOne, binary('divU', a, b));
const remainderUnsigned = (a: Expr, b: Expr): Expr => choose(compare('eq', b, zero), a, binary('remU', a, b));

const signedA = extend32(true, rs1);
const signedB = extend32(true, rs2);
const unsignedA = extend32(false, rs1);
const unsignedB = extend32(false, rs2);

export const m = [
  define('mul', 'R', '0000001 ..... ..... 000 ..... 0110011', setRd(binary('mul', rs1, rs2))),
  define('mulh', 'R', '0000001 ..... ..... 001 ..... 0110011', setRd(mulHigh(true, true, rs1, rs2))),
  define('mulhsu', 'R', '0000001 ..... ..... 010 ..... 0110011', setRd(mulHigh(true, false, rs1, rs2))),
  define('mulhu', 'R', '0000001 ..... ..... 011 ..... 0110011', setRd(mulHigh(false, false, rs1, rs2))),
  define('div', 'R', '0000001 ..... ..... 100 ..... 0110011', setRd(divideSigned(rs1, rs2))),
  define('divu', 'R', '0000001 ..... ..... 101 ..... 0110011', setRd(divideUnsigned(rs1, rs2))),
  define('rem', 'R', '0000001 ..... ..... 110 ..... 0110011', setRd(remainderSigned(rs1, rs2))),
  define('remu', 'R', '0000001 ..... ..... 111 ..... 0110011', setRd(remainderUnsigned(rs1, rs2))),
  define(
    'mulw',
    'R',
    '0000001 ..... ..... 000 ..... 0111011',
    setRd(extend32(true, binary('mul', rs1, rs2))),
  ),
  // Sign-extended 32-bit operands cannot overflow a 64-bit division.
  define(
    'divw',
    'R',
    '0000001 ..... ..... 100 ..... 0111011',
    setRd(extend32(true, divideSigned(signedA, signedB))),
  ),
  define(
    'divuw',
    'R',
    '0000001 ..... ..... 101 ..... 0111011',
    setRd(extend32(true, divideUnsigned(unsignedA, unsignedB))),
  ),
  define(
    'remw',
    'R',
    '0000001 ..... ..... 110 ..... 0111011',
    setRd(extend32(true, remainderSigned(signedA, signedB))),
  ),
  define(
    'remuw',
    'R',
    '0000001 ..... ..... 111 ..... 0111011',
    setRd(extend32(true, remainderUnsigned(unsignedA, unsignedB))),
  ),
];
