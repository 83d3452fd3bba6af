/** Finds the definition of an instruction: the decoder shared by interpreter, compiler and disassembler. */
import { a } from './a.js';
import { c } from './c.js';
import type { CompressedDefinition, Definition, Operands } from './definition.js';
import { operandsOf } from './definition.js';
import { m } from './m.js';
import { rv64i } from './rv64i.js';
import { systemInstructions } from './system.js';

/** Every 32-bit instruction the machine implements; the index is the number engines know it by. */
export const definitions: readonly Definition[] = [...rv64i, ...m, ...a, ...systemInstructions];

const byName = new Map(definitions.map((definition, index) => [definition.name, index]));

/** Index in {@link definitions} of a mnemonic. */
export function definitionIndex(name: string): number {
  const index = byName.get(name);
  if (index === undefined) throw new Error(`no instruction is named ${name}`);
  return index;
}

/** A decoded instruction. */
export interface Decoded {
  /** Index in {@link definitions}. */
  readonly index: number;
  readonly definition: Definition;
  /** Mnemonic as encoded: `c.addi` where the definition is `addi`. */
  readonly name: string;
  /** Bytes: 2 or 4. */
  readonly length: 2 | 4;
  readonly operands: Operands;
}

const specificity = (mask: number): number => mask.toString(2).replaceAll('0', '').length;

// Buckets by the bits that (nearly) every encoding fixes: opcode and funct3, or quadrant and funct3.
const buckets: (readonly [number, Definition])[][] = Array.from({ length: 1024 }, () => []);
definitions.forEach((definition, index) => {
  for (let key = 0; key < 1024; key++) {
    const word = (key & 127) | ((key >>> 7) << 12);
    if ((word & definition.mask & 0x707f) === (definition.match & 0x707f))
      buckets[key]?.push([index, definition]);
  }
});
for (const bucket of buckets) bucket.sort((x, y) => specificity(y[1].mask) - specificity(x[1].mask));

const compressedBuckets: (readonly [number, CompressedDefinition])[][] = Array.from({ length: 32 }, () => []);
for (const definition of c) {
  const key = ((definition.match >>> 13) << 2) | (definition.match & 3);
  compressedBuckets[key]?.push([definitionIndex(definition.target), definition]);
}

/** Length in bytes of the instruction whose first halfword is given (Unprivileged ISA 1.5). */
export function instructionLength(halfword: number): 2 | 4 {
  return (halfword & 3) === 3 ? 4 : 2;
}

/**
 * Decodes an instruction.
 * @param bits the 32-bit word, or the 16-bit halfword of a compressed instruction (upper bits ignored)
 * @returns undefined for an illegal instruction
 */
export function decode(bits: number): Decoded | undefined {
  if (instructionLength(bits) === 2) {
    const half = bits & 0xffff;
    for (const [index, compressed] of compressedBuckets[((half >>> 13) << 2) | (half & 3)] ?? []) {
      if ((half & compressed.mask) !== compressed.match) continue;
      const operands = compressed.expand(half);
      const definition = definitions[index];
      if (!operands || !definition) return undefined;
      return { index, definition, name: compressed.name, length: 2, operands };
    }
    return undefined;
  }
  for (const [index, definition] of buckets[(bits & 127) | (((bits >>> 12) & 7) << 7)] ?? []) {
    if ((bits & definition.mask) >>> 0 === definition.match) {
      return {
        index,
        definition,
        name: definition.name,
        length: 4,
        operands: operandsOf(definition.format, bits),
      };
    }
  }
  return undefined;
}
