/** What a session boots: the files that the options name, and what we build where they name none. */
import { createImage, type ImageFile } from '../../image/index.js';
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
  const named = {
    ...(options.drive !== undefined && { disk: readDrive(options.drive) }),
    ...(options.initrd !== undefined && { initrd: readFileOption('--initrd', options.initrd) }),
    firmware: firmwareFor(options.bios),
  };
  if (options.kernel !== undefined) {
    return { kernel: readFileOption('--kernel', options.kernel), ...named, warnings: [] };
  }
  const lab = studentLab(options, root);
  const built = await buildKernel({
    root,
    ...(lab && { lab }),
    onProgress: (progress) => onProgress('kernel', progress),
  });
  if (!built.ok) throw new GuestNotBuilt(built.diagnostics);
  const { kernel, warnings } = built;
  if ('disk' in named) return { kernel, ...named, warnings };
  const programs = await buildPrograms({ root, onProgress: (p) => onProgress('programs', p) });
  return { kernel, ...named, disk: await createImage(filesOf(programs)), warnings };
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
