/** Checks of how harts meet: online, the end, waiting, and the first timer. */
import { creditBelow } from '../../autograder/lab/credit.js';
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import { traceFinding } from '../../autograder/lab/expected-trace.js';
import {
  at,
  bringUps,
  byHart,
  cannotJudge,
  deviceWrites,
  firstCall,
  isCall,
  LANDMARKS,
  nameOf,
  notReached,
  seconds,
} from './bring-up.js';
import type { BringUp, HartVerdict, Placed } from './bring-up.js';
import { wholeBringUp } from './expected-bring-up.js';
import { Sbi } from './hardware.js';
import { LAB_FILE } from './lab-instructions.js';
import { witnessOf } from './witness.js';

/** From the end of the meeting to scheduler() (rule 7). */
const LATE_SECONDS = 100e-6;
/** Instructions from online to scheduler(), of which no more than a hundred are work (rule 7). */
const WAITING = { full: 2000, none: 20_000 };
/** SCHED_QUANTUM in seconds. */
const QUANTUM_SECONDS = 0.001;
/** What the time that a hart reads may be ahead of its own: harts are out of step, and time never goes back. */
const CLOCK_SECONDS = 50e-6;
/** Ticks of the time base in a second. */
const TIMEBASE = 10e6;

function others(evidence: Evidence): readonly BringUp[] {
  return bringUps(evidence).filter(({ boots }) => !boots);
}

/** Everything before online, online before the end, the end before scheduler(). */
export function onlineInOrder(evidence: Evidence): Finding {
  const expected =
    'every hart: registers, paging, PLIC; then online = true; then an interrupt to the boot hart; scheduler() after the end of the meeting';
  const finding = traceFinding(wholeBringUp, evidence, { expected, right: 'so it was, on every hart' });
  if (finding.fraction < 1) return finding;
  const wrong = others(evidence).flatMap((bringUp) => {
    const foreign = bringUp.online.find(({ event }) => event.hart !== bringUp.hart);
    if (foreign !== undefined)
      return [{ place: foreign, text: `online of ${nameOf(bringUp)} was set by another hart` }];
    const again = bringUp.online[1];
    return again === undefined
      ? []
      : [{ place: again, text: `${nameOf(bringUp)} set online ${bringUp.online.length} times` }];
  });
  const [first] = wrong;
  return first === undefined
    ? finding
    : { fraction: 0, expected, seen: first.text, ...at(evidence, first.place) };
}

/** The instruction that sets online, or a FENCE before it, releases. */
export function onlineReleases(evidence: Evidence): Finding {
  const { order } = witnessOf(evidence);
  const verdicts = others(evidence).map((bringUp): HartVerdict => {
    const own = order.filter(({ hart }) => hart === bringUp.hart);
    const store = own.find(({ kind }) => kind === 'online');
    const [online] = bringUp.online;
    if (store === undefined || online === undefined) return notReached(evidence, bringUp, 'set online');
    // CSRs and sfence.vma are the hart's own affair; what a release orders is stores.
    const work = deviceWrites(bringUp.events).filter(({ index }) => index < online.index);
    const lastWork = Math.max(0, ...work.map(({ event }) => event.time));
    const fence = own.find(
      ({ kind, release, time }) => kind === 'fence' && release && time > lastWork && time < store.time,
    );
    if (store.release || fence !== undefined) return { bringUp, fraction: 1 };
    const weak = own.find(
      ({ kind, release, time }) => kind === 'fence' && !release && time > lastWork && time < store.time,
    );
    return {
      bringUp,
      fraction: 0,
      at: online,
      fault:
        `${nameOf(bringUp)} set online at ${seconds(evidence, store.time)} ` +
        (weak === undefined
          ? 'with a plain store and no FENCE before it'
          : 'behind a FENCE that does not order stores before stores') +
        ': on a machine that reorders stores others see it before the work',
    };
  });
  const expected =
    'online is stored in release order: a FENCE from stores to stores after the last store of the work, or an AMO or SC with rl';
  return byHart(evidence, expected, verdicts, 'so it was on every hart');
}

