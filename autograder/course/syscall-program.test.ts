/** The program `syscall`: one system call with any arguments, and what it returned. */
import { beforeAll, describe, expect, it } from 'vitest';
import { GuestScripts } from './guest-script.js';

let guest: GuestScripts;

beforeAll(async () => {
  guest = await GuestScripts.build();
});

const output = async (...lines: string[]): Promise<string[]> =>
  (await guest.run(`${lines.join('\n')}\n`)).output.trimEnd().split('\n');

describe('syscall', () => {
  it('finds a call by name or number and shows what it returned', async () => {
    expect(await output('syscall write 1 0x80200000 16', 'syscall 64 99 0 0', 'syscall 999')).toEqual([
      'write(1, 0x80200000, 16) = -14: Bad address',
      '64(99, 0, 0) = -9: Bad file descriptor',
      '999() = -38: Function not implemented',
    ]);
  });

  it('passes texts, buffers, times, and what lies at the end of the heap', async () => {
    expect(
      await output(
        "syscall write 1 '=two words' 9; echo",
        'syscall read 0 buf 16 < /bin/sh',
        'syscall read 0 const 16 < /bin/sh',
        'syscall read 0 end-16 16 < /bin/sh',
        'syscall read 0 end-15 16 < /bin/sh',
        'syscall nanosleep ts:0,1000',
        'syscall nanosleep ts:0,-1',
        'syscall nanosleep ts:-1,0',
      ),
    ).toEqual([
      'two wordswrite(1, =two words, 9) = 9',
      '',
      'read(0, buf, 16) = 16',
      'read(0, const, 16) = -14: Bad address',
      'read(0, end-16, 16) = 16',
      'read(0, end-15, 16) = -14: Bad address',
      'nanosleep(ts:0,1000) = 0',
      'nanosleep(ts:0,-1) = -22: Invalid argument',
      'nanosleep(ts:-1,0) = -22: Invalid argument',
    ]);
  });

  it('has status 1 for an error of the call, 2 for one of its own', async () => {
    const script = ['syscall getppid; echo $?', 'syscall close 99; echo $?', 'syscall open; echo $?'];
    const usage = 'usage: syscall NAME|NUMBER [NUMBER | =TEXT | buf | const | end-N | ts:S,NS]...';
    expect(await output(...script, 'syscall write end- 2 3', 'syscall 1 2 3 4 5 6 7 8')).toEqual([
      expect.stringMatching(/^getppid\(\) = \d+$/),
      '0',
      'close(99) = -9: Bad file descriptor',
      '1',
      usage,
      '2',
      usage,
      usage,
    ]);
  });
});
