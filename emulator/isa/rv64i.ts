/** RV32I and RV64I base integer instructions (Unprivileged ISA, chapters 2 and 4). */
import { define } from './definition.js';
import {
  binary,
  branch,
  compare,
  constant,
  extend32,
  imm,
  load,
  pc,
  rs1,
  rs2,
  setRd,
  store,
  system,
  truth,
  word,
} from './ir.js';

const address = binary('add', rs1, imm);
const shamt = binary('and', rs2, constant(63n));
const shamtW = binary('and', rs2, constant(31n));

export const rv64i = [
  define('lui', 'U', '.................... ..... 0110111', setRd(imm)),
  define('auipc', 'U', '.................... ..... 0010111', setRd(binary('add', pc, imm))),
  define('jal', 'J', '.................... ..... 1101111', { kind: 'jump' }),
  define('jalr', 'I', '............ ..... 000 ..... 1100111', {
    kind: 'jumpIndirect',
    target: binary('and', address, constant(-2n)),
  }),

  define('beq', 'B', '....... ..... ..... 000 ..... 1100011', branch(compare('eq', rs1, rs2))),
  define('bne', 'B', '....... ..... ..... 001 ..... 1100011', branch(compare('ne', rs1, rs2))),
  define('blt', 'B', '....... ..... ..... 100 ..... 1100011', branch(compare('ltS', rs1, rs2))),
  define('bge', 'B', '....... ..... ..... 101 ..... 1100011', branch(compare('geS', rs1, rs2))),
  define('bltu', 'B', '....... ..... ..... 110 ..... 1100011', branch(compare('ltU', rs1, rs2))),
  define('bgeu', 'B', '....... ..... ..... 111 ..... 1100011', branch(compare('geU', rs1, rs2))),

  define('lb', 'I', '............ ..... 000 ..... 0000011', load(1, true, address)),
  define('lh', 'I', '............ ..... 001 ..... 0000011', load(2, true, address)),
  define('lw', 'I', '............ ..... 010 ..... 0000011', load(4, true, address)),
  define('ld', 'I', '............ ..... 011 ..... 0000011', load(8, true, address)),
  define('lbu', 'I', '............ ..... 100 ..... 0000011', load(1, false, address)),
  define('lhu', 'I', '............ ..... 101 ..... 0000011', load(2, false, address)),
  define('lwu', 'I', '............ ..... 110 ..... 0000011', load(4, false, address)),
  define('sb', 'S', '....... ..... ..... 000 ..... 0100011', store(1, address, rs2)),
  define('sh', 'S', '....... ..... ..... 001 ..... 0100011', store(2, address, rs2)),
  define('sw', 'S', '....... ..... ..... 010 ..... 0100011', store(4, address, rs2)),
  define('sd', 'S', '....... ..... ..... 011 ..... 0100011', store(8, address, rs2)),

  define('addi', 'I', '............ ..... 000 ..... 0010011', setRd(binary('add', rs1, imm))),
  define('slti', 'I', '............ ..... 010 ..... 0010011', setRd(truth(compare('ltS', rs1, imm)))),
  define('sltiu', 'I', '............ ..... 011 ..... 0010011', setRd(truth(compare('ltU', rs1, imm)))),
  define('xori', 'I', '............ ..... 100 ..... 0010011', setRd(binary('xor', rs1, imm))),
  define('ori', 'I', '............ ..... 110 ..... 0010011', setRd(binary('or', rs1, imm))),
  define('andi', 'I', '............ ..... 111 ..... 0010011', setRd(binary('and', rs1, imm))),
  define('slli', 'Shift', '000000 ...... ..... 001 ..... 0010011', setRd(binary('shl', rs1, imm))),
  define('srli', 'Shift', '000000 ...... ..... 101 ..... 0010011', setRd(binary('shrU', rs1, imm))),
  define('srai', 'Shift', '010000 ...... ..... 101 ..... 0010011', setRd(binary('shrS', rs1, imm))),

  define('add', 'R', '0000000 ..... ..... 000 ..... 0110011', setRd(binary('add', rs1, rs2))),
  define('sub', 'R', '0100000 ..... ..... 000 ..... 0110011', setRd(binary('sub', rs1, rs2))),
  define('sll', 'R', '0000000 ..... ..... 001 ..... 0110011', setRd(binary('shl', rs1, shamt))),
  define('slt', 'R', '0000000 ..... ..... 010 ..... 0110011', setRd(truth(compare('ltS', rs1, rs2)))),
  define('sltu', 'R', '0000000 ..... ..... 011 ..... 0110011', setRd(truth(compare('ltU', rs1, rs2)))),
  define('xor', 'R', '0000000 ..... ..... 100 ..... 0110011', setRd(binary('xor', rs1, rs2))),
  define('srl', 'R', '0000000 ..... ..... 101 ..... 0110011', setRd(binary('shrU', rs1, shamt))),
  define('sra', 'R', '0100000 ..... ..... 101 ..... 0110011', setRd(binary('shrS', rs1, shamt))),
  define('or', 'R', '0000000 ..... ..... 110 ..... 0110011', setRd(binary('or', rs1, rs2))),
  define('and', 'R', '0000000 ..... ..... 111 ..... 0110011', setRd(binary('and', rs1, rs2))),

  define(
    'addiw',
    'I',
    '............ ..... 000 ..... 0011011',
    setRd(extend32(true, binary('add', rs1, imm))),
  ),
  define('slliw', 'ShiftW', '0000000 ..... ..... 001 ..... 0011011', setRd(word('shl', rs1, imm))),
  define('srliw', 'ShiftW', '0000000 ..... ..... 101 ..... 0011011', setRd(word('shrU', rs1, imm))),
  define('sraiw', 'ShiftW', '0100000 ..... ..... 101 ..... 0011011', setRd(word('shrS', rs1, imm))),
  define(
    'addw',
    'R',
    '0000000 ..... ..... 000 ..... 0111011',
    setRd(extend32(true, binary('add', rs1, rs2))),
  ),
  define(
    'subw',
    'R',
    '0100000 ..... ..... 000 ..... 0111011',
    setRd(extend32(true, binary('sub', rs1, rs2))),
  ),
  define('sllw', 'R', '0000000 ..... ..... 001 ..... 0111011', setRd(word('shl', rs1, shamtW))),
  define('srlw', 'R', '0000000 ..... ..... 101 ..... 0111011', setRd(word('shrU', rs1, shamtW))),
  define('sraw', 'R', '0100000 ..... ..... 101 ..... 0111011', setRd(word('shrS', rs1, shamtW))),

  // One hart runs at a time and every access reaches memory in order: FENCE has nothing to wait for.
  define('fence', 'Fence', '............ ..... 000 ..... 0001111', { kind: 'nothing' }),
  define('ecall', 'None', '000000000000 00000 000 00000 1110011', system),
  define('ebreak', 'None', '000000000001 00000 000 00000 1110011', system),

  // SLTI to x0 from x0 is a HINT designated for custom use (Unprivileged ISA 2.9, table 3): no operation
  // for the program, a mark for whoever observes the machine.
  define('hint.mark', 'I', '............ 00000 010 00000 0010011', system),
];
