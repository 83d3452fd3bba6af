import type { TraceDifference, TraceLine } from '../lab/evidence.js';
import type { TextStyle } from './text-style.js';
import { printable } from './text-style.js';
import { diffTrace } from './trace-diff.js';
import type { TraceDiffGap, TraceDiffLine } from './trace-diff.js';

/** What a terminal has patience for; the page shows all. */
const LIMITS = { context: 2, rows: 18 };

/**
 * Two traces as a unified diff with hart and guest time, for a terminal: what belongs there is `-`, what was seen
 * instead `+`.
 *
 * @param width of a line, at least 40.
 */
export function traceDiffLines(difference: TraceDifference, style: TextStyle, width: number): string[] {
  const { rows, omitted } = diffTrace(difference, LIMITS);
  const columns = columnsOf([...difference.expected, ...difference.seen]);
  const left = omitted === 1 ? '1 more difference' : `${omitted} more differences`;
  return [
    `${style.good('- belongs here')}   ${style.bad('+ was seen here')}`,
    ...rows.map((row) => (row.side === 'gap' ? gap(row, style) : line(row, columns, style, width))),
    ...(omitted > 0 ? [style.faint(`… ${left}; --html FILE shows them`)] : []),
  ];
}

interface Columns {
  readonly hart: number;
  readonly time: number;
}

/** Widths, nothing for a column that would be empty. */
function columnsOf(lines: readonly TraceLine[]): Columns {
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(({ length }) => length));
  return { hart: widest(lines.map(hartOf)), time: widest(lines.map(timeOf)) };
}

function gap({ count }: TraceDiffGap, style: TextStyle): string {
  return style.faint(`  … ${count} lines as expected`);
}

function line(
  { side, line: shown, moved }: TraceDiffLine,
  columns: Columns,
  style: TextStyle,
  width: number,
): string {
  const sign = { both: ' ', expected: '-', seen: '+' }[side];
  const colour = { both: style.faint, expected: style.good, seen: style.bad }[side];
  const fields = [
    sign,
    ...(columns.hart > 0 ? [hartOf(shown).padEnd(columns.hart)] : []),
    ...(columns.time > 0 ? [timeOf(shown).padStart(columns.time)] : []),
    printable(shown.text).replaceAll('\n', ' '),
  ];
  const order = moved && side === 'seen' ? '  (out of order)' : '';
  const text = fields.join('  ').replace('  ', ' ');
  const room = width - order.length;
  return colour((text.length > room ? `${text.slice(0, room - 1)}…` : text) + order);
}

function hartOf({ hart }: TraceLine): string {
  return hart === undefined ? '' : `hart ${hart}`;
}

function timeOf({ guestTime }: TraceLine): string {
  return guestTime === undefined ? '' : `${guestTime.toFixed(6)} s`;
}
