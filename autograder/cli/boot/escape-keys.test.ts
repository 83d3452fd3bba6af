import { expect, it } from 'vitest';
import { EscapeKeys } from './escape-keys.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const feed = (...chunks: string[]) => {
  const keys = new EscapeKeys();
  return chunks
    .flatMap((chunk) => keys.feed(bytes(chunk)))
    .map((k) => (k.kind === 'input' ? Buffer.from(k.bytes).toString() : `<${k.kind}>`));
};

it('passes everything else to the guest, Ctrl-C included', () => {
  expect(feed('ls\r\u0003\u001b[A')).toEqual(['ls\r\u0003\u001b[A']);
});

it('leaves on Ctrl-A X, also when it comes in two pieces; what follows is dropped', () => {
  expect(feed('a\u0001xb')).toEqual(['a', '<leave>']);
  expect(feed('a\u0001', 'Xb')).toEqual(['a', '<leave>']);
});

it('helps on Ctrl-A H and goes on', () => {
  expect(feed('a\u0001hb')).toEqual(['a', '<help>', 'b']);
});

it('sends Ctrl-A for Ctrl-A twice, and for Ctrl-A A', () => {
  expect(feed('\u0001\u0001', '\u0001a')).toEqual(['\u0001', '\u0001']);
});

it('ignores another key after Ctrl-A', () => {
  expect(feed('\u0001zq')).toEqual(['q']);
});
