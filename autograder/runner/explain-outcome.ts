import type { GuestPlace, HartPosition, Outcome } from '../lab/evidence.js';

/**
 * How a run ended, for a person: one line, then a line a hart where harts explain it, or a line a call where a
 * panic has a back trace. Empty for a run that completed.
 */
export function explainOutcome(outcome: Outcome, frequency: number): string[] {
  switch (outcome.kind) {
    case 'completed':
      return [];
    case 'panic': {
      const where = outcome.place === undefined ? '' : ` in ${describePlace(outcome.place)}`;
      const hart = outcome.hart === undefined ? '' : ` on hart ${outcome.hart}`;
      return [
        `the kernel gave up${hart}${where}: ${outcome.message}`,
        ...(outcome.calls ?? []).map((call) => `  at ${describePlace(call)}`),
      ];
    }
    case 'deadlock': {
      const cycle = waitCycle(outcome.harts);
      return [
        cycle.length > 0
          ? `deadlock: hart ${cycle.join(' waits for hart ')}`
          : outcome.harts.some((position) => position.waitsFor !== undefined)
            ? 'deadlock: a lock is never released'
            : 'deadlock: every hart sleeps, and nothing can wake one; whoever was runnable has been lost',
        ...outcome.harts.map((position) => describeHart(position, frequency)),
      ];
    }
    case 'livelock':
      return [
        'livelock: harts execute, but no user program gets anywhere',
        ...outcome.harts.map((position) => describeHart(position, frequency)),
      ];
    case 'budget':
      return [
        outcome.records === undefined
          ? 'the guest time of the scenario was used up'
          : `the run was ended after ${outcome.records} stays in U-mode, system calls and the like: nothing but a loop of them has so many`,
        ...outcome.harts.map((position) => describeHart(position, frequency)),
      ];
  }
}

/** `release (spinlock.c:41)`, or the bare address. */
export function describePlace({ pc, function: name, source }: GuestPlace): string {
  const address = `0x${pc.toString(16)}`;
  if (name === undefined) return source === undefined ? address : `${address} (${source})`;
  return source === undefined ? name : `${name} (${source})`;
}

function describeHart(position: HartPosition, frequency: number): string {
  const { hart, state, mode, lastUser, waitsFor } = position;
  if (state === 'stopped') return `hart ${hart}: stopped`;
  const doing = state === 'idle' ? 'idle' : `in ${mode}-mode`;
  const user =
    lastUser === undefined ? 'never in U-mode' : `last in U-mode at ${(lastUser / frequency).toFixed(6)} s`;
  const waiting =
    waitsFor === undefined
      ? ''
      : `, waits for lock "${waitsFor.name}" held by hart ${waitsFor.holder}` +
        (waitsFor.taken === undefined ? '' : `, taken in ${describePlace(waitsFor.taken)}`);
  return `hart ${hart}: ${doing} in ${describePlace(position)}${waiting}; ${user}`;
}

/** Harts that wait for each other in a circle, the first one again at the end; empty if there is no circle. */
export function waitCycle(harts: readonly HartPosition[]): number[] {
  const holderOf = new Map(
    harts.flatMap((p) => (p.waitsFor === undefined ? [] : [[p.hart, p.waitsFor.holder] as const])),
  );
  for (const start of holderOf.keys()) {
    const path = [start];
    for (let next = holderOf.get(start); next !== undefined; next = holderOf.get(next)) {
      path.push(next);
      if (next === start) return path;
      if (path.length > harts.length + 1) break;
    }
  }
  return [];
}
