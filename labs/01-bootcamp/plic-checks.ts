/** Checks of what harts write to the PLIC, and of what comes of it. */
import type { Evidence, Finding } from '../../autograder/lab/evidence.js';
import {
  at,
  bringUps,
  byHart,
  cannotJudge,
  deviceWrites,
  isCall,
  LANDMARKS,
  listOf,
  nameOf,
  notReached,
  seconds,
} from './bring-up.js';
import type { BringUp, HartVerdict, Mmio, Placed } from './bring-up.js';
import { ALL_SOURCES, contextOwner, hex, Interrupt, plicRegister } from './hardware.js';
import { witnessOf } from './witness.js';

/** Registers of contexts that a hart wrote: enables and thresholds. */
function contextWrites({
  events,
}: BringUp): (Placed<Mmio> & { readonly context: number; readonly kind: 'enable' | 'threshold' })[] {
  return deviceWrites(events).flatMap((placed) => {
    const register = plicRegister(placed.event.address);
    return register.kind === 'enable' || register.kind === 'threshold'
      ? [{ ...placed, context: register.context, kind: register.kind }]
      : [];
  });
}

/** The enables of sources 1 to 31, or the threshold, of the hart's own context. */
function ownWrites(bringUp: BringUp, evidence: Evidence, kind: 'enable' | 'threshold'): Placed<Mmio>[] {
  const own = witnessOf(evidence).contexts[bringUp.hart];
  return contextWrites(bringUp).filter((write) => {
    if (write.context !== own || write.kind !== kind) return false;
    const register = plicRegister(write.event.address);
    // Further words are for sources that virt does not have.
    return register.kind !== 'enable' || register.word === 0;
  });
}

/** Each hart's own context, half for enables and half for the threshold; nothing for a hart that writes to another's. */
export function ownContext(evidence: Evidence): Finding {
  const { hartIds } = evidence.events;
  const { contexts } = witnessOf(evidence);
  const verdicts = bringUps(evidence).map((bringUp): HartVerdict => {
    const own = contexts[bringUp.hart];
    const writes = contextWrites(bringUp);
    const foreign = writes.find(({ context }) => context !== own);
    if (foreign !== undefined) {
      return {
        bringUp,
        fraction: 0,
        at: foreign,
        fault:
          `${nameOf(bringUp)} wrote the ${foreign.kind === 'enable' ? 'enables' : 'threshold'} of context ` +
          `${foreign.context}, which is ${contextOwner(foreign.context, contexts, hartIds)}; its own is ${own}`,
      };
    }
    if (writes.length === 0)
      return notReached(evidence, bringUp, 'wrote the enables or the threshold of its context');
    const missing = (['enable', 'threshold'] as const).filter(
      (kind) => ownWrites(bringUp, evidence, kind).length === 0,
    );
    if (missing.length === 0) return { bringUp, fraction: 1 };
    const name = missing[0] === 'enable' ? 'enables' : 'threshold';
    const [first] = writes;
    return {
      bringUp,
      fraction: 0.5,
      ...(first && { at: first }),
      fault: `${nameOf(bringUp)} did not write the ${name} of its context, ${own}`,
    };
  });
  const pairs = hartIds.map((id, hart) => `hart ${id}: ${contexts[hart]}`).join(', ');
  const expected = `each hart writes to its own S-mode context and no other (${pairs})`;
  return byHart(evidence, expected, verdicts, 'so it did on every hart');
}

