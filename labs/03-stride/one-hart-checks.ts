import { creditBelow } from '../../autograder/lab/credit.js';
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { CannotJudge } from '../../autograder/lab/evidence.js';
import { deliveredService } from '../../autograder/metrics/ideal-service.js';
import { PRIORITY_DEFAULT, PRIORITY_MIN } from '../../autograder/metrics/job-history.js';
import type { JobHistory, Phase } from '../../autograder/metrics/job-history.js';
import { advantage } from '../../autograder/metrics/relative-error.js';
import type { Advantage } from '../../autograder/metrics/relative-error.js';
import type { SystemCall } from '../../emulator/observe/schedule-trace.js';
import {
  LATENCY,
  QUANTUM_SECONDS,
  RELATIVE_ERROR,
  SHARE_EXCESS_NONE,
  shareBound,
  SWITCH_ALLOWANCE,
} from './bounds.js';
import type { Bound } from './bounds.js';
import {
  ARGUMENTS_OWN_PRIORITY,
  argumentsRun,
  BURSTER,
  bursts,
  BURSTS_DISPATCH_MS,
  LATE_JOB,
  late,
  PRIORITY_ARGUMENTS,
  SLEEPER,
  sleeper,
  threeTwoOne,
} from './scenarios.js';
import type { MixScenario } from './scenarios.js';
import { at, inQuanta, jobOf, jobsSeen, percent, quanta } from './seen.js';

const SYS_SETPRIORITY = 140;
const SYS_GETPRIORITY = 141;

/** What a call of job 1 should have returned, and the call. */
interface Answer {
  readonly question: string;
  readonly due: bigint;
  readonly call: SystemCall | undefined;
}

function isRight({ due, call }: Answer): boolean {
  return call?.returned?.value === due;
}

function rightPart(answers: readonly Answer[]): number {
  return answers.filter(isRight).length / answers.length;
}

/** Argument rules: what each call of job 1 returned, and which priority it was told to have then. */
export function setpriorityArguments(evidence: Evidence): Finding {
  const { trace } = evidence;
  jobsSeen(evidence, argumentsRun);
  const space = trace.spaces.find(({ job }) => job === 1)?.id;
  const callsOf = (number: number): SystemCall[] =>
    trace.calls.filter((call) => call.number === number && call.space === space);
  const calls = callsOf(SYS_SETPRIORITY);
  const asked = [...PRIORITY_ARGUMENTS, BigInt(ARGUMENTS_OWN_PRIORITY)];
  if (calls.length < asked.length) {
    throw new CannotJudge('starvation', `job 1 made ${calls.length} of ${asked.length} calls of setpriority`);
  }
  const isValid = (argument: bigint): boolean => argument >= BigInt(PRIORITY_MIN);
  const set = asked.map((argument, i): Answer => {
    return { question: `setpriority(${argument})`, due: isValid(argument) ? argument : -1n, call: calls[i] };
  });
  const questions = callsOf(SYS_GETPRIORITY);
  const told = PRIORITY_ARGUMENTS.map((_, i): Answer => {
    const due: bigint =
      PRIORITY_ARGUMENTS.slice(0, i + 1)
        .filter(isValid)
        .at(-1) ?? BigInt(PRIORITY_DEFAULT);
    return { question: `getpriority() with ${due} in force`, due, call: questions[i] };
  });
  const accepted = set.filter(({ due }) => due !== -1n);
  const refused = set.filter(({ due }) => due === -1n);
  const group = set.every(isRight) ? told : set;
  const wrong = group.find((answer) => !isRight(answer));
  return {
    // A product: refusing everything obeys no rule, and neither does accepting everything.
    fraction: (rightPart(accepted) * rightPart(refused) * (1 + rightPart(told))) / 2,
    expected:
      `setpriority(n) returns n for n >= ${PRIORITY_MIN}, and -1 for anything less; ` +
      'getpriority() returns the last one that was accepted',
    seen:
      wrong === undefined
        ? `${set.length + told.length} calls answered so`
        : `${wrong.question} returned ${wrong.call?.returned?.value ?? 'nothing'}; ` +
          `${group.filter((answer) => !isRight(answer)).length} of ${group.length} answers are wrong`,
    ...(wrong?.call && at(evidence, wrong.call.time)),
    ...(wrong?.call && { hart: wrong.call.hart }),
  };
}

