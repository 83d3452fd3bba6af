/** What is said of faulty handouts. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { buildSite } from './build-site.js';
import { handoutProblems, readHandouts } from './handouts.js';
import { formatProblem } from './problem.js';

let root = '';
const roots: string[] = [];

beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-handouts-'));
  roots.push(root);
  fs.writeFileSync(path.join(root, 'package.json'), '{ "version": "0" }');
  write('kernel/sched/sched.c', 'int a;\nint b;\n');
  write('solutions/03-stride/stride.c', 'int s;\n');
  write('handouts/README.md', '# Handouts\n\n- [B](b.md)\n- [A](a.md)\n');
  write('handouts/b.md', '# B\n\n## Two words\n');
});
afterAll(() => roots.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true })));

function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), text);
}

/** What is wrong with `handouts/a.md` of these lines below its title. */
function faults(...lines: string[]): string[] {
  write('handouts/a.md', ['# A', '', ...lines, ''].join('\n'));
  return handoutProblems(readHandouts(root), root).map(formatProblem);
}

describe('handouts', () => {
  it('come in the order in which the index links to them', () => {
    expect(faults('fine')).toEqual([]);
    expect(readHandouts(root).inOrder.map(({ title }) => title)).toEqual(['B', 'A']);
  });

  it('link to each other, to sources and to the web', () => {
    const links = [
      'b.md',
      'b.md#two-words',
      '#here',
      '../kernel/sched/sched.c#L2',
      '../kernel/sched',
      'https://x.org',
    ];
    expect(faults('## Here', ...links.map((href) => `[x](${href})`))).toEqual([]);
  });

  it.each<[string, string, string]>([
    [
      'a missing file',
      '../kernel/scheduler.c',
      'broken link to ../kernel/scheduler.c: there is no kernel/scheduler.c',
    ],
    ['a missing handout', 'c.md', 'broken link to c.md: there is no handouts/c.md'],
    [
      'a missing heading',
      'b.md#two-word',
      "link to b.md#two-word: handouts/b.md has no heading '#two-word'. Did you mean two-words?",
    ],
    ['a missing heading of its own', '#there', "link to #there: handouts/a.md has no heading '#there'."],
    [
      'a line behind the end',
      '../kernel/sched/sched.c#L3',
      'link to ../kernel/sched/sched.c#L3: expected #L1 to #L2, the lines of kernel/sched/sched.c',
    ],
    [
      'a solution',
      '../solutions/03-stride/stride.c',
      'link to ../solutions/03-stride/stride.c: a course is handed out without solutions/; write the path as code',
    ],
    ['a place outside', '../../x.md', 'link to ../../x.md: expected a path in the repository'],
    ['a mail address', 'mailto:a@b.c', 'link to mailto:a@b.c: expected http, https or a path'],
  ])('may not link to %s', (_, href, message) => {
    expect(faults('', `see [it](${href})`)).toEqual([`handouts/a.md:4: ${message}`]);
  });

  it('must be linked to by the index, which must be there', () => {
    write('handouts/c.md', '# C\n');
    expect(faults('x')).toEqual([
      'handouts/c.md:1: no link to it in handouts/README.md, which gives the order of the handouts',
    ]);
    fs.rmSync(path.join(root, 'handouts/README.md'));
    expect(faults('x')).toEqual([expect.stringContaining('handouts/README.md:1: is missing')]);
  });

  it.each<[string, string[], string]>([
    [
      'output before a command',
      ['```console', 'hello', '```'],
      "handouts/a.md:4: 'hello' before the first command",
    ],
    ['a comment for a command', ['```console', '$ # x', '```'], "handouts/a.md:4: '$ # x' is no command"],
    [
      'a command that nobody runs',
      ['```sh', 'npm ci', 'npx hartlab doctor', '```'],
      'handouts/a.md:5: a command in a block that nobody runs; expected a console block: npx hartlab doctor',
    ],
    [
      'an unknown figure',
      ['```figure', 'boot --smp 2', '```'],
      "handouts/a.md:4: unknown figure 'boot --smp 2'",
    ],
    [
      'a figure of an unknown policy',
      ['```figure', 'measure --policy strde', 'plot: lag', 'caption: x', '```'],
      "handouts/a.md:4: option '--policy <names>' argument 'strde' is invalid. Unknown policy 'strde'",
    ],
    [
      'a figure with bad jobs',
      ['```figure', 'measure --policy rr --jobs a:prio=1', 'plot: lag', 'caption: x', '```'],
      'handouts/a.md:4: --jobs: ',
    ],
    [
      'an unknown plot',
      ['```figure', 'measure --policy rr', 'plot: lags', 'caption: x', '```'],
      "handouts/a.md:5: unknown plot 'lags'; expected timeline, shares, lag, service. Did you mean lag?",
    ],
    [
      'a figure without a caption',
      ['```figure', 'measure --policy rr', 'plot: lag', '```'],
      "handouts/a.md:5: no caption; expected a last line 'caption: …'",
    ],
  ])('may not have %s', (_, lines, message) => {
    expect(faults(...lines)).toEqual([expect.stringContaining(message)]);
  });

  it.each<[string, string, string]>([
    ['does not parse', 'digraph {\n  a ->\n}', 'handouts/a.md:6: bad DOT: syntax error in line 3'],
    [
      'has an unknown shape',
      'digraph { a [shape=bax] }',
      'handouts/a.md:3: bad DOT: using box for unknown shape bax',
    ],
    ['has colours of its own', 'digraph { a [color=red] }', 'handouts/a.md:3: the colour red in a diagram'],
  ])('may not have a diagram that %s', async (_, dot, message) => {
    write('handouts/a.md', `# A\n\n\`\`\`dot\n${dot}\n\`\`\`\n`);
    const { problems, pages } = await buildSite(root);
    expect(problems.map(formatProblem)).toEqual([expect.stringContaining(message)]);
    expect(pages.size).toBe(0);
  });
});
