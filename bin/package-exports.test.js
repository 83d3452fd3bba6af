// @ts-check
import fs from 'node:fs';
import { expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
/** @type {{ exports: Record<string, string> }} */
const manifest = JSON.parse(fs.readFileSync(new URL('package.json', root), 'utf8'));

it.each(Object.entries(manifest.exports))('the package has a source for its export %s', (_, target) => {
  expect(fs.existsSync(new URL(target.replace('./dist/', './').replace(/\.js$/, '.ts'), root))).toBe(true);
});
