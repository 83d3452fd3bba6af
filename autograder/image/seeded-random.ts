/**
 * Random numbers that are the same for the same seed on every host.
 *
 * SplitMix32: the counter of Weyl's sequence, finalised as in MurmurHash3. Good enough to make up contents and places;
 * nobody's secret depends on it.
 */
export class SeededRandom {
  private state: number;

  /** @param seed any text or number; equal ones give equal sequences */
  constructor(seed: string | number) {
    this.state = 0x811c9dc5;
    // FNV-1a.
    for (const character of String(seed)) {
      this.state = Math.imul(this.state ^ character.charCodeAt(0), 0x01000193);
    }
  }

  /** 32 random bits. */
  word(): number {
    this.state = (this.state + 0x9e3779b9) | 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  }

  /** A whole number of `[0, limit)`; limit is 1 to 2^32. */
  below(limit: number): number {
    return Math.floor((this.word() / 2 ** 32) * limit);
  }

  /** A whole number of `[least, most]`. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** @param items not empty */
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  bytes(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (; at + 4 <= count; at += 4) view.setUint32(at, this.word(), true);
    for (; at < count; at++) bytes[at] = this.word();
    return bytes;
  }

  /** A word of lower-case letters. */
  letters(count: number): string {
    return Array.from({ length: count }, () => String.fromCharCode(97 + this.below(26))).join('');
  }

  shuffled<T>(items: readonly T[]): T[] {
    const result = [...items];
    for (let i = result.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [result[i], result[j]] = [result[j] as T, result[i] as T];
    }
    return result;
  }
}
