import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../toolchain/index.js';
import { captureIo } from '../captured-io.js';
import { findOpenSbi } from '../doctor/findings.js';
import { main } from '../main.js';
import { registerName } from '../../events/mmio-names.js';
import { describeSbiCall, describeSbiResult, sbiErrorName } from '../../events/sbi-call-names.js';
import { describeSystemCall, SYSTEM_CALL_NAMES } from '../../events/system-call-names.js';

const temporaryFolder = (): string => fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-log-'));

/** Boots to the shell and returns the lines that were printed. */
async function boot(...args: string[]) {
  const captured = captureIo('poweroff\n');
  const status = await main(['boot', '--max-time', '20', ...args], captured.io);
  const lines = captured.stdout().replaceAll('\r', '').split('\n');
  return { status, lines, stderr: captured.stderr() };
}

describe('hartlab boot --log', () => {
  it('shows guest time, hart, kind and what happened among the console output', async () => {
    const { status, lines } = await boot('--smp', '2', '--log', 'hsm,sbi:hsm');
    expect(status).toBe(0);
    // How often a hart asks until the other one has stopped is the kernel's affair.
    const events = lines.filter(
      (line) => / s {2}hart \d/.test(line) && !line.endsWith('= SBI_SUCCESS, STARTED'),
    );
    expect(events).toEqual([
      expect.stringMatching(/^0\.00\d{6} s {2}hart 1 {2}hsm {15}START_PENDING$/),
      expect.stringMatching(/^0\.00\d{6} s {2}hart 1 {2}hsm {15}STARTED$/),
      expect.stringMatching(
        /^0\.00\d{6} s {2}hart 0 {2}sbi {15}hart_start\(hartid=1, start_addr=0x80[0-9a-f]+, opaque=0x80[0-9a-f]+\) = SBI_SUCCESS$/,
      ),
      expect.stringMatching(/ s {2}hart \d {2}hsm {15}STOP_PENDING$/),
      expect.stringMatching(/ s {2}hart \d {2}hsm {15}STOPPED$/),
      expect.stringMatching(/ s {2}hart \d {2}sbi {15}hart_stop\(\)$/),
      expect.stringMatching(/ s {2}hart \d {2}sbi {15}hart_get_status\(hartid=\d\) = SBI_SUCCESS, STOPPED$/),
    ]);
    expect(lines.findIndex((line) => line.startsWith('HartLab kernel: 2 harts online'))).toBeGreaterThan(0);
  });

  it('names places in the kernel by function and source line', async () => {
    const { lines } = await boot('--log', 'csr-write:satp');
    expect(lines.find((line) => line.includes('csr-write'))).toMatch(
      /S-mode, satp = 0x8000000000080[0-9a-f]+ at bootcamp_paging \(solutions\/01-bootcamp\/bootcamp\.c:\d+\)$/,
    );
  });

  it('writes to a file instead when it is told one', async () => {
    const file = path.join(temporaryFolder(), 'events.txt');
    const { lines } = await boot('--log', 'ecall:u', '--log-file', file);
    expect(lines.some((line) => line.includes('ecall'))).toBe(false);
    expect(fs.readFileSync(file, 'utf8')).toMatch(/U-mode, reboot\(0xfee1dead, 0x28121969, 0x4321fedc\)/);
  });

  it('refuses a file that cannot be written, a file without events, and events that there are none of', async () => {
    const folder = temporaryFolder();
    expect(await boot('--log', 'hsm', '--log-file', folder)).toMatchObject({
      status: 2,
      stderr: `hartlab: --log-file ${folder}: cannot be written (EISDIR)\n`,
    });
    expect(await boot('--log-file', path.join(folder, 'x'))).toMatchObject({ status: 2 });
    const { status, stderr } = await boot('--log', 'traps');
    expect(status).toBe(2);
    expect(stderr).toMatch(/'--log <events>' argument 'traps' is invalid.*Did you mean trap\?/);
  });
});

