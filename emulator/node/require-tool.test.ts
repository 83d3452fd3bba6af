import { afterEach, describe, expect, it, vi } from 'vitest';
import { findTool, haveTools, toolPath } from './require-tool.js';

describe('tools from outside', () => {
  afterEach(() => void vi.unstubAllEnvs());

  it('finds a program on PATH', () => {
    expect(findTool('node')).toMatch(/node/);
    expect(toolPath('node')).toBe(findTool('node'));
  });

  it('a missing program skips on a laptop', () => {
    vi.stubEnv('CI', '');
    expect(findTool('no-such-program')).toBeNull();
    expect(haveTools('node', 'no-such-program')).toBe(false);
    expect(() => toolPath('no-such-program')).toThrow('no-such-program is not installed');
  });

  it('a missing program fails in CI, by name', () => {
    vi.stubEnv('CI', 'true');
    expect(haveTools('node')).toBe(true);
    expect(() => haveTools('node', 'no-such-program')).toThrow(/needs no-such-program/);
  });
});
