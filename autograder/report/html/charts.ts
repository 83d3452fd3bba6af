import { axisTicks, coordinate, escape, jobColour } from './markup.js';
import type { LaneSpan, PicturedJob, Point, RunPicture } from './run-picture.js';

/** Charts of one run as SVG. All share one time axis, which the page's script zooms for all of them at once. */

/** Without a width of the picture's own. */
const WIDTH = 1200;
const GUTTER = 76;
/** Room for half of the last label of the time axis. */
const RIGHT = 26;
const AXIS = 26;
const LANE = 30;
/** What a label of the time axis needs. */
const TICK = 72;
/** Height of a chart of curves. */
const CURVES = 180;

/** One lane a hart: who ran when. */
export function timelineChart(picture: RunPicture): string {
  const colours = coloursOf(picture);
  const names = new Map(picture.jobs.map((job) => [job.job, job.name]));
  const height = picture.lanes.length * LANE;
  const x = scale(picture);
  const lanes = picture.lanes.map((lane, i) => {
    const top = i * LANE + 3;
    const rects = lane.spans.map((span) => {
      const left = x(span.from);
      const width = Math.max(x(span.to) - left, 0.3);
      const title = `hart ${lane.hart}: ${labelOf(span, names)}, ${span.from.toFixed(3)} to ${span.to.toFixed(3)} ms`;
      return (
        `<rect x="${left.toFixed(2)}" y="${top}" width="${width.toFixed(2)}" height="${LANE - 6}" ` +
        `${fillOf(span, colours)}><title>${escape(title)}</title></rect>`
      );
    });
    return rects.join('');
  });
  const labels = picture.lanes.map(
    (lane, i) =>
      `<text x="${GUTTER - 8}" y="${i * LANE + LANE / 2 + 4}" class="label">hart ${lane.hart}</text>`,
  );
  return chart(picture, 'Who ran on which hart', height, labels.join(''), lanes.join(''));
}

/** Where the axis of {@link shareChart} ends: with the greatest share, at most 1. */
export function shareTop(picture: RunPicture): number {
  // The first window is short and its shares are wild: they may leave the plot.
  const settled = picture.from + (picture.to - picture.from) * 0.05;
  const values = picture.jobs.flatMap((job) => [
    ...job.idealShare.map((point) => point[1]),
    ...job.share.filter(([time]) => time >= settled).map((point) => point[1]),
  ]);
  return Math.min(1, Math.max(0.1, ...values) * 1.05);
}

/**
 * Share of the delivered service in a sliding window, with the ideal dashed.
 *
 * @param top end of the axis, for charts that are to be compared.
 */
export function shareChart(picture: RunPicture, top = shareTop(picture)): string {
  const colours = coloursOf(picture);
  const axis = { bottom: 0, top };
  const body = picture.jobs.map((job) => {
    const colour = colours.get(job.job) ?? 'black';
    return (
      line(picture, job.idealShare, axis, colour, 'ideal', `${job.name}, ideal share`) +
      line(picture, job.share, axis, colour, 'seen', `${job.name}, share`)
    );
  });
  const ticks = valueAxis(picture, axis, (value) => `${Math.round(value * 100)} %`);
  return chart(picture, 'Share of the processor over time', CURVES, ticks, body.join(''));
}

/** Ends of a vertical axis, in the unit of what is drawn. */
export interface ValueRange {
  readonly bottom: number;
  readonly top: number;
}

/** Ends of the axis of {@link lagChart}: all lags, and a quantum either way at least. */
export function lagRange(picture: RunPicture, quantum: number): ValueRange {
  const values = picture.jobs.flatMap((job) => job.lag.map((point) => point[1] / quantum));
  return { bottom: Math.min(-1.2, ...values) * 1.05, top: Math.max(1.2, ...values) * 1.05 };
}

/**
 * How far each job was behind the ideal.
 *
 * @param quantum milliseconds a quantum: the axis counts in quanta.
 * @param range ends of the axis, for charts that are to be compared.
 */
export function lagChart(
  picture: RunPicture,
  quantum: number,
  range: ValueRange = lagRange(picture, quantum),
): string {
  const colours = coloursOf(picture);
  const body = picture.jobs.map((job) => {
    const lag = job.lag.map(([time, value]): Point => [time, value / quantum]);
    return line(picture, lag, range, colours.get(job.job) ?? 'black', 'seen', `${job.name}, lag`);
  });
  const zero = coordinate(yOf(0, range));
  const axis = `<line x1="0" x2="${plotWidth(picture)}" y1="${zero}" y2="${zero}" class="zero"/>`;
  const ticks = valueAxis(picture, range, (value) => `${value} q`);
  return chart(picture, 'Lag behind the ideal, in quanta', CURVES, ticks, axis + body.join(''));
}

