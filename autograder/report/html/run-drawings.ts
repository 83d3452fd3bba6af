import type { Evidence } from '../../lab/evidence.js';
import { eventPictureOf } from './event-picture.js';
import { pictureOf } from './run-picture.js';
import type { RunDrawing } from './run-section.js';

/** Runs by `scenario/seed`. */
export interface RunDrawings {
  /** @param closely with as many events one by one as can be told apart: where points were lost. */
  readonly get: (run: string, closely: boolean) => RunDrawing | undefined;
}

/** Marks of one kind of event on one hart; more are drawn together. A page is to stay a few megabytes. */
const MARKS = 300;

/** What can be drawn of each run. It is drawn when asked for: a page shows a few of many seeds. */
export function drawingsOf(runs: readonly Evidence[]): RunDrawings {
  const evidence = new Map(runs.map((run) => [`${run.scenario}/${run.seed}`, run]));
  return {
    get: (name, closely) => {
      const run = evidence.get(name);
      return run && drawingOf(run, closely ? MARKS : MARKS / 4);
    },
  };
}

function drawingOf(evidence: Evidence, marks: number): RunDrawing {
  const { trace, histories, events: log } = evidence;
  const events = eventPictureOf(evidence, marks);
  if (histories.length === 0) return events === undefined ? {} : { events };
  const jobs = pictureOf(trace, histories);
  // A trace counts harts by index; people know them by their ids.
  const lanes = jobs.lanes.map((lane) => ({ ...lane, hart: log.hartIds[lane.hart] ?? lane.hart }));
  return { jobs: { ...jobs, lanes }, ...(events && { events }) };
}
