/**
 * The order in which harts run. Guest time is cut into windows; in a window every hart that is not idle executes as
 * many instructions as the window has cycles, one hart after the other.
 */

/** One window. */
export interface Window {
  /** Guest cycles, at least 1. */
  readonly length: number;
  /** Indices of the harts in the order in which they run. */
  readonly order: readonly number[];
}

/** Where windows come from. The machine may cut a window short at an event; the rest is then not made up for. */
export interface Schedule {
  /** Index of the hart that starts first, or alone when firmware starts the others. */
  readonly bootHart: number;
  /** How many times as long as usual disks take, so that their interrupts arrive elsewhere. */
  readonly diskDelay: number;
  next(): Window;
}

/** Cycles of a window under the fixed schedule: 5 us at 100 MHz. */
export const WINDOW = 500;

/** Seed 0: every window the same, harts in the order of their indices, the first boots. */
export class RoundRobinSchedule implements Schedule {
  readonly bootHart = 0;
  readonly diskDelay = 1;
  private readonly window: Window;

  constructor(harts: number) {
    this.window = { length: WINDOW, order: Array.from({ length: harts }, (_, hart) => hart) };
  }

  next(): Window {
    return this.window;
  }
}

/**
 * Pseudo-random numbers: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number Generators",
 * ACM TOMS 2021), its state filled by splitmix32.
 */
export class Random {
  private readonly state = new Uint32Array(4);

  /** @param seed a non-negative integer; all 53 bits count */
  constructor(seed: number) {
    let mixed = (seed >>> 0) ^ Math.imul(Math.floor(seed / 0x100000000), 0x9e3779b1);
    for (let i = 0; i < 4; i++) {
      mixed = (mixed + 0x9e3779b9) | 0;
      let z = mixed;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.state[i] = z ^ (z >>> 15);
    }
  }

  /** Uniform in 0 … 2^32 - 1. */
  next(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.state;
    const scaled = Math.imul(b, 5);
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0;
    const c2 = c ^ a;
    const d2 = d ^ b;
    this.state[1] = b ^ c2;
    this.state[0] = a ^ d2;
    this.state[2] = c2 ^ (b << 9);
    this.state[3] = (d2 << 11) | (d2 >>> 21);
    return result;
  }

  /** Uniform in 0 … bound - 1, for bounds far below 2^32. */
  below(bound: number): number {
    return Math.floor((this.next() / 0x100000000) * bound);
  }
}

/** Any other seed: windows of random length, harts in random order, a random boot hart. */
export class SeededSchedule implements Schedule {
  readonly bootHart: number;
  readonly diskDelay: number;
  private readonly random: Random;
  private readonly order: number[];

  constructor(harts: number, seed: number) {
    this.random = new Random(seed);
    this.order = Array.from({ length: harts }, (_, hart) => hart);
    this.bootHart = this.random.below(harts);
    this.diskDelay = 0.25 + this.random.below(1000) / 250;
  }

  next(): Window {
    // Fisher-Yates (Knuth, TAOCP volume 2, 3.4.2, algorithm P).
    for (let i = this.order.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      const swapped = this.order[i] ?? 0;
      this.order[i] = this.order[j] ?? 0;
      this.order[j] = swapped;
    }
    // From a tenth of the fixed window to twice it, so that harts meet at many places of the code.
    return { length: WINDOW / 10 + this.random.below(2 * WINDOW - WINDOW / 10), order: this.order };
  }
}

/** The schedule that a seed names. */
export function createSchedule(harts: number, seed: number): Schedule {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`seed: found ${seed}, expected 0 or more`);
  return seed === 0 ? new RoundRobinSchedule(harts) : new SeededSchedule(harts, seed);
}
