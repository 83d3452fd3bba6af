import { beforeEach, describe, expect, it } from 'vitest';
import { SharedOutput } from './shared-output.js';

let written: string;
let output: SharedOutput;

beforeEach(() => {
  written = '';
  output = new SharedOutput((bytes) => {
    written += typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString();
  });
});

const print = (text: string, time: number): void => output.console(Buffer.from(text), time);

describe('lines among the output of a console', () => {
  it('come at once where the cursor is at the margin', () => {
    output.line('one', 0);
    print('hello\n', 0.1);
    output.line('two', 0.1);
    expect(written).toBe('one\nhello\ntwo\n');
  });

  it('wait for the end of a line that is being printed', () => {
    print('hel', 0.1);
    output.line('one', 0.1002);
    output.line('two', 0.1003);
    expect(written).toBe('hel');
    print('lo\r\nworld', 0.1004);
    expect(written).toBe('hello\r\none\ntwo\nworld');
  });

  it('do not wait for a guest that pauses in a line', () => {
    print('$ ', 0.1);
    output.line('one', 0.1001);
    output.line('two', 0.2);
    expect(written).toBe('$ \none\ntwo\n');
    print('ls\n', 0.3);
    expect(written).toBe('$ \none\ntwo\nls\n');
  });

  it('come before what a guest prints after a pause', () => {
    print('$ ', 0.1);
    output.line('one', 0.1001);
    print('ls', 0.2);
    expect(written).toBe('$ \none\nls');
  });

  it('are all there at the end', () => {
    print('$ ', 0.1);
    output.line('one', 0.1001);
    output.release();
    output.release();
    expect(written).toBe('$ \none\n');
  });
});
