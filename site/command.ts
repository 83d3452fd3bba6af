/** `hartlab handouts`. The command line is a lower layer: its entry hands it this command (lint/one-way.js). */
import type { CommandAdder } from '../autograder/cli/main.js';
import { ExitStatus } from '../autograder/cli/exit-status.js';
import { progressOn } from '../autograder/cli/progress.js';
import { formatProblem } from './problem.js';

/** Where the site goes by default; git ignores it. */
const DEFAULT_FOLDER = 'handouts-site';

export const addHandouts: CommandAdder = (program, io, root, finish) => {
  program
    .command('handouts')
    .description('make the handouts a web site that needs no network: pages that a browser opens from disk')
    .option('--out <folder>', 'where it goes; pages of an earlier site there are replaced', DEFAULT_FOLDER)
    .action(async ({ out }: { out: string }) => {
      const { buildSite, writeSite } = await import('./index.js');
      const progress = progressOn(io.stderr);
      const built = await buildSite(root, { onProgress: (text) => progress.show(text) });
      progress.clear();
      if (built.problems.length > 0) {
        for (const problem of built.problems) io.stderr.write(`${formatProblem(problem)}\n`);
        io.stderr.write(
          `hartlab: the handouts have ${built.problems.length} fault(s); no site was written\n`,
        );
        finish(ExitStatus.Usage);
        return;
      }
      io.stdout.write(`${writeSite(out, built.pages)}\n`);
      finish(ExitStatus.Success);
    });
};
