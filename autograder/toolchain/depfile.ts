/**
 * The files that a compilation read, from the dependency file that clang writes (`-MD`): one rule of make, in
 * which a backslash escapes a space or a `#` and joins lines, and `$$` is a dollar sign.
 */
export function parseDepfile(text: string): string[] {
  const joined = text.replace(/\\\r?\n/g, ' ');
  const colon = /:(?=\s|$)/.exec(joined);
  if (colon === null) return [];
  const names = joined.slice(colon.index + 1).match(/(?:\\[ #]|[^\s])+/g) ?? [];
  return names.map((name) => name.replace(/\\([ #])/g, '$1').replaceAll('$$', '$'));
}
