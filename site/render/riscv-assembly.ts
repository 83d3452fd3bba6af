/** RISC-V assembly for highlight.js, as the GNU assembler and clang read it. */
import type { HLJSApi, Language } from 'highlight.js';

/** Integer registers by number and by ABI name (RISC-V ELF psABI, "Integer Register Convention"). */
const REGISTER = /\b(?:x(?:[12]?\d|3[01])|zero|ra|sp|gp|tp|fp|t[0-6]|s(?:\d|1[01])|a[0-7])\b/;
/** CSRs that kernels name (Privileged ISA, chapter 2). */
const CSR =
  /\b(?:[ms](?:status|ie|ip|tvec|scratch|epc|cause|tval|counteren|envcfg)|satp|stimecmp|m(?:hartid|edeleg|ideleg|isa)|pmp(?:cfg|addr)\d+|time|cycle|instret)\b/;

/** What comes first on a line, after labels, is an instruction: no list of mnemonics to keep up to date. */
const MNEMONIC = /(?<=^[ \t]*(?:[\w.$]+:[ \t]*)*)[a-z][a-z0-9.]*(?![\w.]*:)/;

export function riscvAssembly(hljs: HLJSApi): Language {
  return {
    name: 'RISC-V assembly',
    contains: [
      hljs.C_BLOCK_COMMENT_MODE,
      hljs.C_LINE_COMMENT_MODE,
      {
        scope: 'meta',
        begin: /^[ \t]*#[ \t]*(?:include|define|undef|if|ifdef|ifndef|else|endif)\b/,
        end: /$/,
      },
      hljs.COMMENT('#', '$'),
      hljs.QUOTE_STRING_MODE,
      { scope: 'symbol', match: /^[ \t]*[\w.$]+(?=:)/ },
      { scope: 'meta', match: /\.[a-z]\w*/ },
      { scope: 'keyword', match: MNEMONIC },
      { scope: 'variable', match: REGISTER },
      { scope: 'built_in', match: CSR },
      { scope: 'number', match: /\b(?:0x[0-9a-fA-F]+|0b[01]+|\d+[bf]?)\b/ },
    ],
  };
}
