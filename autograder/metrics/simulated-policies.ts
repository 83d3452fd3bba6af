import type { Entity, Policy } from './simulated-schedule.js';
import { QUANTUM_CYCLES } from './simulated-schedule.js';

/** Policies for {@link simulateSchedule}, with passes as plain numbers: nothing wraps on paper. */

/** First come, first served each quantum. */
export function roundRobin(): Policy {
  const queue: Entity[] = [];
  return {
    enqueue: (entity) => void queue.push(entity),
    pick: () => queue.shift(),
    block: () => undefined,
  };
}

/** Each quantum by lot, in proportion to priority (Waldspurger and Weihl, OSDI 1994). */
export function lottery(seed: number): Policy {
  const queue: Entity[] = [];
  let state = seed >>> 0;
  return {
    enqueue: (entity) => void queue.push(entity),
    pick: () => {
      const tickets = queue.reduce((sum, entity) => sum + entity.priority, 0);
      // Numerical Recipes' 32-bit linear congruential generator.
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      let winner = (state / 2 ** 32) * tickets;
      const index = queue.findIndex((entity) => (winner -= entity.priority) < 0);
      return queue.splice(Math.max(index, 0), 1)[0];
    },
    block: () => undefined,
  };
}

/** What {@link stride} does where the textbooks say nothing, and ways to get it wrong. */
export interface StrideRules {
  /** Pass of a newcomer. */
  readonly newcomer?: (virtual: number, state: StrideState) => number;
  /** Pass of a waker that went to sleep with `own`. */
  readonly waker?: (virtual: number, own: number) => number;
  /** How far behind the virtual time a process may be queued after it ran. */
  readonly greatestLag?: number;
  readonly strideOf?: (priority: number) => number;
}

export interface StrideState {
  readonly queuedPasses: readonly number[];
}

/** Stride of priority 1, as in sched.h. */
export const BIG_STRIDE = 0x7fffffff;

/** The lab's contract: sched.h in a few lines. */
export function stride(rules: StrideRules = {}): Policy {
  const {
    newcomer = (virtual: number) => virtual,
    waker = (virtual: number, own: number) => Math.max(virtual, own),
    greatestLag = BIG_STRIDE / 2,
    strideOf = (priority: number) => BIG_STRIDE / priority,
  } = rules;
  const queue: Entity[] = [];
  const passes = new Map<Entity, number>();
  let virtual = 0;
  return {
    enqueue: (entity, why, used) => {
      const own = charge(entity, used);
      const state = { queuedPasses: queue.map((e) => passes.get(e) ?? 0) };
      if (why === 'new') passes.set(entity, newcomer(virtual, state));
      else if (why === 'wake') passes.set(entity, waker(virtual, own));
      else passes.set(entity, Math.max(own, virtual - greatestLag));
      queue.push(entity);
    },
    pick: () => {
      const first = queue.reduce<Entity | undefined>(
        (a, b) => (a && passOf(a) <= passOf(b) ? a : b),
        undefined,
      );
      if (first === undefined) return undefined;
      queue.splice(queue.indexOf(first), 1);
      virtual = Math.max(virtual, passOf(first));
      return first;
    },
    block: (entity, used) => void charge(entity, used),
  };

  function passOf(entity: Entity): number {
    return passes.get(entity) ?? 0;
  }

  function charge(entity: Entity, used: number): number {
    const pass = passOf(entity) + (strideOf(entity.priority) * used) / QUANTUM_CYCLES;
    passes.set(entity, pass);
    return pass;
  }
}
