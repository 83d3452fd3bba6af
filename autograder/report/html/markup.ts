import { LIGHT } from './palette.js';

/**
 * Text without characters that are not seen and do something: control characters but for line ends and tabs, and
 * those that turn the direction of text (Unicode categories Cc and Cf).
 */
export function visible(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '\u00b7');
}

/** Text as HTML or XML text or attribute value. */
export function escape(text: string): string {
  return visible(text)
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

/** The colour of the n-th job of a run, from 0; twelve of the palette, beyond them lighter ones of the same hues. */
export function jobColour(n: number): string {
  const { jobs } = LIGHT;
  const colour = `var(--job-${n % jobs.length}, ${jobs[n % jobs.length] ?? 'gray'})`;
  const round = Math.floor(n / jobs.length);
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
