import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { OUTPUT_LIMIT, runBounded, type RunLimits } from './bounded-process.js';

const node = { file: process.execPath, args: ['-e'] };
const run = (script: string, limits: Partial<RunLimits> = {}) =>
  runBounded(node, [script], { cwd: os.tmpdir(), env: {}, limits: { wallSeconds: 60, ...limits } });

describe('a bounded process', () => {
  it('gives status and output', async () => {
    expect(await run('console.log("out"); console.error("err"); process.exit(7)')).toEqual({
      status: 7,
      exceeded: null,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('is ended after its host time', async () => {
    const ended = await run('setInterval(() => {}, 1000)', { wallSeconds: 0.2 });
    expect(ended).toMatchObject({ status: null, exceeded: 'time' });
  });

  it.skipIf(process.platform === 'win32')('is ended after its processor time', async () => {
    expect(await run('for (;;);', { cpuSeconds: 1 })).toMatchObject({ status: null, exceeded: 'time' });
  });

  it.skipIf(process.platform === 'win32')('cannot write a file beyond its size limit', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-')), 'big');
    const ended = await run(`require('fs').writeFileSync(${JSON.stringify(file)}, Buffer.alloc(1 << 20))`, {
      fileBytes: 4096,
    });
    expect(ended.status).not.toBe(0);
    expect(fs.statSync(file).size).toBeLessThanOrEqual(4096);
  });

  it('has the excess of its output dropped, not kept in memory', async () => {
    const { stdout, status } = await run(`process.stdout.write('x'.repeat(${OUTPUT_LIMIT * 3}))`);
    expect(stdout).toHaveLength(OUTPUT_LIMIT);
    expect(status).toBe(0);
  });

  it('that cannot be started is an error', async () => {
    await expect(
      runBounded({ file: '/no/such/program', args: [] }, [], {
        cwd: os.tmpdir(),
        env: {},
        limits: { wallSeconds: 1 },
      }),
    ).rejects.toThrow('ENOENT');
  });
});
