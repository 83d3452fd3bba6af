import { formatDiagnostic } from '../../toolchain/diagnostic.js';
import type { CheckResult, GradeReport, ScenarioResult } from '../../runner/grade-report.js';
import { formatPoints, formatSeconds } from '../terminal.js';
import { escape } from './markup.js';
import { page } from './page.js';
import type { RunPicture } from './run-picture.js';
import { runSection } from './run-section.js';

/**
 * A grade as one HTML file.
 *
 * @param pictures by `scenario/seed`, for the runs that have one.
 * @param quantum milliseconds a quantum.
 */
export function gradePage(
  report: GradeReport,
  pictures: ReadonlyMap<string, RunPicture>,
  quantum: number,
): string {
  const body = [
    `<h1>${escape(report.lab)}: ${escape(report.title)}</h1>`,
    summary(report),
    report.fault === undefined ? '' : faultBlock(report.fault),
    diagnostics(report),
    report.checks.length > 0 ? checkTable(report) : '',
    ...report.scenarios.map((scenario) => {
      const picture = pictures.get(`${scenario.id}/${scenario.seed}`);
      return scenarioSection(scenario, picture, quantum);
    }),
  ];
  return page(
    `${report.lab}: ${formatPoints(report.score)} of ${formatPoints(report.maxScore)}`,
    body.join('\n'),
  );
}

function summary(report: GradeReport): string {
  const seeds =
    report.seeds === 1
      ? `seed ${report.seed}`
      : `the worst of seeds ${report.seed} to ${report.seed + report.seeds - 1}`;
  if (report.verdict === 'infrastructure') return '<p class="score failed">No score</p>';
  const fraction = report.maxScore === 0 ? 0 : report.score / report.maxScore;
  return [
    `<p class="score">${formatPoints(report.score)} <small>/ ${formatPoints(report.maxScore)}</small></p>`,
    `<div class="bar"><i style="width:${(fraction * 100).toFixed(2)}%"></i></div>`,
    report.verdict === 'build-failed'
      ? '<p class="failed">The kernel was not built.</p>'
      : `<p class="faint">Graded with ${seeds}. Digest <code>${escape(report.digest.slice(0, 16))}</code></p>`,
  ].join('\n');
}

function faultBlock(fault: NonNullable<GradeReport['fault']>): string {
  const remedy = fault.remedy === undefined ? '' : `<p>${escape(fault.remedy)}</p>`;
  return `<p class="failed">The grader failed; this is no statement about the lab.</p><pre>${escape(fault.message)}</pre>${remedy}`;
}

function diagnostics(report: GradeReport): string {
  if (report.diagnostics.length === 0) return '';
  return `<h2>Compiler</h2><pre>${escape(report.diagnostics.map(formatDiagnostic).join('\n\n'))}</pre>`;
}

function checkTable(report: GradeReport): string {
  const rows = report.checks.map((check) => {
    const symbol = { passed: '✓', partial: '◐', failed: '✗', error: '✗' }[check.status];
    const points = `${formatPoints(check.score)} / ${formatPoints(check.maxScore)}`;
    return (
      `<tr><td class="${check.status}">${symbol}</td>` +
      `<td>${escape(check.title)} <small>${escape(check.id)}</small>${finding(check)}</td>` +
      `<td class="number ${check.status}">${points}</td></tr>`
    );
  });
  return `<table><thead><tr><th></th><th>Check</th><th class="number">Points</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function finding(check: CheckResult): string {
  const when = [
    check.guestTime === undefined ? [] : [`guest time ${formatSeconds(check.guestTime)}`],
    check.hart === undefined ? [] : [`hart ${check.hart}`],
  ].flat();
  const row = (term: string, html: string): [string, string] => [term, html];
  const rows: [string, string][] =
    check.status === 'passed'
      ? [['seen', escape(check.seen)]]
      : [
          ['expected', escape(check.expected)],
          [check.cause ?? 'seen', escape(check.seen)],
          ...(when.length > 0 ? [row('when', escape(when.join(' · ')))] : []),
          ...(check.source === undefined ? [] : [row('look at', escape(check.source))]),
          ['replay', `<code>npx ${escape(check.replay)}</code>`],
        ];
  return `<dl class="finding">${rows.map(([term, text]) => `<dt>${escape(term)}</dt><dd>${text}</dd>`).join('')}</dl>`;
}

function scenarioSection(scenario: ScenarioResult, picture: RunPicture | undefined, quantum: number): string {
  const harts = scenario.harts === 1 ? '1 hart' : `${scenario.harts} harts`;
  const notes = [
    `<p class="faint">${harts}, seed ${scenario.seed}, ${formatSeconds(scenario.duration)} of guest time, ` +
      `${scenario.instructions.toLocaleString('en-US')} instructions, ended: ${scenario.outcome}</p>`,
    (scenario.explanation ?? []).length > 0
      ? `<pre>${escape((scenario.explanation ?? []).join('\n'))}</pre>`
      : '',
    scenario.outcome !== 'completed' && scenario.console.length > 0
      ? `<p class="faint">Its last words on the console:</p><pre>${escape(scenario.console.join('\n'))}</pre>`
      : '',
  ].join('\n');
  if (picture === undefined || picture.jobs.length === 0) {
    return `<section class="run"><h2>${escape(scenario.title)}</h2>${notes}</section>`;
  }
  return runSection(scenario.title, picture, quantum, notes);
}
