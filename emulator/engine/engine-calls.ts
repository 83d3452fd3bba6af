/** What generated code asks of TypeScript, and how it goes on after the answer. */

/** What a call out of the loop tells it to do next. */
export const enum Outcome {
  /** Go on with the next instruction. */
  Continue = 0,
  /** The hart's pc, mode or budget changed: reload them. */
  Reload = 1,
  /** Leave the loop; pc is where to resume. */
  Leave = 2,
}

/** The calls the loop makes. `hart` is the linear address of the hart's block, `entry` of the decoded entry. */
export interface EngineCalls {
  /** Fills in the decoded entry at `entry`, which stands for the instruction at pc. */
  decode(hart: number, entry: number): Outcome;
  /** Finds the decoded page of pc and leaves it in FETCH_SLOT. */
  fetch(hart: number): Outcome;
  /** Decodes the instruction at pc, whose second half is on the next page, into the hart's CROSSING entry. */
  cross(hart: number): Outcome;
  /** A load the TLB does not cover; on Continue the loop loads from ACCESS_LINEAR. */
  load(hart: number, entry: number, size: number): Outcome;
  /** A store the TLB does not cover; carried out by the call. */
  store(hart: number, entry: number, size: number): Outcome;
  /** An atomic access; on Continue the loop goes on at ACCESS_LINEAR. */
  atomic(hart: number, entry: number, size: number, write: number): Outcome;
  /** The instruction at a probed entry is about to execute: puts it into the hart's PROBED entry. */
  probe(hart: number, entry: number): Outcome;
  /** A privileged or otherwise rare instruction. */
  system(hart: number, entry: number): Outcome;
}
