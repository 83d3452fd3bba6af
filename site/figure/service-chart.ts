/** How much of the processor each job has had, up to each instant. */
import { idealService } from '../../autograder/metrics/ideal-service.js';
import type { Curve } from '../../autograder/metrics/curve.js';
import type { PolicyRun } from '../../autograder/measure/policy-run.js';
import { chart, line, valueAxis } from '../../autograder/report/html/charts.js';
import { jobColour } from '../../autograder/report/html/markup.js';
import type { Point, RunPicture } from '../../autograder/report/html/run-picture.js';

/** More than pixels across. */
const SAMPLES = 400;

/**
 * Service against time, in guest milliseconds; the ideal of generalised multiprocessor sharing is dashed.
 * @param picture of the same run: its jobs give order, names and colours
 */
export function serviceChart(picture: RunPicture, run: PolicyRun): string {
  const { start = 0, trace, histories } = run;
  const perMs = trace.frequency / 1000;
  const end = Math.min(trace.end, start + picture.to * perMs);
  const times = Array.from({ length: SAMPLES + 1 }, (_, i) => start + ((end - start) * i) / SAMPLES);
  const points = (curve: Curve): Point[] =>
    times.map((time) => [(time - start) / perMs, curve.at(time) / perMs]);
  const ideal = idealService(histories, trace.harts);
  const curves = picture.jobs.flatMap(({ job, name }, i) => {
    const service = histories.find((history) => history.job === job)?.service;
    const due = ideal.curves.get(job);
    return [
      ...(due === undefined
        ? []
        : [{ points: points(due), kind: 'ideal', title: `${name}, ideal`, i } as const]),
      ...(service === undefined ? [] : [{ points: points(service), kind: 'seen', title: name, i } as const]),
    ];
  });
  const axis = {
    bottom: 0,
    top: Math.max(1, ...curves.flatMap((curve) => curve.points.map(([, ms]) => ms))) * 1.04,
  };
  const body = curves.map((curve) =>
    line(picture, curve.points, axis, jobColour(curve.i), curve.kind, curve.title),
  );
  const ticks = valueAxis(picture, axis, (value) => `${value} ms`);
  return chart(picture, 'Processor time received', 180, ticks, body.join(''));
}
