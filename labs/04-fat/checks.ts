import { CannotJudge } from '../../autograder/lab/evidence.js';
import type { Cause, Evidence, Finding } from '../../autograder/lab/evidence.js';
import { creditBelow } from '../../autograder/lab/credit.js';
import { EFFORT_CLUSTERS } from './cases/files.js';
import type { FatEvidence, StepOutcome } from './probe-witness.js';

/** What the run's witness saw. */
function evidenceOf(evidence: Evidence): FatEvidence {
  return evidence.witness as FatEvidence;
}

/** How an image fared, and its first wrong step. */
interface ImageScore {
  readonly title: string;
  readonly control: boolean;
  /** All of it was right. */
  readonly right: boolean;
  /** What mount and statfs were asked was right: as far as {@link MOUNTING} steps go. */
  readonly mounted: boolean;
  readonly failed?: StepOutcome;
  /** Its steps did not all come to an end. */
  readonly unfinished: boolean;
}

/** Steps that ask for no more than what fat_mount() finds out. */
const MOUNTING = /^(?:mount|statfs)\b/;

function imageScores({ images, outcomes }: FatEvidence): ImageScore[] {
  return images.map(({ title, control, steps }, index): ImageScore => {
    const own = outcomes.filter(({ image }) => image === index);
    const failed = own.find(({ fraction }) => fraction < 1);
    const unfinished = own.length < steps;
    const mounting = own.filter(({ command }) => MOUNTING.test(command));
    return {
      title,
      control,
      right: failed === undefined && !unfinished,
      mounted: mounting.length > 0 && mounting.every(({ fraction }) => fraction === 1),
      unfinished,
      ...(failed && { failed }),
    };
  });
}

/** Where a step's answer came from, for a report. */
function at(evidence: Evidence, outcome: StepOutcome): Partial<Finding> {
  const address = evidence.kernel.addressOf(outcome.function);
  const source = address === undefined ? undefined : evidence.kernel.placeOf(address).source;
  const hart = evidence.events.hartIds[outcome.hart] ?? outcome.hart;
  return {
    guestTime: outcome.time / evidence.trace.frequency,
    hart,
    ...(source !== undefined && { source }),
  };
}

/**
 * All images of the scenario: each counts the same, and as a whole, since one right answer may be luck's.
 * @param forMounting part of its worth that an image earns when it was mounted right, but not read
 */
export function imagesRight(rule: string, forMounting = 0): (evidence: Evidence) => Finding {
  return (evidence) => {
    const scores = imageScores(evidenceOf(evidence));
    const right = scores.filter((score) => score.right).length;
    const half = forMounting === 0 ? 0 : scores.filter((score) => !score.right && score.mounted).length;
    const ordered = [...scores.filter(({ control }) => control), ...scores];
    const worst =
      ordered.find(({ failed }) => failed !== undefined) ?? ordered.find(({ unfinished }) => unfinished);
    const counts = (score: ImageScore): boolean => score.right || (forMounting > 0 && score.mounted);
    const controlled = scores.every((score) => !score.control || counts(score));
    const fraction = controlled ? (right + forMounting * half) / scores.length : 0;
    const count = `${right} of ${scores.length} ${scores.length === 1 ? 'disk' : 'disks'}`;
    if (worst === undefined) return { fraction, expected: rule, seen: `so it was, on ${count}` };
    const stopped = scores.some(({ unfinished }) => unfinished) ? howItStopped(evidence) : undefined;
    const mounted = controlled && half > 0 ? `, ${half} mounted but not read` : '';
    if (worst.failed === undefined) {
      const what = stopped?.what ?? `fatprobe did not get through "${worst.title}"`;
      if (fraction === 0) throw new CannotJudge(stopped?.cause ?? 'starvation', what, stopped?.at);
      return { fraction, expected: rule, seen: `${count} right${mounted}; ${what}`, ...stopped?.at };
    }
    const { expected, seen } = worst.failed;
    const only = controlled ? mounted : ', and the rest counts only with this one';
    const then = stopped === undefined ? '' : `. In the end: ${stopped.what}`;
    return {
      fraction,
      expected: `${rule}. On "${worst.title}": ${expected}`,
      seen: `${count} right${only}. On "${worst.title}": ${seen}${then}`,
      ...at(evidence, worst.failed),
    };
  };
}

