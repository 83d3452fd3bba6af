import type { EventLog, SeenEvent } from '../../emulator/observe/event-log.js';
import type { Edge } from './expected-order.js';
import { closestOrder } from './expected-order.js';
import type { Evidence, TraceDifference, TraceLine } from './evidence.js';
import type { ExpectedStep, ExpectedTrace, NeverRule, OrderRule, StepHarts } from './expected-trace-rules.js';

/** An event of the log, as a trace shows it. */
export interface SeenStep {
  readonly title: string;
  /** Id of the hart; absent for an event of a device. */
  readonly hart?: number;
  /** Guest seconds. */
  readonly guestTime: number;
  /** Its index in the log, which is the order in which memory saw things. */
  readonly index: number;
  readonly event: SeenEvent;
}

export interface MissingStep {
  readonly step: ExpectedStep;
  /** Id of the hart. */
  readonly hart?: number;
  /** What was seen in its stead. */
  readonly instead?: SeenStep;
  /** Where in the log it was due, as far as one can tell; Infinity for a hart that showed nothing. */
  readonly due: number;
}

export interface OrderViolation {
  readonly rule: OrderRule;
  /** Seen after `after`, though it must go before. */
  readonly before: SeenStep;
  readonly after: SeenStep;
}

export interface ForbiddenEvent {
  readonly rule: NeverRule;
  readonly seen: SeenStep;
}

export interface TraceComparison {
  /** Steps that the harts owe: one a step and hart. */
  readonly owed: number;
  /** By step, then hart. */
  readonly missing: readonly MissingStep[];
  /** In the order in which the events were seen that came too early. */
  readonly violations: readonly OrderViolation[];
  /** In the order in which they were seen; of each rule and hart the first. */
  readonly forbidden: readonly ForbiddenEvent[];
  readonly difference: TraceDifference;
}

/**
 * What was seen against what must have happened. The expected side of {@link TraceComparison.difference} has the
 * steps in the order in which they were seen as far as the rules allow, so the two sides differ only where something
 * is wrong; the seen side has them, and what is forbidden, in the order of the log.
 */
export function compareTrace(expected: ExpectedTrace, evidence: Evidence): TraceComparison {
  const nodes = nodesOf(expected, evidence);
  const forbidden = forbiddenEvents(expected, nodes, evidence);
  const wish = wishes(nodes);
  const missing = nodes.flatMap(({ step, hart, seen, instead }, i): MissingStep[] => {
    if (seen !== undefined) return [];
    const due = wish[i] ?? Infinity;
    return [{ step, ...idOf(evidence.events, hart), ...(instead && { instead }), due }];
  });
  return {
    owed: nodes.length,
    missing: missing.sort((a, b) => expected.steps.indexOf(a.step) - expected.steps.indexOf(b.step)),
    violations: violationsOf(expected, nodes),
    forbidden,
    difference: differenceOf(expected, nodes, wish, forbidden, evidence.events),
  };
}

/** Index of a hart, or the devices. */
type HartIndex = number | 'machine';

/** A step on one hart. Optional steps that were not seen have none. */
interface Node {
  readonly step: ExpectedStep;
  readonly hart: HartIndex;
  readonly seen?: SeenStep;
  readonly instead?: SeenStep;
}

function nodesOf({ steps }: ExpectedTrace, evidence: Evidence): Node[] {
  const log = evidence.events;
  const byHart = eventsByHart(log);
  const nodes: Node[] = [];
  for (const hart of harts(log, 'every').concat(harts(log, 'machine'))) {
    const own = byHart.get(hart) ?? [];
    const seenOf = new Map<string, number>();
    for (const step of inOrderOfSince(steps)) {
      if (!harts(log, step.on).includes(hart)) continue;
      const all = own.filter(({ event }) => step.matches(event, evidence));
      const since = step.since === undefined ? undefined : seenOf.get(step.since);
      const late = since === undefined ? [] : all.filter(({ index }) => index > since);
      const candidates = late.length > 0 ? late : all;
      // Of those that all came too early, the last is nearest to where it belongs.
      const chosen = step.which === 'last' || (since !== undefined && late.length === 0) ? -1 : 0;
      const found = candidates.at(chosen);
      if (found !== undefined) {
        seenOf.set(step.id, found.index);
        nodes.push({ step, hart, seen: seenStep(log, found, step.title) });
      } else if (step.optional !== true) {
        const instead = nearMiss(step, own, evidence);
        nodes.push({ step, hart, ...(instead && { instead }) });
      }
    }
  }
  return nodes;
}

/** Steps with `since` behind the steps that they name. */
function inOrderOfSince(steps: readonly ExpectedStep[]): ExpectedStep[] {
  const done = new Set<ExpectedStep>();
  const add = (step: ExpectedStep): void => {
    if (done.has(step)) return;
    const since = steps.find(({ id }) => id === step.since);
    if (since !== undefined) add(since);
    done.add(step);
  };
  steps.forEach(add);
  return [...done];
}

interface PlacedEvent {
  readonly event: SeenEvent;
  readonly index: number;
}

function eventsByHart({ events }: EventLog): Map<HartIndex, PlacedEvent[]> {
  const byHart = new Map<HartIndex, PlacedEvent[]>();
  for (const [index, event] of events.entries()) {
    const hart = 'hart' in event ? event.hart : 'machine';
    const own = byHart.get(hart);
    if (own === undefined) byHart.set(hart, [{ event, index }]);
    else own.push({ event, index });
  }
  return byHart;
}

