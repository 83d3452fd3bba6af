import { escape } from '../../autograder/report/html/markup.js';
import { ELISION } from '../session/console-block.js';
import type { ShownCommand } from '../session/console-block.js';
import { highlight } from './highlight.js';

/** Commands and output: the prompt cannot be selected, so that what is copied can be pasted into a shell. */
export function consoleHtml(commands: readonly ShownCommand[]): string {
  const lines = commands.flatMap(({ command, output }) => [
    `<span class="prompt">$ </span><kbd>${highlight(command, 'sh')}</kbd>`,
    ...output.map(outputLine),
  ]);
  return `<pre class="console" tabindex="0"><code>${lines.join('\n')}</code></pre>\n`;
}

/** The grader's signs get the colours that they have at a terminal. */
function outputLine(line: string): string {
  if (line === ELISION) return `<span class="elision" title="lines left out">${ELISION}</span>`;
  const sign = { '✓': 'good', '◐': 'middling', '✗': 'bad' }[line[0] ?? ''];
  const text = escape(line);
  if (sign !== undefined) return `<span class="${sign}">${text.slice(0, 1)}</span>${text.slice(1)}`;
  return line.startsWith('$ ') ? `<span class="guest">${text}</span>` : text;
}
