import fs from 'node:fs';
import type { CommandIo } from '../cli/command-io.js';
import { UsageError } from '../cli/exit-status.js';

/**
 * Writes a result where an option says; `-` is standard output.
 *
 * @param option as it is written: `--json`.
 * @throws UsageError when the file cannot be written.
 */
export function writeResult(option: string, file: string, text: string, io: Pick<CommandIo, 'stdout'>): void {
  if (file === '-') {
    io.stdout.write(text);
    return;
  }
  try {
    fs.writeFileSync(file, text);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UsageError(`${option} ${file}: cannot be written (${code})`, { cause });
  }
}
