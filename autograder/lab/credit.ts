/**
 * Partial credit by distance from a bound: all of it up to the bound, then linearly less, none from `none` on.
 *
 * @param seen the measured value; smaller is better.
 * @param full the bound: values up to it earn everything.
 * @param none a value from which on nothing is earned; greater than `full`.
 * @returns 0..1; 0 for a value that is not a number.
 */
export function creditBelow(seen: number, full: number, none: number): number {
  if (seen <= full) return 1;
  if (!(seen < none)) return 0;
  return (none - seen) / (none - full);
}

/** The same for values of which more is better. */
export function creditAbove(seen: number, full: number, none: number): number {
  return creditBelow(-seen, -full, -none);
}

/**
 * Points for a fraction of them, in hundredths. Rounded down, so that only a whole fraction gives whole points.
 */
export function pointsFor(points: number, fraction: number): number {
  const clamped = fraction >= 1 ? 1 : fraction > 0 ? fraction : 0;
  return Math.floor(points * clamped * 100 + 1e-9) / 100;
}
