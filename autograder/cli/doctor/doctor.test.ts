import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { captureIo } from '../captured-io.js';
import { main } from '../main.js';
import { nodeVersion, type Finding } from './findings.js';

async function doctor(): Promise<{ status: number; findings: Map<string, Finding> }> {
  const captured = captureIo();
  const status = await main(['doctor', '--json'], captured.io);
  const { findings } = JSON.parse(captured.stdout()) as { findings: Finding[] };
  return { status, findings: new Map(findings.map((f) => [f.id, f])) };
}

describe('hartlab doctor', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('finds that labs can be graded here', async () => {
    const { status, findings } = await doctor();
    for (const id of ['node', 'webassembly', 'memory', 'compiler', 'cache']) {
      expect(findings.get(id)).toMatchObject({ state: 'ok' });
    }
    expect(status).toBe(0);
  });

  it('says so in plain text where there is no terminal', async () => {
    const captured = captureIo();
    await main(['doctor'], captured.io);
    const text = captured.stdout();
    expect(text).toContain('Labs can be graded.');
    expect(text).toContain('zig 0.16.0 (clang, lld), as pinned');
    expect(text).not.toContain('\u001b');
  });

  it('takes programs from outside for optional, and says what brings them', async () => {
    vi.stubEnv('PATH', os.tmpdir());
    const { status, findings } = await doctor();
    expect(findings.get('qemu')).toEqual({
      id: 'qemu',
      title: 'QEMU',
      state: 'absent',
      found: 'optional: runs the same kernel elsewhere',
      remedy: 'Debian: apt-get install qemu-system-misc',
    });
    expect(status).toBe(0);
  });

  it('fails for a cache that cannot be written, and says what to do', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-doctor-')), 'file');
    fs.writeFileSync(file, '');
    vi.stubEnv('HARTLAB_CACHE', path.join(file, 'cache'));
    const { status, findings } = await doctor();
    expect(findings.get('cache')).toMatchObject({ state: 'failed' });
    expect(findings.get('cache')?.remedy).toContain('set HARTLAB_CACHE');
    expect(status).toBe(1);
  });

  it.each([
    ['20.19.0', 'ok'],
    ['22.0.0', 'ok'],
    ['20.18.3', 'failed'],
    ['18.20.0', 'failed'],
  ])('takes Node %s for %s', (version, state) => expect(nodeVersion(version).state).toBe(state));
});
