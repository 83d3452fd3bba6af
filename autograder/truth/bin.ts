/** Entry of `npm run truth`. */
import { reportError } from '../cli/main.js';
import { repositoryRoot } from '../toolchain/index.js';
import { truthCommand } from './command.js';

const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env };
try {
  await truthCommand(repositoryRoot(), io, (status) => {
    process.exitCode = status;
  }).parseAsync(process.argv.slice(2), { from: 'user' });
} catch (error) {
  process.exitCode = reportError(error, io);
}
