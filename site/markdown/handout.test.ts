import { describe, expect, it } from 'vitest';
import { formatProblem } from '../problem.js';
import { readHandout } from './handout.js';

const read = (...lines: string[]) => readHandout('handouts/x.md', ['# Title', '', ...lines, ''].join('\n'));
const faults = (...lines: string[]) => read(...lines).problems.map(formatProblem);

describe('a handout', () => {
  it('has a title, headings with the names that GitHub gives them, and nothing wrong', () => {
    const handout = read('## How it is graded', '', '### `pick` and $V$', '', '## How it is graded');
    expect(handout.title).toBe('Title');
    expect(handout.headings.map(({ depth, slug }) => [depth, slug])).toEqual([
      [2, 'how-it-is-graded'],
      [3, 'pick-and-v'],
      [2, 'how-it-is-graded-1'],
    ]);
    expect(handout.problems).toEqual([]);
  });

  it('knows the lines of its blocks and links, in lists too', () => {
    const handout = read(
      'text [a](a.md)',
      'and [b](b.md)',
      '',
      '- one',
      '- two [c](c.md)',
      '',
      '  ```console mkfs.fat',
      '  $ true',
      '  ```',
      '',
      '| x | y |',
      '|---|---|',
      '| 1 | [d](d.md) |',
      '',
      '```c kernel/x.c',
      'int x;',
      '```',
    );
    expect(handout.links.map(({ token, line }) => [token.href, line])).toEqual([
      ['a.md', 3],
      ['b.md', 4],
      ['c.md', 7],
      ['d.md', 15],
    ]);
    expect(handout.fences.map(({ block, line }) => ({ ...block, line }))).toEqual([
      { kind: 'console', tools: ['mkfs.fat'], line: 9 },
      { kind: 'code', language: 'c', path: 'kernel/x.c', line: 17 },
    ]);
  });

  it('may say what stands in for the work of its reader', () => {
    const handout = read(
      '<!-- labs/03-stride is solutions/03-stride + mutants/no-lock.patch -->',
      '',
      '<!-- a note -->',
    );
    expect(handout.standIns).toEqual([
      {
        folder: 'labs/03-stride',
        source: 'solutions/03-stride',
        patches: ['mutants/no-lock.patch'],
        line: 3,
      },
    ]);
    expect(handout.problems).toEqual([]);
  });

  it('reads dollars as mathematics, but not those of money and of code', () => {
    expect(faults('$a_1 * b_2$ and *$c$*, \\$5, `$ ls` and $2^{28} / p$.', '', '$$', 'x = 1', '$$')).toEqual(
      [],
    );
    expect(read('It costs $5 or $6.').problems).toHaveLength(1);
  });

  it.each<[string, string[], RegExp]>([
    [
      'an unknown language',
      ['```cc', 'x', '```'],
      /^handouts\/x\.md:3: unknown fence language 'cc'; .* Did you mean c\?/,
    ],
    ['no language', ['', '```', 'x', '```'], /^handouts\/x\.md:4: a fenced block without a language/],
    [
      'bad mathematics',
      ['so', '$\\frac{a$'],
      /^handouts\/x\.md:4: the formula \\frac\{a is bad mathematics: /,
    ],
    ['an unknown function', ['$$\\foo$$'], /^handouts\/x\.md:3: .*Unsupported function name: \\foo/],
    ['a lone dollar', ['so much $ for that'], /^handouts\/x\.md:3: a lone '\$'/],
    ['HTML', ['', 'a<br>b'], /^handouts\/x\.md:4: HTML \(<br>\)/],
    ['an image', ['![x](x.png)'], /^handouts\/x\.md:3: an image/],
    ['an indented block', ['text', '', '    int x;'], /^handouts\/x\.md:5: an indented code block/],
    ['a second title', ['# Again'], /^handouts\/x\.md:3: a second heading '# Again'/],
    [
      'two paths',
      ['```c a.c b.c', 'x', '```'],
      /^handouts\/x\.md:3: 'b\.c' after a\.c: expected the path of one file/,
    ],
    ['a path that leads out', ['```c ../a.c', 'x', '```'], /^handouts\/x\.md:3: '\.\.\/a\.c' after c/],
    ['a caption of a figure', ['```figure Fast', 'x', '```'], /^handouts\/x\.md:3: 'Fast' after figure/],
  ])('with %s is told so at the line', (_, lines, message) => {
    expect(faults(...lines)).toEqual([expect.stringMatching(message)]);
  });

  it('without a title is told so', () => {
    expect(readHandout('handouts/x.md', 'text\n').problems.map(formatProblem)).toEqual([
      "handouts/x.md:1: no title; expected a first line '# Title'",
    ]);
  });
});
