import type { CheckResult, ScenarioResult } from '../../runner/grade-report.js';
import { formatSeconds } from '../terminal.js';
import { lagChart, legend, shareChart, timelineChart } from './charts.js';
import type { Flag } from './charts.js';
import { eventChart, eventLegend } from './event-chart.js';
import type { EventPicture } from './event-picture.js';
import { escape } from './markup.js';
import type { RunPicture } from './run-picture.js';
import { SHARE_WINDOW_MS } from './run-picture.js';

/** What can be drawn of a run. */
export interface RunDrawing {
  readonly jobs?: RunPicture;
  readonly events?: EventPicture;
}

export interface RunContext {
  /** Anchor of the section. */
  readonly id: string;
  /** Milliseconds. */
  readonly quantum: number;
  /** Checks that lost points in this run. */
  readonly lost: readonly CheckResult[];
  /** Whether it is unfolded from the beginning. */
  readonly open: boolean;
  readonly drawing: RunDrawing;
}

/** How charts are read beyond looking at them. */
export const READING =
  'Point at a bar, a mark or a curve to read it. Drag, pinch, or turn the wheel with Ctrl to zoom; with the keyboard, ' +
  'the arrow keys go from one to the next, + and − zoom.';

/** One run: how it ended, and its charts. */
export function runSection(run: ScenarioResult, { id, quantum, lost, open, drawing }: RunContext): string {
  const flags = lost.flatMap((check): Flag[] => {
    if (check.guestTime === undefined) return [];
    return [{ time: check.guestTime * 1000, title: `${check.title}: ${formatSeconds(check.guestTime)}` }];
  });
  const told =
    lost.length === 0
      ? ''
      : ` <b class="failed">${lost.length === 1 ? '1 check' : `${lost.length} checks`} lost points</b>`;
  return [
    `<section id="${escape(id)}"><details class="run"${open ? ' open' : ''}><summary><h3>${escape(run.title)}</h3>${told} <small>${facts(run)}</small></summary><div>`,
    ending(run),
    lost.length === 0 ? '' : lostHere(lost, drawing),
    jobCharts(drawing.jobs, flags, lost.length === 0 ? undefined : quantum),
    eventCharts(drawing.events, flags),
    '</div></details></section>',
  ].join('\n');
}

function facts(run: ScenarioResult): string {
  const harts = run.harts === 1 ? '1 hart' : `${run.harts} harts`;
  return (
    `${harts}, seed ${run.seed}, ${formatSeconds(run.duration)} of guest time, ` +
    `${run.instructions.toLocaleString('en-US')} instructions, ended: ${run.outcome}`
  );
}

function ending({ explanation = [], console, outcome }: ScenarioResult): string {
  const why = explanation.length > 0 ? `<pre class="failed">${escape(explanation.join('\n'))}</pre>` : '';
  if (outcome === 'completed' || console.length === 0) return why;
  return `${why}<p class="faint">Its last words on the console (nothing is graded by them):</p><pre>${escape(console.join('\n'))}</pre>`;
}

/** The checks that lost points, those with a dashed line first; a check may be of a whole run and have none. */
function lostHere(lost: readonly CheckResult[], drawing: RunDrawing): string {
  const isDrawn = drawing.jobs !== undefined || drawing.events !== undefined;
  const item = ({ id, title, guestTime }: CheckResult): string => {
    const flag = guestTime === undefined || !isDrawn ? '' : '<i class="flag"></i>';
    const at = guestTime === undefined ? '' : ` <small>${formatSeconds(guestTime)}</small>`;
    return `<li>${flag}<a href="#check-${escape(id)}">${escape(title)}</a>${at}</li>`;
  };
  const timed = lost.filter(({ guestTime }) => guestTime !== undefined);
  const others = lost.filter((check) => !timed.includes(check));
  const lists: [string, readonly CheckResult[]][] = [
    [`Points were lost in this run${isDrawn ? ', at the dashed lines' : ''}:`, timed],
    [timed.length > 0 ? 'And at no one moment:' : 'Points were lost in this run, at no one moment:', others],
  ];
  return lists
    .filter(([, checks]) => checks.length > 0)
    .map(([title, checks]) => `<p>${title}</p><ul class="legend">${checks.map(item).join('')}</ul>`)
    .join('');
}

/** @param quantum absent where who ran when says enough: curves are for what went wrong. */
function jobCharts(
  picture: RunPicture | undefined,
  flags: readonly Flag[],
  quantum: number | undefined,
): string {
  if (picture === undefined || picture.jobs.length === 0) return '';
  const curves = quantum === undefined ? '' : shareChart(picture) + lagChart(picture, quantum);
  const shares = `Shares are of a sliding window of ${SHARE_WINDOW_MS} ms; dashed lines are the ideal. `;
  return [
    '<section class="run">',
    legend(picture),
    timelineChart(picture, flags),
    curves,
    `<p class="faint hint">${curves === '' ? '' : shares}${READING}</p>`,
    '</section>',
  ].join('\n');
}

function eventCharts(picture: EventPicture | undefined, flags: readonly Flag[]): string {
  if (picture === undefined) return '';
  const cut = picture.complete
    ? ''
    : '<p class="faint">The run had more events than are kept: these are the first.</p>';
  return [
    '<section class="run">',
    eventLegend(picture),
    eventChart(picture, flags),
    `<p class="faint hint">${READING}</p>${cut}`,
    '</section>',
  ].join('\n');
}
