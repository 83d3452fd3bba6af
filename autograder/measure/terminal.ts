import { PLAIN_STYLE, wrap } from '../report/text-style.js';
import type { TextStyle } from '../report/text-style.js';
import { JOB_FIELDS, LEGEND, particulars, POLICY_FIELDS } from './figures.js';
import type { MeasureReport, PolicyReport } from './report.js';
import { textTable } from './text-table.js';

export interface TerminalOptions {
  readonly style?: TextStyle;
  /** Columns for running text; tables are as wide as they must be. 100 by default. */
  readonly width?: number;
}

/** A measurement for a person at a terminal. Ends with a line end. */
export function formatMeasurement(report: MeasureReport, options: TerminalOptions = {}): string {
  const { style = PLAIN_STYLE, width = 100 } = options;
  const sections = [
    [style.title(titleOf(report)), ...indented(wrap(report.jobs.list.join('; '), width - 2))],
    ...report.policies.map((run) => policyLines(run, style, width)),
    textTable(
      POLICY_FIELDS,
      report.policies.map((run) => POLICY_FIELDS.map(({ value }) => value(run))),
      style,
    ),
    LEGEND.flatMap(([term, meaning]) => wrap(`${term}: ${meaning}`, width)).map(style.faint),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((line) => `${line}\n`).join(''))
    .join('\n');
}

/** What was measured, in a line. */
export function titleOf(report: MeasureReport): string {
  const { policies, smp, seed, jobs, limit, lab } = report;
  const harts = smp === 1 ? '1 hart' : `${smp} harts`;
  const name = jobs.spec.length > 40 ? 'jobs as given' : `jobs "${jobs.spec}"`;
  const whose = lab === undefined ? '' : `, your ${lab}`;
  const names = policies.map(({ policy }) => policy).join(', ');
  return `${names} on ${harts}, ${name}, at most ${limit} guest ms, seed ${seed}${whose}`;
}

function policyLines(run: PolicyReport, style: TextStyle, width: number): string[] {
  const facts = [
    `${run.duration.toFixed(2)} ms measured`,
    `${run.completed} of ${run.jobs.length} jobs completed`,
    ...(run.boot === undefined ? [] : [`booted in ${run.boot.toFixed(2)} ms`]),
  ];
  const table = textTable(
    JOB_FIELDS,
    run.jobs.map((job) => JOB_FIELDS.map(({ value }) => value(job))),
    style,
  );
  const trouble = [...run.explanation, ...run.console.map((line) => `| ${line}`)];
  return [
    `${style.title(run.policy)}  ${style.faint(facts.join(', '))}`,
    ...trouble.map((line, i) => `  ${i === 0 ? style.bad(line) : line}`),
    ...(run.boot === undefined ? [] : indented(table)),
    ...particulars(run)
      .flatMap((line) => wrap(line, width - 2))
      .map((line) => `  ${line}`),
  ];
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
