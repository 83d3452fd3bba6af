/** Fingerprints of a machine's state. */
import { createXXHash128 } from 'hash-wasm';
import type { IHasher } from 'hash-wasm';
import * as layout from '../engine/layout.js';
import type { LinearMemory } from '../hart/memory.js';

/** A rolling hash of everything worth telling about a run: traps, firmware calls, idling, each with its time. */
export class TraceHash {
  private a = 0x811c9dc5;
  private b = 0x9747b28c;
  private count = 0;

  add(value: number): void {
    this.a = Math.imul(this.a ^ value, 0x01000193);
    const mixed = Math.imul(this.b + value, 0x85ebca6b);
    this.b = (mixed ^ (mixed >>> 13)) | 0;
    this.count++;
  }

  /** State as three 32-bit words. */
  get words(): readonly number[] {
    return [this.a >>> 0, this.b >>> 0, this.count >>> 0];
  }
}

/** Hashes machine state; made once a machine, because the hasher is set up asynchronously. */
export class StateDigest {
  private constructor(private readonly hasher: IHasher) {}

  static async create(): Promise<StateDigest> {
    return new StateDigest(await createXXHash128());
  }

  /**
   * XXH128 over registers and CSRs of every hart, guest RAM, and `extra`. Pages of zeros count only by their
   * absence, so that RAM never touched costs no hashing.
   */
  compute(memory: LinearMemory, extra: readonly number[]): string {
    const { u8, u32 } = memory;
    const { harts, ram, ramSize } = memory.layout;
    this.hasher.init();
    this.hasher.update(new Uint8Array(new Float64Array(extra).buffer));
    for (let hart = 0; hart < harts; hart++) {
      const base = layout.HARTS + hart * layout.HART_SIZE;
      this.hasher.update(u8.subarray(base, base + layout.SINK));
      this.hasher.update(u8.subarray(base + layout.PC, base + layout.PC + 8));
      this.hasher.update(u8.subarray(base + layout.CSRS, base + layout.CSRS_END));
    }
    const words = layout.PAGE_SIZE / 4;
    const number = new Uint32Array(1);
    for (let page = 0; page < ramSize / layout.PAGE_SIZE; page++) {
      const first = (ram + page * layout.PAGE_SIZE) >> 2;
      let i = first;
      while (i < first + words && u32[i] === 0) i++;
      if (i === first + words) continue;
      number[0] = page;
      this.hasher.update(number);
      this.hasher.update(u8.subarray(first << 2, (first << 2) + layout.PAGE_SIZE));
    }
    return this.hasher.digest('hex');
  }
}
