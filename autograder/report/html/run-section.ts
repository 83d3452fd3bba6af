import { lagChart, legend, shareChart, timelineChart } from './charts.js';
import { escape } from './markup.js';
import type { RunPicture } from './run-picture.js';
import { SHARE_WINDOW_MS } from './run-picture.js';

/**
 * One run: title, legend and charts.
 *
 * @param quantum milliseconds a quantum.
 * @param notes trusted markup between the title and the charts.
 */
export function runSection(title: string, picture: RunPicture, quantum: number, notes = ''): string {
  return [
    `<section class="run"><h2>${escape(title)}</h2>`,
    notes,
    legend(picture),
    timelineChart(picture),
    shareChart(picture),
    lagChart(picture, quantum),
    `<p class="faint hint">Shares are of a sliding window of ${SHARE_WINDOW_MS} ms; dashed lines are the ideal. ` +
      'Point at a bar to read it; drag over a chart to zoom; double-click to see the whole run.</p>',
    '</section>',
  ].join('\n');
}