/** The cycle at which the meeting was over: bootcamp_end_meeting() had returned, or else was called. */
function endOfMeeting(evidence: Evidence): { readonly call: Placed; readonly done: number } {
  const call = firstCall(evidence, LANDMARKS.meetingEnds);
  if (call === undefined)
    throw cannotJudge(evidence, 'the meeting never ended: the boot hart did not see all harts online');
  const returned = evidence.events.events.find(
    (event) => event.kind === 'return' && event.call === call.index,
  );
  return { call, done: returned?.time ?? call.event.time };
}

/** Nobody schedules before the end, everybody soon after. */
export function meeting(evidence: Evidence): Finding {
  const early = others(evidence).find(({ scheduler }) => {
    return (
      scheduler !== undefined &&
      scheduler.index < (firstCall(evidence, LANDMARKS.meetingEnds)?.index ?? Infinity)
    );
  });
  const expected = 'scheduler() on every hart after the end of the meeting, and within 100 us of it';
  if (early?.scheduler !== undefined) {
    return {
      fraction: 0,
      expected,
      seen: `${nameOf(early)} called scheduler() before the boot hart had ended the meeting`,
      ...at(evidence, early.scheduler),
    };
  }
  return gone(evidence, expected);
}

/**
 * Whether the boot hart stayed in bootcamp_end_meeting() when it had interrupted the others. It may be late to do that:
 * a hart may have been held that has a lock.
 */
function waitsAtEnd(evidence: Evidence, expected: string): Finding | undefined {
  const { call, done } = endOfMeeting(evidence);
  const { events, frequency, bootHart } = evidence.events;
  const sent = events.filter(
    (event, index) =>
      index > call.index &&
      event.time <= done &&
      event.kind === 'sbi' &&
      event.eid === Sbi.ipi &&
      event.hart === bootHart,
  );
  const waited = (done - (sent.at(-1)?.time ?? call.event.time)) / frequency;
  if (waited <= LATE_SECONDS) return undefined;
  return {
    fraction: 0,
    expected,
    seen:
      `bootcamp_end_meeting() returned ${(waited * 1e6).toFixed(0)} us after its last interrupt, while harts were ` +
      'held: it waits for them, and would wait for ever for one that never came up',
    ...at(evidence, call),
  };
}

/** The same for harts that are held at the worst of moments. */
export function wakeUps(evidence: Evidence): Finding {
  const expected =
    'a hart that was held somewhere between looking and wfi still notices the end of the meeting, and calls scheduler(); ' +
    'bootcamp_end_meeting() does not wait for it';
  return waitsAtEnd(evidence, expected) ?? gone(evidence, expected);
}

/**
 * How long after the end of the meeting each hart was in scheduler(), or after the last hart went on that was held: it
 * may have had a lock that others wanted.
 */
function gone(evidence: Evidence, expected: string): Finding {
  const { call, done } = endOfMeeting(evidence);
  const { frequency } = evidence.events;
  const { stalls } = witnessOf(evidence);
  const free = Math.max(done, ...stalls.map(({ time, cycles }) => time + cycles));
  const borrowed = evidence.events.events.find(
    (event, index) =>
      index < call.index &&
      isCall(event, LANDMARKS.hartWait) &&
      event.kind === 'call' &&
      evidence.kernel.placeOf(event.ra - 2n).source?.startsWith(`${LAB_FILE}:`) === true,
  );
  if (borrowed !== undefined) {
    return {
      fraction: 0,
      expected,
      seen: 'bootcamp.c waits by hart_wait(), which is lab 02: here the waiting is yours',
    };
  }
  const verdicts = others(evidence).map((bringUp): HartVerdict => {
    const stall = stalls.find(({ hart }) => hart === bringUp.hart);
    const held =
      stall === undefined
        ? ''
        : ` It was held at ${evidence.kernel.placeOf(stall.pc).source ?? 'its wait'} when the meeting ended.`;
    if (bringUp.online.length === 0) return notReached(evidence, bringUp, 'set online');
    const { scheduler } = bringUp;
    const idle = bringUp.events.filter(({ event }) => event.kind === 'idle').at(-1);
    if (scheduler === undefined) {
      const asleep = bringUp.events.at(-1) === idle && idle !== undefined;
      return {
        bringUp,
        fraction: 0,
        ...(idle && { at: idle }),
        fault:
          `${nameOf(bringUp)} never called scheduler(): the meeting was over at ${seconds(evidence, done)}` +
          (asleep
            ? `, and it has been in wfi since ${seconds(evidence, idle.event.time)}: its wake-up was lost.`
            : '.') +
          held,
      };
    }
    const waited = (scheduler.event.time - free) / frequency;
    if (waited <= LATE_SECONDS) return { bringUp, fraction: 1 };
    const slept = idle === undefined ? 0 : (scheduler.event.time - idle.event.time) / frequency;
    const lost =
      idle === undefined || slept < LATE_SECONDS
        ? '.'
        : `: it was in wfi since ${seconds(evidence, idle.event.time)}, and its wake-up was lost; something else woke it.`;
    return {
      bringUp,
      fraction: 0,
      at: scheduler,
      fault: `${nameOf(bringUp)} called scheduler() ${(waited * 1e6).toFixed(0)} us after the end of the meeting${lost}${held}`,
    };
  });
  return byHart(
    evidence,
    expected,
    verdicts,
    `so it was; the meeting was over at ${seconds(evidence, done)}`,
  );
}

