/** The kernel is a real one: the same ELF and the same image on another machine, under other firmware. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { haveTools, toolPath } from '../../emulator/node/require-tool.js';
import { createImage } from '../image/index.js';
import { buildKernel, buildPrograms } from './build.js';
import { temporaryFolder } from './course-fixture.js';

/** Host seconds after which a boot under QEMU is given up; it takes about one. */
const PATIENCE = 90;

/** Boots under `qemu-system-riscv64 -M virt` and types `script` piece by piece, each when its text has appeared. */
async function bootUnderQemu(
  files: { kernel: string; image: string },
  harts: number,
  script: readonly (readonly [after: RegExp, keys: string])[],
): Promise<{ output: string; status: number | null }> {
  const qemu = spawn(
    toolPath('qemu-system-riscv64'),
    [
      ...['-M', 'virt', '-smp', String(harts), '-m', '128M', '-nographic', '-no-reboot'],
      ...['-bios', 'default', '-kernel', files.kernel],
      ...['-drive', `file=${files.image},if=none,format=raw,id=root,snapshot=on`],
      ...['-device', 'virtio-blk-device,drive=root'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const timer = setTimeout(() => qemu.kill('SIGKILL'), PATIENCE * 1000);
  const left = [...script];
  let output = '';
  qemu.stdout.on('data', (bytes: Buffer) => {
    output += bytes.toString().replaceAll('\r', '');
    if (left[0]?.[0].test(output) === true) qemu.stdin.write(left.shift()?.[1] ?? '');
  });
  const status = await new Promise<number | null>((resolve) => qemu.on('close', resolve));
  clearTimeout(timer);
  return { output, status };
}

describe.skipIf(!haveTools('qemu-system-riscv64'))('the kernel under QEMU and OpenSBI', () => {
  const files = { kernel: '', image: '' };
  beforeAll(async () => {
    const built = await buildKernel();
    if (!built.ok) throw new Error('the reference does not build');
    const programs = await buildPrograms();
    const folder = temporaryFolder('qemu');
    files.kernel = path.join(folder, 'kernel.elf');
    files.image = path.join(folder, 'root.img');
    fs.writeFileSync(files.kernel, built.kernel);
    const root = programs.map(({ name, elf }) => ({ path: `/bin/${name}`, bytes: elf }));
    fs.writeFileSync(
      files.image,
      await createImage([...root, { path: '/etc/motd', bytes: Buffer.from('hello\n') }]),
    );
  });

  it('boots on four harts to the shell, reads the image, and powers off', async () => {
    const { output, status } = await bootUnderQemu(files, 4, [
      [/\n\$ $/, 'ls | cat\n'],
      [/\$ ls \| cat\n(.*\n)+\$ $/, 'cat /etc/motd\n'],
      [/\nhello\n\$ $/, 'poweroff\n'],
    ]);
    expect(output).toContain('OpenSBI');
    expect(output).toMatch(/4 harts online/);
    expect(output).toMatch(/\$ ls \| cat\n(.*\n)*bin\n(.*\n)*etc\n(.*\n)*\$ /);
    expect(output).not.toMatch(/panic|warning/i);
    expect(status).toBe(0);
  });
});

describe('the course’s own C', () => {
  it('compiles without a warning', async () => {
    const built = await buildKernel();
    expect(built.ok && built.courseWarnings).toEqual([]);
  });
});
