/** The C toolchain: kernel, labs and user programs to ELF, with a cache and with students' files confined. */
export {
  buildKernel,
  buildPrograms,
  buildReferences,
  defaultCacheFolder,
  labNames,
  repositoryRoot,
  type BuildFailed,
  type BuildOptions,
  type BuildProgress,
  type KernelBuilt,
  type StudentLab,
  type UserProgram,
} from './build.js';
export { BuildCache } from './build-cache.js';
export { compilerEnvironment, locateCompiler, type Compiler } from './compiler.js';
export { formatDiagnostic, type Diagnostic, type SourcePlace } from './diagnostic.js';
export { runBounded, type Run, type RunLimits } from './bounded-process.js';
export { ToolchainError } from './toolchain-error.js';
