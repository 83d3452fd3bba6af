/**
 * References as objects: a course is handed out with `references/NN-name/file.c.o` in the place of
 * `solutions/NN-name/file.c`, so that every lab's kernel is whole and no lab's solution can be read.
 */
import fs from 'node:fs';
import path from 'node:path';
import { digest } from './build-cache.js';
import { compileCourseFile, KERNEL_INCLUDE, type CompileContext, type CompiledObject } from './compile.js';
import { C_FLAGS } from './flags.js';
import type { SourceTree } from './source-tree.js';
import { ToolchainError } from './toolchain-error.js';

export const REFERENCES = 'references';
/** Says for which headers and which compiler the objects were made. */
const MADE_FOR = `${REFERENCES}/made-for.txt`;
const SUFFIX = '.o';

/**
 * Compiles reference sources to the files that stand for them.
 * @param sources paths below `solutions/`
 * @returns contents by path from the root of the course that is handed out
 */
export async function referenceFiles(
  context: CompileContext,
  sources: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>([[MADE_FOR, Buffer.from(`${madeFor(context)}\n`)]]);
  for (const source of sources) {
    const { object } = await compileCourseFile(context, source, [KERNEL_INCLUDE]);
    const bytes = context.cache.load(object);
    if (bytes === null) throw new Error(`${source}: its object is gone from the build cache`);
    files.set(`${source.replace(/^solutions\//, `${REFERENCES}/`)}${SUFFIX}`, bytes);
  }
  return files;
}

/** Names of the files of a lab's reference; none where there are no objects of it. */
export function namesOfReference(tree: SourceTree, lab: string): string[] {
  return objectsOf(tree, lab).map((file) => path.posix.basename(file, SUFFIX));
}

/**
 * The objects of a lab's reference.
 * @throws ToolchainError when there are none, or when they were made for other headers: they would link and then fail
 */
export function readReference(context: CompileContext, lab: string): CompiledObject[] {
  const { tree, cache } = context;
  const files = objectsOf(tree, lab);
  const remedy = `restore ${REFERENCES}/ as your course hands it out, or solutions/`;
  if (files.length === 0) throw new ToolchainError(`lab ${lab} has no reference`, remedy);
  if (tree.read(MADE_FOR).trim() !== madeFor(context)) {
    throw new ToolchainError(`${REFERENCES}/ was made for other headers or another compiler`, remedy);
  }
  return files.map((file) => ({
    object: cache.store(fs.readFileSync(path.join(tree.root, file))),
    source: file.replace(`${REFERENCES}/`, 'solutions/').slice(0, -SUFFIX.length),
    warnings: [],
  }));
}

/** Whether the course has references as objects. */
export function hasReferences(tree: SourceTree): boolean {
  return fs.existsSync(path.join(tree.root, MADE_FOR));
}

function objectsOf(tree: SourceTree, lab: string): string[] {
  const folder = `${REFERENCES}/${lab}`;
  return fs.existsSync(path.join(tree.root, folder)) ? tree.list(folder, [SUFFIX]) : [];
}

/** An object is good for the compiler's flags and the contracts that it was compiled with. */
function madeFor({ compiler, tree }: CompileContext): string {
  const headers = tree.list(KERNEL_INCLUDE, ['.h']).flatMap((file) => [file, tree.digestOf(file) ?? '']);
  return digest('references', compiler.version, ...C_FLAGS, ...headers);
}
