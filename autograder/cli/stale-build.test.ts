import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../toolchain/index.js';
import { isStale, rebuild } from './stale-build.js';

let root = '';
const write = (file: string, content: string): void => {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), content);
};
/** Makes a file look as if written this long after everything else. */
const later = (file: string, seconds: number): void => {
  const time = Date.now() / 1000 + seconds;
  fs.utimesSync(path.join(root, file), time, time);
};

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-checkout-'));
  write('package.json', '{ "type": "module" }');
  const options = { module: 'NodeNext', target: 'ES2022', rootDir: '.', outDir: 'dist', types: [] };
  write('tsconfig.build.json', JSON.stringify({ compilerOptions: options, include: ['autograder'] }));
  write('autograder/tool.ts', 'export const answer: number = 1;\n');
  fs.symlinkSync(path.join(repositoryRoot(), 'node_modules'), path.join(root, 'node_modules'));
});

describe('a build', () => {
  it('that was never made is stale; one that was is not', () => {
    expect(isStale(root)).toBe(true);
    expect(rebuild(root)).toBeNull();
    expect(isStale(root)).toBe(false);
    expect(fs.readFileSync(path.join(root, 'dist/autograder/tool.js'), 'utf8')).toContain('answer = 1');
  });

  it('is stale after a source changed, not after a test did', () => {
    rebuild(root);
    write('autograder/tool.test.ts', '');
    later('autograder/tool.test.ts', 10);
    expect(isStale(root)).toBe(false);
    write('labs/03-stride/lab.ts', 'export {};\n');
    later('labs/03-stride/lab.ts', 10);
    expect(isStale(root)).toBe(true);
  });

  it('does what the sources mean although their types are wrong', () => {
    write('autograder/tool.ts', 'export const answer: string = 2;\n');
    expect(rebuild(root)).toBeNull();
    expect(fs.readFileSync(path.join(root, 'dist/autograder/tool.js'), 'utf8')).toContain('answer = 2');
  });

  it('of sources that cannot be read says where, and stays stale', () => {
    write('autograder/tool.ts', 'export const = ;\n');
    expect(rebuild(root)).toMatch(/autograder\/tool\.ts\(1,14\): error/);
    expect(isStale(root)).toBe(true);
  });

  it('by another process is waited for, not repeated', async () => {
    fs.mkdirSync(path.join(root, 'dist/.building'), { recursive: true });
    const lock = path.join(root, 'dist/.building');
    const other = spawn(process.execPath, [
      '-e',
      `setTimeout(() => fs.rmdirSync(${JSON.stringify(lock)}), 300)`,
    ]);
    expect(rebuild(root)).toBeNull();
    expect(fs.existsSync(path.join(root, 'dist/autograder/tool.js'))).toBe(false);
    await new Promise((resolve) => other.on('close', resolve));
  });

  it('without a compiler says what to do', () => {
    fs.unlinkSync(path.join(root, 'node_modules'));
    expect(rebuild(root)).toMatch(/TypeScript compiler is missing; run 'npm ci'/);
  });
});

describe('the hartlab executable', () => {
  it('builds a checkout that is stale, says so, and runs what it built', () => {
    const checkout = repositoryRoot();
    for (const name of [
      'emulator',
      'autograder',
      'site',
      'kernel',
      'labs',
      'solutions',
      'package.json',
      'tsconfig.json',
      'tsconfig.build.json',
    ]) {
      if (fs.existsSync(path.join(checkout, name))) {
        fs.rmSync(path.join(root, name), { recursive: true, force: true });
        fs.cpSync(path.join(checkout, name), path.join(root, name), { recursive: true });
      }
    }
    expect(rebuild(root)).toBeNull();
    const file = path.join(root, 'autograder/cli/main.ts');
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace('labs and their grader.', 'labs and their grader, changed.'));
    later('autograder/cli/main.ts', 10);
    const script = path.join(root, 'dist/autograder/cli/bin.js');
    const env = { ...process.env, HARTLAB_REBUILT: undefined, CI: '' };
    const run = execFileSync('/bin/sh', ['-c', '"$0" "$1" --help 2>&1', process.execPath, script], {
      env,
      encoding: 'utf8',
    });
    expect(run).toContain('hartlab: sources have changed; building dist/\n');
    expect(run.replace(/\s+/g, ' ')).toContain('labs and their grader, changed.');
  });
});
