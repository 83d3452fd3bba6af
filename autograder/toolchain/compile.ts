/** Source to object: the course's own files directly, a student's behind {@link confinedFileSystem}. */
import fs from 'node:fs';
import path from 'node:path';
import { runBounded, type Run, type RunLimits } from './bounded-process.js';
import { digest, type BuildCache } from './build-cache.js';
import { compilerEnvironment, type Compiler } from './compiler.js';
import { confinedFileSystem, findForbidden } from './confinement.js';
import { parseDepfile } from './depfile.js';
import { formatDiagnostic, parseClang, SourceNames, type Diagnostic } from './diagnostic.js';
import { C_FLAGS, COMPILATION_FOLDER, DIAGNOSTIC_FLAGS, TARGET_FLAGS } from './flags.js';
import type { LabFile } from './lab-files.js';
import type { SourceTree } from './source-tree.js';
import { ToolchainError } from './toolchain-error.js';

/** What all compilations of one build share. */
export interface CompileContext {
  compiler: Compiler;
  cache: BuildCache;
  tree: SourceTree;
  /** Bounds for a student's file. */
  limits: RunLimits;
}

/** An object in the cache. */
export interface CompiledObject {
  /** Its name in the cache. */
  object: string;
  /** The source: from the root, or for a lab `labs/NN-name/file.c` wherever the student keeps it. */
  source: string;
  warnings: readonly Diagnostic[];
}

/** A lab's files as they were read. */
export interface LabSources {
  /** `03-stride`. */
  name: string;
  files: readonly LabFile[];
}

/** Bounds of one compilation of a student's file. The processor time of an ordinary file is 0.1 s. */
export const LAB_LIMITS: RunLimits = {
  cpuSeconds: 20,
  wallSeconds: 300,
  memoryBytes: 2 ** 30,
  fileBytes: 16 << 20,
};
const COURSE_LIMITS: RunLimits = { wallSeconds: 600 };

/** Where kernel and labs find headers. */
export const KERNEL_INCLUDE = 'kernel/include';

/**
 * Compiles a file of the course.
 * @param source path from the root
 * @param includes folders of headers, from the root
 * @throws ToolchainError with clang's diagnostics when it does not compile.
 */
export async function compileCourseFile(
  context: CompileContext,
  source: string,
  includes: readonly string[],
): Promise<CompiledObject> {
  const { compiler, cache, tree } = context;
  const flags = [...C_FLAGS, ...includes.map((folder) => `-I${folder}`)];
  const headers = [...new Set([...includes, path.posix.dirname(source)])].flatMap((folder) =>
    tree.list(folder, ['.h']),
  );
  const key = digest('course', compiler.version, ...flags, source, tree.digestOf(source) ?? '', ...headers);
  const known = lookUp(context, key);
  if (known !== null) return { ...known, source };
  return cache.withWorkFolder(async (work) => {
    const object = path.join(work, 'out.o');
    const depfile = path.join(work, 'out.d');
    const run = await clang(
      context,
      [...flags, ...prefixMaps(context), '-MD', '-MF', depfile, '-c', source, '-o', object],
      COURSE_LIMITS,
    );
    const names = courseNames(tree, source);
    const diagnostics = parseClang(run.stderr, names);
    if (run.status !== 0) throw courseFault(source, diagnostics, run);
    const made = {
      object: cache.store(fs.readFileSync(object)),
      warnings: diagnostics,
    };
    remember(context, key, fs.readFileSync(depfile, 'utf8'), made);
    return { ...made, source };
  });
}

/**
 * Compiles one file of a student's lab.
 * @returns the object; or what is wrong with the file
 * @throws ToolchainError when the compiler cannot be run
 */
export async function compileLabFile(
  context: CompileContext,
  lab: LabSources,
  file: string,
): Promise<{ object: CompiledObject } | { faults: readonly Diagnostic[] }> {
  const { compiler, cache, tree } = context;
  const source = `labs/${lab.name}/${file}`;
  const key = digest(
    ...['lab', compiler.version, ...C_FLAGS, source],
    ...lab.files.flatMap(({ name, text }) => [name, text]),
    ...tree.list(KERNEL_INCLUDE, ['.h']),
  );
  const known = lookUp(context, key);
  if (known !== null) return { object: { ...known, source } };
  return cache.withWorkFolder(async (created) => {
    const work = fs.realpathSync(created);
    const step = new LabCompilation(context, lab, file, work);
    const result = await step.run();
    if ('faults' in result) return result;
    const made = { object: cache.store(result.bytes), warnings: result.warnings };
    remember(context, key, result.depfile, made);
    return { object: { ...made, source } };
  });
}