/** What harts execute while they wait for those that are slower. */
export function sleepsWhileWaiting(evidence: Evidence): Finding {
  const { samples } = witnessOf(evidence);
  const verdicts = others(evidence).map((bringUp): HartVerdict => {
    const own = samples.filter(({ hart }) => hart === bringUp.hart);
    const from = own.find(({ where }) => where === 'online');
    const to = own.find(({ where }) => where === LANDMARKS.scheduler);
    if (from === undefined) return notReached(evidence, bringUp, 'set online');
    if (to === undefined) return notReached(evidence, bringUp, 'came to scheduler()');
    const executed = to.executed - from.executed;
    const fraction = creditBelow(executed, WAITING.full, WAITING.none);
    if (fraction === 1) return { bringUp, fraction };
    const idle = bringUp.events.some(
      ({ event, index }) => event.kind === 'idle' && index > (bringUp.online[0]?.index ?? 0),
    );
    const [online] = bringUp.online;
    return {
      bringUp,
      fraction,
      ...(online && { at: online }),
      fault:
        `${nameOf(bringUp)} executed ${executed} instructions between online (${seconds(evidence, from.time)}) and ` +
        `scheduler() (${seconds(evidence, to.time)}), ${idle ? 'though it was in wfi at times' : 'and was never in wfi'}`,
    };
  });
  const expected = `a hart waits in wfi: no more than ${WAITING.full} instructions from online to scheduler()`;
  return byHart(evidence, expected, verdicts, 'so it did on every hart');
}

/** sbi_set_timer between the end of the meeting and scheduler(). */
export function firstTimer(evidence: Evidence): Finding {
  const { call } = endOfMeeting(evidence);
  const { frequency } = evidence.events;
  const verdicts = bringUps(evidence).map((bringUp): HartVerdict => {
    if (bringUp.scheduler === undefined) return notReached(evidence, bringUp, 'came to scheduler()');
    const set = bringUp.events.flatMap(({ event, index }) =>
      event.kind === 'sbi' && event.eid === Sbi.time ? [{ event, index }] : [],
    );
    const last = set.at(-1);
    if (last === undefined) {
      return {
        bringUp,
        fraction: 0,
        at: bringUp.scheduler,
        fault: `${nameOf(bringUp)} came to scheduler() without a call of sbi_set_timer()`,
      };
    }
    if (last.index < call.index) {
      const fault = `${nameOf(bringUp)} called sbi_set_timer() last before the end of the meeting: that interrupt may be due long before scheduler()`;
      return { bringUp, fraction: 0, at: last, fault };
    }
    const now = (last.event.time / frequency) * TIMEBASE;
    const ahead = (Number(last.event.args[0] ?? 0n) - now) / TIMEBASE;
    if (ahead > 0 && ahead <= QUANTUM_SECONDS + CLOCK_SECONDS) return { bringUp, fraction: 1 };
    const when = ahead > 1e6 ? 'never' : `${(ahead * 1e3).toFixed(3)} ms from then`;
    return { bringUp, fraction: 0, at: last, fault: `${nameOf(bringUp)} set its first timer for ${when}` };
  });
  const expected =
    'between the end of the meeting and scheduler(), each hart sets its timer for at most a quantum (1 ms) ahead';
  return byHart(evidence, expected, verdicts, 'so it did on every hart');
}
