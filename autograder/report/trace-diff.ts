import { diffArrays } from 'diff';
import type { TraceDifference, TraceLine } from '../lab/evidence.js';

/** A line of two traces side by side. */
export interface TraceDiffLine {
  /** `expected`: belongs here; `seen`: was seen here, where it does not belong; `both`: as it should be. */
  readonly side: 'both' | 'expected' | 'seen';
  readonly line: TraceLine;
  /** The other side has the same line elsewhere: it is out of order, not missing. */
  readonly moved: boolean;
}

/** Lines that were left out, all of them on both sides. */
export interface TraceDiffGap {
  readonly side: 'gap';
  readonly count: number;
}

export interface TraceDiff {
  readonly rows: readonly (TraceDiffLine | TraceDiffGap)[];
  /** Lines of one side only that did not fit any more. */
  readonly omitted: number;
}

export interface TraceDiffLimits {
  /** Lines that are kept around each difference. */
  readonly context: number;
  /** Rows at most: the first ones. */
  readonly rows: number;
}

/** Beyond so many differences two traces have nothing to do with each other, and finding the fewest takes long. */
const MOST_EDITS = 1000;

/** Both sides of a trace as one list: what belongs where, and what was seen instead. */
export function diffTrace(
  { expected, seen }: TraceDifference,
  { context, rows }: TraceDiffLimits,
): TraceDiff {
  const all = allLines(expected, seen);
  const near = all.map((_, i) =>
    all.slice(Math.max(0, i - context), i + context + 1).some(({ side }) => side !== 'both'),
  );
  const shown = collapse(all, near);
  const isDifference = ({ side }: TraceDiffLine | TraceDiffGap): boolean =>
    side === 'expected' || side === 'seen';
  return { rows: shown.slice(0, rows), omitted: shown.slice(rows).filter(isDifference).length };
}

/** Replaces stretches that are not near a difference by what they count; a single line stays. */
function collapse(all: readonly TraceDiffLine[], near: readonly boolean[]): (TraceDiffLine | TraceDiffGap)[] {
  const rows: (TraceDiffLine | TraceDiffGap)[] = [];
  for (let from = 0; from < all.length;) {
    const next = near.indexOf(near[from] !== true, from);
    const stretch = all.slice(from, next < 0 ? undefined : next);
    if (near[from] === true || stretch.length === 1) rows.push(...stretch);
    else rows.push({ side: 'gap', count: stretch.length });
    from += stretch.length;
  }
  return rows;
}

function allLines(expected: readonly TraceLine[], seen: readonly TraceLine[]): TraceDiffLine[] {
  const [a, b] = [expected.map(keyOf), seen.map(keyOf)];
  const [onExpected, onSeen] = [new Set(a), new Set(b)];
  const changes = diffArrays(a, b, { maxEditLength: MOST_EDITS }) ?? [
    { removed: true, added: false, count: a.length },
    { removed: false, added: true, count: b.length },
  ];
  const [restExpected, restSeen] = [[...expected], [...seen]];
  return changes.flatMap(({ removed, added, count }): TraceDiffLine[] => {
    const [taken, given] = [
      added ? [] : restExpected.splice(0, count),
      removed ? [] : restSeen.splice(0, count),
    ];
    if (removed) return taken.map((line) => ({ side: 'expected', line, moved: onSeen.has(keyOf(line)) }));
    if (added) return given.map((line) => ({ side: 'seen', line, moved: onExpected.has(keyOf(line)) }));
    // The seen one has the time.
    return given.map((line) => ({ side: 'both', line, moved: false }));
  });
}

/** Equal events of one hart are equal lines, whenever they happened. */
function keyOf({ hart, text }: TraceLine): string {
  return `${hart ?? ''} ${text}`;
}
