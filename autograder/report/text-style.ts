/** Terminal colours by meaning; plain text where nobody would see them (a pipe, NO_COLOR). */
export interface TextStyle {
  readonly title: (text: string) => string;
  readonly good: (text: string) => string;
  readonly middling: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

const plain = (text: string): string => text;

export const PLAIN_STYLE: TextStyle = {
  title: plain,
  good: plain,
  middling: plain,
  bad: plain,
  faint: plain,
  strong: plain,
};

/** Select Graphic Rendition sequences (ECMA-48, 8.3.117). */
const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001b[${on}m${text}\u001b[${off}m`;

export const COLOUR_STYLE: TextStyle = {
  title: sgr(1, 22),
  good: sgr(32, 39),
  middling: sgr(33, 39),
  bad: sgr(31, 39),
  faint: sgr(2, 22),
  strong: sgr(1, 22),
};

/**
 * The style for a stream. NO_COLOR (no-color.org) and TERM=dumb say no; a stream that is no terminal says no.
 */
export function styleFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): TextStyle {
  const unwanted = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return stream.isTTY === true && !unwanted ? COLOUR_STYLE : PLAIN_STYLE;
}

/**
 * Text without what a terminal would act on: names of a student's functions and files may hold anything. Line ends
 * stay.
 */
export function printable(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, '\u00b7');
}

/**
 * Breaks text into lines of at most `width` characters at spaces; longer words get a line of their own. Line
 * ends in the text stay.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}
