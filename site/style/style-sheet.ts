/** The style sheet of the site. */
import fs from 'node:fs';
import path from 'node:path';
import { customProperties, DARK, LIGHT } from '../../autograder/report/html/palette.js';

/** Rules, with the colours of reports as custom properties; paper is light. */
export function styleSheet(root: string): string {
  const colours = [
    `:root { color-scheme: light dark; ${customProperties(LIGHT)} }`,
    `@media (prefers-color-scheme: dark) { :root { ${customProperties(DARK)} } }`,
    `@media print { :root { ${customProperties(LIGHT)} } }`,
  ];
  return [...colours, fs.readFileSync(path.join(root, 'site/style/handouts.css'), 'utf8')].join('\n');
}
