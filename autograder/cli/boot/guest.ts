/** What a session boots: the files that the options name, and what we build where they name none. */
import { createImage, createInitrd, type ImageFile } from '../../image/index.js';
import {
  buildKernel,
  buildPrograms,
  formatDiagnostic,
  type BuildProgress,
  type Diagnostic,
  type UserProgram,
} from '../../toolchain/index.js';
import { UsageError } from '../exit-status.js';
import { readFileOption } from '../option-values.js';
import { studentLab } from '../student-lab.js';

/** The options that say what is booted. */
export interface GuestOptions {
  /** ELF file or Linux Image; by default HartLab's kernel. */
  readonly kernel?: string;
  /** Disk image; by default, and with our kernel, one with the user programs. */
  readonly drive?: string;
  /** Initial RAM disk; `builtin`: one with the user programs, which is the default of {@link INITRD_LABS}. */
  readonly initrd?: string;
  readonly bios: string;
  /** The lab whose reference the student's files replace. */
  readonly lab?: string;
  /** The student's folder. */
  readonly dir?: string;
}

export interface Guest {
  readonly kernel: Uint8Array;
  readonly disk?: Uint8Array;
  readonly initrd?: Uint8Array;
  readonly firmware: 'builtin' | 'none' | Uint8Array;
  /** Warnings of the compiler in the student's files. */
  readonly warnings: readonly Diagnostic[];
}

/** Labs whose own subsystem it takes to read the disk: their kernels come up from an initial RAM disk. */
const INITRD_LABS: ReadonlySet<string> = new Set(['04-fat']);

/** A student's files make no kernel. */
export class GuestNotBuilt extends Error {
  override readonly name = 'GuestNotBuilt';
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(formatDiagnostic).join('\n'));
  }
}

/**
 * Reads and builds what is booted.
 * @throws UsageError for a file or a lab that is not there; GuestNotBuilt
 */
export async function prepareGuest(
  options: GuestOptions,
  root: string,
  onProgress: (what: string, progress: BuildProgress) => void,
): Promise<Guest> {
  if (options.kernel !== undefined && options.lab !== undefined) {
    throw new UsageError('--kernel and --lab exclude each other: --lab builds a kernel');
  }
  const lab = studentLab(options, root);
  const ownInitrd =
    options.initrd === undefined ? INITRD_LABS.has(lab?.name ?? '') : options.initrd === 'builtin';
  const named = {
    ...(options.drive !== undefined && { disk: readDrive(options.drive) }),
    ...(options.initrd !== undefined && !ownInitrd && { initrd: readFileOption('--initrd', options.initrd) }),
    firmware: firmwareFor(options.bios),
  };
  if (options.kernel !== undefined) {
    if (ownInitrd)
      throw new UsageError(
        '--kernel and --initrd builtin exclude each other: the programs are for our kernel',
      );
    return { kernel: readFileOption('--kernel', options.kernel), ...named, warnings: [] };
  }
  const built = await buildKernel({
    root,
    ...(lab && { lab }),
    onProgress: (progress) => onProgress('kernel', progress),
  });
  if (!built.ok) throw new GuestNotBuilt(built.diagnostics);
  const { kernel, warnings } = built;
  if ('disk' in named && !ownInitrd) return { kernel, ...named, warnings };
  const programs = filesOf(await buildPrograms({ root, onProgress: (p) => onProgress('programs', p) }));
  const disk = named.disk ?? (await createImage(ownInitrd ? exampleFiles() : programs));
  return { kernel, ...named, disk, ...(ownInitrd && { initrd: createInitrd(programs) }), warnings };
}

/** Something to look at on a disk that is not the root: a FAT32 volume in partition 1. */
function exampleFiles(): ImageFile[] {
  const file = (path: string, text: string): ImageFile => ({ path, bytes: new TextEncoder().encode(text) });
  const numbers = Array.from({ length: 2000 }, (_, i) => `line ${i + 1} of a file of many clusters\n`);
  return [
    file('/HELLO.TXT', 'Hello from a FAT volume.\n'),
    file('/A long name, with ümlauts.text', 'Long names are up to 255 units of UTF-16.\n'),
    file('/docs/lines.txt', numbers.join('')),
    file('/docs/a/b/c/deep.txt', 'Four directories down.\n'),
  ];
}

/** The user programs as files of an image: `/bin/NAME`. */
export function filesOf(programs: readonly UserProgram[]): ImageFile[] {
  return programs.map(({ name, elf }) => ({ path: `/bin/${name}`, bytes: elf }));
}

function firmwareFor(bios: string): Guest['firmware'] {
  return bios === 'builtin' || bios === 'none' ? bios : readFileOption('--bios', bios);
}

function readDrive(file: string): Uint8Array {
  const disk = readFileOption('--drive', file);
  if (disk.length === 0 || disk.length % 512 !== 0) {
    throw new UsageError(
      `--drive ${file}: size: found ${disk.length} bytes, expected whole sectors of 512 (is it truncated?)`,
    );
  }
  return disk;
}
