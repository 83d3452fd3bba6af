/**
 * A fault of the installation or of the course's own sources, never of a student's file: the verdict is
 * `infrastructure` and the exit status 3. A fault in a student's file is a {@link Diagnostic} instead.
 */
export class ToolchainError extends Error {
  override readonly name = 'ToolchainError';
  /** What the person at the keyboard can do about it. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
