/** Who wants to know of stores to a stretch of RAM. */
import * as layout from '../engine/layout.js';
import type { StoreObserver } from '../hart/data-access.js';
import type { Hart } from '../hart/hart.js';
import type { GuestRam, LinearMemory } from '../hart/memory.js';
import type { StoreHit } from '../observe/events.js';

export type WatchListener = (store: StoreHit) => void;

interface Watch {
  readonly address: number;
  readonly size: number;
  readonly listener: WatchListener;
}

/** An atomic store that the engine is about to make. */
interface Deferred {
  readonly pc: bigint;
  readonly time: number;
  readonly address: number;
  readonly size: number;
  /** Instructions that the hart may execute behind this one. */
  readonly budget: number;
}

export class Watches implements StoreObserver {
  /** By page of RAM: the watches that touch it. */
  private readonly pages = new Map<number, readonly Watch[]>();
  private deferred: Deferred | undefined;

  /** @param harts those whose stores are watched; may be filled in later */
  constructor(
    private readonly memory: LinearMemory,
    private readonly ram: GuestRam,
    private readonly harts: () => readonly Hart[],
  ) {}

  /** @returns a function that removes the listener, and does nothing when called again */
  add(address: number, size: number, listener: WatchListener): () => void {
    const watch = { address, size, listener };
    const first = this.page(address);
    const last = this.page(address + size - 1);
    for (let page = first; page <= last; page++) {
      const others = this.pages.get(page) ?? [];
      this.pages.set(page, [...others, watch]);
      if (others.length === 0) this.hold(page, true);
    }
    return () => {
      for (let page = first; page <= last; page++) {
        const watches = this.pages.get(page) ?? [];
        if (!watches.includes(watch)) continue;
        const rest = watches.filter((other) => other !== watch);
        if (rest.length > 0) {
          this.pages.set(page, rest);
        } else {
          this.pages.delete(page);
          this.hold(page, false);
        }
      }
    };
  }

  get any(): boolean {
    return this.pages.size > 0;
  }

  observes(address: number): boolean {
    return this.pages.has(this.page(address));
  }

  stored(hart: Hart, address: number, size: number, value: bigint): void {
    this.report(address, size, value, { time: hart.environment.now(), hart: hart.index, pc: hart.pc });
  }

  /** Ends the slice behind the instruction at hand; {@link settle} reports the store and gives the rest back. */
  storing(hart: Hart, address: number, size: number): void {
    const { pc, budget } = hart;
    this.deferred = { pc, time: hart.environment.now(), address, size, budget };
    hart.budget = 0;
  }

  /** To be called when a slice is over: whether it is to go on after all. */
  settle(hart: Hart): boolean {
    const store = this.deferred;
    if (store === undefined) return false;
    this.deferred = undefined;
    hart.budget = store.budget;
    const { address, size, time, pc } = store;
    const value = size === 8 ? this.ram.readU64(address) : BigInt(this.ram.readU32(address));
    this.report(address, size, value, { time, hart: hart.index, pc });
    return hart.budget > 0;
  }

  private report(
    address: number,
    size: number,
    value: bigint,
    at: Pick<StoreHit, 'time' | 'hart' | 'pc'>,
  ): void {
    // Never more than a page: one that crosses comes as two.
    for (const watch of this.pages.get(this.page(address)) ?? []) {
      if (address + size <= watch.address || address >= watch.address + watch.size) continue;
      watch.listener({ ...at, address, size, value });
    }
  }

  private hold(page: number, hold: boolean): void {
    const linear = this.memory.layout.ram + page * layout.PAGE_SIZE;
    for (const hart of this.harts()) hart.tlb.holdWrites(linear, hold);
  }

  private page(address: number): number {
    return Math.floor((address - this.ram.base) / layout.PAGE_SIZE);
  }
}
