/** Things that happen at a guest time: a binary heap ordered by time, then by when they were asked for. */
import type { ScheduledEvent } from '../devices/device.js';

interface Entry extends ScheduledEvent {
  readonly sequence: number;
  callback: (() => void) | undefined;
}

export class EventQueue {
  private heap: Entry[] = [];
  private sequence = 0;
  private cancelled = 0;

  /** Entries held, cancelled ones included. */
  get size(): number {
    return this.heap.length;
  }

  /** Guest cycle of the earliest event; Infinity when there is none. */
  get nextTime(): number {
    this.discardCancelled();
    return this.heap[0]?.time ?? Infinity;
  }

  at(time: number, callback: () => void): ScheduledEvent {
    const entry: Entry = {
      time,
      sequence: this.sequence++,
      callback,
      cancel: () => {
        if (entry.callback === undefined) return;
        entry.callback = undefined;
        this.cancelled++;
      },
    };
    if (this.cancelled > 64 && this.cancelled > this.heap.length / 2) this.compact();
    this.heap.push(entry);
    this.rise(this.heap.length - 1);
    return entry;
  }

  /** Removes and returns the earliest event that is due at `now`. */
  take(now: number): (() => void) | undefined {
    this.discardCancelled();
    const first = this.heap[0];
    if (first === undefined || first.time > now) return undefined;
    this.removeFirst();
    const { callback } = first;
    // Too late to be cancelled.
    first.callback = undefined;
    return callback;
  }

  /** Drops cancelled events: a guest that keeps re-arming a timer must not fill the heap with them. */
  private compact(): void {
    const live = this.heap.filter((entry) => entry.callback !== undefined);
    this.heap = [];
    this.cancelled = 0;
    for (const entry of live) {
      this.heap.push(entry);
      this.rise(this.heap.length - 1);
    }
  }

  private discardCancelled(): void {
    while (this.heap[0] !== undefined && this.heap[0].callback === undefined) {
      this.removeFirst();
      this.cancelled--;
    }
  }

  private removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink(0);
  }

  private before(i: number, j: number): boolean {
    const a = this.heap[i];
    const b = this.heap[j];
    if (a === undefined || b === undefined) return false;
    return a.time < b.time || (a.time === b.time && a.sequence < b.sequence);
  }

  private swap(i: number, j: number): void {
    const a = this.heap[i];
    const b = this.heap[j];
    if (a === undefined || b === undefined) return;
    this.heap[i] = b;
    this.heap[j] = a;
  }

  private rise(start: number): void {
    let i = start;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  private sink(start: number): void {
    let i = start;
    for (;;) {
      let least = i;
      if (this.before(2 * i + 1, least)) least = 2 * i + 1;
      if (this.before(2 * i + 2, least)) least = 2 * i + 2;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }
}
