/** Output as a handout shows it, against what was printed. */
import { ELISION } from './console-block.js';

/** Lines of output: without blanks at their ends, without empty lines at the end. */
export function outputLines(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Whether what was printed is what is shown, where a line {@link ELISION} stands for any lines. */
export function matchesOutput(shown: readonly string[], printed: readonly string[]): boolean {
  // As for patterns with `*`: when a line does not fit, the last elision takes one line more.
  let s = 0;
  let elision = -1;
  let taken = 0;
  for (let p = 0; p < printed.length;) {
    if (shown[s] === ELISION) {
      elision = s++;
      taken = p;
    } else if (s < shown.length && shown[s]?.trimEnd() === printed[p]) {
      s++;
      p++;
    } else if (elision >= 0) {
      s = elision + 1;
      p = ++taken;
    } else {
      return false;
    }
  }
  return shown.slice(s).every((line) => line === ELISION || line.trim() === '');
}

/**
 * What a handout should show now: what was printed, aligned with what was shown at the least cost. So elisions stay
 * where they are among lines that are still there or still alike, and swallow what is new beside them.
 */
export function refreshedOutput(shown: readonly string[], printed: readonly string[]): string[] {
  if (matchesOutput(shown, printed)) return [...shown];
  const [rows, columns] = [shown.length + 1, printed.length + 1];
  /** Cost of aligning the first i lines shown with the first j printed, and how the last of them are aligned. */
  const cells: Cell[][] = Array.from({ length: rows }, () => []);
  const cost = (i: number, j: number): number => cells[i]?.[j]?.cost ?? Infinity;
  for (let i = 0; i < rows; i++) {
    const line = shown[i - 1];
    for (let j = 0; j < columns; j++) {
      const choices: Cell[] = [];
      if (i === 0 && j === 0) choices.push({ cost: 0, step: 'start' });
      if (line === ELISION) {
        choices.push({ cost: cost(i - 1, j), step: 'gone' }, { cost: cost(i, j - 1), step: 'swallowed' });
      } else {
        if (line !== undefined) {
          const distance = j === 0 ? Infinity : unlikeness(line, printed[j - 1] ?? '');
          choices.push({ cost: cost(i - 1, j - 1) + distance, step: 'changed' });
          choices.push({ cost: cost(i - 1, j) + 1, step: 'gone' });
        }
        choices.push({ cost: cost(i, j - 1) + 1, step: 'new' });
      }
      cells[i]?.push(choices.reduce((best, choice) => (choice.cost < best.cost ? choice : best)));
    }
  }
  const result: string[] = [];
  for (let [i, j] = [rows - 1, columns - 1]; i > 0 || j > 0;) {
    const step = cells[i]?.[j]?.step;
    if (step === 'gone') {
      if (shown[i - 1] === ELISION) result.push(ELISION);
      i--;
    } else if (step === 'swallowed') {
      j--;
    } else {
      result.push(printed[j - 1] ?? '');
      if (step === 'changed') i--;
      j--;
    }
  }
  return result.reverse();
}

interface Cell {
  readonly cost: number;
  /** What became of the last line: of the shown one, of the printed one, or of both. */
  readonly step: 'start' | 'changed' | 'gone' | 'new' | 'swallowed';
}

/** From 0, the same, to less than 1: a changed line is always better than one gone. */
function unlikeness(shown: string, printed: string): number {
  const [a, b] = [shown.trimEnd(), printed];
  if (a === b) return 0;
  const [words, others] = [a, b].map((line) => line.replace(/\d+(?:\.\d+)?/g, '0').split(/\s+/));
  const same = (words ?? []).filter((word) => others?.includes(word)).length;
  return 0.95 - 0.9 * (same / Math.max(words?.length ?? 1, others?.length ?? 1));
}