function nearMiss(step: ExpectedStep, own: readonly PlacedEvent[], evidence: Evidence): SeenStep | undefined {
  for (const placed of own) {
    const title = step.nearly?.(placed.event, evidence);
    if (title !== undefined) return seenStep(evidence.events, placed, title);
  }
  return undefined;
}

function seenStep(log: EventLog, { event, index }: PlacedEvent, title: string): SeenStep {
  const hart = 'hart' in event ? event.hart : 'machine';
  return { title, ...idOf(log, hart), guestTime: event.time / log.frequency, index, event };
}

function idOf(log: EventLog, hart: HartIndex): { hart?: number } {
  return hart === 'machine' ? {} : { hart: log.hartIds[hart] ?? hart };
}

/** The boot hart first: that is how a boot is told. */
function harts({ hartIds, bootHart }: EventLog, on: StepHarts): HartIndex[] {
  const others = [...hartIds.keys()].filter((hart) => hart !== bootHart);
  if (on === 'machine') return ['machine'];
  return on === 'boot' ? [bootHart] : on === 'others' ? others : [bootHart, ...others];
}

/** Every pair of nodes that a rule orders, as indices. */
function ordered(expected: ExpectedTrace, nodes: readonly Node[]): { rule: OrderRule; edge: Edge }[] {
  const byStep = new Map<string, number[]>();
  for (const [i, { step }] of nodes.entries()) {
    byStep.set(step.id, [...(byStep.get(step.id) ?? []), i]);
  }
  return expected.order.flatMap((rule) =>
    (byStep.get(rule.before) ?? []).flatMap((before) =>
      (byStep.get(rule.after) ?? [])
        .filter((after) => rule.scope === 'across-harts' || nodes[before]?.hart === nodes[after]?.hart)
        .map((after) => ({ rule, edge: [before, after] as const })),
    ),
  );
}

/** Of each rule and hart that came too early one violation: against the last of those it should have waited for. */
function violationsOf(expected: ExpectedTrace, nodes: readonly Node[]): OrderViolation[] {
  const worst = new Map<string, OrderViolation>();
  for (const { rule, edge } of ordered(expected, nodes)) {
    const [before, after] = [nodes[edge[0]]?.seen, nodes[edge[1]]?.seen];
    if (before === undefined || after === undefined || before.index < after.index) continue;
    const key = `${expected.order.indexOf(rule)} ${edge[1]}`;
    const known = worst.get(key);
    if (known === undefined || known.before.index < before.index) worst.set(key, { rule, before, after });
  }
  return [...worst.values()].sort((a, b) => a.after.index - b.after.index);
}

function forbiddenEvents(
  { never = [] }: ExpectedTrace,
  nodes: readonly Node[],
  evidence: Evidence,
): ForbiddenEvent[] {
  const log = evidence.events;
  const byHart = eventsByHart(log);
  const found = never.flatMap((rule) =>
    harts(log, rule.on).flatMap((hart): ForbiddenEvent[] => {
      const from = rule.after === undefined ? -1 : lastOf(rule.after, hart);
      const to = rule.before === undefined ? Infinity : lastOf(rule.before, hart);
      const hit = (byHart.get(hart) ?? []).find(
        ({ event, index }) => index > from && index < to && rule.matches(event, evidence),
      );
      return hit === undefined ? [] : [{ rule, seen: seenStep(log, hit, rule.title) }];
    }),
  );
  return found.sort((a, b) => a.seen.index - b.seen.index);

  /** Where a step is behind `hart`: its own, or all the others'. */
  function lastOf(id: string, hart: HartIndex): number {
    const ofStep = nodes.filter(({ step }) => step.id === id);
    const own = ofStep.filter((node) => node.hart === hart);
    const counted = own.length > 0 ? own : ofStep;
    return counted.length === 0 ? Infinity : Math.max(...counted.map(({ seen }) => seen?.index ?? Infinity));
  }
}

function differenceOf(
  expected: ExpectedTrace,
  nodes: readonly Node[],
  wish: readonly number[],
  forbidden: readonly ForbiddenEvent[],
  log: EventLog,
): TraceDifference {
  const edges = ordered(expected, nodes).map(({ edge }) => edge);
  const seenAt = nodes.map(({ seen }) => seen?.index);
  const order = closestOrder(edges, seenAt, wish);
  const seen = [
    ...nodes.flatMap(({ seen: own, instead }) => own ?? instead ?? []),
    ...forbidden.map((event) => event.seen),
  ];
  return {
    expected: order.flatMap((i): TraceLine[] => {
      const node = nodes[i];
      return node === undefined ? [] : [{ text: node.step.title, ...idOf(log, node.hart) }];
    }),
    seen: seen
      .sort((a, b) => a.index - b.index)
      .map(({ title, hart, guestTime }): TraceLine => {
        return { text: title, ...(hart !== undefined && { hart }), guestTime };
      }),
  };
}

/**
 * Where each node would like to stand: where it was seen; a missing one where something was seen in its stead, or
 * behind the step that the author wrote above it.
 */
function wishes(nodes: readonly Node[]): number[] {
  const wish: number[] = [];
  for (const [i, { hart, seen, instead }] of nodes.entries()) {
    const own = seen ?? instead;
    const above = nodes[i - 1]?.hart === hart ? (wish[i - 1] ?? 0) : undefined;
    const next = nodes.slice(i + 1).find((node) => node.hart === hart && node.seen !== undefined);
    const between = above ?? (next?.seen === undefined ? Infinity : next.seen.index - 0.5);
    wish.push(own?.index ?? between);
  }
  return wish;
}
