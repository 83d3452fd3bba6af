/** From addresses to functions and from names to addresses, by the symbol table of an ELF file. */
import { type ElfFile, type ElfSymbol, SectionFlag, SymbolType } from './elf.js';

/** Where an address lies. */
export interface CodeLocation {
  /** Name of the function, or of the label in assembly code. */
  readonly name: string;
  /** Bytes from its start. */
  readonly offset: number;
}

/** A stretch of code with a name. */
interface CodeRange {
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
}

export class SymbolTable {
  private readonly byName = new Map<string, ElfSymbol>();
  /** In ascending order of their starts. */
  private readonly code: readonly CodeRange[];
  /** For each of `code`, the greatest end of it and all before it. */
  private readonly reach: readonly bigint[];

  constructor(elf: ElfFile) {
    const labels: ElfSymbol[] = [];
    for (const symbol of elf.symbols) {
      if (!isNamed(symbol)) continue;
      const known = this.byName.get(symbol.name);
      if (known === undefined || (symbol.global && !known.global)) this.byName.set(symbol.name, symbol);
      const section = elf.sections[symbol.section];
      const code = section !== undefined && (section.flags & SectionFlag.Executable) !== 0;
      if (code && (symbol.type === SymbolType.Function || symbol.type === SymbolType.None))
        labels.push(symbol);
    }
    this.code = codeRanges(elf, labels);
    let reach = 0n;
    this.reach = this.code.map(({ end }) => (reach = end > reach ? end : reach));
  }

  /** The function or label whose code an address is in, or undefined. */
  at(address: bigint): CodeLocation | undefined {
    let low = 0;
    let high = this.code.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.code[middle]?.start ?? 0n) <= address) low = middle + 1;
      else high = middle;
    }
    // The last one to start before may end before too; one that started earlier may still go on.
    for (let index = low - 1; index >= 0 && (this.reach[index] ?? 0n) > address; index--) {
      const range = this.code[index];
      if (range !== undefined && address < range.end) {
        return { name: range.name, offset: Number(address - range.start) };
      }
    }
    return undefined;
  }

  /** The symbol of a name; of several, one that other object files see. */
  find(name: string): ElfSymbol | undefined {
    return this.byName.get(name);
  }

  /** The value of the symbol of a name: the address of a function or an object. */
  addressOf(name: string): bigint | undefined {
    return this.byName.get(name)?.value;
  }
}

/** Whether a symbol names something: no section, no source file, nothing undefined, no label for the assembler. */
function isNamed(symbol: ElfSymbol): boolean {
  return (
    symbol.name !== '' &&
    symbol.section !== 0 &&
    symbol.type !== SymbolType.Section &&
    symbol.type !== SymbolType.File &&
    // Mapping symbols (RISC-V ELF psABI 1.0, section 8.4.1) and local labels.
    !symbol.name.startsWith('$') &&
    !symbol.name.startsWith('.L')
  );
}

/** One range an address: a function rather than a label, one with a size rather than one without, a global one. */
function codeRanges(elf: ElfFile, labels: readonly ElfSymbol[]): CodeRange[] {
  const rank = (symbol: ElfSymbol): number =>
    (symbol.type === SymbolType.Function ? 4 : 0) + (symbol.size > 0n ? 2 : 0) + (symbol.global ? 1 : 0);
  const best = new Map<bigint, ElfSymbol>();
  for (const symbol of labels) {
    const known = best.get(symbol.value);
    if (known === undefined || rank(symbol) > rank(known)) best.set(symbol.value, symbol);
  }
  const sorted = [...best.values()].sort((a, b) => (a.value < b.value ? -1 : 1));
  return sorted.map((symbol, index) => {
    const start = symbol.value;
    if (symbol.size > 0n) return { name: symbol.name, start, end: start + symbol.size };
    // A label of assembly code reaches to the next one, or to the end of its section.
    const section = elf.sections[symbol.section];
    const sectionEnd = section === undefined ? start : section.address + section.size;
    const next = sorted[index + 1]?.value ?? sectionEnd;
    return { name: symbol.name, start, end: next < sectionEnd ? next : sectionEnd };
  });
}
