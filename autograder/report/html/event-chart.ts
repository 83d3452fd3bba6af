import { bar, chart, flagLines, GUTTER, lane, scale } from './charts.js';
import type { Flag } from './charts.js';
import type { EventLane, EventMark, EventPicture, EventRow, StateSpan } from './event-picture.js';
import { EVENT_ROWS } from './event-picture.js';
import { escape, jobColour } from './markup.js';

/** Height of the band that says what a hart does, of a row of marks, and of what parts two harts. */
const BAND = 16;
const ROW = 13;
const GAP = 8;

const STATES = { user: 'a user program', idle: 'waits (wfi)', stopped: 'stopped or starting' } as const;
const CLASSES = { user: 'busy', idle: 'idle', stopped: 'stopped' } as const;

/** The events of a run: a band for each hart, and under it a row of marks for each kind of event. */
export function eventChart(picture: EventPicture, flags: readonly Flag[] = []): string {
  const x = scale(picture);
  let top = 2;
  const inside: string[] = [];
  const outside: string[] = [];
  for (const each of picture.lanes) {
    const hasBand = each.spans.length > 0;
    outside.push(`<text x="0" y="${top + 12}" class="heading">${escape(each.name)}</text>`);
    if (hasBand) inside.push(lane(each.name, top, BAND, spanPaths(each.spans, x)));
    top += BAND;
    for (const [row, marks] of rowsOf(each, picture)) {
      outside.push(`<text x="${GUTTER - 8}" y="${top + 10}" class="label">${escape(row.label)}</text>`);
      inside.push(
        lane(
          `${each.name}, ${row.label}`,
          top,
          ROW - 2,
          marks.map((mark) => markPath(mark, row, x)).join(''),
        ),
      );
      top += ROW;
    }
    top += GAP;
  }
  const body = inside.join('') + flagLines(picture, flags, top);
  return chart(picture, 'What each hart did, event by event', top, outside.join(''), body);
}

/** What the bands and the rows show. */
export function eventLegend({ rows, lanes }: EventPicture): string {
  const seen = new Set(lanes.flatMap(({ spans }) => spans.map(({ what }) => what)));
  const states = (Object.keys(STATES) as (keyof typeof STATES)[]).filter((what) => seen.has(what));
  const items = [
    ...rows.map((row) => {
      return `<li><i style="background:${colourOf(row)}"></i><b>${escape(row.label)}</b> <small>${escape(row.title)}</small></li>`;
    }),
    ...states.map((what) => `<li><i class="${CLASSES[what]}"></i>${escape(STATES[what])}</li>`),
  ];
  return `<ul class="legend">${items.join('')}</ul>`;
}

/** The same rows on every hart that has any event, so that harts can be compared. */
function rowsOf({ marks }: EventLane, { rows }: EventPicture): [EventRow, readonly EventMark[]][] {
  return rows.flatMap((row): [EventRow, readonly EventMark[]][] => {
    const own = marks.get(row);
    return own === undefined ? [] : [[row, own]];
  });
}

function spanPaths(spans: readonly StateSpan[], x: (time: number) => number): string {
  return (Object.keys(STATES) as (keyof typeof STATES)[])
    .map((what) => {
      const bars = spans
        .filter((span) => span.what === what)
        .map(({ from, to }) => bar(x(from), x(to), BAND - 4));
      if (bars.length === 0) return '';
      return `<path data-name="${escape(STATES[what])}" class="${CLASSES[what]}" d="${bars.join('')}"/>`;
    })
    .join('');
}

function markPath({ from, to, text }: EventMark, row: EventRow, x: (time: number) => number): string {
  const [left, right] = [x(from), x(to)];
  const colour = colourOf(row);
  const title = `<title>${escape(text)}</title>`;
  if (right - left < 0.3) {
    return `<path class="mark" stroke="${colour}" d="M${left.toFixed(3)} 0v${ROW - 3}">${title}</path>`;
  }
  const width = (right - left).toFixed(3);
  return `<path class="mark" style="fill:${colour}" stroke="${colour}" data-width="${width}" d="${bar(left, right, ROW - 3)}">${title}</path>`;
}

function colourOf(row: EventRow): string {
  return jobColour(EVENT_ROWS.indexOf(row));
}
