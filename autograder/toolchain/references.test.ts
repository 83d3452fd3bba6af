/** A course without `solutions/`, whose references are objects. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { buildKernel, buildReferences, type BuildOptions } from './build.js';
import { makeCourse, temporaryFolder, writeFiles } from './course-fixture.js';
import { ToolchainError } from './toolchain-error.js';

/** Two labs: the kernel takes something from each. */
const TWO_LABS = {
  'kernel/include/sched.h':
    '#include <stdint.h>\n#define QUANTUM 10000u\nint pick(uint32_t used);\nint mount(void);\n',
  'kernel/fs/root.c': '#include "sched.h"\nint root(void)\n{\n  return mount();\n}\n',
  'solutions/04-fat/fat.c': '#include "sched.h"\nint mount(void)\n{\n  return 13;\n}\n',
  'labs/04-fat/fat.c': '#include "sched.h"\nint mount(void)\n{\n  return 0;\n}\n',
};

let cacheFolder = '';
beforeAll(() => {
  cacheFolder = temporaryFolder('cache');
});

async function kernelOf(options: BuildOptions): Promise<Buffer> {
  const built = await buildKernel({ cacheFolder, ...options });
  if (!built.ok) throw new Error(built.diagnostics.map((d) => d.message).join('\n'));
  return Buffer.from(built.kernel);
}

/** The same course as students get it. */
async function handedOut(): Promise<{ course: string; root: string }> {
  const course = makeCourse(TWO_LABS);
  const root = makeCourse(TWO_LABS);
  fs.rmSync(path.join(root, 'solutions'), { recursive: true });
  writeFiles(root, Object.fromEntries(await buildReferences({ root: course, cacheFolder })));
  return { course, root };
}

it('makes the same kernels as the sources, byte for byte: all references, or a student among them', async () => {
  const { course, root } = await handedOut();
  expect(fs.existsSync(path.join(root, 'references/04-fat/fat.c.o'))).toBe(true);
  expect((await kernelOf({ root })).equals(await kernelOf({ root: course }))).toBe(true);
  for (const name of ['03-stride', '04-fat']) {
    const lab = { name, folder: path.join(root, 'labs', name) };
    expect((await kernelOf({ root, lab })).equals(await kernelOf({ root: course, lab })), name).toBe(true);
  }
});

it('has nothing of the sources’ text in it', async () => {
  const { root } = await handedOut();
  for (const file of fs.readdirSync(path.join(root, 'references'), { recursive: true, encoding: 'utf8' })) {
    const full = path.join(root, 'references', file);
    if (fs.statSync(full).isFile()) expect(fs.readFileSync(full, 'latin1')).not.toContain('return 13');
  }
});

it('is refused, as a fault of the course, when a lab has no reference or the headers have changed', async () => {
  const { root } = await handedOut();
  const lab = { name: '03-stride', folder: path.join(root, 'labs/03-stride'), sources: ['stride.c'] };
  writeFiles(root, { 'kernel/include/new.h': '' });
  await expect(kernelOf({ root, lab })).rejects.toThrow('references/ was made for other headers');
  fs.rmSync(path.join(root, 'references'), { recursive: true });
  await expect(kernelOf({ root, lab })).rejects.toThrow(ToolchainError);
  await expect(kernelOf({ root, lab })).rejects.toThrow('lab 04-fat has no reference');
});

it('cannot be made from a course that has no solutions itself', async () => {
  const { root } = await handedOut();
  await expect(buildReferences({ root, cacheFolder })).rejects.toThrow('there is no solutions/');
});
