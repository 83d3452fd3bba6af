import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const bin = import.meta.dirname;

/** A checkout in which nothing was installed. */
function freshCheckout() {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-fresh-'));
  fs.cpSync(bin, path.join(root, 'bin'), { recursive: true });
  fs.copyFileSync(path.join(bin, '..', 'package.json'), path.join(root, 'package.json'));
  return root;
}

const run = (root, script) =>
  spawnSync(process.execPath, [path.join(root, 'bin', script), '--version'], { encoding: 'utf8' });

describe('before npm ci', () => {
  it('hartlab says what to do', () => {
    expect(run(freshCheckout(), 'hartlab.js')).toMatchObject({
      status: 2,
      stdout: '',
      stderr: "hartlab: nothing is installed yet; run 'npm ci' in the repository first\n",
    });
  });

  it('npm can link the command: prepare does not fail', () => {
    expect(run(freshCheckout(), 'prepare.js')).toMatchObject({ status: 0, stderr: '' });
  });
});
