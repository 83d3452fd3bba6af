/** What `hartlab` tells the shell. */
export const ExitStatus = {
  /** All points; the guest shut down cleanly. */
  Success: 0,
  /** Points are missing; the guest failed. */
  Failure: 1,
  /** An unknown command, flag or name, or a file that is not what it should be. */
  Usage: 2,
  /** Our fault. */
  Internal: 3,
} as const;

/** Input that cannot be worked with: exit status 2, the message and nothing else. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
