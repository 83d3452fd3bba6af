/**
 * Colours of the pages, for a light and a dark scheme. Text has a contrast of 4.5 with what it stands on, and what is
 * drawn 3 (WCAG 2.2, 1.4.3 and 1.4.11); a test holds them to it.
 */
export interface Palette {
  /** The page. */
  readonly page: string;
  /** Panels on it: code, charts, cards. */
  readonly back: string;
  readonly ink: string;
  readonly faint: string;
  readonly rule: string;
  readonly link: string;
  readonly good: string;
  readonly middling: string;
  readonly bad: string;
  /** Behind text about what is good, and what is bad. */
  readonly goodBack: string;
  readonly badBack: string;
  readonly markBack: string;
  /** Jobs, and kinds of events. The hues are apart for any colour vision (after Okabe and Ito, 2008). */
  readonly jobs: readonly string[];
  /** Other processes, idle harts. */
  readonly other: string;
  readonly idle: string;
  /** Parts of code. */
  readonly comment: string;
  readonly keyword: string;
  readonly string: string;
  readonly number: string;
  readonly type: string;
  readonly meta: string;
}

export const LIGHT: Palette = {
  page: '#ffffff',
  back: '#f5f7fa',
  ink: '#1c2330',
  faint: '#566074',
  rule: '#dde2ea',
  link: '#0b57a4',
  good: '#0b6b40',
  middling: '#8a4d00',
  bad: '#b42318',
  goodBack: '#e2f4ea',
  badBack: '#fdeae7',
  markBack: '#fff3c4',
  jobs: [
    '#0072b2',
    '#b57400',
    '#00815e',
    '#b8578c',
    '#2b8cc4',
    '#cf5a00',
    '#857500',
    '#5b5b5b',
    '#7b3fa0',
    '#7a4a21',
    '#b3003c',
    '#1b5e5a',
  ],
  other: '#7d8798',
  idle: '#757e90',
  comment: '#566074',
  keyword: '#a11d5b',
  string: '#0b6b40',
  number: '#8a4d00',
  type: '#1f5fa8',
  meta: '#6a45a8',
};

export const DARK: Palette = {
  page: '#12161d',
  back: '#1b212b',
  ink: '#e6eaf1',
  faint: '#a2adbf',
  rule: '#333c4a',
  link: '#7cb8ff',
  good: '#5fd39a',
  middling: '#f0b35a',
  bad: '#ff8f82',
  goodBack: '#12352a',
  badBack: '#43201d',
  markBack: '#453a12',
  jobs: [
    '#4aa8e8',
    '#f0ac2e',
    '#2cc79a',
    '#e091bd',
    '#8fcdf2',
    '#f58a45',
    '#cfc04a',
    '#b4b4b4',
    '#bd8be0',
    '#c99b6d',
    '#ff6f91',
    '#62c4bc',
  ],
  other: '#8791a3',
  idle: '#7d8798',
  comment: '#a2adbf',
  keyword: '#ff93bb',
  string: '#7fd6a8',
  number: '#f0b46c',
  type: '#8cbcf7',
  meta: '#c5aaff',
};

/** The colours as CSS custom properties: `--ink`, `--job-0`. */
export function customProperties(palette: Palette): string {
  return Object.entries(palette)
    .flatMap(([name, value]: [string, string | readonly string[]]) =>
      typeof value === 'string'
        ? [`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${value};`]
        : value.map((colour, i) => `--job-${i}: ${colour};`),
    )
    .join(' ');
}
