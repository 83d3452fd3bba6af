/** Compiler and linker flags: what they are is part of every cache key. */

/** RV64IMAC + Zicsr, Zifencei, soft-float LP64, freestanding C11; DWARF 4 for the line table reader and GDB. */
export const TARGET_FLAGS: readonly string[] = [
  '--target=riscv64-unknown-none-elf',
  '-march=rv64imac_zicsr_zifencei',
  '-mabi=lp64',
  '-mcmodel=medany',
  // Line tables are final when a file is compiled, so that the linker can name the line of a missing symbol.
  '-mno-relax',
];

export const C_FLAGS: readonly string[] = [
  ...TARGET_FLAGS,
  '-std=c11',
  '-ffreestanding',
  '-fno-builtin',
  '-fno-stack-protector',
  '-fno-pic',
  '-fno-common',
  '-fno-asynchronous-unwind-tables',
  '-fno-omit-frame-pointer',
  '-O2',
  '-gdwarf-4',
  '-Wall',
  '-Wextra',
];

/** Diagnostics as `file:line:column: severity: message`, one a line, and no crash reports in the temp folder. */
export const DIAGNOSTIC_FLAGS: readonly string[] = [
  '-fno-color-diagnostics',
  '-fno-caret-diagnostics',
  '-fno-crash-diagnostics',
  '-ferror-limit=20',
];

/** The folder that DWARF gives as the directory of compilation, whatever the checkout's real place. */
export const COMPILATION_FOLDER = '/hartlab';

export const LINK_FLAGS: readonly string[] = [
  '-m',
  'elf64lriscv',
  '-static',
  '-nostdlib',
  '--build-id=none',
  '--fatal-warnings',
  '--color-diagnostics=never',
  '--error-limit=20',
  // An object may not name libraries to be read from the host (#pragma comment(lib, …)).
  '--no-dependent-libraries',
  '-z',
  'max-page-size=4096',
];
