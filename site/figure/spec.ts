/** ```figure blocks: a measurement, and what is drawn of it. */
import { Command, CommanderError } from 'commander';
import { captureIo } from '../../autograder/cli/captured-io.js';
import { commandLine } from '../../autograder/cli/main.js';
import { didYouMean } from '../../autograder/cli/option-values.js';
import { UsageError } from '../../autograder/cli/exit-status.js';
import type { Experiment } from '../../autograder/measure/index.js';
import { workloadOf } from '../../autograder/measure/workload.js';

export const PLOTS = ['timeline', 'shares', 'lag', 'service'] as const;
export type Plot = (typeof PLOTS)[number];

/** Options of `measure` that name a file to write. */
const WRITTEN = ['json', 'html', 'trace'];

export interface FigureSpec {
  /** As `hartlab` takes it: `measure --policy rr,stride --smp 4`. */
  readonly command: string;
  readonly experiment: Experiment;
  /** In the order in which they are drawn, for each policy. */
  readonly plots: readonly Plot[];
  readonly caption: string;
}

/** What is wrong, with the line in the block from 0. */
export interface FigureFault {
  readonly fault: string;
  readonly line: number;
}

/**
 * Reads a figure block: a line `measure …` with options of that command, `plot: lag, service`, `caption: …`, which
 * may go on to the end of the block.
 */
export function readFigure(text: string, root: string): FigureSpec | FigureFault {
  const lines = text.trimEnd().split('\n');
  const [command = ''] = lines;
  if (!command.startsWith('measure')) {
    return { fault: `unknown figure '${command}'; expected a first line 'measure --policy …'`, line: 0 };
  }
  const experiment = readExperiment(command, root);
  if (typeof experiment === 'string') return { fault: experiment, line: 0 };
  const plots: Plot[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const [, key, value = ''] = /^(plot|caption):\s*(.*)$/.exec(line) ?? [];
    if (key === 'caption') {
      const caption = [value, ...lines.slice(i + 1)]
        .map((part) => part.trim())
        .join(' ')
        .trim();
      if (caption === '') return { fault: 'an empty caption; expected what the figure shows', line: i };
      if (plots.length === 0)
        return { fault: `no plot; expected 'plot: ${PLOTS.join(', ')}' or some of them`, line: i };
      return { command, experiment, plots, caption };
    }
    if (key !== 'plot') return { fault: `'${line}'; expected 'plot: …' or 'caption: …'`, line: i };
    for (const name of value.split(',').map((part) => part.trim())) {
      const plot = PLOTS.find((known) => known === name);
      if (plot === undefined) {
        return {
          fault: `unknown plot '${name}'; expected ${PLOTS.join(', ')}.${didYouMean(name, PLOTS)}`,
          line: i,
        };
      }
      plots.push(plot);
    }
  }
  return { fault: "no caption; expected a last line 'caption: …'", line: lines.length - 1 };
}

/** The options of a measure command, checked as `hartlab` itself checks them; or what it has against them. */
function readExperiment(command: string, root: string): Experiment | string {
  const captured = captureIo();
  let experiment: Experiment | undefined;
  const program = commandLine(captured.io, root, () => undefined, []);
  const measure = program.commands.find((item) => item.name() === 'measure') ?? new Command();
  measure.action((options: Omit<Experiment, 'policies'> & { policy?: readonly string[] }) => {
    const { policy: policies = [], ...rest } = options;
    const written = WRITTEN.find((name) => name in options);
    if (written !== undefined) throw new UsageError(`--${written}: a figure writes no file`);
    if (policies.length === 0) throw new UsageError('a figure names its policies: --policy rr,stride');
    workloadOf(rest.jobs, rest.smp, rest.time);
    experiment = { policies, ...rest };
  });
  try {
    program.parse(wordsOf(command), { from: 'user' });
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    if (!(error instanceof CommanderError)) throw error;
    return (
      captured
        .stderr()
        .split('\n')[0]
        ?.replace(/^hartlab: /, '') ?? error.message
    );
  }
  return experiment ?? `'${command}' is no measure command`;
}

/** The words of a command, with the quotes of a shell taken off. */
export function wordsOf(command: string): string[] {
  const words: string[] = [];
  for (const [, word] of command.matchAll(/((?:"[^"]*"|'[^']*'|[^\s"'])+)/g)) {
    words.push((word ?? '').replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
  }
  return words;
}
