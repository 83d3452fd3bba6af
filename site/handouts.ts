/** All handouts, and what must be true of them together. */
import fs from 'node:fs';
import path from 'node:path';
import { readFigure } from './figure/spec.js';
import { HANDOUTS, INDEX, resolveLink } from './links.js';
import type { LinkTarget } from './links.js';
import { readHandout } from './markdown/handout.js';
import type { Handout } from './markdown/handout.js';
import type { Problem } from './problem.js';
import { readConsole } from './session/console-block.js';

export interface Handouts {
  /** By file; the index is one of them. */
  readonly byFile: ReadonlyMap<string, Handout>;
  /** Without the index, in the order in which it links to them. */
  readonly inOrder: readonly Handout[];
  /** The index, if there is one. */
  readonly index: Handout | undefined;
}

/** Reads the Markdown of `handouts/`. */
export function readHandouts(root: string): Handouts {
  const folder = path.join(root, HANDOUTS);
  const files = fs.existsSync(folder)
    ? fs.readdirSync(folder, { encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
    : [];
  const byFile = new Map<string, Handout>();
  for (const name of files.sort()) {
    const file = `${HANDOUTS}/${name}`;
    byFile.set(file, readHandout(file, fs.readFileSync(path.join(root, file), 'utf8')));
  }
  const index = byFile.get(INDEX);
  const listed = new Set<Handout>();
  for (const { token } of index?.links ?? []) {
    const target = resolveLink(token.href, INDEX, byFile, root);
    const handout =
      typeof target === 'string' || target.kind !== 'handout' ? undefined : byFile.get(target.file);
    if (handout !== undefined && handout !== index) listed.add(handout);
  }
  return { byFile, inOrder: [...listed], index };
}

/** What is wrong with handouts, short of drawing their pictures and running their commands. In the order of the text. */
export function handoutProblems({ byFile, inOrder, index }: Handouts, root: string): Problem[] {
  const problems: Problem[] = [];
  if (index === undefined) {
    problems.push({ file: INDEX, line: 1, message: 'is missing; it links to all handouts, in their order' });
  }
  for (const handout of byFile.values()) {
    const { file, links, fences } = handout;
    const own: Problem[] = [...handout.problems];
    const report = (line: number, message: string): void => void own.push({ file, line, message });
    if (index !== undefined && handout !== index && !inOrder.includes(handout)) {
      report(1, `no link to it in ${INDEX}, which gives the order of the handouts`);
    }
    for (const { token, line } of links) {
      const target = resolveLink(token.href, file, byFile, root);
      if (typeof target === 'string') report(line, target);
    }
    for (const { block, token, line } of fences) {
      if (block.kind === 'console') {
        const commands = readConsole(token.text);
        if ('fault' in commands) report(line + 1 + commands.line, commands.fault);
      }
      if (block.kind === 'figure') {
        const spec = readFigure(token.text, root);
        if ('fault' in spec) report(line + 1 + spec.line, spec.fault);
      }
      const lines = token.text.split('\n');
      const command = lines.findIndex((text) => /^(?:\$ |(?:npx )?hartlab )/.test(text));
      if (block.kind === 'code' && block.path === undefined && command >= 0) {
        report(
          line + 1 + command,
          `a command in a block that nobody runs; expected a console block: ${lines[command]}`,
        );
      }
    }
    problems.push(...own.sort((a, b) => a.line - b.line));
  }
  return problems;
}

/** All targets of a handout's links that are sound. */
export function linkTargets({ file, links }: Handout, { byFile }: Handouts, root: string): LinkTarget[] {
  return links.flatMap(({ token }) => {
    const target = resolveLink(token.href, file, byFile, root);
    return typeof target === 'string' ? [] : [target];
  });
}
