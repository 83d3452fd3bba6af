import { describe, expect, it } from 'vitest';
import { functionLines } from './function-lines.js';

const TEXT = `static int declared(int);
static bool earlier(pass_t a, pass_t b) { return a < b; } // rule 1

static struct entity *pick(
    int hart)
{
    return earlier(1, 2) ? 0 : 0;
}
_Noreturn void start(void) {
    for (;;)
        pick(0);
}
`;

describe('functionLines', () => {
  it('finds definitions of one line and of several', () => {
    expect(functionLines(TEXT, 'earlier')).toEqual([2, 2]);
    expect(functionLines(TEXT, 'pick')).toEqual([4, 8]);
    expect(functionLines(TEXT, 'start')).toEqual([9, 12]);
  });

  it('does not take a declaration, a call or a part of a name for one', () => {
    expect(functionLines(TEXT, 'declared')).toBeUndefined();
    expect(functionLines(TEXT, 'ick')).toBeUndefined();
    expect(functionLines(TEXT, 'art')).toBeUndefined();
  });
});
