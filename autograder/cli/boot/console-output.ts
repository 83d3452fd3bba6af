/** Watches what the guest prints: for the text of `--until`, and for the last words of a kernel that panics. */
export class ConsoleOutput {
  private line = '';
  private recent = '';
  private panic: string | null = null;
  private appeared = false;

  /** @param until text to wait for; it may come in pieces, and ends nothing when undefined */
  constructor(private readonly until?: string) {}

  /** Takes bytes that the guest printed. */
  add(bytes: Uint8Array): void {
    const text = Buffer.from(bytes).toString('latin1');
    for (const character of text) {
      if (character === '\n' || character === '\r') {
        if (this.line.startsWith('panic:')) this.panic = this.line;
        this.line = '';
      } else if (this.line.length < 500) this.line += character;
    }
    if (this.until === undefined || this.appeared) return;
    // Bytes are compared, so that text in UTF-8 is found too.
    const wanted = Buffer.from(this.until, 'utf8').toString('latin1');
    this.recent += text;
    this.appeared = this.recent.includes(wanted);
    this.recent = this.recent.slice(-wanted.length);
  }

  /** Whether the text has appeared. */
  get hasAppeared(): boolean {
    return this.appeared;
  }

  /** Whether the guest's cursor is at the beginning of a line. */
  get isAtMargin(): boolean {
    return this.line === '';
  }

  /** The last whole line that begins with `panic:`, or null. */
  get lastPanic(): string | null {
    const line = this.panic;
    return line === null ? null : Buffer.from(line, 'latin1').toString('utf8');
  }
}
