import type { TraceDifference } from '../lab/evidence.js';
import { formatDiagnostic } from '../toolchain/diagnostic.js';
import type { CheckResult, GradeReport, ScenarioResult } from '../runner/grade-report.js';
import { firstToMend } from './first-to-mend.js';
import { PLAIN_STYLE, printable, wrap } from './text-style.js';
import type { TextStyle } from './text-style.js';
import { traceDiffLines } from './terminal-trace.js';

export interface TerminalOptions {
  readonly style?: TextStyle;
  /** Columns to use; 100 by default, and never less than 60. */
  readonly width?: number;
}

const LABEL_WIDTH = 10;
const INDENT = 2 + LABEL_WIDTH + 1;

/** The report for a person at a terminal. Ends with a line end. */
export function formatTerminalReport(report: GradeReport, options: TerminalOptions = {}): string {
  const style = options.style ?? PLAIN_STYLE;
  const width = Math.max(60, Math.min(options.width ?? 100, 120));
  const graded = report.verdict === 'graded';
  const troubled = report.scenarios.filter(({ outcome }) => outcome !== 'completed');
  const told = troubled.map(({ id, seed }) => `${id}/${seed}`);
  const sections = [
    heading(report, style, width),
    faultSection(report, style, width),
    diagnosticSection(report),
    graded ? report.checks.flatMap((check) => checkLines(check, told, style, width)) : [],
    graded ? troubleLines(troubled, style, width) : [],
    graded ? beginning(report, style, width) : [],
    scoreLines(report, style, width),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) =>
      withoutBlankEnd(lines)
        .map((line) => `${line.trimEnd()}\n`)
        .join(''),
    )
    .join('\n');
}

function heading(report: GradeReport, style: TextStyle, width: number): string[] {
  const seeds =
    report.seeds === 1 ? `seed ${report.seed}` : `seeds ${report.seed}–${report.seed + report.seeds - 1}`;
  const left = `${report.lab}  ${report.title}`;
  return [
    style.title(left) + ' '.repeat(Math.max(2, width - left.length - seeds.length)) + style.faint(seeds),
  ];
}

function faultSection(report: GradeReport, style: TextStyle, width: number): string[] {
  if (report.fault === undefined) return [];
  return [
    style.bad('The grader failed; this is no statement about the lab.'),
    ...wrap(report.fault.message, width),
    ...(report.fault.remedy === undefined ? [] : wrap(report.fault.remedy, width)),
  ];
}

function diagnosticSection(report: GradeReport): string[] {
  return report.diagnostics.flatMap((diagnostic) => formatDiagnostic(diagnostic).split('\n')).map(printable);
}

function checkLines(check: CheckResult, told: readonly string[], style: TextStyle, width: number): string[] {
  const colour = colourOf(check, style);
  const points = `${formatPoints(check.score).padStart(6)} / ${check.maxScore}`.padEnd(12);
  const title = check.title.length > width - 17 ? `${check.title.slice(0, width - 18)}…` : check.title;
  const first = `${colour(symbolOf(check))} ${title.padEnd(width - 15)} ${colour(points)}`;
  if (check.status === 'passed') return [first];
  const when = [
    check.guestTime === undefined ? [] : [`guest time ${formatSeconds(check.guestTime)}`],
    check.hart === undefined ? [] : [`hart ${check.hart}`],
  ].flat();
  return [
    first,
    ...field('expected', check.expected, style, width),
    ...field(check.cause ?? 'seen', seenOf(check, told), style, width),
    ...(when.length > 0 ? field('when', when.join(' · '), style, width) : []),
    ...(check.source === undefined
      ? []
      : field('look at', placeOf(check.source, check.function), style, width)),
    ...(check.difference === undefined ? [] : traceSection(check.difference, style, width)),
    ...unwrapped('replay', `npx ${check.replay}`, style),
    '',
  ];
}

