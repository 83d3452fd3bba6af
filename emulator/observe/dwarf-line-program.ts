/**
 * One unit of `.debug_line`: its header and the rows its program makes.
 *
 * DWARF Debugging Information Format Version 5, section 6.2; the header of versions 2 to 4 is 6.2.4 of Version 4.
 */
import { BadImageError, hex } from '../bad-image.js';

const UTF8 = new TextDecoder();

/** The contents of the sections a line table is made of. */
export interface LineSections {
  /** The file, as errors name it. */
  readonly file: string;
  /** `.debug_line` */
  readonly line: Uint8Array;
  /** `.debug_line_str` */
  readonly lineStrings: Uint8Array;
  /** `.debug_str` */
  readonly strings: Uint8Array;
}

/** A row of the matrix: the instructions from here to the next row. */
export interface Row {
  /** Bytes from the start of the sequence. */
  readonly offset: number;
  /** Index into the unit's files. */
  readonly file: number;
  readonly line: number;
  readonly column: number;
  /** A recommended place for a breakpoint. */
  readonly isStatement: boolean;
}

export interface LineSequence {
  readonly start: bigint;
  readonly end: bigint;
  /** In ascending order of offsets. */
  readonly rows: Row[];
}

export interface LineUnit {
  /** Paths by the index that rows use; unknown ones are undefined. */
  readonly files: readonly (string | undefined)[];
  readonly sequences: readonly LineSequence[];
  /** Offset of the next unit. */
  readonly end: number;
}

const enum StandardOpcode {
  Copy = 1,
  AdvancePc = 2,
  AdvanceLine = 3,
  SetFile = 4,
  SetColumn = 5,
  NegateStatement = 6,
  SetBasicBlock = 7,
  ConstAddPc = 8,
  FixedAdvancePc = 9,
  SetPrologueEnd = 10,
  SetEpilogueBegin = 11,
  SetIsa = 12,
}

const enum ExtendedOpcode {
  EndSequence = 1,
  SetAddress = 2,
  DefineFile = 3,
}

/** Content types of entry formats (6.2.4.1). */
const enum Content {
  Path = 1,
  DirectoryIndex = 2,
}

/** Forms that entry formats may use (7.5.6). */
const enum Form {
  Data2 = 0x05,
  Data4 = 0x06,
  Data8 = 0x07,
  String = 0x08,
  Block = 0x09,
  Data1 = 0x0b,
  Strp = 0x0e,
  Udata = 0x0f,
  Data16 = 0x1e,
  LineStrp = 0x1f,
}

interface ProgramHeader {
  readonly minimumInstructionLength: number;
  readonly defaultIsStatement: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** Number of operands by opcode. */
  readonly opcodeLengths: readonly number[];
}

export class LineUnitReader {
  private readonly view: DataView;
  private readonly end: number;
  /** 4, or 8 in the 64-bit format (7.4). */
  private readonly offsetSize: 4 | 8;
  private position: number;

  constructor(
    private readonly sections: LineSections,
    private readonly unit: number,
  ) {
    const { line } = sections;
    this.view = new DataView(line.buffer, line.byteOffset, line.byteLength);
    this.end = line.length;
    this.position = unit;
    const length = this.u32();
    this.offsetSize = length === 0xffff_ffff ? 8 : 4;
    const unitLength = this.offsetSize === 8 ? this.u64() : length;
    if (this.position + unitLength > line.length) {
      this.bad('unit_length', `${unitLength}`, `at most the ${line.length - this.position} bytes left`);
    }
    this.end = this.position + unitLength;
  }

  read(): LineUnit {
    const version = this.u16();
    if (version < 2 || version > 5) this.bad('version', `${version}`, '2 to 5');
    if (version >= 5) {
      const addressSize = this.u8();
      if (addressSize !== 8) this.bad('address_size', `${addressSize}`, '8');
      this.skip(1); // segment_selector_size
    }
    const headerLength = this.sectionOffset();
    const program = this.position + headerLength;
    const minimumInstructionLength = this.u8();
    const operations = version >= 4 ? this.u8() : 1;
    if (operations !== 1) this.bad('maximum_operations_per_instruction', `${operations}`, '1: no VLIW');
    const defaultIsStatement = this.u8() !== 0;
    const lineBase = this.s8();
    const lineRange = this.u8();
    if (lineRange === 0) this.bad('line_range', '0', 'a positive number');
    const opcodeBase = this.u8();
    const opcodeLengths = [0];
    for (let opcode = 1; opcode < opcodeBase; opcode++) opcodeLengths.push(this.u8());
    const files = version >= 5 ? this.files5() : this.files4();
    if (program < this.position || program > this.end) {
      this.bad('header_length', `${headerLength}`, 'the length of the header that follows');
    }
    this.position = program;
    const header = {
      minimumInstructionLength,
      defaultIsStatement,
      lineBase,
      lineRange,
      opcodeBase,
      opcodeLengths,
    };
    return { files, sequences: this.run(header, files), end: this.end };
  }

