// @ts-check
// npm runs this after `npm ci`, which is when dist/ is built; and also when `npx hartlab` links the command in a
// checkout where nothing is installed yet. That must not fail: npx would remember a broken link for ever.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = fileURLToPath(new URL('../node_modules/typescript/lib/tsc.js', import.meta.url));

if (fs.existsSync(compiler)) {
  const { status } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
