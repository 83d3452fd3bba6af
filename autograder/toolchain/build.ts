/** Builds the kernel and the user programs. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunLimits } from './bounded-process.js';
import { BuildCache } from './build-cache.js';
import {
  compileCourseFile,
  compileLabFile,
  KERNEL_INCLUDE,
  LAB_LIMITS,
  type CompileContext,
  type CompiledObject,
  type LabSources,
} from './compile.js';
import { locateCompiler } from './compiler.js';
import type { Diagnostic } from './diagnostic.js';
import { readLabFiles } from './lab-files.js';
import { memoryExtent } from './memory-extent.js';
import { DamagedObject, link, type LabSourceTexts } from './link.js';
import { hasReferences, namesOfReference, readReference, referenceFiles } from './references.js';
import { SourceTree } from './source-tree.js';
import { ToolchainError } from './toolchain-error.js';

/** A lab whose files come from a student instead of from `solutions/`. */
export interface StudentLab {
  /** `03-stride`. */
  name: string;
  /** The student's folder. */
  folder: string;
  /** The files to compile from it; by default those that `solutions/<name>` has (`.c` and `.S`). */
  sources?: readonly string[];
}

/** How far a build is. */
export interface BuildProgress {
  phase: 'compile' | 'link';
  done: number;
  total: number;
}

/** Where and how to build. */
export interface BuildOptions {
  /** The repository. By default the one that this module lies in. */
  root?: string;
  /** By default HARTLAB_CACHE, or `.cache` in the repository. */
  cacheFolder?: string;
  /** The lab of a student. Without it every lab is the reference. */
  lab?: StudentLab;
  /** Compilations at a time; by default one per core. */
  jobs?: number;
  /** Bounds for each file of a student; by default {@link LAB_LIMITS}. */
  labLimits?: RunLimits;
  onProgress?: (progress: BuildProgress) => void;
}

/** A kernel that was built. */
export interface KernelBuilt {
  ok: true;
  /** The ELF executable, with DWARF. */
  kernel: Uint8Array;
  /** Warnings in the student's files. */
  warnings: readonly Diagnostic[];
  /** Warnings in the course's own files: should be none. */
  courseWarnings: readonly Diagnostic[];
}

/** A student's files that make no kernel. */
export interface BuildFailed {
  ok: false;
  verdict: 'build-failed';
  /** Errors first to last, and warnings; at least one error. */
  diagnostics: readonly Diagnostic[];
}

/** A user program: an ELF executable for `/bin`. */
export interface UserProgram {
  /** Name in `/bin`. */
  name: string;
  elf: Uint8Array;
}

const KERNEL_SCRIPT = 'kernel/boot/kernel.ld';
const USER_FOLDER = 'kernel/user';
const USER_LIBRARY = 'kernel/user/lib';
const USER_SCRIPT = 'kernel/user/user.ld';
const USER_INCLUDES = ['kernel/user/include', KERNEL_INCLUDE];

const RESTORE_SOLUTIONS = 'do it in the checkout that the course is written in';

/** Bytes of memory that a kernel may occupy before it runs: half of the smallest machine that labs use. */
const KERNEL_EXTENT_LIMIT = 64 << 20;

/** The repository that this module is part of, from its sources or from `dist/`. */
export function repositoryRoot(from = path.dirname(fileURLToPath(import.meta.url))): string {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const parent = path.dirname(folder);
    if (path.basename(folder) !== 'dist' && fs.existsSync(path.join(folder, 'package.json'))) return folder;
    if (parent === folder) {
      throw new ToolchainError(`no package.json above ${from}`, 'run hartlab from its repository');
    }
  }
}

/** The folder of the build cache: HARTLAB_CACHE, or `.cache` in the repository. */
export function defaultCacheFolder(root = repositoryRoot()): string {
  const set = process.env.HARTLAB_CACHE;
  return set === undefined || set === '' ? path.join(root, '.cache') : path.resolve(set);
}

/** Names of the labs that there are, sorted: the folders of `labs/`. */
export function labNames(root = repositoryRoot()): string[] {
  return foldersOf(path.join(root, 'labs')).filter((name) => /^\d\d-/.test(name));
}

