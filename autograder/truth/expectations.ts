/** What must be true of a lab's grades, and what is not. */
import { diffArrays } from 'diff';
import type { CheckResult } from '../runner/grade-report.js';
import type { BadKernel, CorpusKernel, Mutant, SourceRange } from './corpus.js';
import { GRADED_SEEDS, lost, resultsOf, scoreOf } from './graded.js';
import type { Graded, GradedCorpus } from './graded.js';

/** Something that does not hold. */
export interface Complaint {
  readonly kind:
    | 'false-alarm'
    | 'not-caught'
    | 'wrong-diagnosis'
    | 'dead-check'
    | 'wrong-verdict'
    | 'stub'
    | 'too-few'
    | 'broken-check'
    | 'build-failed';
  /** `mutants/pass-wrap`; absent where it is about a check of the lab. */
  readonly kernel?: string;
  readonly check?: string;
  readonly seed?: number;
  readonly found: string;
  readonly expected: string;
}

/** The least that a lab's corpus must have. */
const LEAST_MUTANTS = 15;
const LEAST_ALTERNATIVES = 4;
/** The stub earns less: there must be something to do. */
const STUB_SCORE_LIMIT = 40;

/** Everything that does not hold. */
export function complaintsOf(truth: GradedCorpus): Complaint[] {
  const { reference, stub, alternatives, mutants, bad } = truth;
  const all = [
    ...(reference ? [reference] : []),
    ...(stub ? [stub] : []),
    ...alternatives,
    ...mutants,
    ...bad,
  ];
  return [
    ...all.flatMap(brokenChecks),
    ...[...(reference ? [reference] : []), ...(stub ? [stub] : []), ...alternatives, ...mutants].flatMap(
      unbuilt,
    ),
    ...[...(reference ? [reference] : []), ...alternatives].flatMap(falseAlarms),
    ...mutants.flatMap((mutant) => mutantComplaints(mutant, reference)),
    ...(truth.complete ? deadChecks(truth) : []),
    ...bad.flatMap(wrongVerdicts),
    ...(stub ? stubFaults(stub) : []),
    ...(truth.complete ? tooFew(mutants, alternatives) : []),
  ];
}

/**
 * What does not hold of a mutant.
 *
 * @param reference what the checks say of it must not pass for the mutant's diagnosis.
 */
export function mutantComplaints(mutant: Graded<Mutant>, reference?: Pick<Graded, 'result'>): Complaint[] {
  return [
    ...(mutant.kernel.race ? uncaughtRace(mutant) : uncaught(mutant)),
    ...misdiagnosed(mutant, reference),
  ];
}

/** Checks that threw. */
export function brokenChecks({ trial, result }: Graded): Complaint[] {
  return result.faults.map(({ check, seed, message }) => ({
    kind: 'broken-check',
    kernel: trial.name,
    check,
    seed,
    found: `the check threw: ${message}`,
    expected: 'a finding, or CannotJudge',
  }));
}

/** A kernel that should have been built and was not. */
export function unbuilt({ trial, result }: Graded): Complaint[] {
  const [first] = result.buildFailed ?? [];
  if (first === undefined) return [];
  const at = first.line === undefined ? first.file : `${first.file}:${first.line}`;
  const expected = 'a kernel that can be built';
  return [{ kind: 'build-failed', kernel: trial.name, found: `${at}: ${first.message}`, expected }];
}

/** Points that a correct kernel lost. */
export function falseAlarms(graded: Graded<Pick<CorpusKernel, 'name'>>): Complaint[] {
  const checks = [...new Set(graded.result.results.map(({ id }) => id))];
  return checks.flatMap((check): Complaint[] => {
    const all = resultsOf(graded, check);
    const alarms = all.filter(lost);
    const [first, ...more] = alarms;
    if (first === undefined) return [];
    const worst = more.reduce((a, b) => (b.score < a.score ? b : a), first);
    const seeds = alarms.slice(0, 8).map(({ seed }) => seed);
    return [
      {
        kind: 'false-alarm',
        kernel: graded.trial.name,
        check,
        seed: worst.seed,
        found:
          `${worst.score} of ${worst.maxScore} points with seed ${worst.seed}: ${worst.seen} ` +
          `(${alarms.length} of ${all.length} seeds: ${seeds.join(', ')}${alarms.length > 8 ? ' …' : ''})`,
        expected: `all points with every seed: ${worst.expected}`,
      },
    ];
  });
}

function uncaught(mutant: Graded<Mutant>): Complaint[] {
  return mutant.kernel.caughtBy.flatMap((check) => {
    const missed = resultsOf(mutant, check).find((result) => !lost(result));
    return missed === undefined ? [] : [notCaught(mutant, missed, `seed ${missed.seed}`)];
  });
}

/** A race must show in every check that it names, with some seed, and in one of them with the seeds of a grade. */
function uncaughtRace(mutant: Graded<Mutant>): Complaint[] {
  const { caughtBy } = mutant.kernel;
  const never = caughtBy.flatMap((check) => {
    const results = resultsOf(mutant, check);
    const [first] = results;
    if (first === undefined || results.some(lost)) return [];
    return [notCaught(mutant, first, `any of ${results.length} seeds`)];
  });
  if (never.length > 0) return never;
  const graded = caughtBy.flatMap((check) => {
    return resultsOf(mutant, check).filter(({ seed }) => seed < GRADED_SEEDS);
  });
  const [first] = graded;
  return first === undefined || graded.some(lost)
    ? []
    : [notCaught(mutant, first, `the ${GRADED_SEEDS} seeds of a grade`)];
}

