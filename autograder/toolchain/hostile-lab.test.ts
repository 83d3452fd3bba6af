/** A student's file that tries to read what it may not, to exhaust the host, or that is simply wrong. */
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildKernel } from './build.js';
import { LAB_LIMITS } from './compile.js';
import { makeCourse, temporaryFolder, writeFiles } from './course-fixture.js';
import { formatDiagnostic, type Diagnostic } from './diagnostic.js';

const SECRET = 'stride_secret_of_the_reference';
const STUB = '#include "sched.h"\nint pick(uint32_t used)\n{\n  return (int)used;\n}\n';

let root = '';
let cacheFolder = '';
let outside = '';
beforeAll(() => {
  root = makeCourse({ 'solutions/03-stride/secret.h': `int ${SECRET};\n` });
  cacheFolder = temporaryFolder('cache');
  outside = temporaryFolder('outside');
  writeFiles(outside, { 'secret.h': `int ${SECRET};\n`, 'secret.s': `.globl ${SECRET}\n${SECRET}: nop\n` });
});

/** Builds a lab of these files; the folder is a new one each time. */
async function build(files: Readonly<Record<string, string | Uint8Array>>, limits = LAB_LIMITS) {
  const folder = temporaryFolder('lab');
  writeFiles(folder, files);
  return buildIn(folder, limits);
}

const buildIn = (folder: string, labLimits = LAB_LIMITS) =>
  buildKernel({ root, cacheFolder, lab: { name: '03-stride', folder }, labLimits });

/** The diagnostics of a lab that must not build; checks what holds for all of them. */
function faultsOf(result: Awaited<ReturnType<typeof buildKernel>>): readonly Diagnostic[] {
  if (result.ok) throw new Error('the lab was built');
  // An excerpt is the student's own text, whatever path stands in it.
  const text = result.diagnostics.map((d) => formatDiagnostic({ ...d, excerpt: '' })).join('\n');
  expect(result.verdict).toBe('build-failed');
  expect(result.diagnostics.some((d) => d.severity === 'error')).toBe(true);
  for (const noise of [
    root,
    cacheFolder,
    outside,
    '/tmp/',
    'node_modules',
    'zig',
    'Stack dump',
    '/contents/',
  ]) {
    expect(text).not.toContain(noise);
  }
  return result.diagnostics;
}

const faults = async (source: string): Promise<readonly Diagnostic[]> =>
  faultsOf(await build({ 'stride.c': source }));

describe('a wrong file', () => {
  it('has each error at its line, with the line, and the place that explains it', async () => {
    const found = await faults(STUB.replace('used;', 'usd;').replace('int pick', 'long pick'));
    expect(found.map((d) => [d.file, d.line, d.column, d.message, d.excerpt])).toEqual([
      ['stride.c', 2, 6, "conflicting types for 'pick'", 'long pick(uint32_t used)'],
      ['stride.c', 4, 15, "use of undeclared identifier 'usd'", '  return (int)usd;'],
    ]);
    expect(found[0]?.notes).toEqual([
      { file: 'kernel/include/sched.h', line: 3, column: 5, message: 'previous declaration is here' },
    ]);
  });

  it('with a syntax error names it', async () => {
    expect((await faults('int pick(unsigned used) {\n')).map((d) => [d.line, d.message])).toContainEqual([
      1,
      "expected '}'",
    ]);
  });

  it('that defines nothing is told what the kernel needs', async () => {
    expect(await faults('typedef int unused;\n')).toEqual([
      {
        severity: 'error',
        file: 'stride.c',
        message: "must define 'pick': kernel/boot/main.c:5 uses it",
      },
    ]);
  });

  it('that is empty is told the same', async () => {
    expect((await faults('')).map((d) => d.message)).toEqual([
      "must define 'pick': kernel/boot/main.c:5 uses it",
    ]);
  });

  it('that uses what nothing defines is told where', async () => {
    const source = 'int gone(void);\nint pick(unsigned used)\n{\n  return gone() + (int)used;\n}\n';
    expect(await faults(source)).toMatchObject([
      { file: 'stride.c', line: 4, message: "uses 'gone', which is defined nowhere" },
    ]);
  });

  it('that defines what the kernel defines is told where', async () => {
    expect(await faults(STUB + 'int main(void)\n{\n  return 0;\n}\n')).toMatchObject([
      {
        file: 'stride.c',
        line: 6,
        message: "defines 'main', which is defined in kernel/boot/main.c too",
      },
    ]);
  });

  it('with a bad instruction is told where', async () => {
    const source = STUB.replace('return', '__asm__("frobnicate a0");\n  return');
    const found = await faults(source);
    expect(found).toMatchObject([{ file: 'stride.c', line: 4, severity: 'error' }]);
    expect(found[0]?.message).toMatch(/unrecognized instruction mnemonic/);
  });

  it('may use its own headers, the kernel’s and the compiler’s, and inline assembly', async () => {
    const result = await build({
      'stride.c': `#include "heap.h"\n#include <stddef.h>\n${STUB}__asm__(".section .note\\n.word 1\\n");\n`,
      'heap.h': '#include "sched.h"\n',
    });
    expect(result).toMatchObject({ ok: true, warnings: [] });
  });
});

