import { describe, expect, it } from 'vitest';
import { assemble } from './interpreter.js';

describe('the generated interpreter', () => {
  it('is a valid WebAssembly module', () => {
    expect(WebAssembly.validate(assemble())).toBe(true);
  });
});
