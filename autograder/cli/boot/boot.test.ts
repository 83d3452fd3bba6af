import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../toolchain/index.js';
import { captureIo } from '../captured-io.js';
import type { CommandIo } from '../command-io.js';
import { findOpenSbi } from '../doctor/findings.js';
import { main } from '../main.js';

/** Boots with `input` as standard input. */
async function boot(input: string, ...args: string[]) {
  const captured = captureIo(input);
  const status = await main(['boot', ...args], captured.io);
  return { status, stdout: captured.stdout().replaceAll('\r', ''), stderr: captured.stderr() };
}

describe('hartlab boot', () => {
  it.each([1, 2, 4, 8])('reaches the shell and runs ls | cat on %i harts', async (harts) => {
    const { status, stdout, stderr } = await boot('ls | cat\n', '--smp', String(harts), '--max-time', '20');
    expect(stderr).toBe('');
    expect(stdout).toContain(`${harts} hart`);
    expect(stdout).toMatch(/\$ ls \| cat\n(.*\n)*bin\n/);
    expect(stdout.endsWith('$ ')).toBe(true);
    expect(status).toBe(0);
  });

  it('ends with status 0 when the guest powers off', async () => {
    expect(await boot('poweroff\nls\n', '--max-time', '20')).toMatchObject({ status: 0, stderr: '' });
  });

  it('prints the same bytes for the same seed and input', async () => {
    const run = () => boot('ps\nls bin\n', '--smp', '4', '--seed', '7', '--max-time', '20');
    expect(await run()).toEqual(await run());
  });

  it('ends when the text of --until appears, or fails when it never does', async () => {
    expect(await boot('', '--until', '$ ')).toMatchObject({ status: 0, stderr: '' });
    const never = await boot('', '--until', 'login:', '--max-time', '1');
    expect(never.status).toBe(1);
    expect(never.stderr).toContain('"login:" never appeared');
  });

  it('ends with status 1 when the guest time is used up', async () => {
    const { status, stderr } = await boot('spin\n', '--max-time', '0.5');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^\n?hartlab: the time that --max-time allows was used up at guest time 0.5/);
    expect(stderr).toMatch(/\n {2}hart 0: in U-mode in .*; last in U-mode at 0.5/);
  });

  it('says how the guest ended behind all that it printed, however slow the reader of the console is', async () => {
    const { io } = captureIo();
    let seen = '';
    const slow = new Writable({
      write(chunk: Buffer, _encoding, taken) {
        setImmediate(() => {
          seen += chunk.toString();
          taken();
        });
      },
    });
    const quick = new Writable({
      write(chunk: Buffer, _encoding, taken) {
        seen += chunk.toString();
        taken();
      },
    });
    const streams = { stdout: slow, stderr: quick } as unknown as Pick<CommandIo, 'stdout' | 'stderr'>;
    const args = ['boot', '--append', 'sched=lottery', '--max-time', '20'];
    expect(await main(args, { ...io, ...streams })).toBe(1);
    expect(seen.replaceAll('\r', '')).toMatch(
      /^panic: .*\n(.*\n)* {2}back trace:.*\nhartlab: the kernel panicked/m,
    );
  });

  it('passes the command line on: an unknown policy is a panic, status 1', async () => {
    const { status, stderr } = await boot('', '--append', 'sched=lottery');
    expect(status).toBe(1);
    expect(stderr).toMatch(/hartlab: the kernel panicked at guest time .*: panic: .*lottery/);
    expect(stderr).toMatch(/\n {2}the kernel gave up on hart 0 in \w+ \(\S+\.c:\d+\)/);
  });

  it('saves what it would boot, which it then boots from the files', async () => {
    const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-save-')), 'new');
    const [kernel, disk] = ['kernel.elf', 'disk.img'].map((name) => path.join(folder, name));
    const saved = await boot('', '--save', folder);
    expect(saved).toEqual({ status: 0, stdout: `${kernel}\n${disk}\n`, stderr: '' });
    const args = ['--kernel', kernel ?? '', '--drive', disk ?? '', '--until', 'mix'];
    expect(await boot('ls /bin\n', ...args)).toMatchObject({ status: 0, stderr: '' });
    expect(await boot('', '--save', kernel ?? '')).toMatchObject({ status: 2, stdout: '' });
    const withInitrd = await boot('', '--initrd', 'builtin', '--save', folder);
    expect(withInitrd.stdout).toBe(`${kernel}\n${disk}\n${path.join(folder, 'initrd.img')}\n`);
  });

  it('without a disk says that the kernel found no root', async () => {
    const empty = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-boot-')), 'empty.img');
    fs.writeFileSync(empty, new Uint8Array(1 << 20));
    const { status, stderr } = await boot('', '--drive', empty, '--max-time', '5');
    expect(status).toBe(1);
    expect(stderr).toMatch(/hartlab: the kernel panicked/);
  });
});

