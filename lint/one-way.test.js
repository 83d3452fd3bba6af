import path from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { oneWay } from './one-way.js';

const root = path.resolve(import.meta.dirname, '..');

/** What the rule says of `code` if it stood in `file`, parsed as plain JavaScript. */
async function messages(file, code) {
  const eslint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: [
      {
        files: ['**/*'],
        plugins: { hartlab: { rules: { 'one-way': oneWay } } },
        rules: { 'hartlab/one-way': 'error' },
      },
    ],
  });
  const [result] = await eslint.lintText(code, { filePath: path.join(root, file) });
  return result.messages.map((m) => m.message);
}

describe('one-way dependencies', () => {
  it.each([
    ['emulator/machine.js', "import { grade } from '../autograder/index.js';"],
    ['emulator/machine.test.js', "import { grade } from '../autograder/index.js';"],
    ['emulator/devices/plic.js', "export * from '../../labs/03-stride/lab.js';"],
    ['autograder/grade/index.js', "export { lab } from '../../labs/03-stride/lab.js';"],
    ['autograder/grade/index.js', "const lab = await import('../../labs/03-stride/lab.js');"],
    ['labs/03-stride/lab.js', "import '../../handouts/render.js';"],
    ['emulator/machine.js', "import 'hartlab/autograder';"],
  ])('refuses an upward import in %s: %s', async (file, code) => {
    expect(await messages(file, code)).toEqual([
      expect.stringContaining('dependencies point handouts, site → labs → autograder → emulator'),
    ]);
  });

  it('refuses a sideways import between folders of one layer', async () => {
    expect(await messages('handouts/a.js', "import '../site/b.js';")).toEqual([
      expect.stringContaining('independent of each other'),
    ]);
  });

  it('lets the entry of the command bring commands of upper layers, lazily; nothing imports the entry', async () => {
    expect(await messages('autograder/cli/bin.js', "await import('../../site/command.js');")).toEqual([]);
    expect(await messages('autograder/cli/bin.js', "import '../../site/command.js';")).toHaveLength(1);
    expect(await messages('autograder/cli/main.js', "await import('../../site/command.js');")).toHaveLength(
      1,
    );
    expect(await messages('site/command.js', "import '../autograder/cli/bin.js';")).toEqual([
      expect.stringContaining('nothing imports it'),
    ]);
  });

  it.each([
    ['autograder/cli/boot.js', "import { Machine } from '../../emulator/index.js';"],
    ['labs/03-stride/lab.js', "import { check } from '../../autograder/lab/index.js';"],
    ['site/build.js', "import '../labs/03-stride/lab.js';"],
    ['emulator/hart/csr.js', "import '../isa/zicsr.js';"],
    ['autograder/cli/boot.js', "import fs from 'node:fs';"],
    ['autograder/grade/index.js', 'const lab = await import(path);'],
  ])('allows a downward, inner or outside import in %s: %s', async (file, code) => {
    expect(await messages(file, code)).toEqual([]);
  });
});

describe('the emulator in a browser', () => {
  it.each(["import fs from 'node:fs';", "import 'fs';", "await import('node:crypto');"])(
    'may not say %s',
    async (code) => {
      expect(await messages('emulator/machine.js', code)).toEqual([
        expect.stringContaining('only in emulator/node/'),
      ]);
    },
  );

  it('may not reach a node: module through emulator/node/', async () => {
    expect(await messages('emulator/index.js', "import './node/files.js';")).toEqual([
      expect.stringContaining('only emulator/node/ may import from emulator/node/'),
    ]);
  });

  it.each(['emulator/node/files.js', 'emulator/isa/rv64i.test.js'])('%s may', async (file) => {
    expect(await messages(file, "import fs from 'node:fs';")).toEqual([]);
  });
});

describe('the configuration', () => {
  /** What the project's own configuration says of a TypeScript file that is really there. */
  it('holds every TypeScript file to the rule, type imports included', async () => {
    const eslint = new ESLint({ cwd: root });
    for (const file of ['emulator/index.ts', 'autograder/toolchain/index.ts', 'labs/03-stride/lab.ts']) {
      const config = await eslint.calculateConfigForFile(path.join(root, file));
      expect(config.rules['hartlab/one-way']).toEqual([2]);
      expect(config.rules['@typescript-eslint/no-explicit-any'][0]).toBe(2);
      expect(config.rules['@typescript-eslint/consistent-type-imports'][0]).toBe(2);
    }
    const [result] = await eslint.lintText("export type M = import('../autograder/index.js').M;\n", {
      filePath: path.join(root, 'emulator/index.ts'),
    });
    expect(result.messages.map((m) => m.ruleId)).toContain('hartlab/one-way');
  });
});
