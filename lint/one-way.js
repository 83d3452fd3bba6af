// @ts-check
import path from 'node:path';
import { builtinModules } from 'node:module';

/**
 * The order in which folders may depend on each other (STYLE.md, "Dependencies point one way"):
 * a folder may import from its own layer's folder and from any folder of a lower layer.
 * A top-level folder that is not listed (a configuration file, say) is not restricted.
 *
 * One file puts the layers together: the entry of the `hartlab` command. It may load any layer with `import()`, and
 * hands what it loaded to those below as arguments. So the command line knows of commands that upper layers add
 * (`hartlab handouts`) without importing them. Nothing imports an entry.
 */
const LAYERS = [['emulator'], ['autograder'], ['labs', 'solutions'], ['handouts', 'site', 'bench']];
const ORDER = 'handouts, site → labs → autograder → emulator';
const ENTRIES = ['autograder/cli/bin'];

/** @param {readonly string[]} file */
const isEntry = (file) => ENTRIES.includes(file.join('/').replace(/\.[jt]s$/, ''));

/** @param {string} folder */
const layerOf = (folder) => LAYERS.findIndex((folders) => folders.includes(folder));

/** @type {import('eslint').Rule.RuleModule} */
export const oneWay = {
  meta: {
    type: 'problem',
    docs: { description: 'dependencies between top-level folders point one way' },
    messages: {
      upward: "{{from}}/ may not import from {{to}}/ ('{{source}}'): dependencies point {{order}}",
      sideways: "{{from}}/ may not import from {{to}}/ ('{{source}}'): the two are independent of each other",
      entry: "'{{source}}' is the entry of a command: nothing imports it",
      nodeModule:
        "emulator/ works in a browser too: import '{{source}}' only in emulator/node/ (or in a test beside the source)",
      nodeEdge:
        "emulator/ works in a browser too: only emulator/node/ may import from emulator/node/ ('{{source}}')",
    },
    schema: [],
  },
  create(context) {
    const here = path.relative(context.cwd, context.filename).split(path.sep);
    const from = here[0] ?? '';
    const isTest = /\.test\.[cm]?[jt]s$/.test(context.filename);
    const isNodeEdge = from === 'emulator' && here[1] === 'node';
    const mustRunInBrowser = from === 'emulator' && !isNodeEdge && !isTest;

    /**
     * The path below the repository that an import names, or null for a package.
     * @param {string} source
     */
    const targetOf = (source) => {
      if (source.startsWith('hartlab/')) return source.slice('hartlab/'.length).split('/');
      if (!source.startsWith('.')) return null;
      return path.relative(context.cwd, path.resolve(path.dirname(context.filename), source)).split(path.sep);
    };

    /** @param {import('estree').Node | null | undefined} node */
    const check = (node) => {
      if (node?.type !== 'Literal' || typeof node.value !== 'string') return;
      const source = node.value;
      if (mustRunInBrowser && (source.startsWith('node:') || builtinModules.includes(source))) {
        context.report({ node, messageId: 'nodeModule', data: { source } });
        return;
      }
      const target = targetOf(source);
      if (target === null || (isEntry(here) && node.parent.type === 'ImportExpression')) return;
      if (isEntry(target)) {
        context.report({ node, messageId: 'entry', data: { source } });
        return;
      }
      const to = target[0] ?? '';
      if (mustRunInBrowser && to === 'emulator' && target[1] === 'node') {
        context.report({ node, messageId: 'nodeEdge', data: { source } });
      } else if (to !== from && layerOf(from) >= 0 && layerOf(to) >= layerOf(from)) {
        const messageId = layerOf(to) > layerOf(from) ? 'upward' : 'sideways';
        context.report({ node, messageId, data: { from, to, source, order: ORDER } });
      }
    };

    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      /** `import('…').Type` @param {any} node */
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
    };
  },
};