/** The steps from one file of a student to an object, in a work folder of their own. */
class LabCompilation {
  private readonly folder: string;
  private readonly names: SourceNames;
  private readonly frontEnd: readonly string[];

  constructor(
    private readonly context: CompileContext,
    lab: LabSources,
    private readonly file: string,
    private readonly work: string,
  ) {
    const { tree, compiler } = context;
    this.folder = path.join(work, 'labs', lab.name);
    fs.mkdirSync(this.folder, { recursive: true });
    this.names = new SourceNames(file);
    const files = lab.files.map(({ name, text }) => {
      const full = path.join(this.folder, name);
      fs.writeFileSync(full, text);
      this.names.addFile(full, name, text);
      this.names.addFile(`labs/${lab.name}/${name}`, name, text);
      return full;
    });
    const include = path.join(tree.root, KERNEL_INCLUDE);
    for (const header of tree.list(KERNEL_INCLUDE, ['.h'])) {
      this.names.addFile(path.join(tree.root, header), header, tree.read(header));
    }
    const overlay = path.join(work, 'overlay.json');
    fs.writeFileSync(overlay, confinedFileSystem(files, [include, compiler.includeFolder]));
    this.frontEnd = [
      ...C_FLAGS,
      `-I${include}`,
      ...['-ivfsoverlay', overlay],
      ...prefixMaps(context, work),
      ...['-MD', '-MF', this.path('out.d')],
      path.join(this.folder, file),
    ];
  }

  async run(): Promise<
    { faults: readonly Diagnostic[] } | { bytes: Uint8Array; depfile: string; warnings: Diagnostic[] }
  > {
    const assembly = this.path('out.s');
    const isAssembly = this.file.endsWith('.S');
    // Inline assembly must come out as the student wrote it: the integrated assembler would replace a .incbin by
    // the bytes of the file, which nothing below could tell from data.
    const mode = isAssembly ? ['-E'] : ['-S', '-fno-integrated-as', '-fno-verbose-asm'];
    const compiled = await this.clang([...mode, ...this.frontEnd, '-o', assembly]);
    const diagnostics = this.explained(compiled);
    if (compiled.status !== 0) return { faults: onlyErrors(diagnostics, this.cause(compiled)) };
    const depfile = fs.readFileSync(this.path('out.d'), 'utf8');
    const refused = [
      ...this.outside(parseDepfile(depfile)),
      ...findForbidden(fs.readFileSync(assembly, 'utf8'), this.names),
    ];
    if (refused.length > 0) return { faults: refused };
    const object = this.path('out.o');
    const debug = isAssembly ? ['-gdwarf-4'] : [];
    const assembled = await this.clang([
      ...[...TARGET_FLAGS, ...debug, ...prefixMaps(this.context, this.work)],
      ...['-x', 'assembler', '-c', assembly, '-o', object],
    ]);
    if (assembled.status === 0) {
      return { bytes: fs.readFileSync(object), depfile, warnings: diagnostics };
    }
    const isFaultInText = /:\d+:\d+: error: /.test(assembled.stderr);
    if (isAssembly || !isFaultInText) {
      return { faults: onlyErrors(this.explained(assembled), this.cause(assembled)) };
    }
    // The text has been searched by now. Compiled in one go, clang names the line of the C source.
    const again = await this.clang(['-c', ...this.frontEnd, '-o', object]);
    return { faults: onlyErrors(this.explained(again), this.cause(assembled)) };
  }

  private clang(args: readonly string[]): Promise<Run> {
    return clang(this.context, args, this.context.limits);
  }

  private path(name: string): string {
    return path.join(this.work, name);
  }

  private explained(run: Run): Diagnostic[] {
    return parseClang(run.stderr, this.names).map((diagnostic) =>
      diagnostic.message.includes('file not found')
        ? { ...diagnostic, message: `${diagnostic.message}; ${READABLE}` }
        : diagnostic,
    );
  }

