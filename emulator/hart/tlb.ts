/** A hart's TLBs in linear memory (`engine/layout.ts`): filling, flushing, and dropping what became wrong. */
import * as layout from '../engine/layout.js';
import type { LinearMemory } from './memory.js';

const INVALID = 0xffffffffffffffffn;
/** Up to so many filled entries, clearing each costs less than clearing everything. */
const FEW = 256;

/** Tags of a data entry: each is a virtual page, and all of one entry the same. */
const dataTags = [0, layout.DATA_WRITE_TAG, layout.DATA_HELD_TAG] as const;

export class Tlb {
  /** Linear addresses of data and fetch entries filled since the last flush; beyond FEW, only that they are many. */
  private readonly filledData: number[] = [];
  private readonly filledFetch: number[] = [];
  /** Whether stores were ever held. */
  private holds = false;

  constructor(
    private readonly memory: LinearMemory,
    /** Linear address of the hart's block. */
    private readonly base: number,
  ) {
    this.flushAll();
  }

  /** Forgets every translation, as SFENCE.VMA without operands does. */
  flush(): void {
    if (this.filledData.length > FEW || this.filledFetch.length > FEW) {
      this.flushAll();
      return;
    }
    for (const entry of this.filledData) for (const tag of dataTags) this.setTag(entry + tag, INVALID);
    for (const entry of this.filledFetch) this.setTag(entry, INVALID);
    this.filledData.length = 0;
    this.filledFetch.length = 0;
  }

  private flushAll(): void {
    const { u8 } = this.memory;
    const data = this.base + layout.DATA_TLB;
    const fetch = this.base + layout.FETCH_TLB;
    u8.fill(0xff, data, data + layout.DATA_BANKS * layout.DATA_BANK_SIZE);
    u8.fill(0xff, fetch, fetch + layout.FETCH_ENTRIES * layout.FETCH_ENTRY_SIZE);
    this.filledData.length = 0;
    this.filledFetch.length = 0;
  }

  flushBank(bank: layout.DataBank): void {
    const at = this.bankAddress(bank);
    this.memory.u8.fill(0xff, at, at + layout.DATA_BANK_SIZE);
  }

  /** Forgets one virtual page in every bank, as SFENCE.VMA with an address does. */
  flushPage(address: bigint): void {
    const page = BigInt.asUintN(64, address & -4096n);
    for (let bank = 0; bank < layout.DATA_BANKS; bank++) {
      const entry = this.dataEntry(bank, address);
      for (const tag of dataTags) if (this.tag(entry + tag) === page) this.setTag(entry + tag, INVALID);
    }
    const fetch = this.fetchEntry(address);
    if ((this.tag(fetch) & -4096n & INVALID) === page) this.setTag(fetch, INVALID);
  }

  bankAddress(bank: layout.DataBank): number {
    return this.base + layout.DATA_TLB + bank * layout.DATA_BANK_SIZE;
  }

  /**
   * Lets loads or stores to the page of `address` go straight to linear memory at `linear`; a `held` store still comes
   * to {@link heldStore}, but needs no page walk.
   */
  fillData(bank: layout.DataBank, address: bigint, linear: number, access: 'load' | 'store' | 'held'): void {
    const page = BigInt.asUintN(64, address & -4096n);
    const entry = this.dataEntry(bank, address);
    if (this.filledData.length <= FEW) this.filledData.push(entry);
    const delta = (linear - Number(BigInt.asUintN(32, address))) | 0;
    for (const tag of dataTags) if (this.tag(entry + tag) !== page) this.setTag(entry + tag, INVALID);
    const tags = { load: 0, store: layout.DATA_WRITE_TAG, held: layout.DATA_HELD_TAG };
    this.setTag(entry + tags[access], page);
    this.memory.i32[(entry + layout.DATA_DELTA) >> 2] = delta;
  }

  /** Linear address of a store to a page whose stores are watched, or -1 when the TLB does not have it. */
  heldStore(bank: layout.DataBank, address: bigint): number {
    const entry = this.dataEntry(bank, address);
    if (this.tag(entry + layout.DATA_HELD_TAG) !== BigInt.asUintN(64, address & -4096n)) return -1;
    const delta = this.memory.i32[(entry + layout.DATA_DELTA) >> 2] ?? 0;
    return (Number(BigInt.asUintN(32, address)) + delta) >>> 0;
  }

  /** Has every store to a page of linear memory be seen, without a change in what the TLB knows; or no longer so. */
  holdWrites(linearPage: number, hold: boolean): void {
    this.holds ||= hold;
    const [from, to] = hold
      ? [layout.DATA_WRITE_TAG, layout.DATA_HELD_TAG]
      : [layout.DATA_HELD_TAG, layout.DATA_WRITE_TAG];
    this.eachDataEntry(linearPage, from, (entry) => {
      this.setTag(entry + to, this.tag(entry + from));
      this.setTag(entry + from, INVALID);
    });
  }

  fillFetch(address: bigint, mode: number, slot: number): void {
    const entry = this.fetchEntry(address);
    if (this.filledFetch.length <= FEW) this.filledFetch.push(entry);
    this.setTag(entry, BigInt.asUintN(64, address & -4096n) | BigInt(mode));
    this.memory.i32[(entry + 8) >> 2] = slot;
  }

  /** Forgets fetch entries that lead to a slot. */
  dropSlot(slot: number): void {
    for (let i = 0; i < layout.FETCH_ENTRIES; i++) {
      const entry = this.base + layout.FETCH_TLB + i * layout.FETCH_ENTRY_SIZE;
      if (this.memory.i32[(entry + 8) >> 2] === slot) this.setTag(entry, INVALID);
    }
  }

  /** Makes the next store to a page of linear memory be seen. */
  dropWrites(linearPage: number): void {
    for (const tag of this.holds ? [layout.DATA_WRITE_TAG, layout.DATA_HELD_TAG] : [layout.DATA_WRITE_TAG]) {
      this.eachDataEntry(linearPage, tag, (entry) => {
        this.setTag(entry + tag, INVALID);
      });
    }
  }

  /** Entries that lead to a page of linear memory, by one of their tags. */
  private eachDataEntry(linearPage: number, tag: number, visit: (entry: number) => void): void {
    const start = this.base + layout.DATA_TLB;
    const end = start + layout.DATA_BANKS * layout.DATA_BANK_SIZE;
    for (let entry = start; entry < end; entry += layout.DATA_ENTRY_SIZE) {
      const page = this.tag(entry + tag);
      if (page === INVALID) continue;
      const delta = this.memory.i32[(entry + layout.DATA_DELTA) >> 2] ?? 0;
      if ((Number(BigInt.asUintN(32, page)) + delta) >>> 0 === linearPage) visit(entry);
    }
  }

  private dataEntry(bank: number, address: bigint): number {
    const index = Number((address >> 12n) & BigInt(layout.DATA_ENTRIES - 1));
    return this.bankAddress(bank) + index * layout.DATA_ENTRY_SIZE;
  }

  private fetchEntry(address: bigint): number {
    const index = Number((address >> 12n) & BigInt(layout.FETCH_ENTRIES - 1));
    return this.base + layout.FETCH_TLB + index * layout.FETCH_ENTRY_SIZE;
  }

  private tag(at: number): bigint {
    return this.memory.u64[at >> 3] ?? INVALID;
  }

  private setTag(at: number, value: bigint): void {
    this.memory.u64[at >> 3] = value;
  }
}
