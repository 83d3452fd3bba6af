import type { LabFile } from '../../toolchain/lab-files.js';
import type { CheckResult } from '../../runner/grade-report.js';
import { formatPoints, formatSeconds, placeOf } from '../terminal.js';
import { escape } from './markup.js';
import { findSource, sourceExcerpt } from './source-excerpt.js';
import { traceTable } from './trace-table.js';

/** How each status reads; the symbol never stands alone. */
export const STATUS: Readonly<Record<CheckResult['status'], { symbol: string; word: string }>> = {
  passed: { symbol: '✓', word: 'passed' },
  partial: { symbol: '◐', word: 'in part' },
  failed: { symbol: '✗', word: 'failed' },
  error: { symbol: '✗', word: 'not judged' },
};

const CAUSES: Readonly<Record<NonNullable<CheckResult['cause']>, string>> = {
  panic: 'The kernel gave up',
  deadlock: 'Deadlock',
  livelock: 'Livelock',
  starvation: 'It never ran',
  budget: 'Out of guest time',
};

/** `12 of 15 points`. */
export function pointsOf({ score, maxScore }: CheckResult): string {
  return `${formatPoints(score)} of ${formatPoints(maxScore)} points`;
}

/** Expected, seen, when and on which hart, and how the traces differ. */
export function evidenceOf(check: CheckResult): string {
  const when = [
    ...(check.guestTime === undefined ? [] : [`guest time ${formatSeconds(check.guestTime)}`]),
    ...(check.hart === undefined ? [] : [`hart ${check.hart}`]),
    `<a href="#${runId(check)}">the run</a>`,
  ];
  const seen = check.cause === undefined ? 'Seen' : CAUSES[check.cause];
  const rows: [string, string][] = [
    ['Expected', escape(check.expected)],
    [seen, `<span class="${check.status === 'passed' ? '' : 'what'}">${escape(check.seen)}</span>`],
    ...(check.status === 'passed' ? [] : [['When', when.join(' · ')] as [string, string]]),
  ];
  const list = rows.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('');
  return `<dl class="finding">${list}</dl>${check.difference === undefined ? '' : traceTable(check.difference)}`;
}

/** Where to look, with the lines; nothing when the report names no place. */
export function placeToLook(check: CheckResult, files: readonly LabFile[]): string {
  if (check.source === undefined) return '';
  const place = findSource(check.source, files);
  const named = `<p>Look at <code>${escape(placeOf(check.source, check.function))}</code></p>`;
  return place === undefined ? named : named + sourceExcerpt(place);
}

/** A command with room for the button that copies it. */
export function command(text: string): string {
  return `<p class="run-it"><code class="command">npx ${escape(text)}</code></p>`;
}

/** Anchor of the run that a result comes from. */
export function runId({ scenario, seed }: Pick<CheckResult, 'scenario' | 'seed'>): string {
  return `run-${encodeURIComponent(scenario)}-${seed}`;
}