function notCaught({ trial }: Graded<Mutant>, result: CheckResult, seeds: string): Complaint {
  return {
    kind: 'not-caught',
    kernel: trial.name,
    check: result.id,
    seed: result.seed,
    found: `all points with ${seeds}: ${result.seen}`,
    expected: 'fewer points: the mutant says that this check catches it',
  };
}

/** The first check that is to catch a mutant must name its fault, and point at it. */
function misdiagnosed(mutant: Graded<Mutant>, reference: Pick<Graded, 'result'> | undefined): Complaint[] {
  const { diagnosis, source, caughtBy, race } = mutant.kernel;
  const [check] = caughtBy;
  const caught = resultsOf(mutant, check).filter(lost);
  const complaint = (result: CheckResult, found: string, expected: string): Complaint => {
    return { kind: 'wrong-diagnosis', kernel: mutant.trial.name, check, seed: result.seed, found, expected };
  };
  const wrong = caught.flatMap((result) => {
    const text = findingText(result);
    if (!diagnosis.test(text)) return [complaint(result, text, `a finding that matches ${diagnosis.source}`)];
    if (source === undefined || pointsInto(result.source, source)) return [];
    return [
      complaint(result, `look at ${result.source ?? 'nothing'}`, `a place in ${describeRange(source)}`),
    ];
  });
  const [first] = wrong;
  // What a race breaks differs between schedules; it must be named once.
  const complaints = first === undefined || (race && wrong.length < caught.length) ? [] : [first];
  const innocent =
    reference && resultsOf(reference, check).find((result) => diagnosis.test(findingText(result)));
  return innocent === undefined
    ? complaints
    : [
        ...complaints,
        complaint(
          innocent,
          `${diagnosis.source} matches what the check says of the reference: ${innocent.seen}`,
          'a diagnosis that only a fault matches',
        ),
      ];
}

/** What a check says that it saw, with the lines in which two traces differ. */
export function findingText({ seen, difference }: Pick<CheckResult, 'seen' | 'difference'>): string {
  if (difference === undefined) return seen;
  const texts = (lines: readonly { readonly text: string }[]): string[] => lines.map(({ text }) => text);
  const changes = diffArrays(texts(difference.expected), texts(difference.seen));
  const lines = changes.flatMap(({ value, added, removed }) => {
    return added || removed ? value.map((text) => `${added ? '+' : '-'} ${text}`) : [];
  });
  return [seen, ...lines].join('\n');
}

function pointsInto(place: string | undefined, range: SourceRange): boolean {
  const [, file, line = '0'] = /^(.*):(\d+)$/.exec(place ?? '') ?? [];
  const [from, to] = range.lines ?? [0, Infinity];
  return file === range.file && Number(line) >= from && Number(line) <= to;
}

function describeRange({ file, function: name, lines }: SourceRange): string {
  if (name === undefined || lines === undefined) return file;
  return `${name} (${file}:${lines[0]}-${lines[1]})`;
}

function deadChecks({ lab, mutants }: GradedCorpus): Complaint[] {
  return lab.checks
    .filter(({ id }) => !mutants.some((mutant) => resultsOf(mutant, id).some(lost)))
    .map(({ id }) => ({
      kind: 'dead-check',
      check: id,
      found: 'no mutant loses a point in it',
      expected: 'a mutant that does',
    }));
}

/** Where a kernel that does not run did not end in its verdict. */
export function wrongVerdicts({ kernel, trial, result }: Graded<BadKernel>): Complaint[] {
  const { verdict, seenIn } = kernel;
  const complaint = (found: string, check?: string): Complaint => {
    return { kind: 'wrong-verdict', kernel: trial.name, ...(check && { check }), found, expected: verdict };
  };
  if (result.buildFailed !== undefined || verdict === 'build-failed') {
    const wrong = (result.buildFailed !== undefined) !== (verdict === 'build-failed');
    return wrong ? [complaint(result.buildFailed === undefined ? 'graded' : 'build-failed')] : [];
  }
  return (
    result.results
      .filter(({ id }) => seenIn.includes(id))
      .filter((check) => check.cause !== verdict)
      // A check that judges whatever it saw names no cause; its run does.
      .filter((check) => !lost(check) || result.outcomes.get(`${check.scenario}/${check.seed}`) !== verdict)
      .map((check) => complaint(check.cause ?? `${check.status}: ${check.seen}`, check.id))
  );
}

function stubFaults(stub: Graded): Complaint[] {
  const score = scoreOf(stub);
  const complaint = (found: string, expected: string, check?: string): Complaint => {
    return { kind: 'stub', kernel: 'stub', ...(check && { check }), found, expected };
  };
  return [
    ...(score < STUB_SCORE_LIMIT
      ? []
      : [complaint(`${score} points`, `fewer than ${STUB_SCORE_LIMIT}: something must be left to do`)]),
    ...stub.result.results
      .filter((result) => lost(result) && (result.expected === '' || result.seen === ''))
      .map(({ id }) => complaint('no words', 'what was expected, and what was seen', id)),
  ];
}

function tooFew(mutants: readonly unknown[], alternatives: readonly unknown[]): Complaint[] {
  const complaint = (found: string, expected: string): Complaint => ({ kind: 'too-few', found, expected });
  return [
    ...(mutants.length < LEAST_MUTANTS
      ? [complaint(`${mutants.length} mutants`, `at least ${LEAST_MUTANTS}`)]
      : []),
    ...(alternatives.length < LEAST_ALTERNATIVES
      ? [complaint(`${alternatives.length} alternatives`, `at least ${LEAST_ALTERNATIVES}`)]
      : []),
  ];
}
