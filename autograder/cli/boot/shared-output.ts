/**
 * One stream for two writers: the guest's console, byte by byte, and lines of ours. A line of ours does not cut a
 * line of the guest's that is still being printed: it waits until that line is complete, but not for a guest that
 * pauses in it (at a prompt).
 */

/** Guest seconds without output after which a line of the guest's counts as complete. */
const PAUSE = 0.001;

export class SharedOutput {
  private readonly waiting: string[] = [];
  private atMargin = true;
  private printed = -Infinity;

  /**
   * @param write receives all output in order
   * @param lineEnd of our lines; a terminal in raw mode needs a carriage return too
   */
  constructor(
    private readonly write: (bytes: Uint8Array | string) => void,
    private readonly lineEnd = '\n',
  ) {}

  /**
   * The guest's console printed bytes.
   * @param time guest seconds
   */
  console(bytes: Uint8Array, time: number): void {
    if (!this.atMargin && time - this.printed > PAUSE) this.release();
    this.printed = time;
    let from = 0;
    while (this.waiting.length > 0) {
      const end = bytes.indexOf(0x0a, from);
      if (end < 0) break;
      this.write(bytes.slice(from, end + 1));
      from = end + 1;
      this.atMargin = true;
      this.release();
    }
    if (from >= bytes.length) return;
    this.write(bytes.slice(from));
    this.atMargin = bytes.at(-1) === 0x0a;
  }

  /**
   * A line of ours, without its end.
   * @param time guest seconds
   */
  line(text: string, time: number): void {
    if (!this.atMargin && time - this.printed > PAUSE) this.release();
    this.waiting.push(text);
    if (this.atMargin) this.release();
  }

  /** Prints what still waits; call it when the guest has stopped. */
  release(): void {
    if (this.waiting.length === 0) return;
    const lines = this.waiting.map((line) => line + this.lineEnd);
    this.write((this.atMargin ? '' : this.lineEnd) + lines.join(''));
    this.waiting.length = 0;
    this.atMargin = true;
  }
}
