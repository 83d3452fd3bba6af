import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makeCourse, temporaryFolder, writeFiles } from '../toolchain/course-fixture.js';
import { captureIo } from './captured-io.js';
import { main } from './main.js';

async function release(folder: string, root: string) {
  const captured = captureIo();
  const status = await main(['release', folder], captured.io, root);
  return { status, stdout: captured.stdout(), stderr: captured.stderr() };
}

it('copies what git knows, with objects for the solutions, and nothing else that lies there', async () => {
  const root = makeCourse({ '.gitignore': 'dist/\n', 'solutions/03-stride/mutants/lazy.patch': 'x' });
  const target = path.join(temporaryFolder('release'), 'course');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' });
  git('init', '-q');
  git('add', '.');
  writeFiles(root, { 'grades.csv': 'secret', 'dist/x.js': '' });
  expect(await release(target, root)).toMatchObject({ status: 0, stderr: '' });
  const files = fs.readdirSync(target, { recursive: true, encoding: 'utf8' });
  expect(files).toContain(path.join('references', '03-stride', 'stride.c.o'));
  expect(files).toContain(path.join('labs', '03-stride', 'stride.c'));
  expect(files.filter((file) => /solutions|mutants|grades|dist|\.git$/.test(file))).toEqual([]);
  expect(await release(target, root)).toMatchObject({ status: 2, stdout: '' });
});

it('is refused where git does not say what belongs to the course', async () => {
  const { status, stderr } = await release(path.join(temporaryFolder('release'), 'new'), makeCourse());
  expect(status).toBe(2);
  expect(stderr).toContain('expected a git checkout');
});
