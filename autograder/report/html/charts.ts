import { axisTicks, coordinate, escape, jobColour } from './markup.js';
import type { LaneSpan, PicturedJob, Point, RunPicture, TimeAxis } from './run-picture.js';

/** Charts of one run as SVG. All share one time axis, which the page's script zooms for all of them at once. */

/** Without a width of the picture's own. */
const WIDTH = 1200;
export const GUTTER = 76;
/** Room for half of the last label of the time axis. */
const RIGHT = 26;
const AXIS = 26;
const LANE = 30;
/** What a label of the time axis needs. */
const TICK = 72;
/** Height of a chart of curves. */
const CURVES = 180;

/** One lane a hart: who ran when. `flags` are moments to mark. */
export function timelineChart(picture: RunPicture, flags: readonly Flag[] = []): string {
  const height = picture.lanes.length * LANE;
  const lanes = picture.lanes.map((row, i) =>
    lane(`hart ${row.hart}`, i * LANE + 3, LANE - 6, spanPaths(picture, row.spans, LANE - 6)),
  );
  const labels = picture.lanes.map(
    (row, i) =>
      `<text x="${GUTTER - 8}" y="${i * LANE + LANE / 2 + 4}" class="label">hart ${row.hart}</text>`,
  );
  const inside = lanes.join('') + flagLines(picture, flags, height);
  return chart(picture, 'Who ran on which hart', height, labels.join(''), inside);
}

/** A moment of a run, drawn over its whole height. */
export interface Flag {
  /** Guest milliseconds. */
  readonly time: number;
  readonly title: string;
}

/** Lines at moments of a run; those outside of the picture are left out. */
export function flagLines(picture: TimeAxis, flags: readonly Flag[], height: number): string {
  const x = scale(picture);
  return flags
    .filter(({ time }) => time >= picture.from && time <= picture.to)
    .map(({ time, title }) => {
      return `<path class="flag" d="M${fine(x(time))} 0v${height}"><title>${escape(title)}</title></path>`;
    })
    .join('');
}

/** A row of bars or marks, which the page's script reads out under `name`. */
export function lane(name: string, top: number, height: number, paths: string): string {
  return (
    `<g class="lane" data-name="${escape(name)}" data-top="${top}" data-height="${height}" ` +
    `transform="translate(0 ${top})">${paths}</g>`
  );
}

/** What a hart did, as one path for each that ran: a run has thousands of stays. */
function spanPaths(picture: RunPicture, spans: readonly LaneSpan[], height: number): string {
  const x = scale(picture);
  const colours = coloursOf(picture);
  const names = new Map(picture.jobs.map((job) => [job.job, job.name]));
  const whats = [...new Set(spans.map(({ what }) => what))];
  return whats
    .map((what) => {
      const bars = spans
        .filter((span) => span.what === what)
        .map((span) => bar(x(span.from), x(span.to), height));
      const label = typeof what === 'number' ? ` data-label="${what}"` : '';
      const name = escape(nameOf(what, names));
      return `<path data-name="${name}"${label} ${fillOf(what, colours)} d="${bars.join('')}"/>`;
    })
    .join('');
}

/** A bar as part of a path, at least as wide as can be seen. */
export function bar(left: number, right: number, height: number): string {
  const width = Math.max(right - left, 0.3);
  return `M${fine(left)} 0h${fine(width)}v${height}h-${fine(width)}z`;
}

function fine(value: number): string {
  return String(Math.round(value * 1000) / 1000);
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
  const scaled = { ...axis, unit: '%' };
  return chart(picture, 'Share of the processor over time', CURVES, ticks, body.join(''), scaled);
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
  const scaled = { ...range, unit: 'quanta' };
  return chart(picture, 'Lag behind the ideal, in quanta', CURVES, ticks, axis + body.join(''), scaled);
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

/**
 * The frame of a chart with its time axis. `outside` and `inside` are SVG: labels, and what is drawn in the plot.
 *
 * @param values the vertical axis of curves, for reading them.
 */
export function chart(
  picture: TimeAxis,
  title: string,
  height: number,
  outside: string,
  inside: string,
  values?: ValueRange & { readonly unit: string },
): string {
  const x = scale(picture);
  const plot = plotWidth(picture);
  const axis =
    values === undefined
      ? ''
      : ` data-bottom="${values.bottom}" data-top="${values.top}" data-unit="${escape(values.unit)}"`;
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
    `data-height="${height}"${axis}>` +
    `<rect x="${GUTTER}" y="0" width="${plot}" height="${height}" class="back"/>` +
    `<g class="ticks">${ticks.join('')}</g>${outside}` +
    `<svg x="${GUTTER}" y="0" width="${plot}" height="${height}" viewBox="0 0 ${plot} ${height}" ` +
    `preserveAspectRatio="none" class="plot">${inside}</svg></svg></figure>`
  );
}

/** A curve in the plot. */
export function line(
  picture: TimeAxis,
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
  const name = kind === 'seen' ? ` data-name="${escape(title)}"` : '';
  return `<path d="M${path}" class="${kind}" stroke="${colour}"${name}><title>${escape(title)}</title></path>`;
}

/** Labels and grid of the vertical axis. */
export function valueAxis(picture: TimeAxis, axis: ValueRange, format: (value: number) => string): string {
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

function plotWidth(picture: TimeAxis): number {
  return (picture.width ?? WIDTH) - GUTTER - RIGHT;
}

/** From guest milliseconds to places in the plot. */
export function scale(picture: TimeAxis): (time: number) => number {
  const length = picture.to - picture.from || 1;
  const plot = plotWidth(picture);
  return (time) => ((time - picture.from) / length) * plot;
}

function coloursOf(picture: RunPicture): Map<number, string> {
  return new Map(picture.jobs.map((job, i) => [job.job, jobColour(i)]));
}

function fillOf(what: LaneSpan['what'], colours: ReadonlyMap<number, string>): string {
  if (what === 'idle' || what === 'other') return `class="${what}"`;
  return `fill="${colours.get(what) ?? 'black'}"`;
}

function nameOf(what: LaneSpan['what'], names: ReadonlyMap<number, string>): string {
  if (what === 'idle') return 'idle';
  if (what === 'other') return 'another process';
  return names.get(what) ?? `job ${what}`;
}
