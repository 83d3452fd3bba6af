/** Runs a command as a reader of a handout would. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { defaultCacheFolder } from '../../autograder/toolchain/index.js';

/** Host milliseconds after which a command is taken for hanging. */
const TIME_LIMIT = 300_000;
/** Where a reader's checkout might lie: stands for the scratch copy's path in what is shown. */
const READERS_CHECKOUT = '/home/you/hartlab';

/**
 * Runs a command with `sh` in a copy of the checkout.
 * @returns what it printed, on standard output and standard error as they came; lines end in `\n`, without the
 *   carriage returns and the escape sequences that a terminal swallows
 * @throws Error when it does not end
 */
export async function runCommand(command: string, folder: string, root: string): Promise<string> {
  const child = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      PATH: `${shims(folder)}${path.delimiter}${process.env.PATH ?? ''}`,
      HOME: process.env.HOME ?? '',
      TMPDIR: process.env.TMPDIR ?? '',
      LC_ALL: 'C.UTF-8',
      TERM: 'dumb',
      HARTLAB_CACHE: defaultCacheFolder(root),
      // The copy has been built.
      HARTLAB_REBUILT: '1',
    },
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
      timer = setTimeout(() => {
        // All that the command has started: it leads a process group.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        reject(new Error(`$ ${command}\ndid not end within ${TIME_LIMIT / 1000} s`));
      }, TIME_LIMIT);
    });
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replaceAll(/\r+\n/g, '\n')
    .replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .replaceAll('\u0007', '')
    .replaceAll(folder, READERS_CHECKOUT);
}

/** A folder with an `npx` that runs the copy's own `hartlab`, at once and without a registry. */
function shims(folder: string): string {
  const bin = path.join(path.dirname(folder), 'bin');
  if (!fs.existsSync(bin)) {
    fs.mkdirSync(bin);
    const script = [
      '#!/bin/sh',
      `if [ "$1" = hartlab ]; then shift; exec "${process.execPath}" "${path.join(folder, 'bin/hartlab.js')}" "$@"; fi`,
      'PATH="${PATH#*:}" exec npx "$@"',
      '',
    ];
    fs.writeFileSync(path.join(bin, 'npx'), script.join('\n'), { mode: 0o755 });
  }
  return bin;
}
