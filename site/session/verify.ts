/** Whether a handout shows what its commands print. */
import { createTwoFilesPatch } from 'diff';
import type { Handout } from '../markdown/handout.js';
import { formatProblem } from '../problem.js';
import { writeConsole } from './console-block.js';
import { matchesOutput, refreshedOutput } from './match-output.js';
import type { RunBlock, SessionResult } from './session.js';

/**
 * What is wrong with the output that a handout shows: a paragraph a command, with the difference.
 */
export function sessionFaults({ file }: Handout, { blocks, problems }: SessionResult): string[] {
  const differences = blocks
    .flatMap(({ commands }) => commands)
    .filter(({ output, printed }) => !matchesOutput(output, printed))
    .map(({ command, output, printed, line }) => {
      const message = `'${command}' does not print what is shown`;
      const [shown, now] = [output, refreshedOutput(output, printed)].map((lines) => `${lines.join('\n')}\n`);
      const difference = createTwoFilesPatch('shown', 'printed', shown ?? '', now ?? '', '', '', {
        context: 2,
      });
      return `${formatProblem({ file, line, message })}\n${difference.replace(/^=+\n/, '')}`;
    });
  return [...problems.map(formatProblem), ...differences];
}

/** The handout with the output that its commands print now. */
export function refreshedText({ text }: Handout, blocks: readonly RunBlock[]): string {
  const lines = text.split('\n');
  // From the end, so that lines before a block keep their numbers.
  for (const { fence, commands } of [...blocks].reverse()) {
    const { token, line } = fence;
    const refreshed = commands.map(({ command, output, printed }) => ({
      command,
      output: refreshedOutput(output, printed),
    }));
    const indent = /^[ \t]*/.exec(lines[line - 1] ?? '')?.[0] ?? '';
    const content = writeConsole(refreshed)
      .replace(/\n$/, '')
      .split('\n')
      .map((content) => (content === '' ? '' : `${indent}${content}`));
    lines.splice(line, token.text.split('\n').length, ...content);
  }
  return lines.join('\n');
}
