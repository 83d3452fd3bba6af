import type { Evidence } from '../../lab/evidence.js';
import { eventPictureOf } from './event-picture.js';
import { pictureOf } from './run-picture.js';
import type { RunDrawing } from './run-section.js';

/** Marks of one kind of event on one hart; more are drawn together. A page is to stay a few megabytes. */
const MARKS = 300;

/** What can be drawn of runs. A drawing is small where the run that it is of may not be. */
export class RunDrawings {
  private readonly drawn = new Map<string, RunDrawing>();

  /** @param closely with as many events one by one as can be told apart: where points were lost. */
  add(run: Evidence, closely: boolean): void {
    this.drawn.set(keyOf(run), drawingOf(run, closely ? MARKS : MARKS / 4));
  }

  /** Nothing for a run that was not added. */
  get(run: Pick<Evidence, 'scenario' | 'seed'>): RunDrawing | undefined {
    return this.drawn.get(keyOf(run));
  }
}

function keyOf({ scenario, seed }: Pick<Evidence, 'scenario' | 'seed'>): string {
  return `${scenario}/${seed}`;
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
