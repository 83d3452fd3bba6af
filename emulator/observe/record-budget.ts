/**
 * How many records a run may have, of whatever kinds. Those who watch a machine keep what they saw; a hostile guest
 * can make them see something every few instructions.
 */
export class RecordBudget {
  private left: number;

  /** @param limit 1 or more. */
  constructor(readonly limit: number) {
    this.left = limit;
  }

  /** Whether one more record may be kept; it counts as kept. */
  spend(): boolean {
    if (this.left <= 0) return false;
    this.left--;
    return true;
  }

  /** Whether nothing more may be kept. */
  get exhausted(): boolean {
    return this.left <= 0;
  }
}