/**
 * Builds the kernel from `kernel/` and from every lab's reference, or from a student's files for one lab.
 * @throws ToolchainError for a fault that is not the student's.
 */
export async function buildKernel(options: BuildOptions = {}): Promise<KernelBuilt | BuildFailed> {
  return retryingDamage(async () => {
    const context = openContext(options);
    const { tree } = context;
    const isKernel = (file: string): boolean => !file.startsWith(`${USER_FOLDER}/`);
    const course = [
      ...tree.list('kernel', ['.c', '.S']).filter(isKernel),
      ...referenceSources(tree, options.lab?.name),
    ];
    const lab = options.lab === undefined ? null : readStudentLab(tree, options.lab);
    if (lab !== null && lab.faults.length > 0) return failed(lab.faults);
    const progress = counter(options, course.length + (lab?.sources.length ?? 0), 1);

    const labFiles = lab?.files ?? { name: '', files: [] };
    const labResults = await inParallel(lab?.sources ?? [], options.jobs, async (file) => {
      const result = await compileLabFile(context, labFiles, file);
      progress('compile');
      return result;
    });
    const labFaults = labResults.flatMap((result) => ('faults' in result ? result.faults : []));
    if (labFaults.some((d) => d.severity === 'error')) return failed(labFaults);
    const labObjects = labResults.flatMap((result) => ('object' in result ? [result.object] : []));
    const compiled = await inParallel(course, options.jobs, async (file) => {
      const object = await compileCourseFile(context, file, [KERNEL_INCLUDE]);
      progress('compile');
      return object;
    });
    const handedOut = labsWithoutSources(tree, options.lab?.name).flatMap((lab) =>
      readReference(context, lab),
    );
    const courseObjects = [...compiled, ...handedOut];

    const linked = await link(context, {
      name: 'the kernel',
      objects: [...courseObjects, ...labObjects],
      script: KERNEL_SCRIPT,
      labSources: lab === null ? new Map() : textsOf(lab),
    });
    progress('link');
    const warnings = labObjects.flatMap((object) => object.warnings);
    if ('faults' in linked) return failed([...linked.faults, ...warnings]);
    const extent = memoryExtent(linked.elf);
    if (lab !== null && extent > KERNEL_EXTENT_LIMIT) return failed([tooLarge(lab, extent), ...warnings]);
    const courseWarnings = courseObjects.flatMap((object) => object.warnings);
    return { ok: true, kernel: linked.elf, warnings, courseWarnings };
  });
}

/**
 * Builds the user programs: each `kernel/user/NAME.c` with all of `kernel/user/lib`.
 * @throws ToolchainError when one does not build: they are the course's own.
 */
export async function buildPrograms(
  options: Omit<BuildOptions, 'lab' | 'labLimits'> = {},
): Promise<UserProgram[]> {
  return retryingDamage(async () => {
    const context = openContext(options);
    const sources = context.tree.list(USER_FOLDER, ['.c', '.S']);
    const includes = USER_INCLUDES.filter((folder) => fs.existsSync(path.join(context.tree.root, folder)));
    const isProgram = (file: string): boolean => path.posix.dirname(file) === USER_FOLDER;
    const progress = counter(options, sources.length, sources.filter(isProgram).length);
    const objects = await inParallel(sources, options.jobs, async (file) => {
      const object = await compileCourseFile(context, file, includes);
      progress('compile');
      return object;
    });
    const library = objects.filter(({ source }) => source.startsWith(`${USER_LIBRARY}/`));
    const mains = objects.filter(({ source }) => isProgram(source));
    return inParallel(mains, options.jobs, async (main) => {
      const name = path.posix.basename(main.source).replace(/\.[cS]$/, '');
      const objects: CompiledObject[] = [...library, main];
      const linked = await link(context, { name, objects, script: USER_SCRIPT, labSources: new Map() });
      progress('link');
      if ('faults' in linked) throw new Error(`${name}: faults of a student where there is none`);
      return { name, elf: linked.elf };
    });
  });
}

/**
 * Compiles the references of all labs for a course that is handed out without `solutions/`.
 * @returns contents by path from that course's root
 * @throws ToolchainError when there are none, or one does not compile
 */
