/** `hartlab grade` as a user meets it: files, exit status, and what it says of wrong input. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureIo } from '../../autograder/cli/captured-io.js';
import { main } from '../../autograder/cli/main.js';
import type { GradeReport } from '../../autograder/runner/grade-report.js';
import { repositoryRoot } from '../../autograder/toolchain/index.js';

const root = repositoryRoot();
const stub = path.join(root, 'labs/03-stride');
let scratch = '';

beforeAll(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-grade-'));
});
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

async function hartlab(...args: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const captured = captureIo();
  const status = await main(args, captured.io, root);
  return { status, stdout: captured.stdout(), stderr: captured.stderr() };
}

/** A folder with one file. */
function folderWith(name: string, text: string | Buffer): string {
  const folder = fs.mkdtempSync(path.join(scratch, 'student-'));
  fs.writeFileSync(path.join(folder, name), text);
  return folder;
}

const ONE_CHECK = ['--check', 'setpriority-arguments'];

describe('hartlab grade', () => {
  it('says what points were lost, why, and how to see it again; status 1', async () => {
    const { status, stdout, stderr } = await hartlab('grade', '03', stub, ...ONE_CHECK);
    expect(status).toBe(1);
    expect(stdout).toContain('✗ setpriority accepts 2 and more, and refuses the rest');
    expect(stdout).toContain('setpriority(2) returned -1');
    expect(stdout).toContain(
      `replay     npx hartlab grade 03-stride ${stub} --check setpriority-arguments --seed 0`,
    );
    expect(stdout).toContain('Score 0 / 8');
    expect(stderr).toBe('');
  });

  it('writes JSON to standard output alone, and the same for the same seed', async () => {
    const args = ['grade', '03-stride', stub, ...ONE_CHECK, '--seed', '9', '--json', '-'];
    const [first, second] = [await hartlab(...args), await hartlab(...args)];
    const report = JSON.parse(first.stdout) as GradeReport;
    expect(report).toMatchObject({ lab: '03-stride', score: 0, maxScore: 8, seed: 9, verdict: 'graded' });
    expect(report.checks[0]).toMatchObject({ id: 'setpriority-arguments', status: 'failed', hart: 0 });
    expect(report.digest).toMatch(/^[0-9a-f]{64}$/);
    expect(second.stdout).toBe(first.stdout);
    expect(first.stderr).toContain('Score 0 / 8');
  });

  it('writes JUnit and HTML files', async () => {
    const [junit, html] = ['grade.xml', 'grade.html'].map((name) => path.join(scratch, name));
    await hartlab('grade', '03', stub, ...ONE_CHECK, '--junit', junit ?? '', '--html', html ?? '');
    expect(fs.readFileSync(junit ?? '', 'utf8')).toMatch(/<property name="maxPoints" value="8"\/>/);
    expect(fs.readFileSync(html ?? '', 'utf8')).toContain('<svg');
  });

  it('has all points for the reference; status 0', async () => {
    if (!fs.existsSync(path.join(root, 'solutions/03-stride'))) return;
    const { status, stdout } = await hartlab('grade', '03-stride', '--solution', ...ONE_CHECK);
    expect(stdout).toContain('Score 8 / 8');
    expect(status).toBe(0);
  });

  it('shows a compiler error at its line, and nothing of ours; status 1', async () => {
    const text = fs.readFileSync(path.join(stub, 'stride.c'), 'utf8').replace('return NULL;', 'return NUL;');
    const line = text.split('\n').findIndex((l) => l.includes('return NUL;')) + 1;
    const { status, stdout } = await hartlab('grade', '03', folderWith('stride.c', text), '--json', '-');
    const report = JSON.parse(stdout) as GradeReport;
    expect(status).toBe(1);
    expect(report).toMatchObject({ verdict: 'build-failed', score: 0, maxScore: 100 });
    expect(report.diagnostics[0]).toMatchObject({ severity: 'error', file: 'stride.c', line });
    expect(report.checks.every(({ score, status: s }) => score === 0 && s === 'error')).toBe(true);
    expect(stdout).not.toContain(root);
  });

  it('takes a folder without the file for a lab that does not build', async () => {
    const { status, stdout } = await hartlab('grade', '03', folderWith('notes.txt', 'later'), ...ONE_CHECK);
    expect(status).toBe(1);
    expect(stdout).toContain('stride.c: error: is missing from the folder of the lab');
  });

  it.each<[string, string[], string]>([
    ['an unknown lab', ['grade', '33-stride'], 'Did you mean 03-stride?'],
    ['an unknown check', ['grade', '03', '--check', 'pas-wrap'], 'Did you mean pass-wrap?'],
    [
      'a missing folder',
      ['grade', '03', '/no/such/folder'],
      '/no/such/folder: no such folder; it must hold stride.c',
    ],
    ['a file for a folder', ['grade', '03', path.join(stub, 'stride.c')], 'is a file, expected the folder'],
    ['a seed that is none', ['grade', '03', '--seed', 'x'], "argument 'x' is invalid"],
    ['an unknown flag', ['grade', '03', '--fast'], "unknown option '--fast'"],
    ['a folder and --solution', ['grade', '03', stub, '--solution'], 'exclude each other'],
  ])('refuses %s with status 2', async (_, args, message) => {
    const { status, stdout, stderr } = await hartlab(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
    expect(stdout).toBe('');
  });

  it('refuses a file that cannot be written, after the report; status 2', async () => {
    const { status, stdout, stderr } = await hartlab(
      'grade',
      '03',
      stub,
      ...ONE_CHECK,
      '--html',
      '/no/such/x.html',
    );
    expect(status).toBe(2);
    expect(stdout).toContain('Score 0 / 8');
    expect(stderr).toContain('--html /no/such/x.html: cannot be written (ENOENT)');
  });
});
