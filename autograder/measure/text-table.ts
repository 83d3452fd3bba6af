import type { TextStyle } from '../report/text-style.js';

/** A column of a table: its heading, its unit, and where its cells are aligned. */
export interface Column {
  readonly heading: string;
  /** Below the heading; empty for counts and names. */
  readonly unit: string;
  readonly align: 'left' | 'right';
}

const GAP = '  ';

/**
 * An aligned table: headings, units, rows.
 *
 * @param rows cells in the order of the columns.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  style: TextStyle,
): string[] {
  const widths = columns.map(({ heading, unit }, i) =>
    Math.max(heading.length, unit.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const layOut = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? '';
        return align === 'left' ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
      })
      .join(GAP)
      .trimEnd();
  return [
    style.strong(layOut(columns.map(({ heading }) => heading))),
    style.faint(layOut(columns.map(({ unit }) => unit))),
    ...rows.map(layOut),
  ];
}
