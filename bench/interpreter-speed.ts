/**
 * How many guest instructions the interpreter executes a second, beside QEMU in its own deterministic mode
 * (`-icount shift=0`) on the same program, in turn in one run. Absolute figures depend on the host and on what else
 * it does; quote the ratio.
 *
 *     npm run build && node dist/bench/interpreter-speed.js [rounds]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Machine } from '../emulator/index.js';
import { assemble } from '../emulator/node/assemble.js';

/** Sieve, hash and insertion sort: branches, loads and stores in the proportions of ordinary C. */
const WORK = `
typedef unsigned long u64;
static unsigned char sieve[4096];
static u64 table[512];
__attribute__((noinline)) static u64 mix(u64 x) { x ^= x >> 13; x *= 0x9e3779b97f4a7c15UL; return x ^ (x << 7); }
static u64 round(u64 h) {
  for (int i = 0; i < 4096; i++) sieve[i] = 1;
  for (int i = 2; i * i < 4096; i++) if (sieve[i]) for (int j = i * i; j < 4096; j += i) sieve[j] = 0;
  int primes = 0;
  for (int i = 2; i < 4096; i++) primes += sieve[i];
  for (int i = 0; i < 512; i++) table[i] = h = mix(h + primes);
  for (int i = 1; i < 512; i++) {
    u64 v = table[i];
    int j = i - 1;
    while (j >= 0 && table[j] > v && j > i - 20) { table[j + 1] = table[j]; j--; }
    table[j + 1] = v;
  }
  return h;
}
__attribute__((used)) static void work(void) {
  u64 h = 1;
  for (int i = 0; i < ROUNDS; i++) h = round(h);
  *(volatile unsigned *)0x100000 = 0x5555;
  for (;;) { }
}
__attribute__((naked, section(".text.start"))) void _start(void) {
  __asm__("li sp, 0x80a00000\\n j work");
}
`;

const rounds = Number(process.argv[2] ?? 5);
const program = (count: number): Uint8Array =>
  assemble(`#define ROUNDS ${count}\n${WORK}`, { language: 'c', address: 0x80000000 });

/** Seconds and instructions of a run on our machine. */
async function ours(kernel: Uint8Array, harts: number): Promise<{ seconds: number; instructions: number }> {
  const machine = await Machine.create({ kernel, harts, firmware: 'none', memory: 16 << 20 });
  const start = performance.now();
  const stop = machine.run();
  if (stop.kind !== 'finisher') throw new Error(`the program stopped by ${stop.kind}`);
  return { seconds: (performance.now() - start) / 1000, instructions: machine.instructions };
}

/** Seconds of the same program on QEMU; undefined when there is none. */
function qemu(file: string): number | undefined {
  const start = performance.now();
  const { error, status } = spawnSync(
    'qemu-system-riscv64',
    ['-M', 'virt', '-m', '16M', '-icount', 'shift=0', '-nographic', '-bios', 'none', '-kernel', file],
    { stdio: 'ignore', timeout: 60_000 },
  );
  if (error !== undefined || status !== 0) return undefined;
  return (performance.now() - start) / 1000;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;

const folder = mkdtempSync(path.join(tmpdir(), 'hartlab-bench-'));
try {
  const kernel = program(6000);
  const file = path.join(folder, 'work.elf');
  writeFileSync(file, kernel);
  await ours(kernel, 1);
  const mips: number[] = [];
  const ratios: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const { seconds, instructions } = await ours(kernel, 1);
    mips.push(instructions / seconds / 1e6);
    const theirs = qemu(file);
    if (theirs !== undefined) ratios.push(seconds / theirs);
  }
  process.stdout.write(
    `interpreter: ${median(mips).toFixed(0)} million instructions a second (median of ${rounds})\n`,
  );
  process.stdout.write(
    ratios.length > 0
      ? `time of ours / QEMU -icount shift=0: ${median(ratios).toFixed(2)} (QEMU with its start-up)\n`
      : 'qemu-system-riscv64 is not installed: nothing to compare with\n',
  );
} finally {
  rmSync(folder, { recursive: true });
}
