/** Calls and returns of a guest function, seen from outside: probes where it begins and where it returns to. */
import type { Machine } from '../machine/machine.js';
import type { ProbeHit } from './events.js';

/** A function begins. */
export interface FunctionCall {
  readonly time: number;
  /** Index of the hart. */
  readonly hart: number;
  /** a0 to a7. */
  readonly args: readonly bigint[];
  /** Return address. */
  readonly ra: bigint;
  readonly sp: bigint;
}

/** A function has returned, maybe on another hart than it was called on. */
export interface FunctionReturn {
  readonly time: number;
  readonly hart: number;
  /** The very object that `enter` got. */
  readonly call: FunctionCall;
  /** a0 and a1. */
  readonly values: readonly [bigint, bigint];
}

export interface FunctionListeners {
  readonly enter?: (call: FunctionCall) => void;
  readonly leave?: (result: FunctionReturn) => void;
}

/** Calls that are remembered until they return: a hostile guest can call without end and never return. */
const PENDING_LIMIT = 4096;
const [RA, SP, A0] = [1, 2, 10] as const;

/**
 * Watches the function at a physical address, in code that is mapped where it lies. A return is told from other ways
 * to the same place by the stack pointer; a call that never returns is forgotten when its frame is used again. A jump
 * back to the first instruction of the function looks like a call.
 * @returns a function that stops it
 * @throws RangeError when the address is odd or outside of RAM
 */
export function watchFunction(machine: Machine, address: bigint, listeners: FunctionListeners): () => void {
  const { enter, leave } = listeners;
  /** By return address and stack pointer. */
  const pending = new Map<string, FunctionCall>();
  const returns = new ReturnProbes(machine, (hit) => {
    const key = frame(hit.pc, register(hit, SP));
    const call = pending.get(key);
    if (call === undefined) return;
    forget(key, call);
    leave?.({ time: hit.time, hart: hit.hart, call, values: [register(hit, A0), register(hit, A0 + 1)] });
  });
  const register = ({ hart }: ProbeHit, index: number): bigint => machine.harts[hart]?.x(index) ?? 0n;

  function forget(key: string, call: FunctionCall): void {
    pending.delete(key);
    returns.release(call.ra);
  }

  const remove = machine.probe(Number(address), (hit) => {
    const [ra, sp] = [register(hit, RA), register(hit, SP)];
    const args = Array.from({ length: 8 }, (_, i) => register(hit, A0 + i));
    const call: FunctionCall = { time: hit.time, hart: hit.hart, args, ra, sp };
    if (leave !== undefined && returns.isPossible(ra)) {
      const key = frame(ra, sp);
      const abandoned = pending.get(key);
      if (abandoned !== undefined) forget(key, abandoned);
      const [oldest] = pending;
      if (oldest !== undefined && pending.size >= PENDING_LIMIT) forget(...oldest);
      pending.set(key, call);
      returns.hold(ra);
    }
    enter?.(call);
  });
  return () => {
    remove();
    for (const [key, call] of [...pending]) forget(key, call);
  };
}

const frame = (ra: bigint, sp: bigint): string => `${ra.toString(36)} ${sp.toString(36)}`;

/** One probe for each address that calls are to return to. */
class ReturnProbes {
  private readonly held = new Map<bigint, { count: number; readonly remove: () => void }>();

  constructor(
    private readonly machine: Machine,
    private readonly listener: (hit: ProbeHit) => void,
  ) {}

  isPossible(ra: bigint): boolean {
    return ra % 2n === 0n && this.machine.memory.contains(Number(ra), 2);
  }

  hold(ra: bigint): void {
    const known = this.held.get(ra);
    if (known) known.count++;
    else this.held.set(ra, { count: 1, remove: this.machine.probe(Number(ra), this.listener) });
  }

  release(ra: bigint): void {
    const known = this.held.get(ra);
    if (!known || --known.count > 0) return;
    this.held.delete(ra);
    known.remove();
  }
}
