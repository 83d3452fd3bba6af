/** Sources that handouts link to, as pages of the site: they are there without a network, at the same version. */
import fs from 'node:fs';
import path from 'node:path';
import { escape } from '../../autograder/report/html/markup.js';
import { hrefOf, pageOfSource } from '../links.js';
import { highlightLines, languageOf } from './highlight.js';
import { pageHtml } from './page.js';

/** A file with numbered lines, each of which can be linked to: `#L12`. */
export function sourcePage(file: string, text: string, style: string): string {
  const lines = highlightLines(text.replace(/\n$/, ''), languageOf(file));
  const body = lines.map((line, i) => `<span class="line" id="L${i + 1}">${line}\n</span>`).join('');
  return framed(file, false, `<pre class="source" tabindex="0"><code>${body}</code></pre>`, style);
}

/** What a folder holds. @param files those of its files that have a page */
export function folderPage(folder: string, files: readonly string[], style: string): string {
  const page = pageOfSource(folder, true);
  const items = files.map((file) => {
    const href = hrefOf({ kind: 'source', path: file, anchor: '', isFolder: false }, page);
    return `<li><a href="${escape(href)}"><code>${escape(path.posix.basename(file))}</code></a></li>`;
  });
  return framed(folder, true, `<ul class="files">${items.join('')}</ul>`, style);
}

function framed(source: string, isFolder: boolean, body: string, style: string): string {
  const page = pageOfSource(source, isFolder);
  const name = isFolder ? `${source}/` : source;
  return pageHtml(
    {
      name,
      title: `<code>${escape(name).replaceAll('/', '/<wbr>')}</code>`,
      body,
      contents: [],
      home: `${'../'.repeat(page.split('/').length - 1)}index.html`,
      kind: 'source',
    },
    style,
  );
}

/** Text files of a folder, by their paths from the repository's root. */
export function textFiles(folder: string, root: string): string[] {
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:c|h|S|ld|ts|js|json|md|txt|patch)$/.test(entry.name))
    .map((entry) => `${folder}/${entry.name}`)
    .sort();
}
