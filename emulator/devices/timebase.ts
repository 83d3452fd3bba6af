/**
 * Conversion between guest cycles and the ticks of a slower (or faster) clock derived from them.
 *
 * Ticks are 64-bit and may lie anywhere; cycles are JavaScript numbers, exact up to 2^53 (104 days at 1 GHz).
 */
export class Timebase {
  private readonly frequency: bigint;
  private readonly ticksPerSecond: bigint;

  /**
   * @param frequency guest cycles per second, a positive integer
   * @param ticksPerSecond ticks per second, a positive integer
   */
  constructor(frequency: number, ticksPerSecond: number) {
    for (const [name, value] of [
      ['frequency', frequency],
      ['ticks per second', ticksPerSecond],
    ] as const) {
      if (!Number.isSafeInteger(value) || value <= 0) {
        throw new RangeError(`${name}: found ${value}, expected a positive integer`);
      }
    }
    this.frequency = BigInt(frequency);
    this.ticksPerSecond = BigInt(ticksPerSecond);
  }

  /** Whole ticks that have passed at `cycle`. */
  ticksAt(cycle: number): bigint {
    return (BigInt(cycle) * this.ticksPerSecond) / this.frequency;
  }

  /**
   * The first cycle at which {@link ticksAt} is at least `ticks`; undefined when that lies beyond what a cycle
   * count can express, so that it never comes.
   */
  cycleOf(ticks: bigint): number | undefined {
    if (ticks <= 0n) return 0;
    const cycle = Number((ticks * this.frequency + this.ticksPerSecond - 1n) / this.ticksPerSecond);
    return cycle <= Number.MAX_SAFE_INTEGER ? cycle : undefined;
  }
}
