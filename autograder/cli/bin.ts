#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExitStatus } from './exit-status.js';
import { isStale, rebuild } from './stale-build.js';

/** Set for the process that a rebuild starts: a clock that runs backwards must not make it build for ever. */
const REBUILT = 'HARTLAB_REBUILT';

const script = fileURLToPath(import.meta.url);
const root = path.resolve(path.dirname(script), '../../..');

if (process.env[REBUILT] === undefined && isCheckout(root) && isStale(root)) {
  process.stderr.write('hartlab: sources have changed; building dist/\n');
  const fault = rebuild(root);
  if (fault !== null) {
    process.stderr.write(`${fault}\nhartlab: dist/ cannot be built from the sources\n`);
    process.exit(ExitStatus.Internal);
  }
  const again = spawnSync(process.execPath, [script, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [REBUILT]: '1' },
  });
  process.exit(again.status ?? ExitStatus.Internal);
}

// Imported only now: the modules may have been older than their sources.
const { main, reportError } = await import('./main.js');
const { addHandouts } = await import('../../site/command.js');
const { stdin, stdout, stderr, env } = process;
const io = { stdin, stdout, stderr, env };

// The reader of a pipe may leave early (`hartlab boot | head`): nothing is left to say then.
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(ExitStatus.Success);
  process.exit(reportError(error, io));
});
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => process.exit(reportError(error, io)));
}

const status = await main(process.argv.slice(2), io, root, [addHandouts]);
// What the pipes still hold is written before the process ends; an open stdin does not keep it alive.
stderr.write('', () => stdout.write('', () => process.exit(status)));

/** Whether `dist/` lies in a checkout with its sources and its compiler, not in a package that was installed. */
function isCheckout(folder: string): boolean {
  return (
    fs.existsSync(path.join(folder, 'tsconfig.build.json')) && fs.existsSync(path.join(folder, 'autograder'))
  );
}
