import type { KernelNames } from '../../autograder/lab/evidence.js';

/** The student's file, as the kernel's line table has it. */
export const LAB_FILE = 'bootcamp.c';

/**
 * Addresses in the kernel's text that come from the student's file. Some are in the middle of an instruction.
 */
export function labInstructions(kernel: KernelNames): number[] {
  const start = Number(kernel.addressOf('text_start') ?? 0n);
  const end = Number(kernel.addressOf('text_end') ?? 0n);
  const found: number[] = [];
  for (let address = start; address < end; address += 2) {
    if (kernel.placeOf(BigInt(address)).source?.startsWith(`${LAB_FILE}:`) === true) found.push(address);
  }
  return found;
}
