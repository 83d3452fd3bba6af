/** `npm run handouts:refresh [-- FILE…]`: writes into handouts what their commands print now. */
import fs from 'node:fs';
import path from 'node:path';
import { repositoryRoot } from '../autograder/toolchain/index.js';
import { readHandout } from './markdown/handout.js';
import { formatProblem } from './problem.js';
import { readHandouts } from './handouts.js';
import { hasSession, runSession } from './session/session.js';
import { refreshedText } from './session/verify.js';

const root = repositoryRoot();
const { byFile } = readHandouts(root);
const named = process.argv
  .slice(2)
  .map((file) => path.relative(root, path.resolve(file)).replaceAll('\\', '/'));
const unknown = named.find((file) => !byFile.has(file));

if (unknown !== undefined) {
  process.stderr.write(
    `handouts:refresh: ${unknown} is no handout; there are ${[...byFile.keys()].join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const wanted = [...byFile.keys()].filter((file) => named.length === 0 || named.includes(file));
  for (const file of wanted) {
    // It takes minutes in all: somebody may have written on since.
    const full = path.join(root, file);
    const handout = readHandout(file, fs.readFileSync(full, 'utf8'));
    if (!hasSession(handout)) continue;
    const { blocks, problems } = await runSession(handout, root);
    for (const problem of problems) process.stderr.write(`${formatProblem(problem)}\n`);
    if (problems.length > 0) process.exitCode = 1;
    const text = refreshedText(handout, blocks);
    if (fs.readFileSync(full, 'utf8') !== handout.text) {
      process.stderr.write(`handouts:refresh: ${file} was edited meanwhile and is left as it is\n`);
      process.exitCode = 1;
      continue;
    }
    if (text !== handout.text) fs.writeFileSync(full, text);
    process.stdout.write(`${text === handout.text ? 'as it was' : 'refreshed'}  ${file}\n`);
  }
}
