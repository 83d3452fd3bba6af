/**
 * Line tables: from addresses to source lines and back.
 *
 * DWARF Debugging Information Format, versions 2 to 5: line number programs in section 6.2 (header 6.2.4, opcodes
 * 6.2.5). Files are named as the compiler was given them: relative to its working directory unless absolute.
 */
import { BadImageError } from '../bad-image.js';
import { type ElfFile, findSection, SectionFlag } from './elf.js';
import { type LineSections, LineUnitReader, type Row } from './dwarf-line-program.js';

export interface SourceLine {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1; 0 means the left edge. */
  readonly column: number;
}

/** Instructions that were compiled together, in ascending order of addresses. */
interface Sequence {
  readonly start: bigint;
  readonly end: bigint;
  readonly rows: readonly Row[];
  /** Index of a row's file in the unit to the file's path. */
  readonly paths: readonly (string | undefined)[];
}

export class LineTable {
  /** Every source file that has code, in the order of first mention. */
  readonly files: readonly string[];
  /** In ascending order of their starts. */
  private readonly sequences: readonly Sequence[];
  private index: Map<string, Map<number, bigint[]>> | undefined;

  /**
   * Reads the line tables of a linked file; an ELF without debug information has an empty table.
   * @throws BadImageError when a line table is malformed or of a version after 5
   */
  constructor(elf: ElfFile) {
    const sequences = readSequences(elf);
    // Code that the linker removed keeps its line table, at an address where no code is.
    const code = elf.sections.filter(({ flags }) => (flags & SectionFlag.Executable) !== 0);
    this.sequences = sequences
      .filter(
        ({ start, end }) =>
          start < end && code.some(({ address, size }) => start >= address && end <= address + size),
      )
      .sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
    const files = new Set<string>();
    for (const { rows, paths } of this.sequences) {
      for (const row of rows) {
        const path = paths[row.file];
        if (path !== undefined) files.add(path);
      }
    }
    this.files = [...files];
  }

  /**
   * The source line of the instruction at an address; undefined where the compiler names none. For the caller of a
   * function pass the return address less 1.
   */
  at(address: bigint): SourceLine | undefined {
    return this.atOrBefore(address, address);
  }

  /**
   * As {@link at}; for an instruction that belongs to no line, as compilers leave some where they merge code, that of
   * the code before it.
   * @param start how far back to go: the beginning of the function
   */
  atOrBefore(address: bigint, start: bigint): SourceLine | undefined {
    const sequence = this.sequences[last(this.sequences.length, (index) => this.startOf(index) <= address)];
    if (sequence === undefined || address >= sequence.end) return undefined;
    const { rows, paths } = sequence;
    const [offset, limit] = [address, start].map((end) => Number(end - sequence.start));
    for (
      let index = last(rows.length, (row) => (rows[row]?.offset ?? 0) <= (offset ?? 0));
      index >= 0;
      index--
    ) {
      const row = rows[index];
      const file = row && paths[row.file];
      // Line 0 marks code that belongs to no line (6.2.2).
      if (file !== undefined && row !== undefined && row.line !== 0) {
        return { file, line: row.line, column: row.column };
      }
      if ((row?.offset ?? 0) <= (limit ?? 0)) return undefined;
    }
    return undefined;
  }

  /**
   * Where the code of a line begins, in ascending order: several addresses when it was inlined or split, none when
   * there is no code for it.
   * @param file a path as in {@link files} or the end of one, such as `stride.c` or `03-stride/stride.c`
   */
  addressesOf(file: string, line: number): bigint[] {
    return this.matching(file)
      .flatMap((lines) => lines.get(line) ?? [])
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  }

  /** The lines of a file that have code, in ascending order; `file` as for {@link addressesOf}. */
  linesOf(file: string): number[] {
    const lines = new Set(this.matching(file).flatMap((of) => [...of.keys()]));
    return [...lines].sort((a, b) => a - b);
  }

  private startOf(index: number): bigint {
    return this.sequences[index]?.start ?? 0n;
  }

  private matching(file: string): Map<number, bigint[]>[] {
    const wanted = normalize(file);
    this.index ??= this.buildIndex();
    return [...this.index]
      .filter(([path]) => path === wanted || path.endsWith(`/${wanted}`))
      .map(([, lines]) => lines);
  }

  private buildIndex(): Map<string, Map<number, bigint[]>> {
    const index = new Map<string, Map<number, bigint[]>>();
    for (const { start, rows, paths } of this.sequences) {
      let previous: Row | undefined;
      for (const row of rows) {
        const path = paths[row.file];
        const same = previous?.line === row.line && previous.file === row.file;
        if (row.isStatement && !same && row.line !== 0 && path !== undefined) {
          const lines = index.get(path) ?? new Map<number, bigint[]>();
          index.set(path, lines);
          const addresses = lines.get(row.line) ?? [];
          lines.set(row.line, addresses);
          addresses.push(start + BigInt(row.offset));
        }
        previous = row;
      }
    }
    return index;
  }
}

/** The greatest index below `length` for which `holds`, which holds up to some point and not after; -1 for none. */
function last(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function readSequences(elf: ElfFile): Sequence[] {
  const contents = (name: string): Uint8Array => {
    const section = findSection(elf, name);
    if (section === undefined) return new Uint8Array(0);
    if ((section.flags & SectionFlag.Compressed) !== 0) {
      throw new BadImageError(elf.file, name, 'a compressed section', 'one that is not (-gz=none)');
    }
    return section.contents;
  };
  const sections: LineSections = {
    file: elf.file,
    line: contents('.debug_line'),
    lineStrings: contents('.debug_line_str'),
    strings: contents('.debug_str'),
  };
  const sequences: Sequence[] = [];
  for (let offset = 0; offset < sections.line.length;) {
    const reader = new LineUnitReader(sections, offset);
    const { files, sequences: found, end } = reader.read();
    const paths = files.map((file) => file && normalize(file));
    for (const sequence of found) sequences.push({ ...sequence, paths });
    offset = end;
  }
  return sequences;
}

/** A path with `/` between its parts and without `.` and `..` where that can be told. */
function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '.') continue;
    const before = parts.at(-1);
    if (part === '..' && before !== undefined && before !== '' && before !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