/** Pairwise relative error of all jobs of a one-hart scenario, in both directions. */
export function relativeErrorOf(scenario: MixScenario): (evidence: Evidence) => Finding {
  return (evidence) => {
    const jobs = [...jobsSeen(evidence, scenario).values()];
    return relativeErrorFinding(evidence, worstAdvantage(jobs, jobs));
  };
}

/** The late arrival against those that were there, in both directions. */
export function lateArrival(evidence: Evidence): Finding {
  const jobs = jobsSeen(evidence, late);
  const newcomer = [jobOf(jobs, LATE_JOB)];
  const others = [...jobs.values()].filter((job) => job.job !== LATE_JOB);
  const found = [worstAdvantage(newcomer, others), worstAdvantage(others, newcomer)];
  return relativeErrorFinding(evidence, worst(found));
}

/** The sleeper against jobs that never sleep: time away earns no credit. */
export function sleeperCredit(evidence: Evidence): Finding {
  const jobs = jobsSeen(evidence, sleeper);
  const others = [...jobs.values()].filter((job) => job.job !== SLEEPER);
  return relativeErrorFinding(evidence, worstAdvantage([jobOf(jobs, SLEEPER)], others));
}

/**
 * Bursts shorter than a dispatch are charged for what they took. The burster is back from each nap before its turn
 * comes, so it is to be compared as if it never slept, and a dispatch of `d` quanta stands where the paper has one
 * quantum.
 */
export function shortBursts(evidence: Evidence): Finding {
  const seen = jobsSeen(evidence, bursts);
  const jobs = [...seen.values()].map((job) => {
    return job.job === BURSTER ? withoutSleep(job, evidence.trace.end) : job;
  });
  const dispatch = BURSTS_DISPATCH_MS / 1000 / QUANTUM_SECONDS;
  return relativeErrorFinding(evidence, worstAdvantage(jobs, jobs), {
    full: dispatch + SWITCH_ALLOWANCE,
    none: dispatch + RELATIVE_ERROR.none,
  });
}

/** Response time of a job that arrives while others have run for long. */
export function responseOf(scenario: MixScenario, id: number): (evidence: Evidence) => Finding {
  return (evidence) => {
    const job = jobOf(jobsSeen(evidence, scenario), id);
    const [arrival] = job.phases;
    return latencyFinding(evidence, job, arrival === undefined ? [] : [arrival], 'arrival');
  };
}

/** Wake-up to first instruction of a job that has slept for longer than it had worked ahead. */
export function wakeLatencyOf(scenario: MixScenario, id: number): (evidence: Evidence) => Finding {
  return (evidence) => {
    const job = jobOf(jobsSeen(evidence, scenario), id);
    return latencyFinding(
      evidence,
      job,
      job.phases.filter((phase) => phase.why === 'wake'),
      'wake-up',
    );
  };
}

/** The same job, as if it had been runnable from its beginning to the end. */
function withoutSleep(job: JobHistory, end: number): JobHistory {
  const [first] = job.phases;
  return { ...job, phases: first === undefined ? [] : [{ ...first, to: end }] };
}

/**
 * A sleep during which the global pass moves by more than half the circle: the sleeper's own pass then compares the
 * wrong way. It must neither wait for a lap nor lose its share once it is awake.
 */
export function longSleepOf(scenario: MixScenario, id: number): (evidence: Evidence) => Finding {
  const latency = wakeLatencyOf(scenario, id);
  const relativeError = relativeErrorOf(scenario);
  return (evidence) => {
    const [waited, erred] = [latency(evidence), relativeError(evidence)];
    return waited.fraction <= erred.fraction ? waited : erred;
  };
}

