import { beforeEach, describe, expect, it } from 'vitest';
import * as layout from '../engine/layout.js';
import { LinearMemory } from './memory.js';
import { Tlb } from './tlb.js';

let memory: LinearMemory;
let tlb: Tlb;

beforeEach(() => {
  const plan = layout.layOut(1, 1 << 20, 1);
  memory = new LinearMemory(new WebAssembly.Memory({ initial: plan.pages, maximum: plan.pages }), plan);
  tlb = new Tlb(memory, layout.HARTS);
});

const accesses = ['load', 'store', 'held'] as const;

/** Entries of any bank or of the fetch TLB that could still hit. */
function valid(): number {
  let count = 0;
  const end = layout.HARTS + layout.DATA_TLB + layout.DATA_BANKS * layout.DATA_BANK_SIZE;
  for (let entry = layout.HARTS + layout.DATA_TLB; entry < end; entry += layout.DATA_ENTRY_SIZE) {
    for (const tag of [entry, entry + layout.DATA_WRITE_TAG, entry + layout.DATA_HELD_TAG]) {
      if (memory.u64[tag >> 3] !== 0xffffffffffffffffn) count++;
    }
  }
  for (let i = 0; i < layout.FETCH_ENTRIES; i++) {
    const entry = layout.HARTS + layout.FETCH_TLB + i * layout.FETCH_ENTRY_SIZE;
    if (memory.u64[entry >> 3] !== 0xffffffffffffffffn) count++;
  }
  return count;
}

describe('a flush', () => {
  it.each([1, 200, 256, 257, 5000])(
    'leaves nothing of %i fills of each kind, and can be repeated',
    (fills) => {
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < fills; i++) {
          const address = BigInt(i * 0x1003) << 3n;
          tlb.fillData(i % layout.DATA_BANKS, address, 0x200000, accesses[i % 3] ?? 'load');
          tlb.fillFetch(address, 1, 0x300000);
        }
        expect(valid()).toBeGreaterThan(0);
        tlb.flush();
        expect(valid()).toBe(0);
      }
    },
  );

  it('of one page leaves the others', () => {
    tlb.fillData(0, 0x1000n, 0x200000, 'load');
    tlb.fillData(0, 0x1000n, 0x200000, 'held');
    tlb.fillData(0, 0x2000n, 0x201000, 'load');
    tlb.fillFetch(0x1000n, 0, 0x300000);
    tlb.flushPage(0x1234n);
    expect(valid()).toBe(1);
  });
});
