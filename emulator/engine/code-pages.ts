/**
 * Decoded guest code. A physical page that is executed gets a slot of decoded entries; a page that is written loses
 * it, so that a fetch always sees what memory holds, on every engine.
 */
import type { LinearMemory } from '../hart/memory.js';
import { decode, instructionLength } from '../isa/decoder.js';
import type { Decoded } from '../isa/decoder.js';
import {
  CROSSES,
  ILLEGAL,
  PAGE_END,
  PROBE,
  UNDECODED,
  entryImmediate,
  operationNumber,
} from './operations.js';
import * as layout from './layout.js';

/** Slots and which physical page each belongs to. Pages are numbered from the start of RAM. */
export class CodePages {
  /** By page: linear address of its slot, 0 when it has none. */
  private readonly slotOfPage: Int32Array;
  /** By slot: its page, -1 when free. */
  private readonly pageOfSlot: Int32Array;
  private readonly free: number[] = [];
  /** Instructions to be told of before they execute, by their offset from the start of RAM. */
  private readonly probed = new Set<number>();
  /** Offset of the instruction decoded last into a hart's CROSSING entry. */
  private crossing = 0;
  /** A hart's PROBED entry that was written last, and the probed one that it is a copy of. */
  private behindProbe = { to: 0, entry: 0 };

  /**
   * @param onFree called with the slot when a page loses it: no TLB may keep it
   * @param onUse called with the page when it gets one: no TLB may let stores to it pass unseen
   */
  constructor(
    private readonly memory: LinearMemory,
    private readonly onFree: (slot: number) => void,
    private readonly onUse: (page: number) => void,
  ) {
    this.slotOfPage = new Int32Array(Math.ceil(memory.layout.ramSize / layout.PAGE_SIZE));
    this.pageOfSlot = new Int32Array(memory.layout.slotCount).fill(-1);
    for (let slot = memory.layout.slotCount - 1; slot >= 0; slot--) this.free.push(slot);
  }

  /**
   * RAM is about to change by a store of the instruction at entry `executing`. A page that this very instruction is on
   * keeps its slot and only forgets what the store touches; any other page loses its slot. `offset` counts from the
   * start of RAM.
   * @returns true when the page still has decoded code, so that the next store to it must be seen as well
   */
  stored(offset: number, length: number, executing: number): boolean {
    const entry = executing === this.behindProbe.to ? this.behindProbe.entry : executing;
    const page = Math.floor(offset / layout.PAGE_SIZE);
    const slot = this.slotOfPage[page];
    if (slot === undefined || slot === 0) return false;
    if (entry < slot || entry >= slot + layout.SLOT_SIZE) {
      this.drop(page);
      return false;
    }
    const inPage = offset % layout.PAGE_SIZE;
    // A four-byte instruction may begin one halfword before the first byte stored.
    const first = Math.max(0, (inPage >> 1) - 1);
    const last = Math.min(layout.PAGE_SIZE / 2 - 1, (inPage + length - 1) >> 1);
    for (let i = first; i <= last; i++) {
      const stale = slot + i * layout.ENTRY_SIZE;
      if (stale !== entry) this.memory.u8.fill(0, stale, stale + layout.ENTRY_SIZE);
    }
    return true;
  }

  /** RAM changed behind the harts' backs (DMA, firmware). `offset` counts from the start of RAM. */
  changed(offset: number, length: number): void {
    const last = Math.floor((offset + Math.max(length, 1) - 1) / layout.PAGE_SIZE);
    for (let page = Math.floor(offset / layout.PAGE_SIZE); page <= last; page++) this.drop(page);
  }

  /** Linear address of the page's slot; makes one if it has none. */
  slotFor(page: number): number {
    const known = this.slotOfPage[page];
    if (known !== undefined && known !== 0) return known;
    let index = this.free.pop();
    if (index === undefined) {
      this.dropAll();
      index = this.free.pop();
      if (index === undefined) throw new Error('a machine has no room for decoded code');
    }
    const slot = this.address(index);
    this.slotOfPage[page] = slot;
    this.pageOfSlot[index] = page;
    // Slots are zero when free; only the entry behind the last halfword is not an instruction.
    this.memory.view.setUint16(slot + layout.PAGE_ENTRIES + layout.ENTRY_OP, PAGE_END, true);
    this.onUse(page);
    return slot;
  }

  /** Forgets a page's code; true when it had any. */
  drop(page: number): boolean {
    const slot = this.slotOfPage[page];
    if (slot === undefined || slot === 0) return false;
    this.slotOfPage[page] = 0;
    const index = (slot - this.memory.layout.slots) / layout.SLOT_SIZE;
    this.pageOfSlot[index] = -1;
    this.memory.u8.fill(0, slot, slot + layout.SLOT_SIZE);
    this.free.push(index);
    this.onFree(slot);
    return true;
  }

  private dropAll(): void {
    for (const page of this.pageOfSlot.slice()) if (page >= 0) this.drop(page);
  }

