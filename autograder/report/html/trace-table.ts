import type { TraceDifference } from '../../lab/evidence.js';
import { diffTrace } from '../trace-diff.js';
import type { TraceDiffGap, TraceDiffLine } from '../trace-diff.js';
import { escape } from './markup.js';

const LIMITS = { context: 3, rows: 300 };

/** Two traces as one table: what belongs where, and what was seen instead, with hart and guest time. */
export function traceTable(difference: TraceDifference): string {
  const { rows, omitted } = diffTrace(difference, LIMITS);
  const more =
    omitted === 0 ? '' : `<p class="faint">${omitted} more lines differ; the JSON report has them all.</p>`;
  return (
    '<table class="diff"><thead><tr><th><span class="hidden">Difference</span></th><th>Hart</th>' +
    '<th>Guest time</th><th>Event, in the order in which memory saw them</th></tr></thead>' +
    `<tbody>${rows.map((row) => (row.side === 'gap' ? gapRow(row) : lineRow(row))).join('')}</tbody></table>` +
    '<p class="faint key"><b>−</b> belongs here · <b>+</b> was seen here, where it does not belong</p>' +
    more
  );
}

function gapRow({ count }: TraceDiffGap): string {
  return `<tr class="gap"><td></td><td colspan="3">${count} lines as expected</td></tr>`;
}

function lineRow({ side, line, moved }: TraceDiffLine): string {
  const sign = { both: '', expected: '−', seen: '+' }[side];
  const word = { both: '', expected: 'belongs here', seen: 'was seen here' }[side];
  const time = line.guestTime === undefined ? '' : `${line.guestTime.toFixed(6)} s`;
  const note = !moved
    ? ''
    : side === 'seen'
      ? ' <small>out of order</small>'
      : ' <small>it came elsewhere</small>';
  return (
    `<tr class="${side}"><td class="sign">${sign}<span class="hidden">${word}</span></td>` +
    `<td>${line.hart ?? ''}</td><td class="time">${time}</td><td>${escape(line.text)}${note}</td></tr>`
  );
}