describe('a file that wants to read another', () => {
  it.each([
    '#include "../../solutions/03-stride/stride.c"',
    '#include "../../solutions/03-stride/secret.h"',
    '#include <../../solutions/03-stride/secret.h>',
    '#include "/etc/passwd"',
    '#define F "/etc/passwd"\n#include F',
    'int bytes[] = {\n#embed "/etc/passwd"\n};',
    '#include_next <secret.h>',
    '#include "kernel/boot/main.c"',
  ])('%s: not found', async (attempt) => {
    const found = await faults(`${STUB}${attempt}\n`);
    const error = found.find((d) => d.severity === 'error');
    expect(error?.message).toMatch(/file not found; a lab may read its own folder and the kernel's headers/);
    expect(error?.line).toBeGreaterThan(5);
    expect(JSON.stringify(found)).not.toContain('root:');
  });

  it('by its absolute path: not found', async () => {
    const found = await faults(`#include "${root}/solutions/03-stride/secret.h"\n${STUB}`);
    expect(found[0]?.message).toContain('file not found');
    const other = await build({ 'stride.c': `#include "${outside}/secret.h"\n${STUB}` });
    expect(other.ok).toBe(false);
  });

  it('cannot tell which files there are', async () => {
    const probe = (file: string): string => `#if __has_include("${file}")\n#error it is there\n#endif\n`;
    const files = [
      '/etc/passwd',
      '../../solutions/03-stride/stride.c',
      `${root}/kernel/boot/main.c`,
      'lab.ts',
    ];
    expect(await build({ 'stride.c': files.map(probe).join('') + STUB, 'lab.ts': '' })).toMatchObject({
      ok: true,
    });
  });

  it('through a symbolic link in its folder: not found', async () => {
    const folder = temporaryFolder('lab');
    writeFiles(folder, { 'stride.c': `#include "link.h"\n${STUB}` });
    fs.symlinkSync(path.join(outside, 'secret.h'), path.join(folder, 'link.h'));
    expect(faultsOf(await buildIn(folder))[0]).toMatchObject({ file: 'stride.c', line: 1 });
  });

  it('through a folder that is a link: not found', async () => {
    const folder = temporaryFolder('lab');
    writeFiles(folder, { 'stride.c': `#include "sub/secret.h"\n${STUB}` });
    fs.symlinkSync(outside, path.join(folder, 'sub'));
    expect(faultsOf(await buildIn(folder))[0]).toMatchObject({ file: 'stride.c', line: 1 });
  });

  it.each([
    ['.incbin', () => `__asm__("x: .incbin \\"${outside}/secret.h\\"");`],
    ['.include', () => `__asm__(".include \\"${outside}/secret.s\\"");`],
    ['.INCBIN', () => `__asm__("x: .INCBIN \\"${outside}/secret.h\\"");`],
    ['.include', () => `#define D(x) ".incl" #x\n__asm__(D(ude) " \\"${outside}/secret.s\\"");`],
    ['.incbin', () => `__asm__(".\\151ncbin \\"${outside}/secret.h\\"");`],
    ['.incbin', () => `__asm__("nop; \\".incbin\\" \\"${outside}/secret.h\\"");`],
    ['.macro', () => `__asm__(".macro m a b\\n.\\\\a\\\\b \\"${outside}/secret.h\\"\\n.endm\\nm inc bin");`],
    ['.irp', () => `__asm__(".irp a, inc\\n.\\\\a\\\\()bin \\"${outside}/secret.h\\"\\n.endr");`],
    ['.rept', () => '__asm__(".rept 10\\nnop\\n.endr");'],
    ['.include', () => `int y __asm__("y\\n.include \\"${outside}/secret.s\\"\\n#") = 3;`],
    ['.incbin', () => `__attribute__((section(".d\\n.incbin \\"${outside}/secret.h\\"\\n#"))) int z = 3;`],
  ])('with the assembler (%s) is refused at its line', async (directive, attempt) => {
    const [first] = await faults(`${STUB}\n${attempt()}\n`);
    expect(first?.file).toBe('stride.c');
    expect(first?.message.toLowerCase()).toContain(`${directive.toLowerCase()} is refused`);
  });

  it('inside a function is refused at the line of the statement', async () => {
    const source = STUB.replace('return', `__asm__("." "incbin \\"${outside}/secret.h\\"");\n  return`);
    expect(await faults(source)).toMatchObject([
      {
        file: 'stride.c',
        line: 4,
        message: '.incbin is refused: a lab may not read files into its assembly',
      },
    ]);
  });

  it('with the linker: names no library to it', async () => {
    const found = await faults(`#pragma comment(lib, "${outside}/secret.h")\n${STUB}`);
    expect(found[0]?.message).toMatch(/refused: a lab may not ask the linker/);
  });

  it('in assembly with a C preprocessor is held to the same', async () => {
    const lab = async (text: string) => {
      const folder = temporaryFolder('lab');
      writeFiles(folder, { 'stride.c': STUB, 'fast.S': text });
      return buildKernel({
        root,
        cacheFolder,
        lab: { name: '03-stride', folder, sources: ['stride.c', 'fast.S'] },
      });
    };
    expect(await lab('#define ONE 1\n.globl one\none:\n  li a0, ONE\n  ret\n')).toMatchObject({ ok: true });
    expect(faultsOf(await lab(`\n.incbin "${outside}/secret.h"\n`))).toMatchObject([
      { file: 'fast.S', line: 2, message: expect.stringContaining('.incbin is refused') as string },
    ]);
    expect(faultsOf(await lab('#include "/etc/passwd"\n'))[0]).toMatchObject({ file: 'fast.S', line: 1 });
    expect(faultsOf(await lab('nop\n  frobnicate a0\n'))[0]).toMatchObject({
      file: 'fast.S',
      line: 2,
      message: expect.stringContaining('unrecognized instruction mnemonic') as string,
    });
  });

  it('cannot pose as another file with #line', async () => {
    const found = await faults(
      `${STUB}#line 1 "/etc/passwd"\nint x = ;\n#line 7 "../../kernel/boot/main.c"\nint y = ;\n`,
    );
    expect(found.map((d) => d.file)).toEqual(['stride.c', 'stride.c']);
    expect(found.every((d) => d.excerpt === undefined)).toBe(true);
  });
});

describe.skipIf(process.platform === 'win32')('a file that wants to exhaust the host', () => {
  it('is stopped after its processor time', async () => {
    const levels = Array.from({ length: 40 }, (_, i) => `#define A${i + 1} A${i} A${i}`).join('\n');
    const [fault] = faultsOf(
      await build(
        { 'stride.c': `${STUB}#define A0 +1\n${levels}\nint x = A40;\n` },
        { ...LAB_LIMITS, cpuSeconds: 1 },
      ),
    );
    expect(fault).toMatchObject({
      file: 'stride.c',
      message: 'takes too long to compile: stopped after 1 s',
    });
  });

  it('is stopped when its object grows without bound', async () => {
    const [fault] = await faults(`${STUB}__asm__(".section .data\\n.fill 0x7fffffff, 8, 1\\n");\n`);
    expect(fault).toMatchObject({ file: 'stride.c', message: 'takes more than 1 GiB of memory to compile' });
  });

  it('is stopped when it takes too much memory', async () => {
    const levels = Array.from({ length: 30 }, (_, i) => `#define A${i + 1} A${i} A${i}`).join('\n');
    const [fault] = faultsOf(
      await build(
        { 'stride.c': `${STUB}#define A0 1,\n${levels}\nint x[] = { A30 };\n` },
        { ...LAB_LIMITS, memoryBytes: 2 ** 29 },
      ),
    );
    expect(fault?.file).toBe('stride.c');
    expect(fault?.message).toMatch(/0.5 GiB of memory|makes the compiler fail|too long/);
  });

  it.each(['crash', 'parser_crash'])('is named when it makes the compiler %s', async (how) => {
    const found = await faults(`${STUB}#pragma clang __debug ${how}\n`);
    expect(found.at(-1)).toMatchObject({
      file: 'stride.c',
      message: expect.stringMatching(/^makes the compiler fail \(/) as string,
    });
  });

  it('with an array that no machine has gets no kernel', async () => {
    const found = await faults(`${STUB}char big[1UL << 40];\nchar *end = big + (1UL << 39);\n`);
    expect(found).toMatchObject([
      { file: 'stride.c', message: expect.stringMatching(/of 1048577 MiB/) as string },
    ]);
  });

  it('does not leave work behind', () => {
    expect(fs.readdirSync(path.join(cacheFolder, 'work'))).toEqual([]);
  });
});