/** The end of a run in which fatprobe did not get through its plan; nothing if it was fatprobe that ended. */
function howItStopped(
  evidence: Evidence,
): { readonly cause: Cause; readonly what: string; readonly at: Partial<Finding> } | undefined {
  const { outcome, trace } = evidence;
  const { underWay, images } = evidenceOf(evidence);
  if (outcome.kind === 'completed') return undefined;
  const where =
    underWay === undefined
      ? 'before the first disk'
      : `in the step "${underWay.command}" on "${images[underWay.image]?.title ?? ''}"`;
  const places = outcome.kind === 'panic' ? [outcome.place ?? {}, ...(outcome.calls ?? [])] : outcome.harts;
  const sources = places.flatMap(({ source }: { readonly source?: string }) => source ?? []);
  // Without a line of the lab's files, the function that the check is about will do.
  const source = sources.find((place) => !place.includes('/'));
  const panicked = outcome.kind === 'panic' ? `: ${outcome.message}` : '';
  return {
    cause: outcome.kind,
    what: `${outcome.kind} ${where}${panicked}`,
    at: { guestTime: trace.end / trace.frequency, ...(source !== undefined && { source }) },
  };
}

/** No request of the disk outside of the volume and the partition table. */
export function nothingOutside(evidence: Evidence): Finding {
  const seen = evidenceOf(evidence);
  const images = imagesRight('all requests lie inside the volume, or in the block of the partition table')(
    evidence,
  );
  const [first] = seen.strayReads;
  if (first === undefined || images.fraction < 1) {
    const strays = first === undefined ? '' : `; ${requests(seen.strayReads.length)} outside`;
    return { ...images, seen: `${images.seen}${strays}` };
  }
  return {
    fraction: 0,
    expected: images.expected,
    seen:
      `${requests(seen.strayReads.length)} outside, the first for sectors ${first.sector} to ` +
      `${first.sector + first.count - 1}, in the step "${first.command}"`,
    guestTime: first.time / evidence.trace.frequency,
  };
}

const requests = (count: number): string => (count === 1 ? 'one request' : `${count} requests`);

/** Instructions and waits for each read of a long file; the disk's requests for all of it. */
export const EFFORT_CYCLES = { full: 12_000, none: 60_000 };
export const EFFORT_REQUESTS = { full: EFFORT_CLUSTERS * 1.5, none: EFFORT_CLUSTERS * 6 };

export function effortOfReading(evidence: Evidence): Finding {
  const right = imagesRight('every byte is right')(evidence);
  if (right.fraction < 1) return { ...right, fraction: 0 };
  const reads = evidenceOf(evidence).outcomes.filter(({ command }) => command.startsWith('read'));
  const cycles = reads.reduce((sum, read) => sum + read.cycles, 0) / reads.length;
  const asked = reads.reduce((sum, read) => sum + read.requests, 0);
  const late = reads.slice(-20).reduce((sum, read) => sum + read.cycles, 0) / 20;
  return {
    fraction: Math.min(
      creditBelow(Math.max(cycles, late), EFFORT_CYCLES.full, EFFORT_CYCLES.none),
      creditBelow(asked, EFFORT_REQUESTS.full, EFFORT_REQUESTS.none),
    ),
    expected:
      `a read of 100 bytes takes at most ${EFFORT_CYCLES.full} cycles on average, at the end of the file as at its ` +
      `beginning, and the disk is asked at most ${EFFORT_REQUESTS.full} times`,
    seen: `${Math.round(cycles)} cycles on average, ${Math.round(late)} at the end; ${requests(asked)}`,
  };
}
