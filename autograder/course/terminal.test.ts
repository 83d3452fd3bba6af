/** The console as a terminal: editing a line, and the keys that end things. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Machine } from '../../emulator/index.js';
import { GuestScripts } from './guest-script.js';

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_H = '\b';
const CTRL_U = '\x15';
const DELETE = '\x7f';

let guest: GuestScripts;
let terminal: Terminal;

class Terminal {
  private output = '';
  private seen = 0;

  constructor(private readonly machine: Machine) {
    const decoder = new TextDecoder();
    machine.on('console', ({ bytes }) => {
      this.output += decoder.decode(bytes, { stream: true });
    });
  }

  type(keys: string): void {
    this.machine.input(new TextEncoder().encode(keys));
  }

  /** Runs until the screen shows `text`, at most two guest seconds; what it showed up to there since last time. */
  until(text: string): string {
    const found = (): number => this.output.indexOf(text, this.seen);
    this.machine.run({ untilTime: this.machine.time + 2, until: () => found() >= 0 });
    if (found() < 0) throw new Error(`no ${JSON.stringify(text)} in ${JSON.stringify(this.output)}`);
    const from = this.seen;
    this.seen = found() + text.length;
    return this.output.slice(from, this.seen);
  }

  /** Lets the guest run for a time without a key being pressed. */
  pass(guestSeconds: number): void {
    this.machine.run({ untilTime: this.machine.time + guestSeconds });
  }

  /** Types a line; what the screen showed between its echo and the next prompt. */
  command(line: string): string {
    this.type(`${line}\r`);
    this.until('\r\n');
    return this.until('$ ').slice(0, -'$ '.length);
  }
}

beforeAll(async () => {
  guest = await GuestScripts.build();
});

beforeEach(async () => {
  terminal = new Terminal(await guest.terminal());
  terminal.until('$ ');
});

describe('the terminal', () => {
  it('shows keys as they are typed, and a line feed for a return', () => {
    terminal.type('echo a\r');
    expect(terminal.until('$ ')).toBe('echo a\r\na\r\n$ ');
  });

  it.each([
    ['DEL', DELETE],
    ['^H', CTRL_H],
  ])('takes back the last character on %s', (_, key) => {
    terminal.type(`ecx${key}ho`);
    expect(terminal.until('ho')).toBe('ecx\b \bho');
    expect(terminal.command(' ok')).toBe('ok\r\n');
  });

  it('takes back all the bytes of a character', () => {
    expect(terminal.command(`echo a∑${DELETE}b`)).toBe('ab\r\n');
  });

  it('takes nothing back beyond the beginning of the line', () => {
    expect(terminal.command(`${DELETE}${DELETE}echo ok`)).toBe('ok\r\n');
  });

  it('takes back the whole line on ^U', () => {
    expect(terminal.command(`gibberish${CTRL_U}echo ok`)).toBe('ok\r\n');
  });

  it('drops the line on ^C', () => {
    terminal.type(`gibberish${CTRL_C}`);
    terminal.until('^C\r\n');
    expect(terminal.command('echo ok')).toBe('ok\r\n');
  });

  it.each(['spin', 'cat', 'spin | cat', 'cat | cat', 'sh -c "spin; echo not reached"'])(
    'ends %s on ^C',
    (line) => {
      terminal.type(`${line}\r`);
      terminal.until('\r\n');
      terminal.pass(0.1);
      terminal.type(CTRL_C);
      expect(terminal.until('$ ')).toBe('^C\r\n$ ');
      expect(terminal.command('echo $?')).toBe('130\r\n');
      expect(terminal.command('ps')).not.toMatch(/spin|cat/);
    },
  );

  it('leaves the background alone on ^C', () => {
    terminal.type('spin &\r');
    terminal.until('$ ');
    terminal.type(CTRL_C);
    terminal.until('^C\r\n');
    expect(terminal.command('ps')).toMatch(/spin/);
  });

  it('hands over a line without its end on ^D, and reports the end of input at the start of a line', () => {
    terminal.type('cat\r');
    terminal.until('\r\n');
    terminal.type(`abc${CTRL_D}`);
    expect(terminal.until('abcabc')).toBe('abcabc');
    terminal.type(CTRL_D);
    terminal.until('$ ');
  });

  it('starts another shell when one ends', () => {
    expect(terminal.command('cd /bin')).toBe('');
    terminal.type(CTRL_D);
    terminal.until('$ ');
    expect(terminal.command('ls')).toBe('bin\r\ndev\r\ntmp\r\n');
  });

  it('keeps what is typed ahead', () => {
    terminal.type('echo one\recho two\recho three\r');
    terminal.until('three\r\n');
    terminal.until('three\r\n');
  });

  it('refuses what does not fit into a line, with the bell', () => {
    terminal.type('x'.repeat(300));
    terminal.until('\x07');
    terminal.type(CTRL_U);
    expect(terminal.command('echo ok')).toMatch(/ok\r\n$/);
  });
});
