import { CannotJudge } from '../lab/evidence.js';
import type { Evidence, HartPosition, Outcome } from '../lab/evidence.js';
import { pointsFor } from '../lab/credit.js';
import type { Check } from '../lab/definition.js';
import { explainOutcome, waitCycle } from './explain-outcome.js';
import { statusOf } from './grade-report.js';
import type { CheckResult } from './grade-report.js';

/** What a judge needs besides the evidence. */
export interface JudgeContext {
  /** Source line of the function that a check's contract names, if it is known. */
  readonly contractSource: (check: Check) => string | undefined;
  /** The command that grades `check` alone with `seed`. */
  readonly replay: (check: Check, seed: number) => string;
}

/**
 * Of a check's results, one a seed, the one that counts: the worst, the first of equals.
 *
 * @param results at least one.
 */
export function worstOf(results: readonly CheckResult[]): CheckResult {
  const [first, ...others] = results;
  if (first === undefined) throw new RangeError('a check without a run');
  return others.reduce((worst, result) => (isWorse(result, worst) ? result : worst), first);
}

function isWorse(a: CheckResult, b: CheckResult): boolean {
  if (a.score !== b.score) return a.score < b.score;
  return a.status === 'error' && b.status !== 'error';
}

/** Judges a check on one run of its scenario. */
export function judge(check: Check, evidence: Evidence, context: JudgeContext): CheckResult {
  const base = {
    id: check.id,
    title: check.title,
    maxScore: check.points,
    scenario: check.scenario,
    seed: evidence.seed,
    replay: context.replay(check, evidence.seed),
  };
  const cause = check.judges === 'any' ? undefined : causeOf(evidence.outcome);
  if (cause !== undefined) {
    const [explanation = '', ...harts] = explainOutcome(evidence.outcome, evidence.trace.frequency);
    return {
      ...base,
      score: 0,
      status: 'error',
      cause,
      expected: 'the kernel runs the scenario to its end',
      seen: [explanation, ...harts].join('\n'),
      guestTime: evidence.trace.end / evidence.trace.frequency,
      ...placeOf(evidence.outcome, context.contractSource(check)),
    };
  }
  try {
    const { fraction, ...finding } = check.evaluate(evidence);
    const status = statusOf(fraction);
    const score = pointsFor(check.points, fraction);
    if (status === 'passed') return { ...base, ...finding, score, status };
    return {
      ...base,
      ...finding,
      score,
      status,
      ...sourceOf(finding.source ?? context.contractSource(check)),
    };
  } catch (error) {
    if (!(error instanceof CannotJudge)) throw error;
    const { cause, at } = error.judgement;
    return {
      ...base,
      score: 0,
      status: 'error',
      cause,
      expected: 'the scenario shows what the check looks for',
      seen: error.message,
      ...at,
      ...sourceOf(at.source ?? context.contractSource(check)),
    };
  }
}

/** Outcomes after which there is nothing to judge. A used-up budget leaves a trace that can be judged. */
function causeOf(outcome: Outcome): 'panic' | 'deadlock' | 'livelock' | undefined {
  return outcome.kind === 'completed' || outcome.kind === 'budget' ? undefined : outcome.kind;
}

/** Who is to blame for a run that did not end well, as far as one can tell. */
function placeOf(outcome: Outcome, contractSource: string | undefined): Pick<CheckResult, 'hart' | 'source'> {
  if (outcome.kind === 'completed') return {};
  if (outcome.kind === 'panic') {
    return { ...(outcome.hart !== undefined && { hart: outcome.hart }), ...sourceOf(outcome.place?.source) };
  }
  const suspects = suspectsOf(outcome.harts);
  // The files of a lab have no folder in their names: a line of theirs tells a student more than one of ours.
  const [suspect] = [...suspects.filter(({ source }) => source?.includes('/') === false), ...suspects];
  return suspect ?? sourceOf(contractSource);
}

/** Harts that wait in a circle, by where they took what the others want; or harts that execute. */
function suspectsOf(harts: readonly HartPosition[]): Pick<CheckResult, 'hart' | 'source'>[] {
  const cycle = waitCycle(harts);
  if (cycle.length > 0) {
    return harts
      .filter(({ hart }) => cycle.includes(hart))
      .map(({ hart, waitsFor }) => ({ hart, ...sourceOf(waitsFor?.taken?.source) }));
  }
  return harts
    .filter(({ state, waitsFor }) => state === 'running' && waitsFor === undefined)
    .map(({ hart, source }) => ({ hart, ...sourceOf(source) }));
}

function sourceOf(source: string | undefined): Pick<CheckResult, 'source'> {
  return source === undefined ? {} : { source };
}