/** Shares at the end of the 3:2:1 mix. */
export function threeTwoOneShares(evidence: Evidence): Finding {
  const jobs = [...jobsSeen(evidence, threeTwoOne).values()];
  const { end } = evidence.trace;
  const from = Math.max(...jobs.map((job) => job.started ?? 0));
  const delivered = deliveredService(jobs).growth(from, end);
  const weights = new Map(threeTwoOne.mix.jobs.map(({ id, priority }) => [id, priority]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const shares = jobs.map((job) => {
    const weight = weights.get(job.job) ?? 0;
    const service = job.service.growth(from, end);
    const error = Math.abs(inQuanta(service - (delivered * weight) / total, evidence));
    const bound = shareBound(jobs.length, weight, total);
    return { job, weight, share: service / delivered, error, bound, excess: error - bound };
  });
  const furthest = shares.reduce((a, b) => (b.excess > a.excess ? b : a));
  return {
    fraction: creditBelow(furthest.excess, 0, SHARE_EXCESS_NONE),
    expected:
      `shares of ${shares.map(({ weight }) => percent(weight / total)).join(', ')}; ` +
      `job ${furthest.job.job} within ${quanta(furthest.bound)} of its`,
    seen:
      `shares of ${shares.map(({ share }) => percent(share)).join(', ')}; ` +
      `job ${furthest.job.job} is ${quanta(furthest.error)} off`,
    ...at(evidence, end, furthest.job),
  };
}

function worstAdvantage(
  favoured: readonly JobHistory[],
  victims: readonly JobHistory[],
): AdvantageOf | undefined {
  return worst(
    favoured.flatMap((job) =>
      victims.flatMap((victim) => {
        const found = job === victim ? undefined : advantage(job, victim);
        return found === undefined ? [] : [{ ...found, job }];
      }),
    ),
  );
}

type AdvantageOf = Advantage & { readonly job: JobHistory };

function worst(found: readonly (AdvantageOf | undefined)[]): AdvantageOf | undefined {
  return found.reduce(
    (a, b) => (a === undefined || (b !== undefined && b.amount > a.amount) ? b : a),
    undefined,
  );
}

function relativeErrorFinding(
  evidence: Evidence,
  found: AdvantageOf | undefined,
  bound: Bound = RELATIVE_ERROR,
): Finding {
  if (found === undefined) {
    throw new CannotJudge('starvation', 'no two jobs were ever runnable together after both had run');
  }
  const error = inQuanta(found.amount, evidence);
  const { favouredWeight, victimWeight } = found.window;
  const ms = (cycle: number): string => ((cycle / evidence.trace.frequency) * 1000).toFixed(1);
  return {
    fraction: creditBelow(error, bound.full, bound.none),
    expected: `pairwise relative error of at most ${quanta(bound.full)} (a dispatch, and an allowance for switches)`,
    seen:
      `${quanta(error)}: from ${ms(found.from)} to ${ms(found.to)} ms job ${found.favoured} (priority ` +
      `${favouredWeight}) got that much more than its part against job ${found.victim} (priority ${victimWeight})`,
    ...at(evidence, found.to, found.job),
  };
}

function latencyFinding(
  evidence: Evidence,
  job: JobHistory,
  phases: readonly Phase[],
  event: string,
): Finding {
  const { trace } = evidence;
  const [first, ...others] = phases.map((phase) => {
    const until = phase.entered ?? phase.to;
    return { phase, waited: inQuanta(until - phase.from, evidence) };
  });
  if (first === undefined) {
    throw new CannotJudge('starvation', `job ${job.job} never had the ${event} that is looked at`);
  }
  const longest = others.reduce((a, b) => (b.waited > a.waited ? b : a), first);
  const never = longest.phase.entered === undefined ? ', and had not run when the run ended' : '';
  return {
    fraction: creditBelow(longest.waited, LATENCY.full, LATENCY.none),
    expected: `job ${job.job} runs within ${quanta(LATENCY.full)} of its ${event}`,
    seen:
      `it waited ${quanta(longest.waited)} from ${(longest.phase.from / trace.frequency).toFixed(6)} s on${never}` +
      (phases.length > 1 ? ` (the longest of ${phases.length} times)` : ''),
    ...at(
      evidence,
      longest.phase.entered ?? longest.phase.to,
      longest.phase.entered === undefined ? undefined : job,
    ),
  };
}
