import { LineTable } from '../../../emulator/observe/dwarf-line.js';
import { parseElf } from '../../../emulator/observe/elf.js';
import type { ElfFile } from '../../../emulator/observe/elf.js';
import { SymbolTable } from '../../../emulator/observe/symbols.js';
import type { ContractFunction } from '../../lab/definition.js';
import type { GuestPlace, KernelNames } from '../../lab/evidence.js';

/**
 * The kernel's names for addresses, for whoever has to explain what a hart was doing. Tables are read when first
 * asked for: most runs need no explanation.
 */
export class KernelMap implements KernelNames {
  private readonly elf: ElfFile;
  private symbolTable: SymbolTable | undefined;
  private lineTable: LineTable | undefined;

  /**
   * @param kernel the ELF file that was booted.
   * @throws BadImageError when it is not an ELF file for RV64.
   */
  constructor(kernel: Uint8Array) {
    this.elf = parseElf(kernel, 'kernel');
  }

  /** Function and source line of a kernel address. */
  placeOf(pc: bigint): GuestPlace {
    const { name, offset = 0 } = this.symbols.at(pc) ?? {};
    const source = this.sourceAt(pc, pc - BigInt(offset));
    return { pc, ...(name !== undefined && { function: name }), ...(source !== undefined && { source }) };
  }

  /** Whether `pc` lies in the function `name`. */
  isIn(pc: bigint, name: string): boolean {
    return this.symbols.at(pc)?.name === name;
  }

  addressOf(name: string): bigint | undefined {
    return this.symbols.addressOf(name);
  }

  sizeOf(name: string): number | undefined {
    const size = this.symbols.find(name)?.size;
    return size === undefined ? undefined : Number(size);
  }

  /** Where a function of a lab's contract is; nothing when the student's files do not define it. */
  contractPlace(contract: ContractFunction): GuestPlace | undefined {
    if ('function' in contract) {
      const address = this.symbols.addressOf(contract.function);
      return address === undefined ? undefined : this.placeOf(address);
    }
    const table = this.symbols.addressOf(contract.table);
    const target = table === undefined ? undefined : this.pointerAt(table + BigInt(contract.offset));
    return target === undefined ? undefined : this.placeOf(target);
  }

  /** Name of the function whose code a source line, `stride.c:41`, is in. */
  functionAt(source: string): string | undefined {
    const [, file = '', line = ''] = /^(.*):(\d+)$/.exec(source) ?? [];
    const [address] = this.lines.addressesOf(file, Number(line));
    return address === undefined ? undefined : this.symbols.at(address)?.name;
  }

  private get symbols(): SymbolTable {
    return (this.symbolTable ??= new SymbolTable(this.elf));
  }

  private get lines(): LineTable {
    return (this.lineTable ??= new LineTable(this.elf));
  }

  /** @param start of the function */
  private sourceAt(pc: bigint, start: bigint): string | undefined {
    const line = this.lines.atOrBefore(pc, start);
    return line === undefined ? undefined : `${studentName(line.file)}:${line.line}`;
  }

  /** A pointer in the kernel's initialised data. */
  private pointerAt(address: bigint): bigint | undefined {
    const segment = this.elf.segments.find(({ virtualAddress: start, contents }) => {
      return start <= address && address + 8n <= start + BigInt(contents.length);
    });
    if (segment === undefined) return undefined;
    const { buffer, byteOffset, byteLength } = segment.contents;
    const view = new DataView(buffer, byteOffset, byteLength);
    return view.getBigUint64(Number(address - segment.virtualAddress), true);
  }
}

/** A student knows the lab's files by their bare names; the references of other labs keep their folder. */
function studentName(file: string): string {
  return file.replace(/^labs\/\d\d-[^/]+\//, '');
}
