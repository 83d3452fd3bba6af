/**
 * Zicsr, Zifencei and the privileged instructions (Unprivileged ISA, chapters 6 and 7; Privileged ISA 3.3, 10.2).
 * All are carried out by the hart in TypeScript.
 */
import { define } from './definition.js';
import { system } from './ir.js';

export const systemInstructions = [
  define('csrrw', 'Csr', '............ ..... 001 ..... 1110011', system),
  define('csrrs', 'Csr', '............ ..... 010 ..... 1110011', system),
  define('csrrc', 'Csr', '............ ..... 011 ..... 1110011', system),
  define('csrrwi', 'Csr', '............ ..... 101 ..... 1110011', system),
  define('csrrsi', 'Csr', '............ ..... 110 ..... 1110011', system),
  define('csrrci', 'Csr', '............ ..... 111 ..... 1110011', system),
  define('fence.i', 'Fence', '............ ..... 001 ..... 0001111', system),
  define('sret', 'None', '0001000 00010 00000 000 00000 1110011', system),
  define('mret', 'None', '0011000 00010 00000 000 00000 1110011', system),
  define('wfi', 'None', '0001000 00101 00000 000 00000 1110011', system),
  define('sfence.vma', 'None', '0001001 ..... ..... 000 00000 1110011', system),
];
