/** Runs a script of the guest's shell on the machine, for tests of what kernel and programs do. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Machine, type StopReason } from '../../emulator/index.js';
import { createImage, type ImageFile } from '../image/index.js';
import {
  buildKernel,
  buildPrograms,
  defaultCacheFolder,
  repositoryRoot,
  type UserProgram,
} from '../toolchain/index.js';

export interface ScriptRun {
  /** What the console showed from the kernel's greeting on, with plain newlines. */
  readonly output: string;
  readonly stop: StopReason;
}

export interface ScriptOptions {
  /** More files of the root image. */
  files?: readonly ImageFile[];
  /** Master boot record and partition, or the bare volume (the default). */
  partitioned?: boolean;
  /** Replaces the finished image; null: a machine without a disk. */
  edit?: (disk: Uint8Array) => Uint8Array | null;
  harts?: number;
  /** Bytes of RAM. */
  memory?: number;
  seed?: number;
}

export class GuestScripts {
  private constructor(
    private readonly kernel: Uint8Array,
    private readonly programs: readonly ImageFile[],
  ) {}

  /**
   * Builds the reference kernel and the programs.
   * @param tests more programs: C files of `guest-programs/`, for a test alone
   */
  static async build(...tests: string[]): Promise<GuestScripts> {
    const built = await buildKernel();
    if (!built.ok) throw new Error(built.diagnostics.map(({ message }) => message).join('\n'));
    const programs = await buildProgramsWith(tests);
    return new GuestScripts(
      built.kernel,
      programs.map(({ name, elf }) => ({ path: `/bin/${name}`, bytes: elf })),
    );
  }

  /** Boots without /etc/rc: init keeps a shell on the console. */
  async terminal(): Promise<Machine> {
    const disk = await createImage(this.programs);
    return Machine.create({ harts: 2, kernel: this.kernel, disk });
  }

  /** Boots with `script` as /etc/rc and runs until the guest shuts down, at most ten guest seconds. */
  async run(script: string, options: ScriptOptions = {}): Promise<ScriptRun> {
    const { files = [], partitioned = false, edit, harts = 2, memory, seed = 0 } = options;
    const image = await createImage([...this.programs, textFile('/etc/rc', script), ...files], {
      partitioned,
    });
    const disk = edit ? edit(image) : image;
    const machine = await Machine.create({
      harts,
      seed,
      kernel: this.kernel,
      ...(memory && { memory }),
      ...(disk && { disk }),
    });
    const decoder = new TextDecoder();
    let output = '';
    machine.on('console', ({ bytes }) => {
      output += decoder.decode(bytes, { stream: true });
    });
    const stop = machine.run({ untilTime: 10 });
    const greeting = /HartLab kernel: .*\n/;
    output = output.replaceAll('\r', '');
    return { output: output.slice(output.search(greeting)).replace(greeting, ''), stop };
  }
}

/** The course's programs and the tests' own, which are built in a copy of the tree. */
async function buildProgramsWith(tests: readonly string[]): Promise<UserProgram[]> {
  if (tests.length === 0) return buildPrograms();
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-programs-'));
  try {
    fs.cpSync(path.join(repositoryRoot(), 'kernel'), path.join(root, 'kernel'), { recursive: true });
    for (const file of tests) {
      fs.copyFileSync(
        path.join(repositoryRoot(), 'autograder/course/guest-programs', file),
        path.join(root, 'kernel/user', file),
      );
    }
    return await buildPrograms({ root, cacheFolder: defaultCacheFolder() });
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

export function textFile(path: string, text: string): ImageFile {
  return { path, bytes: new TextEncoder().encode(text) };
}
