import { lagChart, lagRange, legend, shareChart, timelineChart } from '../report/html/charts.js';
import { escape } from '../report/html/markup.js';
import { page } from '../report/html/page.js';
import type { RunPicture } from '../report/html/run-picture.js';
import { SHARE_WINDOW_MS } from '../report/html/run-picture.js';
import { READING } from '../report/html/run-section.js';
import { JOB_FIELDS, LEGEND, particulars, POLICY_FIELDS } from './figures.js';
import type { MeasureReport, PolicyReport } from './report.js';
import { titleOf } from './terminal.js';
import type { Column } from './text-table.js';

/** A measurement as one HTML file: policies side by side on one time axis. */
export function measurePage(report: MeasureReport, pictures: ReadonlyMap<string, RunPicture>): string {
  const all = [...pictures.values()];
  const ranges = all.map((picture) => lagRange(picture, report.quantum));
  const scales: Scales = {
    share: Math.max(0.1, ...all.map(settledShare)),
    lag: {
      bottom: Math.min(-1, ...ranges.map(({ bottom }) => bottom)),
      top: Math.max(1, ...ranges.map(({ top }) => top)),
    },
  };
  const body = [
    '<h1>Scheduling policies, measured</h1>',
    `<p class="faint">${escape(titleOf(report))}</p>`,
    `<p><code>${escape(report.jobs.list.join('; '))}</code></p>`,
    table(
      POLICY_FIELDS,
      report.policies.map((run) => POLICY_FIELDS.map(({ value }) => value(run))),
    ),
    '<section class="run compared"><h2>Side by side</h2>',
    all.length === 0 ? '' : legend(legendPicture(all)),
    '<p class="faint hint">All charts have one time axis, in guest milliseconds from the start of the mix. Shares are of ' +
      `a sliding window of ${SHARE_WINDOW_MS} ms; dashed lines are the ideal. ${READING}</p>`,
    '<div class="policies">',
    ...report.policies.map((run) => article(run, pictures.get(run.policy), report.quantum, scales)),
    '</div></section>',
    '<h2>Jobs</h2>',
    ...report.policies.filter((run) => run.boot !== undefined).map(jobTable),
    '<h2>What the figures mean</h2>',
    `<dl class="glossary">${LEGEND.map(([term, text]) => `<dt>${escape(term)}</dt><dd>${escape(text)}</dd>`).join('')}</dl>`,
  ];
  return page(`${report.policies.map(({ policy }) => policy).join(', ')}: measured`, body.join('\n'), STYLE);
}

/** Ends of the vertical axes, the same for all policies. */
interface Scales {
  readonly share: number;
  readonly lag: { readonly bottom: number; readonly top: number };
}

function article(
  run: PolicyReport,
  picture: RunPicture | undefined,
  quantum: number,
  scales: Scales,
): string {
  const trouble = [...run.explanation, ...run.console];
  return [
    `<article><h3>${escape(run.policy)}</h3>`,
    trouble.length > 0 ? `<pre class="failed">${escape(trouble.join('\n'))}</pre>` : '',
    picture === undefined
      ? ''
      : timelineChart(picture) + shareChart(picture, scales.share) + lagChart(picture, quantum, scales.lag),
    `<ul class="particulars">${particulars(run)
      .map((line) => `<li>${escape(line)}</li>`)
      .join('')}</ul></article>`,
  ].join('\n');
}

function jobTable(run: PolicyReport): string {
  const rows = run.jobs.map((job) => JOB_FIELDS.map(({ value }) => value(job)));
  return `<h3>${escape(run.policy)}</h3>${table(JOB_FIELDS, rows)}`;
}

function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const isNumber = (i: number): string => (columns[i]?.align === 'right' ? ' class="number"' : '');
  const head = columns
    .map(({ heading, unit }, i) => {
      const small = unit === '' ? '' : ` <small>${escape(unit)}</small>`;
      return `<th${isNumber(i)}>${escape(heading)}${small}</th>`;
    })
    .join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell, i) => `<td${isNumber(i)}>${escape(cell)}</td>`).join('')}</tr>`)
    .join('');
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/**
 * Where a share axis should end: the greatest share once the jobs are there. While they come one by one the first
 * has the machine for itself, and would make everything else small.
 */
function settledShare({ from, to, jobs }: RunPicture): number {
  const settled = Math.max(from + (to - from) * 0.1, Math.min(from + 2 * SHARE_WINDOW_MS, (from + to) / 2));
  const values = jobs
    .flatMap((job) => [...job.share, ...job.idealShare])
    .filter(([time]) => time >= settled)
    .map(([, share]) => share);
  return Math.min(1, Math.max(0, ...values) * 1.08);
}

/** The jobs of all pictures, without what differs between policies. */
function legendPicture(pictures: readonly RunPicture[]): RunPicture {
  const [first] = pictures;
  const jobs = (first?.jobs ?? []).map(({ job, name }, i) => {
    const known = pictures.find((picture) => (picture.jobs[i]?.weights.length ?? 0) > 0);
    return { job, name, weights: known?.jobs[i]?.weights ?? [], share: [], idealShare: [], lag: [] };
  });
  return { harts: 0, from: 0, to: 0, lanes: [], jobs };
}

const STYLE = `
.compared { break-inside: auto; }
.policies { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 540px), 1fr)); gap: 8px 36px; }
.policies article { min-width: 0; break-inside: avoid; }
.policies h3 { font-size: 18px; margin: 14px 0 0; }
.particulars { margin: 4px 0; padding-left: 20px; font-size: 13px; color: var(--faint); }
.wide { overflow-x: auto; }
.wide th { white-space: nowrap; } .wide th small { display: block; font-weight: 400; }
.wide td, .wide th { padding: 4px 8px; font-size: 14px; }
.glossary { display: grid; grid-template-columns: max-content 1fr; gap: 2px 16px; font-size: 14px; }
.glossary dt { font-weight: 600; } .glossary dd { margin: 0; }
@media (max-width: 640px) {
  body { padding: 16px 14px 40px; }
  .glossary { grid-template-columns: 1fr; gap: 0; } .glossary dd { margin-bottom: 6px; }
}
@media print { .wide td, .wide th { padding: 2px 5px; font-size: 8.5pt; } }
`;