/** Enables and thresholds of all harts, priorities of the sources: a third each. */
export function sources(evidence: Evidence): Finding {
  const all = bringUps(evidence);
  const faults: { part: string; text: string; at?: Placed }[] = [];
  for (const bringUp of all) {
    for (const kind of ['enable', 'threshold'] as const) {
      const last = ownWrites(bringUp, evidence, kind).at(-1);
      const name = kind === 'enable' ? 'enables' : 'threshold';
      if (last === undefined) {
        faults.push({ part: kind, text: `${nameOf(bringUp)} never wrote its ${name}` });
        continue;
      }
      const { value, size } = last.event;
      if (size !== 4) {
        faults.push({
          part: kind,
          at: last,
          text: `${nameOf(bringUp)} wrote ${size} bytes to its ${name}; the registers have 4`,
        });
      } else if (kind === 'enable' && (value & ALL_SOURCES) !== ALL_SOURCES) {
        const off = Number(~value & ALL_SOURCES);
        const names = Array.from({ length: 32 }, (_, source) => source).filter(
          (source) => ((off >>> source) & 1) === 1,
        );
        faults.push({
          part: kind,
          at: last,
          text: `${nameOf(bringUp)}: enables = ${hex(value)}; ${names.length} of sources 1 to 31 are off (${listOf(names.slice(0, 3))}${names.length > 3 ? ' …' : ''})`,
        });
      } else if (kind === 'threshold' && value !== 0n) {
        faults.push({
          part: kind,
          at: last,
          text: `${nameOf(bringUp)}: threshold = ${value}, which masks every priority up to ${value}`,
        });
      }
    }
  }
  faults.push(...priorityFaults(evidence));
  const [first] = [...faults].sort((a, b) => (a.at?.index ?? Infinity) - (b.at?.index ?? Infinity));
  const parts = new Set(faults.map(({ part }) => part));
  const expected =
    'every hart enables sources 1 to 31, threshold 0; a source has a priority when bootcamp_source() returns';
  if (first === undefined) return { fraction: 1, expected, seen: 'so it was' };
  const more = faults.length > 1 ? `\nand ${faults.length - 1} more of this kind` : '';
  return {
    fraction: 1 - parts.size / 3,
    expected,
    seen: `${first.text}${more}`,
    ...(first.at && at(evidence, first.at)),
  };
}

/** Between the call of irq_connect(source) and its return, that source and no other gets a priority. */
function priorityFaults(evidence: Evidence): { part: string; text: string; at?: Placed }[] {
  const { events } = evidence.events;
  const connected = events.flatMap((event, index) =>
    isCall(event, LANDMARKS.sourceConnected) ? [index] : [],
  );
  if (connected.length === 0) return [{ part: 'priority', text: 'no source was ever connected' }];
  const faults: { part: string; text: string; at?: Placed }[] = [];
  for (const call of connected) {
    const event = events[call];
    if (event?.kind !== 'call') continue;
    const source = Number(event.args[0] ?? 0n);
    const returned = events.findIndex((each) => each.kind === 'return' && each.call === call);
    const writes = events.slice(call, returned < 0 ? undefined : returned).flatMap((each, offset) => {
      if (each.kind !== 'mmio' || !each.write) return [];
      const register = plicRegister(each.address);
      return register.kind === 'priority'
        ? [{ event: each, index: call + offset, source: register.source }]
        : [];
    });
    const other = writes.find((write) => write.source !== source);
    const own = writes.filter((write) => write.source === source).at(-1);
    const where = { event, index: call };
    if (other !== undefined) {
      faults.push({
        part: 'priority',
        at: other,
        text: `irq_connect(${source}): the priority of source ${other.source} was written`,
      });
    } else if (own === undefined) {
      faults.push({
        part: 'priority',
        at: where,
        text: `source ${source} has no priority when irq_connect(${source}) returns: the PLIC never lets it through`,
      });
    } else if ((own.event.value & 7n) === 0n) {
      faults.push({
        part: 'priority',
        at: own,
        text: `source ${source} has priority ${own.event.value}: that is never`,
      });
    }
  }
  return faults;
}

/** What comes of it all: timers that end quanta and a keyboard that every hart could hear. Half for each. */
export function interruptsArrive(evidence: Evidence): Finding {
  const { external } = witnessOf(evidence);
  const { events: log } = evidence;
  const all = bringUps(evidence);
  if (all.every(({ scheduler }) => scheduler === undefined)) {
    throw cannotJudge(evidence, 'no hart came to scheduler()');
  }
  const heard = (hart: number): boolean => external.some(({ pending }) => pending.includes(hart));
  const verdicts = all.map((bringUp): HartVerdict => {
    const { hart } = bringUp;
    const timed = log.events.some(
      (event) =>
        event.kind === 'trap' && event.interrupt && event.hart === hart && event.cause === Interrupt.timer,
    );
    const faults = [
      ...(timed ? [] : ['took no timer interrupt']),
      ...(heard(hart)
        ? []
        : [
            external.length === 0
              ? 'had no external interrupt, and neither had any other'
              : `had no external interrupt pending whenever another hart had one (${external.length} times, first at ` +
                `${seconds(evidence, external[0]?.time ?? 0)})`,
          ]),
    ];
    if (faults.length === 0) return { bringUp, fraction: 1 };
    return { bringUp, fraction: 1 - faults.length / 2, fault: `${nameOf(bringUp)} ${faults.join(' and ')}` };
  });
  const expected = 'timer interrupts on every hart, and keys and disk heard at every hart';
  return byHart(
    evidence,
    expected,
    verdicts,
    `so it was: ${external.length} external interrupts, each pending at all harts`,
  );
}