const openSbi = findOpenSbi();

describe.skipIf(openSbi === null)('hartlab boot --log under real firmware', () => {
  it('shows what the firmware does to the CLINT, and the calls that make it', async () => {
    const { lines } = await boot('--bios', openSbi ?? '', '--smp', '2', '--log', 'mmio:clint,ecall:s');
    const events = lines.filter((line) => / s {2}hart \d/.test(line));
    const start = events.findIndex((line) => line.includes('ecall') && line.includes('hart_start(hartid='));
    expect(start).toBeGreaterThan(0);
    expect(events[start + 1]).toMatch(/mmio +store 32 bits, clint msip\[\d\] = 0x1 at 0x800/);
    expect(events.some((line) => line.includes('store 64 bits, clint mtimecmp[0] = '))).toBe(true);
  });
});

describe('names', () => {
  it('of SBI calls follow the specification', () => {
    expect(describeSbiCall(0x54494d45n, 0n, [2n ** 64n - 1n])).toBe('set_timer(stime_value=-1)');
    expect(describeSbiCall(0x48534dn, 2n, [7n])).toBe('hart_get_status(hartid=7)');
    expect(describeSbiCall(1n, 0n, [65n])).toBe('legacy console_putchar(ch=0x41)');
    expect(describeSbiCall(0x48534dn, 99n, [1n, 2n, 3n])).toBe('call eid=0x48534d fid=99(0x1, 0x2, 0x3)');
    expect(sbiErrorName(BigInt.asUintN(64, -6n))).toBe('SBI_ERR_ALREADY_AVAILABLE');
    expect(sbiErrorName(5n)).toBe('error 5');
    expect(describeSbiResult(0x48534dn, 2n, 0n, 0n)).toBe('SBI_SUCCESS, STARTED');
    expect(describeSbiResult(0x48534dn, 2n, 0n, 17n)).toBe('SBI_SUCCESS, 17');
    expect(describeSbiResult(0x10n, 0n, 0n, 2n)).toBe('SBI_SUCCESS, 2');
    expect(describeSbiResult(0x48534dn, 0n, BigInt.asUintN(64, -3n), 0n)).toBe('SBI_ERR_INVALID_PARAM');
  });

  it('of system calls are those of the kernel', () => {
    const header = fs.readFileSync(path.join(repositoryRoot(), 'kernel/include/syscall.h'), 'utf8');
    const defined = [...header.matchAll(/^#define SYS_(\w+) +(\d+)/gm)]
      .filter(([, name]) => name !== 'COUNT')
      .map(([, name, number]) => [Number(number), name]);
    expect(SYSTEM_CALL_NAMES).toEqual(defined);
    expect(describeSystemCall(64n, [1n, 0x10000n, 12n, 99n])).toBe('write(1, 0x10000, 12)');
    expect(describeSystemCall(56n, [BigInt.asUintN(64, -100n), 0x20000n, 0n, 0n])).toBe(
      'openat(-100, 0x20000, 0, 0)',
    );
    expect(describeSystemCall(999n, [1n, 2n, 3n])).toBe('system call 999(1, 2, 3)');
  });

  it('of registers follow the data sheets', () => {
    expect(registerName(0x0200_0004)).toBe('clint msip[1]');
    expect(registerName(0x0200_400c)).toBe('clint mtimecmp[1].high');
    expect(registerName(0x0200_bff8)).toBe('clint mtime');
    expect(registerName(0x0c00_0028)).toBe('plic priority[10]');
    expect(registerName(0x0c00_2080)).toBe('plic enable[1][0]');
    expect(registerName(0x0c20_1000)).toBe('plic threshold[1]');
    expect(registerName(0x0c20_1004)).toBe('plic claim[1]');
    expect(registerName(0x1000_0005)).toBe('uart+0x5');
    expect(registerName(0x1000_8044)).toBe('virtio+0x44');
    expect(registerName(0x42)).toBe('0x42');
  });
});
