import { formatDiagnostic } from '../../toolchain/diagnostic.js';
import type { LabFile } from '../../toolchain/lab-files.js';
import type { CheckResult, GradeReport } from '../../runner/grade-report.js';
import { firstToMend } from '../first-to-mend.js';
import { formatPoints } from '../terminal.js';
import { command, evidenceOf, placeToLook, pointsOf, runId, STATUS } from './check-evidence.js';
import { GRADE_STYLE } from './grade-style.js';
import { escape } from './markup.js';
import { nextStep } from './next-step.js';
import { page } from './page.js';
import { runSection } from './run-section.js';
import type { RunDrawings } from './run-drawings.js';

/** What a page shows besides the report. */
export interface GradeDrawings {
  readonly runs: RunDrawings;
  /** The lab's files as they were graded. */
  readonly sources: readonly LabFile[];
  /** Milliseconds. */
  readonly quantum: number;
}

/** A grade as one HTML file: what to do next, every check with its evidence, every run that a lost point is of. */
export function gradePage(report: GradeReport, drawings: GradeDrawings): string {
  const body = [
    '<header>',
    heading(report),
    '</header><main>',
    report.fault === undefined ? '' : faultBlock(report.fault),
    nextStep(report, drawings.sources),
    report.verdict === 'build-failed' ? '' : checkList(report, drawings.sources),
    diagnostics(report),
    runs(report, drawings),
    report.verdict === 'infrastructure' ? '' : terms(report),
    '</main>',
  ];
  return page(
    `${report.lab}: ${formatPoints(report.score)} of ${formatPoints(report.maxScore)}`,
    body.filter((part) => part !== '').join('\n'),
    GRADE_STYLE,
  );
}

function heading(report: GradeReport): string {
  const title = `<h1>${escape(report.lab)}: ${escape(report.title)}</h1>`;
  if (report.verdict === 'infrastructure') return `${title}<p class="score failed">No score</p>`;
  const fraction = report.maxScore === 0 ? 0 : report.score / report.maxScore;
  // A full bar is for full points only.
  const width = fraction >= 1 ? 100 : Math.min(99, fraction * 100);
  return [
    `<div class="top"><div>${title}<p class="verdict">${verdict(report)}</p></div>`,
    `<p class="score">${formatPoints(report.score)} <small>/ ${formatPoints(report.maxScore)}</small></p></div>`,
    `<div class="bar" aria-hidden="true"><i style="width:${width.toFixed(2)}%"></i></div>`,
  ].join('\n');
}

function verdict({ verdict: kind, checks }: GradeReport): string {
  if (kind === 'build-failed') return '<b class="failed">The kernel was not built.</b>';
  const passed = checks.filter(({ status }) => status === 'passed').length;
  if (passed === checks.length) return `<b class="passed">All ${checks.length} checks passed.</b>`;
  return `${passed} of ${checks.length} checks passed; ${checks.length - passed} lost points.`;
}

function faultBlock(fault: NonNullable<GradeReport['fault']>): string {
  const remedy = fault.remedy === undefined ? '' : `<p>${escape(fault.remedy)}</p>`;
  return `<p class="failed">The grader failed; this is no statement about the lab.</p><pre>${escape(fault.message)}</pre>${remedy}`;
}

function checkList(report: GradeReport, sources: readonly LabFile[]): string {
  const { checks, verdict: kind } = report;
  if (checks.length === 0) return '';
  const first = kind === 'graded' ? firstToMend(report) : undefined;
  const items = checks.map((check) => {
    const { symbol, word } = STATUS[check.status];
    const points = `${formatPoints(check.score)} / ${formatPoints(check.maxScore)}`;
    const told = check === first;
    return [
      `<details class="check"${told ? '' : ` id="check-${escape(check.id)}"`}><summary>`,
      `<span class="${check.status}" aria-hidden="true">${symbol}</span>`,
      `<span class="title">${escape(check.title)}${check.status === 'passed' ? '' : shortly(check)}</span>`,
      `<span class="word ${check.status}">${word}</span>`,
      `<span class="points ${check.status}" title="${pointsOf(check)}">${points}</span></summary><div>`,
      told
        ? `<p><a href="#check-${escape(check.id)}">See the top of this page.</a></p>`
        : inside(check, sources),
      '</div></details>',
    ].join('');
  });
  return `<h2>Checks</h2><div class="checks">${items.join('\n')}</div>`;
}

/** What was seen, on one line: the list can be read without opening anything. */
function shortly({ seen, cause }: CheckResult): string {
  const [line = ''] = seen.split('\n');
  return `<small>${cause === undefined || line.startsWith(cause) ? '' : `${cause}: `}${escape(line)}</small>`;
}

function inside(check: CheckResult, sources: readonly LabFile[]): string {
  if (check.status === 'passed') return evidenceOf(check);
  return evidenceOf(check) + placeToLook(check, sources) + command(check.replay);
}

function diagnostics({ diagnostics: said, verdict: kind }: GradeReport): string {
  if (said.length === 0) return '';
  const title = kind === 'build-failed' ? 'All that the compiler says' : 'What the compiler warns of';
  return `<h2>${title}</h2><pre>${escape(said.map(formatDiagnostic).join('\n\n'))}</pre>`;
}

/** The runs behind lost points, and of the others one a scenario; the first lost point's run is open. */
function runs(report: GradeReport, { runs: drawn, quantum }: GradeDrawings): string {
  const lostIn = ({ id, seed }: { id: string; seed: number }): CheckResult[] =>
    report.checks.filter((check) => {
      return check.status !== 'passed' && check.scenario === id && check.seed === seed;
    });
  const shown = report.scenarios.filter(
    (run, i, all) => lostIn(run).length > 0 || all.findIndex(({ id }) => id === run.id) === i,
  );
  if (shown.length === 0) return '';
  const first = firstToMend(report);
  const sections = shown.map((run) =>
    runSection(run, {
      id: runId({ scenario: run.id, seed: run.seed }),
      quantum,
      lost: lostIn(run),
      open: first !== undefined && lostIn(run).includes(first),
      drawing: drawn.get({ scenario: run.id, seed: run.seed }) ?? {},
    }),
  );
  const left = report.scenarios.length - shown.length;
  const note = left === 0 ? '' : `<p class="faint">${left} more runs, with other seeds, are not shown.</p>`;
  return `<h2>Runs</h2>${sections.join('\n')}${note}`;
}

function terms({ seed, seeds, digest }: GradeReport): string {
  const graded =
    seeds === 1
      ? `This grade is of seed ${seed}.`
      : `This grade is of seeds ${seed} to ${seed + seeds - 1}; each check counts with its worst.`;
  const list = [
    ['Hart', 'a hardware thread of the machine: what executes instructions'],
    [
      'Guest time',
      "the machine's own clock since reset. It does not depend on the computer that graded, and comes out the same in every replay",
    ],
    ['Seed', `the order in which the harts take turns. ${graded}`],
    ['Replay', 'a command that grades one check again on the very same run'],
    ...(digest === ''
      ? []
      : [['Digest', `${digest.slice(0, 16)}: the same for the same files, seed and course`]]),
  ];
  const items = list
    .map(([term = '', text = '']) => `<dt>${escape(term)}</dt><dd>${escape(text)}</dd>`)
    .join('');
  return `<h2>Words</h2><dl class="terms">${items}</dl>`;
}
