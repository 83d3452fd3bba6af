/** How a boot ended: a sentence for a person, and the exit status. */
import type { StopReason } from '../../../emulator/index.js';
import { ExitStatus } from '../exit-status.js';

/** Why the session stopped: the machine's reason, or ours. */
export type Ending =
  | StopReason
  /** The text of `--until` appeared. */
  | { readonly kind: 'text' }
  /** Ctrl-A X. */
  | { readonly kind: 'left' }
  /** Standard input is at its end and the guest waits for more. */
  | { readonly kind: 'end-of-input' };

export interface EndingReport {
  /** Null where nothing need be said. */
  readonly message: string | null;
  readonly status: number;
}

/**
 * @param time guest seconds since reset
 * @param options of the session: the text that was waited for, if any
 * @param lastPanic the last line of the console that begins with `panic:`
 */
export function explainEnding(
  ending: Ending,
  time: number,
  options: { readonly until?: string },
  lastPanic: string | null,
): EndingReport {
  const at = `at guest time ${time.toFixed(6)} s`;
  const fail = (message: string): EndingReport => ({ message, status: ExitStatus.Failure });
  /** A clean end, unless a text was waited for that never came. */
  const clean = (message: string | null): EndingReport => {
    if (options.until === undefined) return { message, status: ExitStatus.Success };
    return fail(`${message ?? `the session ended ${at}`}; ${JSON.stringify(options.until)} never appeared`);
  };
  switch (ending.kind) {
    case 'text':
      return { message: null, status: ExitStatus.Success };
    case 'left':
      return { message: null, status: ExitStatus.Success };
    case 'end-of-input':
      return clean(null);
    case 'shutdown':
      if (ending.reason === 'system-failure') {
        return fail(
          lastPanic === null
            ? `the guest shut down with reason "system failure" ${at}`
            : `the kernel panicked ${at}: ${lastPanic}`,
        );
      }
      return clean(ending.type === 'shutdown' ? null : `the guest asked for a reboot ${at}`);
    case 'finisher':
      if (ending.status === 'fail') return fail(`the guest reported failure with code ${ending.code} ${at}`);
      return clean(ending.status === 'pass' ? null : `the guest asked for a reset ${at}`);
    case 'deadlock':
      return fail(`deadlock ${at}: every hart waits and nothing can wake one`);
    case 'budget':
      return fail(
        options.until === undefined
          ? `the time that --max-time allows was used up ${at}`
          : `the time that --max-time allows was used up ${at}; ${JSON.stringify(options.until)} never appeared`,
      );
    case 'input':
      return fail(`the guest waits for input ${at}`);
    case 'until':
    case 'idle':
      throw new Error(`a session cannot end with '${ending.kind}'`);
  }
}
