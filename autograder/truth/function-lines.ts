/**
 * The lines of a C function's definition, by the layout that the course's sources have: a definition begins at the
 * margin, and its closing brace is at the margin or at the end of its only line.
 *
 * @returns first and last line, from 1; nothing where the text defines no such function.
 */
export function functionLines(text: string, name: string): readonly [number, number] | undefined {
  const lines = text.split('\n');
  const head = new RegExp(`^(?:[A-Za-z_][\\w\\s*()]*[\\s*])?${name}\\(`);
  for (const [i, line] of lines.entries()) {
    if (!head.test(line)) continue;
    const open = lines.findIndex((later, j) => j >= i && later.includes('{'));
    const declared = lines.findIndex((later, j) => j >= i && /;\s*(\/\/.*)?$/.test(later));
    // A declaration ends before any body begins.
    if (open < 0 || (declared >= 0 && declared < open)) continue;
    if (/\}\s*(\/\/.*)?$/.test(lines[open] ?? '')) return [i + 1, open + 1];
    const end = lines.findIndex((later, j) => j > open && later.startsWith('}'));
    if (end >= 0) return [i + 1, end + 1];
  }
  return undefined;
}
