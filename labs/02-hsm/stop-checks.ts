/** Part 6 of kernel/include/hsm.h: nobody runs any more when the firmware is asked for the reset. */
import type { Evidence, Finding, TraceLine } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import { HartState } from '../../emulator/index.js';
import { at, end, firmwareCalls, idOf, nameHarts, SRST, stateName } from './seen.js';

/** Every other hart has stopped itself before the reset. */
export function stopHarts(evidence: Evidence): Finding {
  const { events, hartIds, frequency, bootHart } = evidence.events;
  const reset = firmwareCalls(evidence).find(({ eid }) => eid === SRST);
  const expected =
    'every other hart is STOPPED, by its own hart_stop(), before the firmware is asked for the reset';
  if (reset === undefined) {
    throw new CannotJudge(
      'starvation',
      `the firmware was not asked for a reset until the run ended at ${end(evidence)}`,
    );
  }
  const states = hartIds.map((_, index): HartState =>
    index === bootHart ? HartState.Started : HartState.Stopped,
  );
  const started = new Set<number>();
  const seen: TraceLine[] = [];
  for (const event of events.slice(0, reset.index)) {
    if (event.kind !== 'hsm') continue;
    states[event.hart] = event.state;
    if (event.state === HartState.Started) started.add(event.hart);
    if (event.state === HartState.Stopped) {
      seen.push({
        text: `hart ${idOf(evidence, event.hart)} is STOPPED`,
        hart: idOf(evidence, event.hart),
        guestTime: event.time / frequency,
      });
    }
  }
  const others = [...started].filter((index) => index !== reset.hart);
  if (others.length === 0) {
    throw new CannotJudge('starvation', 'no other hart was ever started', at(evidence, reset));
  }
  const awake = others.filter((index) => states[index] !== HartState.Stopped);
  if (awake.length === 0) {
    return {
      fraction: 1,
      expected,
      seen: `${nameHarts(evidence, others)} were stopped, then came the reset`,
    };
  }
  const resetLine = { text: 'system_reset', hart: idOf(evidence, reset.hart) };
  return {
    fraction: 1 - awake.length / others.length,
    expected,
    seen: `at the reset ${awake.map((index) => `hart ${idOf(evidence, index)} was ${stateName(states[index] ?? HartState.Started)}`).join(', ')}`,
    ...at(evidence, reset),
    difference: {
      expected: [
        ...seen,
        ...awake.map((index) => ({ text: `hart ${idOf(evidence, index)} is STOPPED` })),
        resetLine,
      ],
      seen: [...seen, { ...resetLine, guestTime: reset.time / frequency }],
    },
  };
}
