import { describe, expect, it } from 'vitest';
import { ImageError } from './image-error.js';
import { createInitrd } from './initrd.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Members of an archive: name, mode, contents. */
function membersOf(archive: Uint8Array): [string, number, string][] {
  const decode = (from: number, to: number): string => new TextDecoder().decode(archive.subarray(from, to));
  const members: [string, number, string][] = [];
  for (let at = 0; ;) {
    const field = (index: number): number => parseInt(decode(at + 6 + 8 * index, at + 14 + 8 * index), 16);
    expect(decode(at, at + 6)).toBe('070701');
    const name = decode(at + 110, at + 110 + field(11) - 1);
    if (name === 'TRAILER!!!') return members;
    const start = Math.ceil((at + 110 + field(11)) / 4) * 4;
    members.push([name, field(1), decode(start, start + field(6))]);
    at = Math.ceil((start + field(6)) / 4) * 4;
  }
}

describe('an initial RAM disk', () => {
  it('has its files, the folders above them, and the places to mount on', () => {
    const archive = createInitrd([
      { path: '/bin/init', bytes: text('\x7fELF') },
      { path: '/etc/deep/er/x', bytes: text('12345') },
    ]);
    expect(archive.length % 512).toBe(0);
    expect(membersOf(archive)).toEqual([
      ['dev', 0o40755, ''],
      ['tmp', 0o40755, ''],
      ['mnt', 0o40755, ''],
      ['bin', 0o40755, ''],
      ['bin/init', 0o100755, '\x7fELF'],
      ['etc', 0o40755, ''],
      ['etc/deep', 0o40755, ''],
      ['etc/deep/er', 0o40755, ''],
      ['etc/deep/er/x', 0o100755, '12345'],
    ]);
  });

  it('has the same bytes whatever the order of the files', () => {
    const files = ['/b', '/a/c', '/a/b'].map((name) => ({ path: name, bytes: text(name) }));
    expect(Buffer.compare(createInitrd(files), createInitrd([...files].reverse()))).toBe(0);
  });

  it.each([
    ['bin/init', "bin/init: is not absolute; a path begins with '/'"],
    ['/a//b', "/a//b: has the empty or relative part ''"],
    [`/${'n'.repeat(64)}`, 'has a name of more than 63 bytes'],
  ])('%s is refused by name', (name, message) => {
    expect(() => createInitrd([{ path: name, bytes: text('') }])).toThrow(ImageError);
    expect(() => createInitrd([{ path: name, bytes: text('') }])).toThrow(message);
  });

  it('refuses a path twice, a file where a folder must be, and what the kernel cannot hold', () => {
    const file = { path: '/x', bytes: text('') };
    expect(() => createInitrd([file, file])).toThrow('/x: is there already');
    expect(() => createInitrd([{ path: '/tmp', bytes: text('') }])).toThrow('/tmp: is there already');
    expect(() => createInitrd([{ path: '/x', bytes: new Uint8Array((2 << 20) + 1) }])).toThrow(
      'at most 2097152',
    );
  });
});
