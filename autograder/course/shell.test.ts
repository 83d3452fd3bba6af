/** The shell and the programs, as a student uses them. */
import { beforeAll, describe, expect, it } from 'vitest';
import { GuestScripts, textFile } from './guest-script.js';

let guest: GuestScripts;

beforeAll(async () => {
  guest = await GuestScripts.build();
});

async function output(script: string, ...files: ReturnType<typeof textFile>[]): Promise<string> {
  return (await guest.run(script, { files, harts: 4 })).output;
}

describe('the shell', () => {
  it('redirects to and from files', async () => {
    const script =
      'echo one > /tmp/x\necho two >> /tmp/x; cat < /tmp/x\necho three >/tmp/x; cat /tmp/x\nrm /tmp/x\nls /tmp\n';
    expect(await output(script)).toBe('one\ntwo\nthree\n');
  });

  it('runs pipelines, whose status is that of the last command', async () => {
    expect(
      await output('echo through | cat | cat\nsh -c "exit 5" | cat; echo $?\necho x | nothing; echo $?\n'),
    ).toBe('through\n0\nsh: nothing: not found\n127\n');
  });

  it('carries more through a pipeline than a pipe holds', async () => {
    const text = Array.from({ length: 3000 }, (_, i) => `${i}\n`).join('');
    expect(
      await output('cat /etc/text | cat | cat > /tmp/copy; cat /tmp/copy\n', textFile('/etc/text', text)),
    ).toBe(text);
  });

  it('quotes, comments and expands $?', async () => {
    const script = `echo 'a  b' "c  d" e\\ f # comment\nsh -c 'exit 3'; echo "$?" '$?' \\$?\n`;
    expect(await output(script)).toBe('a  b c  d e f\n3 $? $?\n');
  });

  it('says what is wrong with a line, and runs none of it', async () => {
    expect(await output('echo no; ls |\necho $?\necho "open\necho no | | cat\ncat <\n& echo no\n')).toBe(
      "sh: syntax error: no command after '|'\n2\nsh: syntax error: a quote is not closed\n" +
        "sh: syntax error: no command before '|'\nsh: syntax error: a redirection needs a file name\n" +
        "sh: syntax error: no command before '&'\n",
    );
  });

  it('keeps the disk as it is', async () => {
    expect(await output('echo x > /etc/new; echo $?; rm /etc/rc\necho x > /bin\n')).toBe(
      'sh: /etc/new: Read-only file system\n1\nrm: /etc/rc: Read-only file system\nsh: /bin: Is a directory\n',
    );
  });

  it('changes directory', async () => {
    const script = 'cd /etc; cat motd; cd ..; cat etc/motd\ncd nowhere; cd nowhere/..; cd etc/motd; ls\n';
    expect(await output(script, textFile('/etc/motd', 'hi\n'))).toBe(
      'hi\nhi\nsh: cd: nowhere: No such file or directory\nsh: cd: nowhere/..: No such file or directory\n' +
        'sh: cd: etc/motd: Not a directory\nbin\ndev\netc\ntmp\n',
    );
  });

  it('does not wait for what runs in the background, until told to', async () => {
    expect(await output('sh -c "mix /etc/nap; echo later" &\necho first\nwait\necho last\n', nap)).toBe(
      'first\nlater\nlast\n',
    );
  });

  it('goes on after a program that faults', async () => {
    const said = await output('fault\necho status $?\n');
    expect(said).toMatch(/killed: store page fault at 0x0/);
    expect(said).toMatch(/sh: fault: killed by signal 11\nstatus 139\n$/);
  });

  it('ends a writer whose reader is gone', async () => {
    expect(await output('cat /bin/sh | echo done\ncat /bin/sh /bin/sh | sh -c "exit 4"; echo $?\n')).toBe(
      'done\n4\n',
    );
  });

  it('gives its status to the machine', async () => {
    expect((await guest.run('exit 3\n')).stop).toMatchObject({ kind: 'shutdown', reason: 'system-failure' });
    expect((await guest.run('exit 0\n')).stop).toMatchObject({ kind: 'shutdown', reason: 'none' });
    expect((await guest.run('poweroff\nexit 3\n')).stop).toMatchObject({ kind: 'shutdown', reason: 'none' });
  });
});

/** A mix that takes 20 ms. */
const nap = textFile('/etc/nap', '1 16 20 1\n');

describe('ps', () => {
  it('lists processes with their states', async () => {
    const said = await output('spin & ps\n');
    expect(said).toMatch(/^ +PID +PPID STATE +PRIORITY HART NAME\n/);
    expect(said).toMatch(/ 1 +0 sleeping +16 +[0-3] init\n/);
    expect(said).toMatch(/ running +16 +[0-3] ps\n/);
    expect(said).toMatch(/ (running|runnable) +16 +[0-3-] (spin|sh)\n/);
  });
});

describe('mix', () => {
  it.each([
    ['1 16 0', '1: expected ID PRIORITY ARRIVE_MS RUN_MS'],
    ['# a comment\n\nx 16 0 5', "3: expected `end MS`, or a job's id of 1 to 9999: 'x'"],
    ['1 16 0 0', '1: this job is endless'],
    ['1 16 0 5\nend 5', '2: expected one `end MS`, before the jobs'],
    ['1 16 0 5\n1 16 0 5', "2: another job has this id: '1'"],
    ['1 16 -1 5', "1: arrival: expected ms, 0 or more: '-1'"],
    ['1 16 0 5 sleep=5', "1: sleep: expected RUN:SLEEP in ms, 1 or more each: '5'"],
    ['1 16 0 5 prio=1:x', "1: prio: expected AT:NEW, ms of work and a priority: 'x'"],
    ['1 x 0 5', "1: priority: expected a number, or -: 'x'"],
    ['1 - 0 5 yield=0', "1: yield: expected ms of work, 1 or more: '0'"],
    ['1 16 0 5 args=1,,2', '1: args: expected setpriority arguments A,B,...'],
    ['1 16 0 5 nice=3', "1: expected sleep=, yield=, prio=, args= or fork=1: 'nice=3'"],
    ['', '1: expected at least one job'],
  ])('names the line of what is wrong in %j', async (mix, message) => {
    const run = await guest.run('mix\n', { files: [textFile('/etc/mix', mix)] });
    expect(run.output).toContain(`mix: /etc/mix:${message}`);
    expect(run.stop).toMatchObject({ reason: 'system-failure' });
  });

  it('says so when there is no file', async () => {
    expect(await output('mix\n')).toBe('mix: /etc/mix: No such file or directory\n');
  });
});