const openSbi = findOpenSbi();

it('this host has OpenSBI where tests may not be skipped', () => {
  expect(openSbi !== null || process.env.CI !== 'true').toBe(true);
});

describe.skipIf(openSbi === null)('hartlab boot --bios', () => {
  it('boots the same kernel under real firmware', async () => {
    const { status, stdout } = await boot(
      'ls | cat\n',
      '--smp',
      '4',
      '--bios',
      openSbi ?? '',
      '--max-time',
      '20',
    );
    expect(stdout).toContain('OpenSBI v');
    expect(stdout).toMatch(/4 harts online(.*\n)*\$ ls \| cat\n(.*\n)*bin\n/);
    expect(status).toBe(0);
  });
});

describe('hartlab boot at a terminal', () => {
  it('sends keystrokes to the guest, and leaves on Ctrl-A X with the terminal as it was', async () => {
    const keyboard = new PassThrough();
    const screen = new PassThrough();
    const modes: boolean[] = [];
    const stdin = Object.assign(keyboard, { isTTY: true, setRawMode: (raw: boolean) => modes.push(raw) });
    const said = new PassThrough();
    const io = { stdin, stdout: screen, stderr: said, env: {} } as unknown as CommandIo;
    let shown = '';
    const script: [after: RegExp, keys: string][] = [
      [/\$ $/, 'echo o\u007fhello | cat\r'],
      [/\nhello\n\$ $/, '\u0001h\u0001x'],
    ];
    screen.on('data', (bytes: Buffer) => {
      shown += bytes.toString().replaceAll('\r', '');
      if (script[0]?.[0].test(shown) === true) keyboard.write(script.shift()?.[1]);
    });
    expect(await main(['boot', '--smp', '2'], io)).toBe(0);
    expect(script).toEqual([]);
    expect(modes).toEqual([true, false]);
    expect((said.read() as Buffer).toString()).toMatch(/^Ctrl-A X leaves.*\n\r\nCtrl-A H {2}this help\r\n/);
  });
});

describe('hartlab boot --lab', () => {
  it("boots the student's stub", async () => {
    const args = ['--lab', '03-stride', '--until', '$ ', '--max-time', '20'];
    expect(await boot('', ...args)).toMatchObject({ status: 0 });
  });

  it('tells a fault by the calls that led to it, the faulting function among them', async () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-null-'));
    const stub = fs.readFileSync(path.join(repositoryRoot(), 'labs/03-stride/stride.c'), 'utf8');
    const faulty = stub.replace(/ {4}if \(!first\)\n {8}return NULL;\n/, '');
    expect(faulty).not.toBe(stub);
    fs.writeFileSync(path.join(dir, 'stride.c'), faulty);
    const { status, stderr } = await boot('', '--lab', '03-stride', '--dir', dir, '--max-time', '1');
    expect(status).toBe(1);
    const calls = [...stderr.matchAll(/^ {4}at (\w+) \(([^:]*):\d+\)$/gm)].map(([, name, file]) => [
      name,
      file,
    ]);
    const pick = calls.findIndex(([name]) => name === 'stride_pick');
    expect(calls.slice(0, pick).map(([, file]) => file)).toContain('kernel/trap/trap.S');
    expect(calls.slice(pick)).toEqual([
      ['stride_pick', 'stride.c'],
      ['scheduler', 'kernel/sched/sched.c'],
      ['main', 'kernel/boot/main.c'],
      ['_entry', 'kernel/boot/entry.S'],
    ]);
  });
});
