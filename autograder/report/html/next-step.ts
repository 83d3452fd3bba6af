import type { CheckResult, GradeReport } from '../../runner/grade-report.js';
import { TOTAL_POINTS } from '../../lab/validate.js';
import type { LabFile } from '../../toolchain/lab-files.js';
import { formatDiagnostic } from '../../toolchain/diagnostic.js';
import { firstToMend } from '../first-to-mend.js';
import { placeOf } from '../terminal.js';
import { command, evidenceOf, placeToLook, pointsOf } from './check-evidence.js';
import { escape } from './markup.js';
import { findSource, sourceExcerpt } from './source-excerpt.js';

/** Schedules that are worth a try when one is passed. */
const MORE_SEEDS = 10;

/** What a student should do now: the first failed check, its cause and place, and how to try again. */
export function nextStep(report: GradeReport, files: readonly LabFile[]): string {
  if (report.verdict === 'build-failed') return compilerStep(report, files);
  const first = firstToMend(report);
  if (report.verdict !== 'graded') return '';
  if (first === undefined) return nothingToMend(report);
  const steps = [
    first.source === undefined
      ? `<li>Read what the lab asks for in <code>handouts/${escape(report.lab)}.md</code>.</li>`
      : `<li>${placeToLook(first, files)}</li>`,
    `<li><p>Change it, and grade this check alone:</p>${command(first.replay)}</li>`,
    `<li><p>When it passes, grade the whole lab:</p>${command(wholeLab(first))}</li>`,
  ];
  return [
    `<section class="next" id="check-${escape(first.id)}" aria-labelledby="next">`,
    '<h2 id="next">Start here</h2>',
    `<h3>${escape(first.title)} <span class="${first.status}">${pointsOf(first)}</span></h3>`,
    evidenceOf(first),
    `<h3>What to do</h3><ol>${steps.join('')}</ol>`,
    others(first, report.checks),
    '</section>',
  ].join('\n');
}

/** What is left for someone who has all points. */
function nothingToMend({ checks, maxScore, seeds }: GradeReport): string {
  const [check] = checks;
  if (check === undefined) return '';
  const step =
    maxScore < TOTAL_POINTS
      ? `<p>These checks pass. Grade the whole lab:</p>${command(wholeLab(check))}`
      : seeds === 1
        ? `<p>All checks passed with the harts taking turns in one order. To see whether they do in ${MORE_SEEDS} orders:</p>` +
          command(`${wholeLab(check).replace(/ --seed \d+$/, '')} --seeds ${MORE_SEEDS}`)
        : `<p>All checks passed with each of ${seeds} seeds. Open any check below to read what it saw.</p>`;
  return `<section class="next done" aria-labelledby="next"><h2 id="next">Nothing to mend</h2>${step}</section>`;
}

/** Why it pays to mend one check at a time. */
function others(first: CheckResult, checks: readonly CheckResult[]): string {
  const lost = checks.filter(({ status }) => status !== 'passed');
  const count = lost.length - 1;
  if (count === 0) return '';
  const alike = lost.filter((check) => check !== first && check.source === first.source).length;
  const more = count === 1 ? 'One more check' : `${count} more checks`;
  const same =
    first.source === undefined || alike === 0
      ? ''
      : `, ${alike === count ? (alike === 1 ? 'which points' : 'all of which point') : alike === 1 ? 'one of which points' : `${alike} of which point`} ` +
        `to <code>${escape(placeOf(first.source, first.function))}</code> too`;
  return `<p>${more} lost points${same}. Several often have one cause: grade again before you go on to the next.</p>`;
}

function compilerStep({ diagnostics, checks, lab }: GradeReport, files: readonly LabFile[]): string {
  const [first] = diagnostics.filter(({ severity }) => severity === 'error');
  const place = first?.line === undefined ? undefined : findSource(`${first.file}:${first.line}`, files);
  const [check] = checks;
  const again = check === undefined ? `hartlab grade ${lab}` : wholeLab(check);
  const shown =
    first === undefined
      ? ''
      : place === undefined
        ? `<pre>${escape(formatDiagnostic(first))}</pre>`
        : `<p><code>${escape(`${first.file}:${first.line ?? ''}`)}</code></p>${sourceExcerpt(place, `${first.severity}: ${first.message}`)}`;
  return [
    '<section class="next" aria-labelledby="next"><h2 id="next">Start here</h2>',
    '<p>The compiler does not accept your files, so there is no kernel and nothing was graded. The first error:</p>',
    shown,
    `<p>Mend it, and grade again:</p>${command(again)}</section>`,
  ].join('\n');
}

/** The command that grades everything that `check`'s replay grades one check of. */
function wholeLab({ replay }: CheckResult): string {
  return replay.replace(/ --check \S+ --seed 0$/, '').replace(/ --check \S+/, '');
}
