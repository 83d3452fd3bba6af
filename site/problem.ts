/** A fault of a handout, at its place. */
export interface Problem {
  /** From the repository's root, with `/`. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What was found, and what was expected. */
  readonly message: string;
}

/** `handouts/03-stride.md:12: …`, the form that editors jump to. */
export function formatProblem({ file, line, message }: Problem): string {
  return `${file}:${line}: ${message}`;
}
