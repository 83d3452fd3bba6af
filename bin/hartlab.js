#!/usr/bin/env node
// @ts-check
// In JavaScript and in the repository, so that npm can link the command before anything is installed or built:
// `npx` would otherwise remember a broken link for ever.
import fs from 'node:fs';

const built = new URL('../dist/autograder/cli/bin.js', import.meta.url);
const dependency = new URL('../node_modules/commander/package.json', import.meta.url);

if (fs.existsSync(built) && fs.existsSync(dependency)) {
  await import(built.href);
} else {
  console.error("hartlab: nothing is installed yet; run 'npm ci' in the repository first");
  process.exitCode = 2;
}
