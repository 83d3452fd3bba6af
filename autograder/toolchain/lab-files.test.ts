import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { FILE_LIMIT, FOLDER_LIMIT, readLabFiles } from './lab-files.js';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-lab-'));
});
const put = (name: string, content: string | Uint8Array): void =>
  fs.writeFileSync(path.join(folder, name), content);
const read = () => readLabFiles(folder, ['stride.c']);

describe('the files of a lab', () => {
  it('are its C sources, headers and assembly, sorted; nothing else', () => {
    for (const name of ['stride.c', 'heap.h', 'fast.S', 'lab.ts', 'notes.md']) put(name, `/* ${name} */`);
    fs.mkdirSync(path.join(folder, 'old.c'));
    expect(read()).toEqual({
      files: ['fast.S', 'heap.h', 'stride.c'].map((name) => ({ name, text: `/* ${name} */` })),
      faults: [],
    });
  });

  it('keep their bytes: line ends and a byte order mark', () => {
    put('stride.c', '\ufeffint a;\r\n');
    expect(read().files[0]?.text).toBe('\ufeffint a;\r\n');
  });

  it.each<[string, string | Uint8Array, string, number | undefined]>([
    ['huge', Buffer.alloc(FILE_LIMIT + 1, 0x20), `has ${FILE_LIMIT + 1} bytes`, undefined],
    ['binary', 'int a;\n\0\0', 'is not a text file', 2],
    ['Latin-1', Buffer.from('int a;\n// Gr\xfc\xdfe\n', 'latin1'), 'is not UTF-8 text: byte 0xfc', 2],
    ['UTF-16', Buffer.from('\ufeffint a;', 'utf16le'), 'is UTF-16 text; save it as UTF-8', undefined],
  ])('that are %s are refused', (_kind, content, message, line) => {
    put('stride.c', content);
    const { faults } = read();
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ severity: 'error', file: 'stride.c' });
    expect(faults[0]?.message).toContain(message);
    expect(faults[0]?.line).toBe(line);
  });

  it('that are missing are named', () => {
    expect(read().faults).toEqual([
      { severity: 'error', file: 'stride.c', message: 'is missing from the folder of the lab' },
    ]);
  });

  it('are not followed through a symbolic link', () => {
    fs.symlinkSync('/etc/hostname', path.join(folder, 'stride.c'));
    fs.symlinkSync('/etc/passwd', path.join(folder, 'data.h'));
    const { files, faults } = read();
    expect(files).toEqual([]);
    expect(faults.map((f) => [f.file, f.message])).toEqual([
      ['stride.c', 'is a symbolic link; put the file itself there'],
    ]);
  });

  it.skipIf(process.platform === 'win32')('that are pipes do not block', () => {
    execFileSync('mkfifo', [path.join(folder, 'stride.c')]);
    expect(read().faults[0]?.message).toBe('is not a regular file');
  });

  it('that are too many are refused', () => {
    for (let i = 0; i <= FOLDER_LIMIT; i++) put(`${i}.h`, '');
    expect(read().faults[0]?.message).toContain('source files; at most');
  });

  it('that are in no folder: says which folder and what it must hold', () => {
    const missing = readLabFiles(path.join(folder, '03-stride'), ['stride.c']).faults[0];
    expect(missing).toMatchObject({ file: '03-stride' });
    expect(missing?.message).toBe('the folder of the lab does not exist; it must hold stride.c');
    put('file', '');
    expect(readLabFiles(path.join(folder, 'file'), ['stride.c']).faults[0]?.message).toContain(
      'is not a folder',
    );
  });
});
