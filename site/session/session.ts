/**
 * A handout as a session: its blocks in their order, in one copy of the checkout. Blocks with a path are written to
 * that file, changes are applied, commands are run.
 */
import fs from 'node:fs';
import path from 'node:path';
import { applyPatch, parsePatch } from 'diff';
import { defaultCacheFolder } from '../../autograder/toolchain/index.js';
import { readLabFiles } from '../../autograder/toolchain/lab-files.js';
import type { Fence, Handout, StandIn } from '../markdown/handout.js';
import type { Problem } from '../problem.js';
import { readConsole } from './console-block.js';
import type { ShownCommand } from './console-block.js';
import { haveNeeds } from './needs.js';
import { outputLines } from './match-output.js';
import { OutputCache } from './output-cache.js';
import { ScratchCopy } from './scratch-copy.js';
import { runCommand } from './shell.js';

/** A command that was run. */
export interface RunCommand extends ShownCommand {
  /** Its line in the handout, from 1. */
  readonly line: number;
  readonly printed: readonly string[];
}

/** A console block that was run. */
export interface RunBlock {
  readonly fence: Fence;
  readonly commands: readonly RunCommand[];
}

export interface SessionResult {
  readonly blocks: readonly RunBlock[];
  /** Blocks that could not be run, or a change that does not apply. */
  readonly problems: readonly Problem[];
}

/** Whether a handout has anything to run. */
export function hasSession({ fences }: Handout): boolean {
  return fences.some(({ block }) => block.kind === 'console');
}

/**
 * Runs a handout.
 * @param root the checkout, which is left alone
 * @throws Error when a command hangs; in CI, when a block names a program that is not installed
 */
export async function runSession(handout: Handout, root: string): Promise<SessionResult> {
  const blocks: RunBlock[] = [];
  const problems: Problem[] = [];
  const cache = OutputCache.open(defaultCacheFolder(root));
  const scratch = ScratchCopy.of(root);
  const run = async (command: string): Promise<string> => {
    scratch.build();
    const state = scratch.digest();
    const known = cache.load(state, command);
    if (known !== null) return known;
    const printed = await runCommand(command, scratch.folder, root);
    // What writes files must be run again: later commands may read them.
    if (scratch.digest() === state) cache.store(state, command, printed);
    return printed;
  };
  try {
    const standIns = [...handout.standIns];
    for (const fence of handout.fences) {
      while ((standIns[0]?.line ?? Infinity) < fence.line) {
        const standIn = standIns.shift();
        if (standIn === undefined) break;
        try {
          takePlace(standIn, scratch, root);
        } catch (error) {
          const { file } = handout;
          problems.push({ file, line: standIn.line, message: (error as Error).message });
        }
      }
      const { block, token, line } = fence;
      const report = (at: number, message: string): void =>
        void problems.push({ file: handout.file, line: at, message });
      if (block.kind === 'code' && block.path !== undefined) {
        const fault = writeBlock(scratch, block.path, token.text, block.language === 'diff');
        if (fault !== null) report(line, fault);
      }
      if (block.kind !== 'console' || !haveNeeds(block.tools)) continue;
      const shown = readConsole(token.text);
      if ('fault' in shown) {
        report(line + 1 + shown.line, shown.fault);
        continue;
      }
      const commands: RunCommand[] = [];
      let at = line + 1;
      for (const item of shown) {
        const printed = outputLines(await run(item.command));
        commands.push({ ...item, line: at, printed });
        at += item.command.split('\n').length + item.output.length;
      }
      blocks.push({ fence, commands });
    }
  } finally {
    scratch.remove();
  }
  return { blocks, problems };
}

/**
 * Puts a reference, or a faulty one, in the place of the reader's files.
 * @throws Error for a folder without sources, and for a patch that does not fit
 */
function takePlace({ folder, source, patches }: StandIn, scratch: ScratchCopy, root: string): void {
  const { files } = readLabFiles(path.join(root, source), []);
  if (files.length === 0) throw new Error(`${source} has no sources`);
  for (const { name, text } of files) scratch.write(`${folder}/${name}`, text);
  for (const patch of patches) {
    // Ahead of the diff are words about it.
    const text = fs.readFileSync(path.join(root, source, patch), 'utf8').replace(/^[^]*?(?=^--- )/m, '');
    for (const change of parsePatch(text)) {
      const file = `${folder}/${change.newFileName ?? ''}`;
      const after = applyPatch(scratch.read(file) ?? '', change);
      if (after === false) throw new Error(`${source}/${patch} does not fit`);
      scratch.write(file, after);
    }
  }
}

/** @returns null, or why it cannot be done */
function writeBlock(scratch: ScratchCopy, file: string, text: string, isChange: boolean): string | null {
  if (!isChange) {
    scratch.write(file, `${text}\n`);
    return null;
  }
  const before = scratch.read(file);
  if (before === null) return `a change of ${file}, which is not there`;
  let after: string | false;
  try {
    after = applyPatch(before, `${text}\n`);
  } catch (error) {
    return `a change of ${file} that is no unified diff: ${(error as Error).message}`;
  }
  if (after === false) return `the change does not fit ${file} as it is`;
  scratch.write(file, after);
  return null;
}
