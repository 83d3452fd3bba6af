/**
 * A quantity that grows piecewise linearly with guest time: service received, service deserved, their
 * difference. Its extremes over any span are at a knot or at an end of the span, which is what makes exact
 * statements about a whole run possible without sampling.
 */
export class Curve {
  readonly #times: number[] = [];
  readonly #values: number[] = [];

  /** @param knots in order of time; two knots at one time make a step, and the later one is its value there. */
  constructor(knots: Iterable<readonly [time: number, value: number]> = []) {
    for (const [time, value] of knots) this.append(time, value);
  }

  /** Adds a knot. @throws RangeError when `time` lies before the last knot. */
  append(time: number, value: number): void {
    const last = this.#times.at(-1) ?? -Infinity;
    if (time < last) throw new RangeError(`knot at ${time} lies before the last one, at ${last}`);
    if (time === last && value === this.#values.at(-1)) return;
    this.#times.push(time);
    this.#values.push(value);
  }

  /** Times of the knots, ascending. */
  get times(): readonly number[] {
    return this.#times;
  }

  /** The value at `time`; constant before the first knot and after the last; 0 for a curve without knots. */
  at(time: number): number {
    const next = this.#firstAfter(time);
    const [t0, v0] = [this.#times[next - 1], this.#values[next - 1]];
    const [t1, v1] = [this.#times[next], this.#values[next]];
    if (t0 === undefined || v0 === undefined) return v1 ?? 0;
    if (t1 === undefined || v1 === undefined) return v0;
    return v0 + ((v1 - v0) * (time - t0)) / (t1 - t0);
  }

  /** Growth from `from` to `to`. */
  growth(from: number, to: number): number {
    return this.at(to) - this.at(from);
  }

  /** Times of the knots inside `[from, to]`, with both ends. */
  timesWithin(from: number, to: number): number[] {
    const times = [from];
    for (const time of this.#times.slice(this.#firstAfter(from), this.#firstAfter(to))) {
      if (time < to) times.push(time);
    }
    if (to > from) times.push(to);
    return times;
  }

  /** Index of the first knot later than `time`. */
  #firstAfter(time: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#times[middle] ?? Infinity) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The ascending union of sorted lists, each time once. */
export function mergeTimes(lists: readonly (readonly number[])[]): number[] {
  const all = lists.flat().sort((a, b) => a - b);
  return all.filter((time, i) => i === 0 || time !== all[i - 1]);
}

/** The spans between neighbours of a sorted list. */
export function consecutive(times: readonly number[]): [from: number, to: number][] {
  return times.slice(1).map((to, i) => [times[i] ?? to, to]);
}

/** Where a curve's growth over a window was greatest. */
export interface Rise {
  /** The growth, in the curve's unit; 0 when it never grew. */
  readonly amount: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The greatest growth of a sampled quantity over any window `[from, to]` of the samples.
 *
 * @param samples in order of time.
 */
export function greatestRise(samples: readonly (readonly [time: number, value: number])[]): Rise {
  let best: Rise = { amount: 0, from: samples[0]?.[0] ?? 0, to: samples[0]?.[0] ?? 0 };
  let lowest: readonly [number, number] | undefined;
  for (const sample of samples) {
    if (lowest === undefined || sample[1] < lowest[1]) lowest = sample;
    const amount = sample[1] - lowest[1];
    if (amount > best.amount) best = { amount, from: lowest[0], to: sample[0] };
  }
  return best;
}