  /** Versions 2 to 4: directories and files are numbered from 1; directory 0 is the compiler's own. */
  private files4(): (string | undefined)[] {
    const directories = [''];
    for (let name = this.string(); name !== ''; name = this.string()) directories.push(name);
    const files: (string | undefined)[] = [undefined];
    for (let name = this.string(); name !== ''; name = this.string()) {
      files.push(join(directories[this.uleb()] ?? '', name));
      this.uleb(); // time of last modification
      this.uleb(); // length
    }
    return files;
  }

  /** Version 5: tables with a stated format; directory 0 is the compiler's own (6.2.4). */
  private files5(): (string | undefined)[] {
    const directories = this.entries().map(({ path }, index) => (index === 0 ? '' : path));
    return this.entries().map(({ path, directory }) => join(directories[directory] ?? '', path));
  }

  private entries(): { path: string; directory: number }[] {
    const format = Array.from({ length: this.u8() }, () => ({ content: this.uleb(), form: this.uleb() }));
    const entries = [];
    for (let count = this.uleb(); count > 0; count--) {
      let path = '';
      let directory = 0;
      const start = this.position;
      for (const { content, form } of format) {
        const value = this.form(form);
        if (content === Content.Path && typeof value === 'string') path = value;
        if (content === Content.DirectoryIndex && typeof value === 'number') directory = value;
      }
      if (this.position === start) this.bad('entry format', 'an entry of no bytes', 'at least a path');
      entries.push({ path, directory });
    }
    return entries;
  }

  private form(form: number): string | number | undefined {
    switch (form) {
      case Form.String:
        return this.string();
      case Form.LineStrp:
        return this.stringIn(this.sections.lineStrings, '.debug_line_str', this.sectionOffset());
      case Form.Strp:
        return this.stringIn(this.sections.strings, '.debug_str', this.sectionOffset());
      case Form.Udata:
        return this.uleb();
      case Form.Data1:
        return this.u8();
      case Form.Data2:
        return this.u16();
      case Form.Data4:
        return this.u32();
      case Form.Data8:
        return this.u64();
      case Form.Data16:
        this.skip(16);
        return undefined;
      case Form.Block:
        this.skip(this.uleb());
        return undefined;
      default:
        return this.bad('entry format', `form ${hex(form)}`, 'a form of DWARF 5, 6.2.4.1');
    }
  }

