/**
 * Operation numbers: how decoded entries name what the interpreter is to do. Each instruction has one, and one more
 * for its compressed form.
 */
import { c } from '../isa/c.js';
import type { Decoded } from '../isa/decoder.js';
import { definitionIndex, definitions } from '../isa/decoder.js';
import type { Definition } from '../isa/definition.js';
import * as layout from './layout.js';

// Operation numbers. 0 to 4 are not instructions.
export const UNDECODED = 0;
/** An instruction that somebody wants to know of: its own number is in ENTRY_PROBED. */
export const PROBE = 1;
/** The last entry of a page, and the one after a crossing instruction. */
export const PAGE_END = 2;
/** A four-byte instruction in the last halfword of a page. */
export const CROSSES = 3;
/** An instruction word that decodes to nothing. */
export const ILLEGAL = 4;
/** Number of the first instruction. */
export const FIRST = 5;

export interface Operation {
  readonly definition: Definition;
  readonly length: 2 | 4;
}

const compressible = new Set(c.map((definition) => definition.target));
/** By operation number, from FIRST on. */
export const operations: readonly Operation[] = definitions.flatMap((definition): Operation[] => [
  { definition, length: 4 },
  ...(compressible.has(definition.name) ? [{ definition, length: 2 } as const] : []),
]);
const operationNumbers = new Map(
  operations.map(({ definition, length }, index) => [
    definitionIndex(definition.name) * 2 + (length === 2 ? 1 : 0),
    FIRST + index,
  ]),
);

/** Operation number of a decoded instruction. */
export function operationNumber(decoded: Decoded): number {
  const number = operationNumbers.get(decoded.index * 2 + (decoded.length === 2 ? 1 : 0));
  if (number === undefined) throw new Error(`no ${decoded.length}-byte form of ${decoded.definition.name}`);
  return number;
}

/** Definition of the instruction that a decoded entry is for; undefined when it is none. */
export function entryDefinition(view: DataView, entry: number): Definition | undefined {
  return operations[view.getUint16(entry + layout.ENTRY_OP, true) - FIRST]?.definition;
}

/** Immediate as an entry holds it. */
export function entryImmediate(decoded: Decoded, bits: number): number {
  switch (decoded.definition.effect.kind) {
    case 'jump':
    case 'branch':
      return decoded.operands.imm << layout.ENTRY_SHIFT;
    case 'system':
      return bits;
    default:
      return decoded.operands.imm;
  }
}
