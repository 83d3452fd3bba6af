import type { ScheduleTrace } from '../../emulator/observe/schedule-trace.js';

/**
 * A trace as it would be, had the run ended at `end`: every policy is measured for the same guest time, however
 * long it kept `mix` from switching the machine off.
 *
 * @param end cycle; a trace that ends before is returned as it is.
 */
export function traceUntil(trace: ScheduleTrace, end: number): ScheduleTrace {
  if (end >= trace.end) return trace;
  return {
    ...trace,
    end,
    intervals: trace.intervals
      .filter((stay) => stay.start < end)
      .map((stay) => {
        if (stay.end <= end) return stay;
        const part = (end - stay.start) / (stay.end - stay.start);
        return { ...stay, end, retired: Math.round(stay.retired * part) };
      }),
    spaces: trace.spaces.map((space) => ({ ...space, lastLeave: Math.min(space.lastLeave, end) })),
    marks: trace.marks.filter((mark) => mark.time <= end),
    idle: trace.idle
      .filter((stretch) => stretch.start < end)
      .map((stretch) => ({ ...stretch, end: Math.min(stretch.end, end) })),
    calls: trace.calls
      .filter((call) => call.time <= end)
      .map(({ returned, ...call }) =>
        returned !== undefined && returned.time <= end ? { ...call, returned } : call,
      ),
  };
}