/** Names and colours of a run's jobs. */
export function legend(picture: RunPicture): string {
  const colours = coloursOf(picture);
  const items = picture.jobs.map((job) => {
    const swatch = `<i style="background:${colours.get(job.job) ?? 'black'}"></i>`;
    return `<li>${swatch}${escape(job.name)} <small>${describe(job)}</small></li>`;
  });
  const extra =
    '<li><i class="other"></i>other processes</li><li><i class="idle"></i>idle (wfi)</li>' +
    '<li><i class="kernel"></i>kernel</li>';
  return `<ul class="legend">${items.join('')}${extra}</ul>`;
}

function describe(job: PicturedJob): string {
  const parts = [`priority ${job.weights.join(', then ')}`];
  if (job.arrival !== undefined) parts.push(`arrives at ${job.arrival.toFixed(1)} ms`);
  if (job.completion !== undefined) parts.push(`done at ${job.completion.toFixed(1)} ms`);
  return parts.join(', ');
}

/** The frame of a chart with its time axis. `outside` and `inside` are SVG: labels, and what is drawn in the plot. */
export function chart(
  picture: RunPicture,
  title: string,
  height: number,
  outside: string,
  inside: string,
): string {
  const x = scale(picture);
  const plot = plotWidth(picture);
  const ticks = axisTicks(picture.from, picture.to, Math.floor(plot / TICK)).map((time) => {
    const at = (GUTTER + x(time)).toFixed(1);
    return (
      `<line x1="${at}" x2="${at}" y1="0" y2="${height}" class="grid"/>` +
      `<text x="${at}" y="${height + 18}" class="tick">${time} ms</text>`
    );
  });
  return (
    `<figure><figcaption>${escape(title)}</figcaption>` +
    `<svg viewBox="0 0 ${picture.width ?? WIDTH} ${height + AXIS}" class="chart" role="img" aria-label="${escape(title)}" ` +
    `data-from="${picture.from}" data-to="${picture.to}" data-gutter="${GUTTER}" data-plot="${plot}" ` +
    `data-height="${height}">` +
    `<rect x="${GUTTER}" y="0" width="${plot}" height="${height}" class="back"/>` +
    `<g class="ticks">${ticks.join('')}</g>${outside}` +
    `<svg x="${GUTTER}" y="0" width="${plot}" height="${height}" viewBox="0 0 ${plot} ${height}" ` +
    `preserveAspectRatio="none" class="plot">${inside}</svg></svg></figure>`
  );
}

/** A curve in the plot. */
export function line(
  picture: RunPicture,
  points: readonly Point[],
  axis: ValueRange,
  colour: string,
  kind: 'seen' | 'ideal',
  title: string,
): string {
  if (points.length === 0) return '';
  const x = scale(picture);
  const path = points
    .map(([time, value]) => `${coordinate(x(time))} ${coordinate(yOf(value, axis))}`)
    .join('L');
  return `<path d="M${path}" class="${kind}" stroke="${colour}"><title>${escape(title)}</title></path>`;
}

/** Labels and grid of the vertical axis. */
export function valueAxis(picture: RunPicture, axis: ValueRange, format: (value: number) => string): string {
  const right = GUTTER + plotWidth(picture);
  return axisTicks(axis.bottom, axis.top, 5)
    .map((value) => {
      const y = yOf(value, axis);
      return (
        `<line x1="${GUTTER}" x2="${right}" y1="${coordinate(y)}" y2="${coordinate(y)}" class="grid"/>` +
        `<text x="${GUTTER - 8}" y="${coordinate(Math.max(y + 4, 10))}" class="label">${escape(format(value))}</text>`
      );
    })
    .join('');
}

function yOf(value: number, { bottom, top }: ValueRange): number {
  return CURVES - ((value - bottom) / (top - bottom)) * CURVES;
}

function plotWidth(picture: RunPicture): number {
  return (picture.width ?? WIDTH) - GUTTER - RIGHT;
}

function scale(picture: RunPicture): (time: number) => number {
  const length = picture.to - picture.from || 1;
  const plot = plotWidth(picture);
  return (time) => ((time - picture.from) / length) * plot;
}

function coloursOf(picture: RunPicture): Map<number, string> {
  return new Map(picture.jobs.map((job, i) => [job.job, jobColour(i)]));
}

function fillOf(span: LaneSpan, colours: ReadonlyMap<number, string>): string {
  if (span.what === 'idle' || span.what === 'other') return `class="${span.what}"`;
  return `fill="${colours.get(span.what) ?? 'black'}"`;
}

function labelOf(span: LaneSpan, names: ReadonlyMap<number, string>): string {
  if (span.what === 'idle') return 'idle';
  if (span.what === 'other') return 'another process';
  return names.get(span.what) ?? `job ${span.what}`;
}
