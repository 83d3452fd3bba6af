/** For tests: a course in miniature, in a folder of its own, that builds like the real one. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const FILES: Readonly<Record<string, string>> = {
  'package.json': '{}',
  'kernel/boot/kernel.ld': `
    OUTPUT_ARCH(riscv) ENTRY(_entry)
    SECTIONS { . = 0x80200000; .text : { *(.text.entry) *(.text*) } .rodata : { *(.rodata*) }
               .data : { *(.data*) *(.sdata*) } .bss : { *(.bss*) *(.sbss*) } }`,
  'kernel/boot/entry.S': '.section .text.entry\n.globl _entry\n_entry: call main\n1: j 1b\n',
  'kernel/boot/main.c': '#include "sched.h"\nint ticks;\nint main(void)\n{\n  return pick(QUANTUM);\n}\n',
  'kernel/include/sched.h': '#include <stdint.h>\n#define QUANTUM 10000u\nint pick(uint32_t used);\n',
  'kernel/user/user.ld': 'ENTRY(main) SECTIONS { . = 0x10000; .text : { *(.text*) } }',
  'kernel/user/lib/exit.c': 'int exit_status(int s)\n{\n  return s;\n}\n',
  'kernel/user/echo.c': 'int exit_status(int);\nint main(void)\n{\n  return exit_status(0);\n}\n',
  'solutions/03-stride/stride.c': '#include "sched.h"\nint pick(uint32_t used)\n{\n  return (int)used;\n}\n',
  'labs/03-stride/stride.c': '#include "sched.h"\nint pick(uint32_t used)\n{\n  return 0 * (int)used;\n}\n',
};

/** A fresh course; `changes` replaces files of it or adds to them. Returns its folder. */
export function makeCourse(changes: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder('course');
  writeFiles(root, { ...FILES, ...changes });
  return root;
}

/** Writes files given by their paths below `folder`. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}

/** A fresh folder outside the repository. */
export function temporaryFolder(name: string): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `hartlab-${name}-`));
}
