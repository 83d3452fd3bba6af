/** Figures of handouts, drawn from runs of the machine that are made while the site is. */
import { formatDiagnostic } from '../../autograder/toolchain/index.js';
import { measurePolicies } from '../../autograder/measure/index.js';
import type { Measurement } from '../../autograder/measure/index.js';
import {
  lagChart,
  lagRange,
  legend,
  shareChart,
  shareTop,
  timelineChart,
} from '../../autograder/report/html/charts.js';
import { escape } from '../../autograder/report/html/markup.js';
import type { RunPicture } from '../../autograder/report/html/run-picture.js';
import { serviceChart } from './service-chart.js';
import type { FigureSpec, Plot } from './spec.js';

/** Width of a chart in CSS pixels, about that of the column, so that text has its own size. */
const WIDTH = 800;

/**
 * Runs the measurement and draws it.
 * @returns the figure; or why there is nothing to draw
 */
export async function figureHtml(
  spec: FigureSpec,
  root: string,
): Promise<string | { readonly fault: string }> {
  const measured = await measurePolicies(spec.experiment, root);
  if (!measured.ok) return { fault: measured.diagnostics.map(formatDiagnostic).join('\n') };
  const failed = measured.report.policies.find(({ status }) => status === 'failed');
  if (failed !== undefined) return { fault: `${failed.policy}: ${failed.explanation.join(' ')}` };
  const pictures = measured.runs.flatMap((run) => {
    const picture = measured.pictures.get(run.policy);
    return picture === undefined ? [] : [{ run, picture: { ...picture, width: WIDTH } }];
  });
  const [first] = pictures;
  if (first === undefined) return { fault: 'no policy ran' };
  const draw = plotter(
    measured,
    pictures.map(({ picture }) => picture),
  );
  const many = pictures.length > 1;
  const panels = pictures.map(({ run, picture }) => {
    const heading = many ? `<p class="policy">${escape(run.policy)}</p>` : '';
    return `${heading}<div class="scroll" tabindex="0">${spec.plots.map((plot) => draw(plot, picture, run)).join('')}</div>`;
  });
  return [
    '<figure class="measured">',
    legend(namesAlone(first.picture)),
    ...panels,
    `<figcaption>${escape(spec.caption)} <code>npx hartlab ${escape(spec.command)}</code></figcaption>`,
    '</figure>',
    '',
  ].join('\n');
}

/** Draws plots whose axes are the same for all policies. */
function plotter(
  { report }: Measurement,
  pictures: readonly RunPicture[],
): (plot: Plot, picture: RunPicture, run: Measurement['runs'][number]) => string {
  const ranges = pictures.map((picture) => lagRange(picture, report.quantum));
  const lag = {
    bottom: Math.min(...ranges.map(({ bottom }) => bottom)),
    top: Math.max(...ranges.map(({ top }) => top)),
  };
  const share = Math.max(...pictures.map(shareTop));
  return (plot, picture, run) => {
    switch (plot) {
      case 'timeline':
        return timelineChart(picture);
      case 'shares':
        return shareChart(picture, share);
      case 'lag':
        return lagChart(picture, report.quantum, lag);
      case 'service':
        return serviceChart(picture, run);
    }
  };
}

/** A picture for its legend: what is the same for all policies. */
function namesAlone(picture: RunPicture): RunPicture {
  const jobs = picture.jobs.map(({ job, name, weights }) => {
    return { job, name, weights, share: [], idealShare: [], lag: [] };
  });
  return { ...picture, jobs };
}
