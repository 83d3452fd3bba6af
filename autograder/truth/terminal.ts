/** The report of a lab's truth for a terminal. */
import { wrap } from '../report/text-style.js';
import type { TextStyle } from '../report/text-style.js';
import type { Complaint } from './expectations.js';
import type { Cell, KernelRow, TruthReport } from './truth-report.js';

export interface TerminalOptions {
  readonly style: TextStyle;
  /** Columns; 100 unless the terminal says otherwise. */
  readonly width?: number;
}

const DEFAULT_WIDTH = 100;
/** Narrower than this nothing can be laid out. */
const LEAST_WIDTH = 60;
/** Lines of a mutant's diagnosis; all of it is in the JSON. */
const DIAGNOSIS_LINES = 3;

/** Matrix, diagnoses, races, what does not hold, and one line that says whether it all does. */
export function formatTruth(report: TruthReport, options: TerminalOptions): string {
  const { style } = options;
  const width = Math.max(LEAST_WIDTH, options.width ?? DEFAULT_WIDTH);
  const sections = [
    [style.title(`${report.lab}  ${report.title}`)],
    legend(report, style, width),
    matrix(report, style, width),
    diagnoses(report, style, width),
    races(report),
    complaints(report, style, width),
    verdictLines(report, style, width),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** a … z, then aa, ab … */
function letter(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : `${letter(Math.floor(index / 26) - 1)}${last}`;
}

/** The columns of the matrix, and what proves that each check is alive. */
function legend({ checks }: TruthReport, style: TextStyle, width: number): string[] {
  const longest = Math.max(...checks.map(({ id }) => id.length), 'check'.length);
  const head = `     ${'check'.padEnd(longest)}  points  caught  in part  `;
  const lines = checks.map(({ id, points, catches, partly, names }, i) => {
    const figures = [String(points).padStart(6), ...[catches, partly].map(({ length }) => String(length))];
    const [value = '', caught = '', part = ''] = figures;
    const start = `${letter(i).padStart(3)}  ${id.padEnd(longest)}  ${value}  ${caught.padStart(6)}  ${part.padStart(7)}  `;
    return start + style.faint(provenBy(catches, names, width - start.length));
  });
  const key = [
    'caught: mutants that lose points in it; in part: those of them that keep some',
    'names: mutants whose fault it is to name, or others that lose points in it',
  ].flatMap((text) => wrap(text, width));
  return [style.strong(`${head}names`), ...lines, '', ...key.map((line) => style.faint(line))];
}

/** As many names as fit. */
function provenBy(catches: readonly string[], names: readonly string[], width: number): string {
  if (catches.length + names.length === 0) return 'nothing: a dead check';
  const [prefix, all] = names.length > 0 ? ['', names] : ['none; loses: ', catches];
  const take = (count: number): string => {
    const rest = all.length - count;
    return prefix + all.slice(0, count).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  };
  let count = all.length;
  while (count > 1 && take(count).length > width) count--;
  return take(count);
}

/** Columns of the matrix beside each other: a mark, and whether the check is to take points. */
const CELL = 5;
const KEY =
  '✗ no points, .42 part of them, · all; [✗] names the fault, (✗) catches it too; worst of all seeds';

function matrix({ checks, kernels, mutants }: TruthReport, style: TextStyle, width: number): string[] {
  const rows: (KernelRow & { readonly caughtBy?: readonly string[] })[] = [...kernels, ...mutants];
  if (rows.length === 0) return [];
  const names = Math.max(...rows.map(({ name }) => name.length), 8);
  const score = ' score'.length + 2;
  const perBlock = Math.max(1, Math.floor((width - names - score) / CELL));
  const blocks = Array.from({ length: Math.ceil(checks.length / perBlock) }, (_, i) => i * perBlock);
  return blocks
    .flatMap((from, block) => {
      const columns = checks.slice(from, from + perBlock);
      const last = from + perBlock >= checks.length;
      const head =
        ''.padEnd(names) + columns.map((_, i) => letter(from + i).padStart(CELL - 1) + ' ').join('');
      const lines = rows.map(({ name, cells, caughtBy = [], score: points }) => {
        const marks = columns.map(({ id }) =>
          mark(
            cells.find(({ check }) => check === id),
            caughtBy.indexOf(id),
            style,
          ),
        );
        return `${name.padEnd(names)}${marks.join('')}${last ? points.toFixed(2).padStart(score) : ''}`;
      });
      return [
        ...(block === 0 ? [] : ['']),
        style.strong(last ? `${head}${'score'.padStart(score)}` : head),
        ...lines,
      ];
    })
    .concat('', ...wrap(KEY, width).map((line) => style.faint(line)));
}

function mark(cell: Cell | undefined, expected: number, style: TextStyle): string {
  const text =
    cell === undefined ? ' ' : cell.lost === 0 ? '·' : cell.earned <= 0 ? '✗' : fraction(cell.earned);
  const [open, close] = expected === 0 ? ['[', ']'] : expected > 0 ? ['(', ')'] : ['', ' '];
  const padded = `${open}${text}${close}`.padStart(CELL);
  if (cell === undefined || cell.lost === 0) return expected >= 0 ? style.bad(padded) : style.faint(padded);
  return expected === 0 ? style.strong(padded) : padded;
}

/** `.42`; points that are nearly all or nearly none are not rounded to that. */
function fraction(earned: number): string {
  return `.${String(Math.min(99, Math.max(1, Math.floor(earned * 100)))).padStart(2, '0')}`;
}

function diagnoses({ mutants }: TruthReport, style: TextStyle, width: number): string[] {
  return mutants.flatMap(({ name, caughtBy, diagnosis }) => {
    if (diagnosis === undefined) return [];
    const where = diagnosis.source === undefined ? '' : `  ${diagnosis.source}`;
    const lines = wrap(diagnosis.seen, width - 6);
    const shown = lines.slice(0, DIAGNOSIS_LINES);
    if (lines.length > shown.length) shown.push(`${shown.pop() ?? ''} …`);
    return [
      `${style.strong(name)}  ${style.faint(`${caughtBy[0] ?? ''}${where}`)}`,
      ...shown.map((line) => `    ${line}`),
    ];
  });
}

function races({ mutants, seedsToUse }: TruthReport): string[] {
  const lines = mutants.flatMap(({ name, rate }) => {
    if (rate === undefined) return [];
    const first = rate.first === undefined ? 'never' : `first with seed ${rate.first}`;
    return [
      `${name}: a race, caught with ${rate.caught} of ${rate.seeds} seeds (${first}; ` +
        `at most ${rate.longestMiss} misses in a row)`,
    ];
  });
  return seedsToUse === undefined
    ? lines
    : [...lines, `Grade with --seeds ${seedsToUse} or more to catch every one of these.`];
}

function complaints({ complaints: all }: TruthReport, style: TextStyle, width: number): string[] {
  return all.flatMap((complaint) => [
    style.bad(`✗ ${heading(complaint)}`),
    ...field('found', complaint.found, width),
    ...field('expected', complaint.expected, width),
  ]);
}

function heading({ kind, kernel, check, seed }: Complaint): string {
  const about = [kernel, check, ...(seed === undefined ? [] : [`seed ${seed}`])].filter(
    (part) => part !== undefined,
  );
  return [kind.replaceAll('-', ' '), ...about].join(' · ');
}

function field(name: string, text: string, width: number): string[] {
  return wrap(text, width - 13).map((line, i) => `  ${(i === 0 ? name : '').padEnd(11)}${line}`);
}

function verdictLines(report: TruthReport, style: TextStyle, width: number): string[] {
  const { lab, holds, complete, mutants, kernels, bad, complaints: all } = report;
  const part = complete ? '' : ' (a part of it)';
  if (!holds) {
    const things = `${all.length} ${all.length === 1 ? 'thing' : 'things'}`;
    return [style.bad(`✗ ${lab} does not hold${part}: ${things} to put right`)];
  }
  const shown = [
    ...(mutants.length > 0 ? [`${mutants.length} mutants caught`] : []),
    ...kernels.map(({ name, seeds, score }) =>
      name === 'stub' ? `stub ${score.toFixed(2)}` : `${name.replace(/^.*\//, '')} 100 × ${seeds} seeds`,
    ),
    ...(bad.length > 0 ? [`${bad.length} bad kernels found out`] : []),
  ];
  return wrap(`✓ ${lab} holds${part}: ${shown.join(', ')}`, width).map((line) => style.good(line));
}

/** One line a lab, for when there are several. */
export function formatSummary(reports: readonly TruthReport[], style: TextStyle): string {
  const head = [
    '',
    'lab',
    'mutants',
    'races',
    'checks live',
    'alternatives × seeds',
    'reference',
    'stub',
    'to put right',
  ];
  const rows = reports.map((report): string[] => {
    const { lab, holds, checks, mutants, kernels, complaints: all } = report;
    const live = checks.filter(({ catches }) => catches.length > 0).length;
    const alternatives = kernels.filter(({ name }) => name.startsWith('alternatives/'));
    const scoreOf = (wanted: string): string =>
      kernels.find(({ name }) => name === wanted)?.score.toFixed(2) ?? '–';
    const races = mutants.flatMap(({ rate }) => (rate === undefined ? [] : [`${rate.caught}/${rate.seeds}`]));
    return [
      holds ? '✓' : '✗',
      lab,
      String(mutants.length),
      races.join(' ') || '–',
      `${live} of ${checks.length}`,
      `${alternatives.length} × ${Math.max(0, ...alternatives.map(({ seeds }) => seeds))}`,
      scoreOf('reference'),
      scoreOf('stub'),
      String(all.length),
    ];
  });
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  ');
  const body = rows.map((row, i) =>
    reports[i]?.holds === true ? style.good(line(row)) : style.bad(line(row)),
  );
  return `${[style.strong(line(head)), ...body].join('\n')}\n`;
}
