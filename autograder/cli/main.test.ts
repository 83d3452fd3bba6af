import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, ToolchainError } from '../toolchain/index.js';
import { captureIo } from './captured-io.js';
import { UsageError } from './exit-status.js';
import { main, reportError } from './main.js';

async function hartlab(...args: string[]) {
  const captured = captureIo();
  const status = await main(args, captured.io);
  return { status, stdout: captured.stdout(), stderr: captured.stderr() };
}

const temporaryFile = (content: string): string => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-cli-')), 'file');
  fs.writeFileSync(file, content);
  return file;
};

describe('wrong use', () => {
  it.each<[string[], RegExp]>([
    [['bot'], /unknown command 'bot'\s+\(Did you mean boot\?\)/],
    [['boot', '--spm', '4'], /unknown option '--spm'\s+\(Did you mean --smp\?\)/],
    [['boot', 'here'], /too many arguments for 'boot'/],
    [['boot', '--smp'], /argument missing/],
    [['boot', '--smp', '0'], /'0' is invalid\. Expected an integer from 1 to 64/],
    [['boot', '--memory', 'lots'], /Expected 1M to 2G/],
    [['boot', '--max-time', '0'], /guest seconds above 0/],
    [['boot', '--machine', 'fu740'], /fu740 board is not there yet/],
    [['boot', '--machine', 'pc'], /Expected virt/],
    [
      ['boot', '--lab', '3-stride'],
      /unknown lab '3-stride'; there are: .*03-stride.*Did you mean 03-stride\?/,
    ],
    [['boot', '--lab', '03', '--kernel', 'x'], /--kernel and --lab exclude each other/],
    [['boot', '--until', ''], /--until: expected a text/],
    [['boot', '--kernel', '/no/such'], /--kernel \/no\/such: no such file/],
    [['boot', '--bios', '/no/such'], /--bios \/no\/such: no such file/],
    [['boot', '--drive', '/'], /--drive \/: is a folder/],
    [['grade'], /missing required argument 'lab'/],
    [['grade', '03-stride', 'mine', '--solution'], /a folder and --solution exclude each other/],
    [['grade', '03-stride', '--seed', '-1'], /Expected an integer from 0/],
    [
      ['measure', '--policy', 'rr,strde'],
      /Unknown policy 'strde'; there are fifo, rr, stride, ucore. Did you mean stride\?/,
    ],
  ])('%j: status 2 and what would be right', async (args, message) => {
    const { status, stdout, stderr } = await hartlab(...args);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^hartlab: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([status, stdout]).toEqual([2, '']);
  });

  it('of files that are not what they should be names file, field, found and expected', async () => {
    const drive = temporaryFile('x'.repeat(700));
    expect(await hartlab('boot', '--drive', drive)).toMatchObject({
      status: 2,
      stderr: `hartlab: --drive ${drive}: size: found 700 bytes, expected whole sectors of 512 (is it truncated?)\n`,
    });
    const kernel = await hartlab('boot', '--kernel', temporaryFile('\x7fELF and no more'));
    expect(kernel).toMatchObject({ status: 2 });
    expect(kernel.stderr).toMatch(/^hartlab: .*: found .*, expected /);
  });

  it('without a command shows what there is', async () => {
    const { status, stderr } = await hartlab();
    expect(status).toBe(2);
    for (const command of ['boot', 'grade', 'measure', 'doctor']) expect(stderr).toContain(command);
  });
});

describe('help', () => {
  it('goes to standard output with status 0, and shows no flag that does nothing yet', async () => {
    const { status, stdout, stderr } = await hartlab('boot', '--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('--max-time <seconds>');
    for (const later of ['--gdb', '--monitor']) expect(stdout).not.toContain(later);
  });

  it.each(['boot', 'grade', 'measure'])('of %s offers to write a trace', async (command) => {
    expect((await hartlab(command, '--help')).stdout).toMatch(
      /--trace <file> +write a trace in the Trace Event Format/,
    );
  });

  it('gives the version of the package', async () => {
    const { version } = JSON.parse(fs.readFileSync(path.join(repositoryRoot(), 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(await hartlab('--version')).toMatchObject({ status: 0, stdout: `${version}\n` });
  });
});

describe('an error', () => {
  const report = (error: unknown, env = {}) => {
    const captured = captureIo('', env);
    const status = reportError(error, captured.io);
    return [status, captured.stderr()];
  };

  it('of ours is one line, status 3, and a way to its stack', () => {
    expect(report(new Error('lost\nin space'))).toEqual([
      3,
      'hartlab: internal error: lost (HARTLAB_DEBUG=1 shows where)\n',
    ]);
    expect(report(new Error('lost'), { HARTLAB_DEBUG: '1' })[1]).toMatch(/lost\n\s+at /);
  });

  it('of the installation is status 3 with its remedy', () => {
    expect(report(new ToolchainError('no compiler', 'run npm ci'))).toEqual([
      3,
      'hartlab: no compiler (run npm ci)\n',
    ]);
  });

  it('of the user is status 2', () => {
    expect(report(new UsageError('no such file'))).toEqual([2, 'hartlab: no such file\n']);
  });
});
