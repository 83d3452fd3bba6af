/** `boot --save FOLDER`: what would be booted, as files for other machines and other tools. */
import fs from 'node:fs';
import path from 'node:path';
import { UsageError } from '../exit-status.js';
import type { Guest } from './guest.js';

/**
 * Writes the guest's kernel and what it is given to boot from.
 * @returns the files, as a user would name them
 * @throws UsageError when the folder cannot be written
 */
export function saveGuest({ kernel, disk, initrd }: Guest, folder: string): string[] {
  const files: [string, Uint8Array][] = [
    ['kernel.elf', kernel],
    ...(disk === undefined ? [] : [['disk.img', disk] as [string, Uint8Array]]),
    ...(initrd === undefined ? [] : [['initrd.img', initrd] as [string, Uint8Array]]),
  ];
  try {
    fs.mkdirSync(folder, { recursive: true });
    return files.map(([name, bytes]) => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, bytes);
      return file;
    });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new UsageError(`--save ${folder}: cannot be written (${code})`, { cause });
  }
}
