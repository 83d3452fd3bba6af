import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { BuildCache, digest } from './build-cache.js';
import { ToolchainError } from './toolchain-error.js';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-cache-'));
});

describe('the build cache', () => {
  it('gives back what was stored, also to the next process', () => {
    const name = BuildCache.open(folder).store(Buffer.from('object'));
    BuildCache.open(folder).setEntry('key', { object: name });
    const cache = BuildCache.open(folder);
    expect(cache.entry('key')).toEqual({ object: name });
    expect(Buffer.from(cache.load(name)!).toString()).toBe('object');
    expect(fs.readFileSync(cache.contentPath(name), 'utf8')).toBe('object');
  });

  it('knows nothing of other keys', () => {
    const cache = BuildCache.open(folder);
    expect(cache.entry('other')).toBeNull();
    expect(cache.load(digest('other'))).toBeNull();
  });

  it('takes a damaged content for absent, and mends it', () => {
    const cache = BuildCache.open(folder);
    const name = cache.store(Buffer.from('object'));
    fs.writeFileSync(cache.contentPath(name), 'obj');
    expect(cache.load(name)).toBeNull();
    cache.store(Buffer.from('object'));
    expect(cache.load(name)).not.toBeNull();
  });

  it('takes a damaged entry for absent', () => {
    const cache = BuildCache.open(folder);
    cache.setEntry('key', { a: 1 });
    fs.writeFileSync(path.join(folder, 'entries', 'key'), '{"a"');
    expect(cache.entry('key')).toBeNull();
  });

  it('removes work folders, whatever happened in them', async () => {
    const cache = BuildCache.open(folder);
    let work = '';
    await expect(
      cache.withWorkFolder(async (w) => {
        work = w;
        fs.writeFileSync(path.join(w, 'x'), '');
        throw new Error('compile failed');
      }),
    ).rejects.toThrow('compile failed');
    expect(fs.existsSync(work)).toBe(false);
  });

  it('makes the folders above its own', () => {
    const deep = path.join(folder, 'a', 'b', 'c');
    expect(fs.existsSync(path.join(BuildCache.open(deep).folder, 'contents'))).toBe(true);
  });

  it.skipIf(!fs.existsSync('/proc/self'))('does not hang where folders cannot be made', () => {
    expect(() => BuildCache.open('/proc/hartlab/cache')).toThrow(/cannot be written: ENOENT/);
  });

  it('names the folder when it cannot be written', () => {
    const file = path.join(folder, 'file');
    fs.writeFileSync(file, '');
    expect(() => BuildCache.open(path.join(file, 'cache'))).toThrow(ToolchainError);
    expect(() => BuildCache.open(path.join(file, 'cache'))).toThrow(
      /^the build cache .*file.* cannot be written/,
    );
  });
});

describe('digest', () => {
  it('tells lists of parts apart that join to the same text', () => {
    expect(digest('ab', 'c')).not.toBe(digest('a', 'bc'));
  });
});
