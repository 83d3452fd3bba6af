/** Who wants to know when an instruction is about to execute. */
import type { CodePages } from '../engine/code-pages.js';
import type { Hart } from '../hart/hart.js';
import type { ProbeHit } from '../observe/events.js';

export type ProbeListener = (hit: ProbeHit) => void;

export class Probes {
  /** By offset from the start of RAM. */
  private readonly listeners = new Map<number, readonly ProbeListener[]>();

  constructor(private readonly code: CodePages) {}

  /** @returns a function that removes the listener, and does nothing when called again */
  add(offset: number, listener: ProbeListener): () => void {
    // A list is replaced rather than changed: it may be in use below.
    this.listeners.set(offset, [...(this.listeners.get(offset) ?? []), listener]);
    this.code.addProbe(offset);
    let present = true;
    return () => {
      if (!present) return;
      present = false;
      const rest = [...(this.listeners.get(offset) ?? [])];
      rest.splice(rest.indexOf(listener), 1);
      if (rest.length > 0) {
        this.listeners.set(offset, rest);
      } else {
        this.listeners.delete(offset);
        this.code.removeProbe(offset);
      }
    };
  }

  /** The hart is about to execute the instruction at an offset from the start of RAM. */
  hit(hart: Hart, offset: number): void {
    const hit = { time: hart.environment.now(), hart: hart.index, pc: hart.pc, mode: hart.mode };
    for (const listener of this.listeners.get(offset) ?? []) listener(hit);
  }
}