function field(label: string, text: string, style: TextStyle, width: number): string[] {
  return wrap(printable(text), width - INDENT).map((line, i) => {
    const shown = i === 0 ? label.padEnd(LABEL_WIDTH) : ' '.repeat(LABEL_WIDTH);
    return `  ${style.faint(shown)} ${line}`;
  });
}

function traceSection(difference: TraceDifference, style: TextStyle, width: number): string[] {
  return traceDiffLines(difference, style, width - INDENT).map((line, i) => {
    return `  ${style.faint((i === 0 ? 'trace' : '').padEnd(LABEL_WIDTH))} ${line}`;
  });
}

/** A command is copied as one piece. */
function unwrapped(label: string, text: string, style: TextStyle): string[] {
  return [`  ${style.faint(label.padEnd(LABEL_WIDTH))} ${text}`];
}

/** A run that ended badly is told hart by hart once, below; each check of it says the first line. */
function seenOf(check: CheckResult, told: readonly string[]): string {
  if (check.status !== 'error' || !told.includes(`${check.scenario}/${check.seed}`)) return check.seen;
  return check.seen.split('\n')[0] ?? '';
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Runs that did not end as they should, once for all checks that depend on them. */
function troubleLines(scenarios: readonly ScenarioResult[], style: TextStyle, width: number): string[] {
  return scenarios.flatMap((scenario) => [
    style.strong(`Scenario ${scenario.id} (seed ${scenario.seed}) ended by ${scenario.outcome}`),
    ...(scenario.explanation ?? [])
      .flatMap((line) => wrap(line, width - 4))
      .map((line) => `    ${printable(line)}`),
    ...(scenario.console.length > 0 ? [style.faint('  its last words on the console:')] : []),
    ...scenario.console.map((line) => style.faint(`    │ ${line}`)),
  ]);
}

/** Where to begin, unless that is the first check above. */
function beginning(report: GradeReport, style: TextStyle, width: number): string[] {
  const lost = report.checks.filter(({ status }) => status !== 'passed');
  const first = firstToMend(report);
  if (first === undefined || first === lost[0]) return [];
  return [
    ...wrap(
      `Begin with "${first.title}": the checks above it lost points because their runs broke off.`,
      width,
    ),
    ...unwrapped('replay', `npx ${first.replay}`, style),
  ];
}

function scoreLines(report: GradeReport, style: TextStyle, width: number): string[] {
  if (report.verdict === 'infrastructure') return [style.bad('No score: infrastructure failure')];
  if (report.verdict === 'build-failed') {
    return [style.bad(`Score 0 / ${formatPoints(report.maxScore)}: the kernel was not built`)];
  }
  const text = `Score ${formatPoints(report.score)} / ${formatPoints(report.maxScore)}`;
  const fraction = report.maxScore === 0 ? 0 : report.score / report.maxScore;
  const colour = fraction >= 1 ? style.good : fraction >= 0.5 ? style.middling : style.bad;
  const cells = Math.min(40, width - text.length - 3);
  // A full bar is for full points only.
  const full = fraction >= 1 ? cells : Math.min(cells - 1, Math.round(fraction * cells));
  return [`${style.strong(text)}  ${colour('█'.repeat(full))}${style.faint('░'.repeat(cells - full))}`];
}

function symbolOf(check: CheckResult): string {
  return { passed: '✓', partial: '◐', failed: '✗', error: '✗' }[check.status];
}

function colourOf(check: CheckResult, style: TextStyle): (text: string) => string {
  return { passed: style.good, partial: style.middling, failed: style.bad, error: style.bad }[check.status];
}

/** `stride.c:41 (stride_enqueue)`. */
export function placeOf(source: string, name: string | undefined): string {
  return name === undefined ? source : `${source} (${name})`;
}

/** Hundredths only where there are any. */
export function formatPoints(points: number): string {
  return Number.isInteger(points) ? String(points) : points.toFixed(2);
}

/** Guest seconds with the microseconds that tell one instruction's neighbourhood from another. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(6)} s`;
}