  /** Decodes the instruction that `entry` stands for. */
  decodeEntry(entry: number): void {
    const { memory } = this;
    const offset = this.offsetOf(entry);
    const at = memory.layout.ram + offset;
    const low = memory.view.getUint16(at, true);
    if (instructionLength(low) === 4) {
      if (offset % layout.PAGE_SIZE === layout.PAGE_SIZE - 2) {
        memory.view.setUint16(entry + layout.ENTRY_OP, CROSSES, true);
        return;
      }
      this.writeEntry(entry, memory.view.getUint32(at, true));
    } else {
      this.writeEntry(entry, low);
    }
    if (this.probed.has(offset)) this.mark(entry);
  }

  /** Offset from the start of RAM of the instruction at an entry that is about to execute. */
  offsetOf(entry: number): number {
    const { memory } = this;
    if (entry < memory.layout.slots) return this.crossing;
    const index = Math.floor((entry - memory.layout.slots) / layout.SLOT_SIZE);
    const page = this.pageOfSlot[index];
    if (page === undefined || page < 0) throw new Error(`entry ${entry} is in no page in use`);
    return page * layout.PAGE_SIZE + ((entry - this.address(index)) >>> layout.ENTRY_SHIFT);
  }

  /** Has the engine call before the instruction at an offset from the start of RAM, an even number, executes. */
  addProbe(offset: number): void {
    this.probed.add(offset);
    const entry = this.entryAt(offset);
    if (entry !== undefined) this.mark(entry);
  }

  removeProbe(offset: number): void {
    const { view } = this.memory;
    this.probed.delete(offset);
    const entry = this.entryAt(offset);
    if (entry === undefined || view.getUint16(entry + layout.ENTRY_OP, true) !== PROBE) return;
    view.setUint16(entry + layout.ENTRY_OP, view.getUint16(entry + layout.ENTRY_PROBED, true), true);
  }

  /** Copies the instruction at a probed entry to one of the hart's own, from where it is carried out. */
  writeProbed(to: number, entry: number): void {
    const { u8, view } = this.memory;
    u8.copyWithin(to, entry, entry + layout.ENTRY_SIZE);
    view.setUint16(to + layout.ENTRY_OP, view.getUint16(entry + layout.ENTRY_PROBED, true), true);
    // Whatever follows, behind two bytes or four, is found through the fetch TLB again.
    for (const next of [1, 2]) {
      view.setUint16(to + next * layout.ENTRY_SIZE + layout.ENTRY_OP, PAGE_END, true);
    }
    this.behindProbe = { to, entry };
  }

  /** The entry of an instruction whose page is decoded. */
  private entryAt(offset: number): number | undefined {
    const slot = this.slotOfPage[Math.floor(offset / layout.PAGE_SIZE)];
    if (slot === undefined || slot === 0) return undefined;
    return slot + ((offset % layout.PAGE_SIZE) << layout.ENTRY_SHIFT);
  }

  private mark(entry: number): void {
    const { view } = this.memory;
    const number = view.getUint16(entry + layout.ENTRY_OP, true);
    // One that crosses a page is marked where it is decoded, each time.
    if (number === UNDECODED || number === CROSSES || number === PROBE) return;
    view.setUint16(entry + layout.ENTRY_PROBED, number, true);
    view.setUint16(entry + layout.ENTRY_OP, PROBE, true);
  }

  /** Writes the decoded form of an instruction word. */
  private writeEntry(entry: number, bits: number): void {
    const { view } = this.memory;
    const decoded: Decoded | undefined = decode(bits);
    if (!decoded) {
      view.setUint16(entry + layout.ENTRY_OP, ILLEGAL, true);
      view.setUint8(entry + layout.ENTRY_LENGTH, instructionLength(bits));
      view.setInt32(entry + layout.ENTRY_IMM, bits, true);
      return;
    }
    const { rd, rs1, rs2 } = decoded.operands;
    view.setUint16(entry + layout.ENTRY_OP, operationNumber(decoded), true);
    view.setUint16(entry + layout.ENTRY_RD, rd === 0 ? layout.SINK : rd * 8, true);
    view.setUint8(entry + layout.ENTRY_RS1, rs1 * 8);
    view.setUint8(entry + layout.ENTRY_RS2, rs2 * 8);
    view.setUint8(entry + layout.ENTRY_LENGTH, decoded.length);
    view.setInt32(entry + layout.ENTRY_IMM, entryImmediate(decoded, bits), true);
  }

  /** Decodes the instruction at `offset`, which crosses a page boundary, into an entry of the hart's own. */
  writeCrossing(entry: number, bits: number, offset: number): void {
    this.writeEntry(entry, bits);
    this.crossing = offset;
    if (this.probed.has(offset)) this.mark(entry);
    // Whatever follows is found through the fetch TLB again.
    this.memory.view.setUint16(entry + 2 * layout.ENTRY_SIZE + layout.ENTRY_OP, PAGE_END, true);
  }

  private address(index: number): number {
    return this.memory.layout.slots + index * layout.SLOT_SIZE;
  }
}
