import { describe, expect, it } from 'vitest';
import { customProperties, DARK, LIGHT } from './palette.js';

/** WCAG 2.2, "relative luminance". */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the %s palette', (_, palette) => {
  it('has text that can be read wherever it stands', () => {
    const text = [
      'ink',
      'faint',
      'link',
      'good',
      'middling',
      'bad',
      'comment',
      'keyword',
      'string',
      'number',
      'type',
      'meta',
    ] as const;
    for (const name of text) {
      for (const ground of ['page', 'back'] as const) {
        expect([name, ground, contrast(palette[name], palette[ground]) >= 4.5]).toEqual([name, ground, true]);
      }
    }
    for (const name of ['ink', 'comment', 'keyword', 'string', 'number', 'type', 'meta'] as const) {
      expect([name, contrast(palette[name], palette.markBack) >= 4.5]).toEqual([name, true]);
    }
    expect(contrast(palette.good, palette.goodBack)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette.bad, palette.badBack)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette.ink, palette.goodBack)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(palette.ink, palette.badBack)).toBeGreaterThanOrEqual(4.5);
  });

  it('has bars and curves that stand out from the chart', () => {
    for (const colour of [...palette.jobs, palette.other, palette.idle]) {
      expect([colour, contrast(colour, palette.back) >= 3]).toEqual([colour, true]);
    }
  });

  it('has no colour twice', () => {
    expect(new Set(palette.jobs).size).toBe(palette.jobs.length);
  });
});

describe('customProperties', () => {
  it('names colours as a style sheet does', () => {
    expect(customProperties(LIGHT)).toMatch(
      /^--page: #ffffff; .*--good-back: #e2f4ea; .*--job-0: #0072b2; --job-1/,
    );
  });
});
