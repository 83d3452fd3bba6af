import { describe, expect, it } from 'vitest';
import { ConsoleOutput } from './console-output.js';
import { explainEnding, type Ending } from './ending.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const explain = (ending: Ending, until?: string, panic: string | null = null) =>
  explainEnding(ending, 1.5, until === undefined ? {} : { until }, panic);

describe('the exit status', () => {
  it.each<[Ending, number]>([
    [{ kind: 'shutdown', type: 'shutdown', reason: 'none' }, 0],
    [{ kind: 'shutdown', type: 'cold-reboot', reason: 'none' }, 0],
    [{ kind: 'shutdown', type: 'shutdown', reason: 'system-failure' }, 1],
    [{ kind: 'finisher', status: 'pass', code: 0 }, 0],
    [{ kind: 'finisher', status: 'fail', code: 7 }, 1],
    [{ kind: 'deadlock' }, 1],
    [{ kind: 'budget' }, 1],
    [{ kind: 'left' }, 0],
    [{ kind: 'end-of-input' }, 0],
    [{ kind: 'text' }, 0],
  ])('%j: %i', (ending, status) => expect(explain(ending).status).toBe(status));

  it('is a failure when the text never appeared, however clean the end', () => {
    for (const ending of [
      { kind: 'shutdown', type: 'shutdown', reason: 'none' },
      { kind: 'end-of-input' },
      { kind: 'budget' },
    ] as const) {
      expect(explain(ending, '$ ')).toMatchObject({ status: 1 });
      expect(explain(ending, '$ ').message).toContain('"$ " never appeared');
    }
  });

  it('names the cause with the guest time', () => {
    expect(explain({ kind: 'deadlock' }).message).toBe(
      'deadlock at guest time 1.500000 s: every hart waits and nothing can wake one',
    );
    const panic = { kind: 'shutdown', type: 'shutdown', reason: 'system-failure' } as const;
    expect(explain(panic, undefined, 'panic: no init').message).toBe(
      'the kernel panicked at guest time 1.500000 s: panic: no init',
    );
  });
});

describe('what the guest prints', () => {
  it('is searched for the text across pieces', () => {
    const output = new ConsoleOutput('log in: ü');
    for (const piece of ['welcome\nlo', 'g in', ': ']) output.add(bytes(piece));
    expect(output.hasAppeared).toBe(false);
    output.add(bytes('ü').subarray(0, 1));
    expect(output.hasAppeared).toBe(false);
    output.add(bytes('ü').subarray(1));
    expect(output.hasAppeared).toBe(true);
  });

  it('is kept where a line says panic', () => {
    const output = new ConsoleOutput();
    output.add(bytes('panic: first\r\nharts stop\npanic: out of m'));
    expect(output.lastPanic).toBe('panic: first');
    output.add(bytes('emory\n'));
    expect(output.lastPanic).toBe('panic: out of memory');
    expect(output.isAtMargin).toBe(true);
  });
});
