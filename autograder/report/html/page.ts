import { createHash } from 'node:crypto';
import { escape } from './markup.js';
import { SCRIPT } from './page-script.js';
import { STYLE } from './page-style.js';

/**
 * A page that needs nothing but itself: no network, no files beside it. It reads without its script. Its policy lets
 * that script run and no other, whatever gets into the markup (CSP Level 3, "script-src" with a hash).
 *
 * @param body trusted markup.
 * @param style rules for what only this page has.
 */
export function page(title: string, body: string, style = ''): string {
  const hash = createHash('sha256').update(SCRIPT).digest('base64');
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">`,
    `<title>${escape(title)}</title>`,
    `<style>${STYLE}${style}</style>`,
    '</head>',
    '<body>',
    body,
    `<script>${SCRIPT}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