  /** Belt and braces: the overlay leaves no way to read these. */
  private outside(dependencies: readonly string[]): Diagnostic[] {
    const { tree, compiler } = this.context;
    const allowed = [this.folder, path.join(tree.root, KERNEL_INCLUDE), compiler.includeFolder];
    const isAllowed = (file: string): boolean => {
      const real = fs.realpathSync(path.resolve(tree.root, file));
      return allowed.some((folder) => real.startsWith(fs.realpathSync(folder) + path.sep));
    };
    return dependencies
      .filter((file) => !isAllowed(file))
      .map((file) => {
        const name = path.basename(file);
        const line = this.names.find(this.file, new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
        const place = line === undefined ? { file: this.file } : { file: this.file, line };
        return this.names.diagnostic('error', place, `${name} is refused: ${READABLE}`);
      });
  }

  /** The fault in one sentence where clang did not get to say one. */
  private cause(run: Run): Diagnostic {
    const { limits } = this.context;
    const message =
      run.exceeded === 'time'
        ? `takes too long to compile: stopped after ${limits.cpuSeconds ?? limits.wallSeconds} s`
        : run.exceeded === 'file-size' || /file too large/i.test(run.stderr)
          ? `compiles to more than ${(limits.fileBytes ?? 0) >> 20} MiB`
          : /out of memory|bad_alloc|cannot allocate/i.test(run.stderr)
            ? `takes more than ${(limits.memoryBytes ?? 0) / 2 ** 30} GiB of memory to compile`
            : `makes the compiler fail (${run.signal ?? `status ${run.status}`})`;
    return { severity: 'error', file: this.file, message };
  }
}

const READABLE = "a lab may read its own folder and the kernel's headers (kernel/include)";

/** The errors among `diagnostics`, at least one. */
function onlyErrors(diagnostics: readonly Diagnostic[], otherwise: Diagnostic): readonly Diagnostic[] {
  return diagnostics.some((d) => d.severity === 'error') ? diagnostics : [...diagnostics, otherwise];
}

function clang(context: CompileContext, args: readonly string[], limits: RunLimits): Promise<Run> {
  const { compiler, cache, tree } = context;
  const own = ['-nostdinc', '-isystem', compiler.includeFolder, '-fintegrated-cc1', ...DIAGNOSTIC_FLAGS];
  return runBounded(compiler.command, ['clang', ...own, ...args], {
    cwd: tree.root,
    env: compilerEnvironment(cache.folder),
    limits,
  });
}

/** Names in debug information and `__FILE__` that do not depend on where the checkout and the cache lie. */
function prefixMaps({ compiler, tree }: CompileContext, work?: string): string[] {
  const map = (from: string, to: string): string => `-ffile-prefix-map=${from}${path.sep}=${to}`;
  return [
    `-ffile-compilation-dir=${COMPILATION_FOLDER}`,
    map(tree.root, ''),
    map(compiler.includeFolder, 'compiler/'),
    ...(work === undefined ? [] : [map(work, '')]),
  ];
}

function courseNames(tree: SourceTree, source: string): SourceNames {
  const names = new SourceNames(source);
  names.addFile(source, source, tree.read(source));
  for (const folder of ['kernel', 'labs', 'solutions']) names.addFolder(folder, `${folder}/`);
  return names;
}

function courseFault(source: string, diagnostics: readonly Diagnostic[], run: Run): ToolchainError {
  const said = diagnostics.map(formatDiagnostic).join('\n');
  return new ToolchainError(
    `the course's own ${source} does not compile:\n${said === '' ? run.stderr.trim() : said}\n`,
    "restore it or mend it: 'git status' shows what changed",
  );
}

/** What one key stands for, once for each state of the headers that it was compiled with. */
interface CacheVariant {
  /** Headers of the course that were read: path from the root, digest. */
  dependencies: readonly (readonly [string, string])[];
  object: string;
  warnings: readonly Diagnostic[];
}

/** States of the headers that are remembered for one key. */
const VARIANTS = 8;

function variants(context: CompileContext, key: string): readonly CacheVariant[] {
  const entry = context.cache.entry(key);
  // Only we write entries, and a version of ours that writes others has other keys.
  return Array.isArray(entry) ? (entry as CacheVariant[]) : [];
}

function lookUp(context: CompileContext, key: string): Omit<CompiledObject, 'source'> | null {
  const found = variants(context, key).find((variant) =>
    variant.dependencies.every(([file, expected]) => context.tree.digestOf(file) === expected),
  );
  if (found === undefined || !fs.existsSync(context.cache.contentPath(found.object))) return null;
  return { object: found.object, warnings: found.warnings };
}

function remember(
  context: CompileContext,
  key: string,
  depfile: string,
  made: Omit<CacheVariant, 'dependencies'>,
): void {
  const { tree } = context;
  const dependencies = parseDepfile(depfile).flatMap((file) => {
    const fromRoot = path.relative(tree.root, path.resolve(tree.root, file)).split(path.sep).join('/');
    // The compiler's own headers go with its version, a lab's with the key.
    if (!/^(kernel|solutions|labs)\//.test(fromRoot)) return [];
    return [[fromRoot, tree.digestOf(fromRoot) ?? ''] as const];
  });
  const variant: CacheVariant = { dependencies, ...made };
  context.cache.setEntry(key, [variant, ...variants(context, key)].slice(0, VARIANTS));
}
