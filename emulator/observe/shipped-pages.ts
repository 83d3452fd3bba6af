/** Whether what a hart executes is what was shipped. */
import type { Machine } from '../machine/machine.js';
import { parseElf, PT_LOAD, SegmentFlag } from './elf.js';

const PAGE = 4096n;

/** A user program as it was built. */
export interface ShippedElf {
  readonly name: string;
  readonly elf: Uint8Array;
}

/** The executable pages of user programs, to compare the guest's memory with. */
export class ShippedPages {
  private readonly pages: ReadonlyMap<bigint, Uint8Array>[];

  constructor(
    private readonly machine: Machine,
    programs: readonly ShippedElf[],
  ) {
    this.pages = programs.map(executablePages);
  }

  /** Whether the page from which `hart` fetches `pc` now is one of a shipped program, byte for byte. */
  has(hart: number, pc: bigint): boolean {
    const page = pc - (pc % PAGE);
    const physical = this.machine.harts[hart]?.translate(page, 'fetch') ?? -1;
    if (!this.machine.memory.contains(physical, Number(PAGE))) return false;
    const found = this.machine.memory.read(physical, Number(PAGE));
    return this.pages.some((pages) => pages.get(page)?.every((byte, i) => byte === found[i]) ?? false);
  }
}

/** Pages by virtual address, zero where a segment does not reach. */
export function executablePages({ elf, name }: ShippedElf): ReadonlyMap<bigint, Uint8Array> {
  const pages = new Map<bigint, Uint8Array>();
  for (const segment of parseElf(elf, name).segments) {
    if (segment.type !== PT_LOAD || (segment.flags & SegmentFlag.Execute) === 0) continue;
    for (let offset = 0; offset < segment.contents.length;) {
      const address = segment.virtualAddress + BigInt(offset);
      const page = address - (address % PAGE);
      let content = pages.get(page);
      if (content === undefined) pages.set(page, (content = new Uint8Array(Number(PAGE))));
      const within = Number(address - page);
      const part = segment.contents.subarray(offset, offset + Number(PAGE) - within);
      content.set(part, within);
      offset += part.length;
    }
  }
  return pages;
}