export async function buildReferences(
  options: Pick<BuildOptions, 'root' | 'cacheFolder'> = {},
): Promise<Map<string, Uint8Array>> {
  return retryingDamage(async () => {
    const context = openContext(options);
    const sources = referenceSources(context.tree, undefined);
    if (sources.length === 0) {
      throw new ToolchainError('there is no solutions/ to hand out the references of', RESTORE_SOLUTIONS);
    }
    return referenceFiles(context, sources);
  });
}

/** A student's lab as it was read. */
interface ReadLab {
  files: LabSources;
  /** Names of the files to compile. */
  sources: readonly string[];
  faults: readonly Diagnostic[];
}

function readStudentLab(tree: SourceTree, lab: StudentLab): ReadLab {
  const sources = lab.sources ?? namesOfSources(tree, lab.name);
  const { files, faults } = readLabFiles(path.resolve(lab.folder), sources);
  return { files: { name: lab.name, files }, sources, faults };
}

/** The files that make up a lab, by its reference. */
function namesOfSources(tree: SourceTree, lab: string): string[] {
  const names = namesOfReference(tree, lab);
  if (names.length > 0) return names;
  return directSources(tree, `solutions/${lab}`).map((file) => path.posix.basename(file));
}

function textsOf({ files, sources }: ReadLab): LabSourceTexts {
  return new Map(
    files.files
      .filter(({ name }) => sources.includes(name))
      .map((file) => [`labs/${files.name}/${file.name}`, file]),
  );
}

/** Sources of every lab's reference but one. Folders in a solution (mutants, alternatives) are not part of it. */
function referenceSources(tree: SourceTree, except: string | undefined): string[] {
  return foldersOf(path.join(tree.root, 'solutions'))
    .filter((lab) => lab !== except)
    .flatMap((lab) => directSources(tree, `solutions/${lab}`));
}

/** Labs, but one, whose references a course has as objects alone. */
function labsWithoutSources(tree: SourceTree, except: string | undefined): string[] {
  const solved = foldersOf(path.join(tree.root, 'solutions'));
  // A lab that is being written has no reference yet.
  if (!hasReferences(tree) && solved.length > 0) return [];
  return labNames(tree.root).filter((lab) => lab !== except && !solved.includes(lab));
}

function directSources(tree: SourceTree, folder: string): string[] {
  return tree.list(folder, ['.c', '.S']).filter((file) => path.posix.dirname(file) === folder);
}

function foldersOf(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

function openContext(options: BuildOptions): CompileContext {
  const root = fs.realpathSync(options.root ?? repositoryRoot());
  return {
    compiler: locateCompiler(),
    cache: BuildCache.open(options.cacheFolder ?? defaultCacheFolder(root)),
    tree: new SourceTree(root),
    limits: options.labLimits ?? LAB_LIMITS,
  };
}

function failed(diagnostics: readonly Diagnostic[]): BuildFailed {
  return { ok: false, verdict: 'build-failed', diagnostics };
}

function tooLarge({ sources, files }: ReadLab, extent: number): Diagnostic {
  const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);
  return {
    severity: 'error',
    file: sources[0] ?? files.name,
    message: `makes a kernel of ${mebibytes(extent)} MiB, more than the ${mebibytes(KERNEL_EXTENT_LIMIT)} MiB that fit`,
  };
}

/** A damaged object has been removed when this is thrown: the second attempt compiles it again. */
async function retryingDamage<T>(build: () => Promise<T>): Promise<T> {
  try {
    return await build();
  } catch (error) {
    if (!(error instanceof DamagedObject)) throw error;
    return build();
  }
}

function counter(
  { onProgress }: BuildOptions,
  compilations: number,
  links: number,
): (phase: BuildProgress['phase']) => void {
  const totals = { compile: compilations, link: links };
  const done = { compile: 0, link: 0 };
  return (phase) => onProgress?.({ phase, done: ++done[phase], total: totals[phase] });
}

/** Maps with at most `jobs` calls under way; the results are in the order of the items. */
async function inParallel<T, R>(
  items: readonly T[],
  jobs = os.availableParallelism(),
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await map(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, items.length)) }, worker));
  return results;
}
