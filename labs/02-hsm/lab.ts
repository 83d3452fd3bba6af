import type { Check, LabDefinition } from '../../autograder/lab/definition.js';
import { hartStatus, hsmCalls, hsmErrors, sbiCall } from './call-checks.js';
import * as scenarios from './scenarios.js';
import {
  everyHartOnce,
  lateHart,
  missingHart,
  opaqueArgument,
  ownStacks,
  refusedHart,
  slowHarts,
} from './start-checks.js';
import { alone, deafHart, stopHarts, twoShutdowns } from './stop-checks.js';
import { noBusyWait, noLostWakeUp, waitResults } from './wait-checks.js';

/** All checks look at what was seen until the run ended, whatever ended it: a bring-up may well end early. */
function check(
  id: string,
  title: string,
  points: number,
  scenario: { readonly id: string },
  contract: string,
  evaluate: Check['evaluate'],
): Check {
  return {
    id,
    title,
    points,
    scenario: scenario.id,
    contract: { function: contract },
    judges: 'any',
    evaluate,
  };
}

const checks: readonly Check[] = [
  check('sbi-call', 'sbi_call: every register in its place', 8, scenarios.calls, 'sbi_call', sbiCall),
  check(
    'hsm-calls',
    'Start, stop, status and suspend ask for the right function',
    6,
    scenarios.calls,
    'hart_start',
    hsmCalls,
  ),
  check(
    'hsm-errors',
    'What the firmware answers reaches the caller',
    5,
    scenarios.calls,
    'hart_start',
    hsmErrors,
  ),
  check(
    'hart-status',
    'The status of a hart, or the error',
    4,
    scenarios.calls,
    'hart_get_status',
    hartStatus,
  ),
  check(
    'every-hart-once',
    'Eight harts: each of the others is started once',
    8,
    scenarios.eight,
    'start_harts',
    everyHartOnce,
  ),
  check(
    'sparse-ids',
    'Ids with gaps: harts are started by id, not by index',
    6,
    scenarios.sparse,
    'start_harts',
    everyHartOnce,
  ),
  check('own-stack', 'Every hart begins on a stack of its own', 7, scenarios.eight, 'hart_entry', ownStacks),
  check(
    'opaque',
    'The opaque argument brings every hart to its struct hart',
    5,
    scenarios.sparse,
    'start_harts',
    opaqueArgument,
  ),
  check('wake-up', 'Waiting: no wake-up is lost', 8, scenarios.wait, 'hart_wait', noLostWakeUp),
  check(
    'wait-result',
    'Waiting: true for the flag, false for the deadline',
    4,
    scenarios.wait,
    'hart_wait',
    waitResults,
  ),
  check('no-busy-wait', 'Waiting: the hart sleeps', 4, scenarios.slow, 'hart_wait', noBusyWait),
  check('slow-harts', 'Harts that start slowly are waited for', 6, scenarios.slow, 'start_harts', slowHarts),
  check(
    'missing-hart',
    'A hart that never comes up is given up, in time',
    6,
    scenarios.missing,
    'start_harts',
    missingHart,
  ),
  check('late-hart', 'A hart that comes late is not lost', 4, scenarios.missing, 'start_harts', lateHart),
  check(
    'refused-hart',
    'A hart that is refused, and one that runs already',
    5,
    scenarios.refused,
    'start_harts',
    refusedHart,
  ),
  check(
    'stop-harts',
    'Power off: first the harts stop, then the machine',
    6,
    scenarios.shutdown,
    'stop_harts',
    stopHarts,
  ),
  check(
    'two-shutdowns',
    'Two harts power off at the same time: one of them stops',
    3,
    scenarios.together,
    'stop_harts',
    twoShutdowns,
  ),
  check(
    'deaf-hart',
    'A hart that does not stop is given up, in time',
    3,
    scenarios.together,
    'stop_harts',
    deafHart,
  ),
  check('alone', 'One hart alone comes up and powers off', 2, scenarios.alone, 'start_harts', alone),
];

const lab: LabDefinition = {
  id: '02-hsm',
  title: 'SBI calls and hart state management',
  files: ['hsm.c', 'hart_entry.S'],
  header: 'kernel/include/hsm.h',
  scenarios: [
    scenarios.calls,
    scenarios.eight,
    scenarios.sparse,
    scenarios.wait,
    scenarios.slow,
    scenarios.missing,
    scenarios.refused,
    scenarios.shutdown,
    scenarios.together,
    scenarios.alone,
  ],
  checks,
};

export default lab;
