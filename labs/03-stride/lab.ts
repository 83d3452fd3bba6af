import type { Check, ContractFunction, LabDefinition } from '../../autograder/lab/definition.js';
import {
  arrivalBesideInfeasible,
  fourHartLag,
  infeasibleWeight,
  noIdleHart,
  oneHartAtATime,
} from './four-hart-checks.js';
import {
  lateArrival,
  longSleepOf,
  relativeErrorOf,
  responseOf,
  setpriorityArguments,
  sleeperCredit,
  shortBursts,
  threeTwoOneShares,
  wakeLatencyOf,
} from './one-hart-checks.js';
import * as scenarios from './scenarios.js';

/** `struct sched_policy` (kernel/include/sched.h): a name, then function pointers of 8 bytes. */
function policyFunction(field: string, index: number): ContractFunction {
  return { table: 'sched_stride', offset: 8 * index, field };
}

const enqueue = policyFunction('enqueue', 2);
const pick = policyFunction('pick', 3);
const block = policyFunction('block', 4);
const setPriority = policyFunction('set_priority', 5);

const checks: readonly Check[] = [
  {
    id: 'setpriority-arguments',
    title: 'setpriority accepts 2 and more, and refuses the rest',
    points: 8,
    scenario: scenarios.argumentsRun.id,
    contract: setPriority,
    evaluate: setpriorityArguments,
  },
  {
    id: 'mixed-priorities',
    title: 'Five mixed priorities: relative error of one quantum',
    points: 12,
    scenario: scenarios.mixed.id,
    contract: pick,
    evaluate: relativeErrorOf(scenarios.mixed),
  },
  {
    id: 'three-two-one',
    title: 'Priorities 3:2:1 give shares 3:2:1',
    points: 8,
    scenario: scenarios.threeTwoOne.id,
    contract: enqueue,
    evaluate: threeTwoOneShares,
  },
  {
    id: 'setpriority-in-mid-run',
    title: 'setpriority takes effect at once, and a refused one not at all',
    points: 10,
    scenario: scenarios.midRun.id,
    contract: setPriority,
    evaluate: relativeErrorOf(scenarios.midRun),
  },
  {
    id: 'late-arrival',
    title: 'A late arrival gets its share from now on, and no more',
    points: 8,
    scenario: scenarios.late.id,
    contract: enqueue,
    evaluate: lateArrival,
  },
  {
    id: 'response-time',
    title: 'A late arrival soon runs for the first time',
    points: 4,
    scenario: scenarios.late.id,
    contract: enqueue,
    evaluate: responseOf(scenarios.late, scenarios.LATE_JOB),
  },
  {
    id: 'sleeper-credit',
    title: 'Sleeping earns no credit',
    points: 7,
    scenario: scenarios.sleeper.id,
    contract: enqueue,
    evaluate: sleeperCredit,
  },
  {
    id: 'sleeper-penalty',
    title: 'Sleeping is not punished: a waker soon runs',
    points: 4,
    scenario: scenarios.sleeper.id,
    contract: enqueue,
    evaluate: wakeLatencyOf(scenarios.sleeper, scenarios.SLEEPER),
  },
  {
    id: 'short-bursts',
    title: 'Short bursts are charged for what they use, and naps shed no debt',
    points: 7,
    scenario: scenarios.bursts.id,
    contract: block,
    evaluate: shortBursts,
  },
  {
    id: 'pass-wrap',
    title: 'Nothing changes when the pass wraps to 0',
    points: 5,
    scenario: scenarios.wrap.id,
    contract: pick,
    evaluate: relativeErrorOf(scenarios.wrap),
  },
  {
    id: 'pass-lap',
    title: 'Nothing changes over a whole lap of the pass',
    points: 3,
    scenario: scenarios.lap.id,
    contract: pick,
    evaluate: relativeErrorOf(scenarios.lap),
  },
  {
    id: 'long-sleep',
    title: 'A sleep of more than half a lap is not mistaken for debt',
    points: 3,
    scenario: scenarios.longSleep.id,
    contract: enqueue,
    evaluate: longSleepOf(scenarios.longSleep, scenarios.LAP_SLEEPER),
  },
  {
    id: 'four-harts-lag',
    title: 'Four harts: everybody within two quanta of the ideal',
    points: 7,
    scenario: scenarios.fourFeasible.id,
    contract: pick,
    evaluate: fourHartLag,
  },
  {
    id: 'four-harts-response',
    title: 'Four harts: a late arrival soon runs for the first time',
    points: 2,
    scenario: scenarios.fourFeasible.id,
    contract: enqueue,
    evaluate: responseOf(scenarios.fourFeasible, scenarios.FOUR_LATE_JOB),
  },
  {
    id: 'one-hart-at-a-time',
    title: 'Four harts: no process on two at once',
    points: 3,
    scenario: scenarios.fourChurn.id,
    contract: pick,
    evaluate: oneHartAtATime,
  },
  {
    id: 'no-idle-hart',
    title: 'Four harts: none idle while a process could run',
    points: 3,
    scenario: scenarios.fourChurn.id,
    contract: pick,
    evaluate: noIdleHart,
  },
  {
    id: 'infeasible-weight',
    title: 'Four harts: a weight beyond one hart starves nobody',
    points: 4,
    scenario: scenarios.infeasible.id,
    contract: enqueue,
    evaluate: infeasibleWeight,
  },
  {
    id: 'infeasible-arrival',
    title: 'Four harts: who arrives beside such weights gets its share and no more',
    points: 2,
    scenario: scenarios.infeasibleLate.id,
    contract: pick,
    evaluate: arrivalBesideInfeasible,
  },
];

const lab: LabDefinition = {
  id: '03-stride',
  title: 'Stride scheduling',
  files: ['stride.c'],
  header: 'kernel/include/sched.h',
  scenarios: [
    scenarios.argumentsRun,
    scenarios.mixed,
    scenarios.threeTwoOne,
    scenarios.midRun,
    scenarios.late,
    scenarios.sleeper,
    scenarios.bursts,
    scenarios.wrap,
    scenarios.lap,
    scenarios.longSleep,
    scenarios.fourFeasible,
    scenarios.fourChurn,
    scenarios.infeasible,
    scenarios.infeasibleLate,
  ],
  checks,
};

export default lab;
