/** Instruction words as assembly text, derived from the definitions. */
import type { Decoded } from './decoder.js';
import { decode } from './decoder.js';

/** ABI names of x0 to x31 (RISC-V ELF psABI, register convention). */
export const registerNames: readonly string[] = [
  ...['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1', 'a0', 'a1', 'a2', 'a3', 'a4', 'a5'],
  ...['a6', 'a7', 's2', 's3', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', 't3', 't4', 't5', 't6'],
];

const register = (index: number): string => registerNames[index] ?? `x${index}`;

/** Text of one instruction at `pc`, such as `addi a0,a0,16`; `.word 0x…` when it is illegal. */
export function disassemble(bits: number, pc: bigint): string {
  const decoded = decode(bits);
  if (!decoded) {
    return (bits & 3) === 3
      ? `.word 0x${(bits >>> 0).toString(16)}`
      : `.half 0x${(bits & 0xffff).toString(16)}`;
  }
  const operands = operandText(decoded, pc);
  return operands === '' ? decoded.name : `${decoded.name} ${operands}`;
}

function operandText({ definition, operands }: Decoded, pc: bigint): string {
  const { rd, rs1, rs2, imm } = operands;
  const target = `0x${BigInt.asUintN(64, pc + BigInt(imm)).toString(16)}`;
  switch (definition.format) {
    case 'R':
      return `${register(rd)},${register(rs1)},${register(rs2)}`;
    case 'I':
      return definition.effect.kind === 'load' || definition.effect.kind === 'jumpIndirect'
        ? `${register(rd)},${imm}(${register(rs1)})`
        : `${register(rd)},${register(rs1)},${imm}`;
    case 'Shift':
    case 'ShiftW':
      return `${register(rd)},${register(rs1)},${imm}`;
    case 'S':
      return `${register(rs2)},${imm}(${register(rs1)})`;
    case 'B':
      return `${register(rs1)},${register(rs2)},${target}`;
    case 'U':
      return `${register(rd)},0x${(imm >>> 12).toString(16)}`;
    case 'J':
      return `${register(rd)},${target}`;
    case 'Csr':
      return `${register(rd)},0x${imm.toString(16)},${definition.name.endsWith('i') ? String(rs1) : register(rs1)}`;
    case 'Amo':
      return definition.effect.kind === 'loadReserved'
        ? `${register(rd)},(${register(rs1)})`
        : `${register(rd)},${register(rs2)},(${register(rs1)})`;
    case 'Fence':
      return '';
    case 'None':
      return definition.name === 'sfence.vma' ? `${register(rs1)},${register(rs2)}` : '';
  }
}
