/** ```console blocks: commands, and what they print. */

/** One command and what is shown of its output. */
export interface ShownCommand {
  /** As the shell gets it; lines that end in `\` go on. */
  readonly command: string;
  /** Lines of output; {@link ELISION} stands for any lines. */
  readonly output: readonly string[];
}

/** A line that stands for any lines, or for none. */
export const ELISION = '…';
const PROMPT = '$ ';

/**
 * Commands that bring a console of their own, with a `$ ` prompt of its own: what follows them in a block is their
 * output.
 */
const CONSOLE_PROGRAM = /\bhartlab boot\b(?!.*\s--save\b)|\bqemu-system-riscv64\b/;

/**
 * Reads a console block.
 * @returns its commands; or what is wrong, with the line in the block from 0
 */
export function readConsole(
  text: string,
): readonly ShownCommand[] | { readonly fault: string; readonly line: number } {
  const commands: { command: string; output: string[] }[] = [];
  const lines = text.replace(/\n$/, '').split('\n');
  let guestHasConsole = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const last = commands.at(-1);
    if (!line.startsWith(PROMPT) || guestHasConsole) {
      if (last === undefined) {
        return { fault: `'${line}' before the first command; expected a line '$ command'`, line: i };
      }
      last.output.push(line);
      continue;
    }
    let command = line.slice(PROMPT.length);
    while (command.endsWith('\\') && i + 1 < lines.length) command += `\n${lines[++i] ?? ''}`;
    if (command.trim() === '' || command.startsWith('#')) {
      return { fault: `'${line}' is no command`, line: i };
    }
    guestHasConsole = CONSOLE_PROGRAM.test(command);
    commands.push({ command, output: [] });
  }
  return commands;
}

/** The block's text again. */
export function writeConsole(commands: readonly ShownCommand[]): string {
  return commands
    .flatMap(({ command, output }) => [`${PROMPT}${command}`, ...output])
    .map((line) => `${line}\n`)
    .join('');
}
