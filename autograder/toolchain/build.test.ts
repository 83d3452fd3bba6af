import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildKernel, buildPrograms, type BuildOptions, type BuildProgress } from './build.js';
import { makeCourse, temporaryFolder, writeFiles } from './course-fixture.js';
import { ToolchainError } from './toolchain-error.js';

let cacheFolder = '';
beforeAll(() => {
  cacheFolder = temporaryFolder('cache');
});

async function kernelOf(options: BuildOptions): Promise<Buffer> {
  const built = await buildKernel({ cacheFolder, ...options });
  if (!built.ok) throw new Error(built.diagnostics.map((d) => d.message).join('\n'));
  return Buffer.from(built.kernel);
}

const ELF = Buffer.from('\x7fELF');

describe('the kernel', () => {
  it('is built from kernel/ and the solutions: an ELF executable for RISC-V', async () => {
    const kernel = await kernelOf({ root: makeCourse() });
    expect(kernel.subarray(0, 4)).toEqual(ELF);
    expect(kernel.readUInt16LE(18)).toBe(243); // e_machine EM_RISCV
    expect(kernel.readBigUInt64LE(24)).toBe(0x80200000n); // e_entry
  });

  it('has the same bytes in whichever folder and with whichever cache it is built', async () => {
    const first = await kernelOf({ root: makeCourse(), cacheFolder: temporaryFolder('cache a') });
    const second = await kernelOf({ root: makeCourse(), cacheFolder: temporaryFolder('cache-second') });
    expect(first.equals(second)).toBe(true);
    expect(first.includes('hartlab-course')).toBe(false);
  });

  it('has the same bytes wherever the student keeps the lab', async () => {
    const root = makeCourse();
    const folders = [path.join(root, 'labs/03-stride'), temporaryFolder('mine')];
    fs.copyFileSync(path.join(folders[0]!, 'stride.c'), path.join(folders[1]!, 'stride.c'));
    const [here, there] = await Promise.all(
      folders.map((folder) =>
        kernelOf({ root, lab: { name: '03-stride', folder }, cacheFolder: temporaryFolder('cache') }),
      ),
    );
    expect(here!.equals(there!)).toBe(true);
    expect(here!.includes('labs/03-stride')).toBe(true);
    expect(here!.includes('hartlab-mine')).toBe(false);
  });

  it('has the same bytes on another day, whatever __DATE__ and __FILE__ say', async () => {
    const source = 'const char *when = __DATE__ __TIME__ __TIMESTAMP__ __FILE__;\n';
    const root = makeCourse({ 'kernel/boot/when.c': source });
    const kernel = await kernelOf({ root });
    expect(kernel.includes('Jan  1 1970')).toBe(true);
    expect(kernel.includes('kernel/boot/when.c')).toBe(true);
    expect(kernel.includes(root)).toBe(false);
  });

  it('reports progress over every file', async () => {
    const seen: BuildProgress[] = [];
    await kernelOf({
      root: makeCourse(),
      cacheFolder: temporaryFolder('cache'),
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.map((p) => `${p.phase} ${p.done}/${p.total}`)).toEqual([
      'compile 1/3',
      'compile 2/3',
      'compile 3/3',
      'link 1/1',
    ]);
  });

  it('gives warnings apart: the student’s and the course’s', async () => {
    const root = makeCourse({
      'labs/03-stride/stride.c':
        '#include "sched.h"\nint pick(uint32_t used)\n{\n  int lost;\n  return 0;\n}\n',
    });
    const built = await buildKernel({
      root,
      cacheFolder,
      lab: { name: '03-stride', folder: path.join(root, 'labs/03-stride') },
    });
    expect(built).toMatchObject({ ok: true, courseWarnings: [] });
    const places = built.ok ? built.warnings.map((d) => [d.severity, d.file, d.line, d.excerpt]) : [];
    expect(places).toEqual([
      ['warning', 'stride.c', 4, '  int lost;'],
      ['warning', 'stride.c', 2, 'int pick(uint32_t used)'],
    ]);
    const again = await buildKernel({
      root,
      cacheFolder,
      lab: { name: '03-stride', folder: path.join(root, 'labs/03-stride') },
    });
    expect(again).toEqual(built);
  });

  it('whose own source is broken is an infrastructure fault that names file and line', async () => {
    const root = makeCourse({ 'kernel/boot/main.c': 'int main(void) { return missing; }\n' });
    await expect(buildKernel({ root, cacheFolder })).rejects.toThrow(ToolchainError);
    await expect(buildKernel({ root, cacheFolder })).rejects.toThrow(
      /course's own kernel\/boot\/main.c does not compile:\nkernel\/boot\/main.c:1:25: error: .*missing/,
    );
  });

  it('that does not link without any student’s file is an infrastructure fault', async () => {
    const root = makeCourse({ 'kernel/boot/main.c': 'int gone(void);\nint main(void) { return gone(); }\n' });
    await expect(buildKernel({ root, cacheFolder })).rejects.toThrow(
      /the kernel does not link .*\n.*undefined symbol: gone\n(.*\n)*.*kernel\/boot\/main.c/,
    );
  });

  it('without kernel/ is an infrastructure fault', async () => {
    const root = makeCourse();
    fs.rmSync(path.join(root, 'kernel'), { recursive: true });
    await expect(buildKernel({ root, cacheFolder })).rejects.toThrow(/^kernel cannot be read: ENOENT/);
  });
});

describe('the user programs', () => {
  it('are one for each source in kernel/user, linked with the library', async () => {
    const programs = await buildPrograms({ root: makeCourse(), cacheFolder });
    expect(programs.map((p) => p.name)).toEqual(['echo']);
    expect(Buffer.from(programs[0]!.elf).readUInt16LE(18)).toBe(243);
  });
});

describe('a second build', () => {
  /** Modification times of everything stored: what is taken from the cache is not stored again. */
  const stored = (folder: string): string[] => fs.readdirSync(path.join(folder, 'contents')).sort();

  it('takes everything from the cache', async () => {
    const root = makeCourse();
    const first = await kernelOf({ root });
    const before = stored(cacheFolder);
    const start = performance.now();
    const second = await kernelOf({ root });
    expect(performance.now() - start).toBeLessThan(1000);
    expect(second.equals(first)).toBe(true);
    expect(stored(cacheFolder)).toEqual(before);
  });

  it('compiles again what includes a header that changed, and finds the old state again', async () => {
    const root = makeCourse();
    const old = await kernelOf({ root });
    const header = path.join(root, 'kernel/include/sched.h');
    const text = fs.readFileSync(header, 'utf8');
    fs.writeFileSync(header, text.replace('10000u', '20000u'));
    expect((await kernelOf({ root })).equals(old)).toBe(false);
    const both = stored(cacheFolder);
    fs.writeFileSync(header, text);
    expect((await kernelOf({ root })).equals(old)).toBe(true);
    expect(stored(cacheFolder)).toEqual(both);
  });

  it('sees a new header that comes earlier in the search', async () => {
    const root = makeCourse();
    const old = await kernelOf({ root });
    writeFiles(root, { 'kernel/boot/sched.h': '#define QUANTUM 5\nint pick(unsigned used);\n' });
    expect((await kernelOf({ root })).equals(old)).toBe(false);
  });

  it('sees a changed header of the student', async () => {
    const root = makeCourse({
      'labs/03-stride/stride.c':
        '#include "mine.h"\nint pick(unsigned used)\n{\n  return MINE + (int)used;\n}\n',
      'labs/03-stride/mine.h': '#define MINE 1\n',
    });
    const lab = { name: '03-stride', folder: path.join(root, 'labs/03-stride') };
    const old = await kernelOf({ root, lab });
    writeFiles(root, { 'labs/03-stride/mine.h': '#define MINE 2\n' });
    expect((await kernelOf({ root, lab })).equals(old)).toBe(false);
  });

  it('mends a cache whose files were damaged', async () => {
    const cache = temporaryFolder('cache');
    const root = makeCourse();
    const first = await kernelOf({ root, cacheFolder: cache });
    for (const name of stored(cache)) fs.truncateSync(path.join(cache, 'contents', name), 10);
    expect((await kernelOf({ root, cacheFolder: cache })).equals(first)).toBe(true);
  });

  it('leaves no work behind', () => {
    expect(fs.readdirSync(path.join(cacheFolder, 'work'))).toEqual([]);
  });
});
