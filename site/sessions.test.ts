/**
 * Every command that a handout shows is run, and what it prints is compared with what is shown. A course that is
 * handed out has no solutions/, and its handouts have nothing to stand in for their readers' work.
 */
import fs from 'node:fs';
import path from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { captureIo } from '../autograder/cli/captured-io.js';
import { commandLine } from '../autograder/cli/main.js';
import { repositoryRoot } from '../autograder/toolchain/index.js';
import { addHandouts } from './command.js';
import { wordsOf } from './figure/spec.js';
import { readHandouts } from './handouts.js';
import { hasSession, runSession } from './session/session.js';
import { sessionFaults } from './session/verify.js';

/** Host milliseconds; a handout is a few dozen commands of some seconds each. */
const TIME_LIMIT = 900_000;

const root = repositoryRoot();
const handouts = [...readHandouts(root).byFile.values()];
const isCourse = fs.existsSync(path.join(root, 'solutions'));

describe.runIf(isCourse)('what commands print is what is shown in', () => {
  it.each(handouts.filter(hasSession).map((handout) => [handout.file, handout] as const))(
    '%s',
    async (_, handout) => {
      const faults = sessionFaults(handout, await runSession(handout, root));
      expect(faults.join('\n'), 'npm run handouts:refresh writes what is printed now').toBe('');
    },
    TIME_LIMIT,
  );
});

describe('commands within text', () => {
  /** What `hartlab` has against these arguments; nothing is run. */
  function complaint(args: readonly string[]): string {
    const captured = captureIo();
    const program = commandLine(captured.io, root, () => undefined, [addHandouts]);
    for (const command of program.commands) command.action(() => undefined);
    try {
      program.parse(args, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      if (error.exitCode !== 0) return captured.stderr();
    }
    return '';
  }

  it('are commands that hartlab has, with options that it has', () => {
    const faults = handouts.flatMap(({ file, spans }) =>
      spans
        .filter(({ text }) => text.startsWith('npx hartlab '))
        .flatMap(({ text, line }) => {
          const said = complaint(wordsOf(text).slice(2));
          return said === '' ? [] : [`${file}:${line}: ${text}: ${said}`];
        }),
    );
    expect(faults).toEqual([]);
    expect(complaint(['boot', '--spm', '4'])).toContain("unknown option '--spm'");
    expect(complaint(['boot', '--smp', '0'])).toContain("argument '0' is invalid");
  });
});
