/** The things that `hartlab doctor` looks at. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Machine } from '../../../emulator/index.js';
import { findTool } from '../../../emulator/node/require-tool.js';
import {
  BuildCache,
  compilerEnvironment,
  defaultCacheFolder,
  locateCompiler,
  runBounded,
  ToolchainError,
} from '../../toolchain/index.js';

/** One thing that was looked at. */
export interface Finding {
  /** Stable name for scripts. */
  readonly id: string;
  readonly title: string;
  /** `absent`: optional and not there. `failed`: labs cannot be graded without it. */
  readonly state: 'ok' | 'absent' | 'failed';
  /** What was found, in a few words. */
  readonly found: string;
  /** What to do; present unless the state is `ok`. */
  readonly remedy?: string;
}

/** Versions before this lack what HartLab is written for (`engines` in package.json). */
const LEAST_NODE = [20, 19] as const;
/** Bytes that a four-hart machine and its grader need, generously. */
const LEAST_MEMORY = 1 << 30;
/** Bytes that the build cache needs at least. */
const LEAST_DISK = 256 << 20;

/** Looks at everything, in the order in which a person would mend it. */
export async function examine(root: string): Promise<Finding[]> {
  return [
    nodeVersion(process.versions.node),
    await webAssembly(),
    memory(),
    await compiler(),
    cache(root),
    ...optional(),
  ];
}

/** Whether this version of Node is new enough. */
export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const isNew = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  return finding('node', 'Node.js', version, isNew, `install Node.js ${leastMajor}.${leastMinor} or newer`);
}

/** The machine's engine is WebAssembly made at run time: the honest test is to make it. */
async function webAssembly(): Promise<Finding> {
  const title = 'WebAssembly';
  try {
    // `j .`: firmware that stays where it is.
    const firmware = Uint8Array.of(0x6f, 0, 0, 0);
    const machine = await Machine.create({ harts: 1, memory: 2 << 20, firmware });
    machine.run({ untilInstructions: 1000 });
    const ran = machine.instructions === 1000;
    return finding('webassembly', title, "the machine's engine compiles and runs", ran, 'update Node');
  } catch (error) {
    const remedy = 'run Node without --jitless, and update it if that is not the cause';
    return finding('webassembly', title, (error as Error).message, false, remedy);
  }
}

function memory(): Finding {
  const free = os.freemem();
  const found = `${gibibytes(free)} free of ${gibibytes(os.totalmem())}`;
  return finding('memory', 'Memory', found, free >= LEAST_MEMORY, 'close other programs');
}

async function compiler(): Promise<Finding> {
  const title = 'C compiler';
  try {
    const { command, version } = locateCompiler();
    const run = await runBounded(command, ['version'], {
      cwd: os.tmpdir(),
      env: compilerEnvironment(os.tmpdir()),
      limits: { wallSeconds: 60 },
    });
    const found = run.stdout.trim();
    const isPinned = run.status === 0 && found === version;
    const said = isPinned
      ? `zig ${found} (clang, lld), as pinned`
      : `zig ${found || run.stderr.trim()}, expected ${version}`;
    return finding('compiler', title, said, isPinned, "run 'npm ci' in the repository");
  } catch (error) {
    const remedy = error instanceof ToolchainError ? error.remedy : "run 'npm ci' in the repository";
    const found = (error as Error).message;
    return finding('compiler', title, found, false, remedy);
  }
}

function cache(root: string): Finding {
  const title = 'Build cache';
  const folder = defaultCacheFolder(root);
  try {
    const size = BuildCache.open(folder).size();
    const { bavail, bsize } = fs.statfsSync(folder);
    const free = bavail * bsize;
    const found = `${folder}: ${mebibytes(size)}, ${gibibytes(free)} free on its disk`;
    return finding(
      'cache',
      title,
      found,
      free >= LEAST_DISK,
      'free some disk, or set HARTLAB_CACHE to a folder elsewhere',
    );
  } catch (error) {
    const remedy = error instanceof ToolchainError ? error.remedy : 'set HARTLAB_CACHE to a folder elsewhere';
    return finding('cache', title, (error as Error).message, false, remedy);
  }
}

/** Programs from outside: comparisons with them are part of the tests, and students may like them. */
function optional(): Finding[] {
  const tools: [id: string, title: string, names: string[], use: string, debian: string][] = [
    ['qemu', 'QEMU', ['qemu-system-riscv64'], 'runs the same kernel elsewhere', 'qemu-system-misc'],
    ['mtools', 'mtools', ['mcopy'], 'looks into disk images', 'mtools'],
    ['fsck.fat', 'fsck.fat', ['fsck.fat'], 'checks disk images', 'dosfstools'],
    [
      'chromium',
      'Chromium',
      ['chromium', 'chromium-browser', 'google-chrome'],
      'tests HTML reports',
      'chromium',
    ],
  ];
  const found = tools.map(([id, title, names, use, debian]): Finding => {
    const where = names.map(findTool).find((file) => file !== null);
    if (typeof where === 'string') return { id, title, state: 'ok', found: where };
    return {
      id,
      title,
      state: 'absent',
      found: `optional: ${use}`,
      remedy: `Debian: apt-get install ${debian}`,
    };
  });
  const firmware = findOpenSbi();
  found.splice(1, 0, {
    id: 'opensbi',
    title: 'OpenSBI',
    ...(firmware === null
      ? {
          state: 'absent',
          found: 'optional: real firmware for --bios',
          remedy: 'Debian: apt-get install opensbi',
        }
      : { state: 'ok', found: firmware }),
  });
  return found;
}

/** Where distributions put OpenSBI's fw_dynamic for the generic platform. */
const OPENSBI_PLACES = [
  '/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin',
  '/usr/share/opensbi/lp64/generic/firmware/fw_dynamic.bin',
  '/usr/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin',
  path.join(path.sep, 'opt', 'homebrew', 'share', 'qemu', 'opensbi-riscv64-generic-fw_dynamic.bin'),
];

/** OpenSBI's fw_dynamic as a distribution installs it, or null. */
export function findOpenSbi(): string | null {
  return OPENSBI_PLACES.find((file) => fs.existsSync(file)) ?? null;
}

function finding(id: string, title: string, found: string, isGood: boolean, remedy: string): Finding {
  return isGood ? { id, title, state: 'ok', found } : { id, title, state: 'failed', found, remedy };
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