  /** Executes the program (6.2.5). */
  private run(header: ProgramHeader, files: (string | undefined)[]): LineSequence[] {
    const sequences: LineSequence[] = [];
    let rows: Row[] = [];
    let start = 0n;
    let offset = 0;
    let file = 1;
    let line = 1;
    let column = 0;
    let isStatement = header.defaultIsStatement;

    const emit = (): void => {
      rows.push({ offset, file, line, column, isStatement });
    };
    const special = (opcode: number): void => {
      const adjusted = opcode - header.opcodeBase;
      offset += Math.floor(adjusted / header.lineRange) * header.minimumInstructionLength;
      line += header.lineBase + (adjusted % header.lineRange);
    };

    while (this.position < this.end) {
      const opcode = this.u8();
      if (opcode >= header.opcodeBase) {
        special(opcode);
        emit();
        continue;
      }
      switch (opcode) {
        case 0: {
          const length = this.uleb();
          const next = this.position + length;
          const extended = length === 0 ? 0 : this.u8();
          if (extended === ExtendedOpcode.EndSequence) {
            if (!Number.isSafeInteger(offset))
              this.bad('DW_LNE_end_sequence', `${offset} bytes`, 'below 2^53');
            sequences.push({ start, end: start + BigInt(offset), rows: inOrder(rows) });
            rows = [];
            offset = 0;
            file = 1;
            line = 1;
            column = 0;
            isStatement = header.defaultIsStatement;
          } else if (extended === ExtendedOpcode.SetAddress) {
            if (length !== 9) this.bad('DW_LNE_set_address', `${length - 1} bytes`, '8');
            const address = this.bigU64();
            if (rows.length === 0) {
              start = address;
              offset = 0;
            } else {
              offset = Number(address - start);
            }
          } else if (extended === ExtendedOpcode.DefineFile) {
            files.push(this.string());
          }
          this.seek(next);
          break;
        }
        case StandardOpcode.Copy:
          emit();
          break;
        case StandardOpcode.AdvancePc:
          offset += this.uleb() * header.minimumInstructionLength;
          break;
        case StandardOpcode.AdvanceLine:
          line += this.sleb();
          break;
        case StandardOpcode.SetFile:
          file = this.uleb();
          break;
        case StandardOpcode.SetColumn:
          column = this.uleb();
          break;
        case StandardOpcode.NegateStatement:
          isStatement = !isStatement;
          break;
        case StandardOpcode.ConstAddPc: {
          const advance = Math.floor((255 - header.opcodeBase) / header.lineRange);
          offset += advance * header.minimumInstructionLength;
          break;
        }
        case StandardOpcode.FixedAdvancePc:
          offset += this.u16();
          break;
        case StandardOpcode.SetIsa:
          this.uleb();
          break;
        case StandardOpcode.SetBasicBlock:
        case StandardOpcode.SetPrologueEnd:
        case StandardOpcode.SetEpilogueBegin:
          break;
        default:
          // An opcode of a later version: the header says how many operands it has.
          for (let operand = header.opcodeLengths[opcode] ?? 0; operand > 0; operand--) this.uleb();
      }
    }
    return sequences;
  }

  // --- Reading ---

  private need(count: number): number {
    const at = this.position;
    if (at + count > this.end) this.bad('contents', `the end at ${hex(this.end)}`, `${count} more bytes`);
    this.position = at + count;
    return at;
  }

  private skip(count: number): void {
    this.need(count);
  }

  private seek(position: number): void {
    if (position < this.position || position > this.end) {
      this.bad('extended opcode', `its end at ${hex(position)}`, 'the end of its operands');
    }
    this.position = position;
  }

  private u8(): number {
    return this.view.getUint8(this.need(1));
  }

  private s8(): number {
    return this.view.getInt8(this.need(1));
  }

  private u16(): number {
    return this.view.getUint16(this.need(2), true);
  }

  private u32(): number {
    return this.view.getUint32(this.need(4), true);
  }

  private bigU64(): bigint {
    return this.view.getBigUint64(this.need(8), true);
  }

  private u64(): number {
    return Number(this.bigU64());
  }

  private sectionOffset(): number {
    return this.offsetSize === 8 ? this.u64() : this.u32();
  }

  private uleb(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if ((byte & 0x80) === 0) return value;
      scale *= 128;
    }
  }

  private sleb(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if ((byte & 0x80) === 0) return (byte & 0x40) === 0 ? value : value - scale;
    }
  }

  private string(): string {
    const text = this.stringIn(this.sections.line, '.debug_line', this.position);
    this.seek(this.sections.line.indexOf(0, this.position) + 1);
    return text;
  }

  private stringIn(section: Uint8Array, name: string, offset: number): string {
    const end = section.indexOf(0, offset);
    if (offset >= section.length || end < 0) {
      this.bad('string', `offset ${hex(offset)}`, `a string in the ${section.length} bytes of ${name}`);
    }
    return UTF8.decode(section.subarray(offset, end));
  }

  private bad(field: string, found: string, expected: string): never {
    throw new BadImageError(
      this.sections.file,
      `.debug_line unit ${hex(this.unit)} ${field}`,
      found,
      expected,
    );
  }
}

function join(directory: string, name: string): string {
  return directory === '' || name.startsWith('/') ? name : `${directory}/${name}`;
}

/** Rows by offset. Programs make them in that order (6.2.2), but nothing keeps a producer from another. */
function inOrder(rows: Row[]): Row[] {
  for (let index = 1; index < rows.length; index++) {
    if ((rows[index]?.offset ?? 0) < (rows[index - 1]?.offset ?? 0))
      return rows.sort((a, b) => a.offset - b.offset);
  }
  return rows;
}
