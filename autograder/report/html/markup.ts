/** Text as HTML or XML text or attribute value. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A coordinate with a tenth of a unit, which is less than a pixel. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/**
 * Eight colours that people with any colour vision tell apart (Okabe and Ito, 2008), then four darker ones; beyond
 * them lighter ones of the same hues.
 */
const PALETTE = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8a7a00',
  '#5b5b5b',
  '#7b3fa0',
  '#7a4a21',
  '#b3003c',
  '#1b5e5a',
];

/** The colour of the n-th job of a run, from 0. */
export function jobColour(n: number): string {
  const colour = PALETTE[n % PALETTE.length] ?? '#000000';
  const round = Math.floor(n / PALETTE.length);
  return round === 0 ? colour : `color-mix(in srgb, ${colour} ${Math.max(25, 100 - 35 * round)}%, white)`;
}

/** Round steps for an axis: 1, 2 or 5 times a power of ten, at most `most` of them. */
export function axisTicks(from: number, to: number, most: number): number[] {
  const rough = (to - from) / most;
  if (!(rough > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((s) => s >= rough) ?? rough;
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i++) {
    ticks.push(Number((i * step).toPrecision(12)));
  }
  return ticks;
}
