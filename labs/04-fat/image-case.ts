/**
 * A disk that a scenario puts before the kernel, and the steps of `fatprobe` (kernel/user/fatprobe.c) on it, each with
 * what must come of it.
 */

/** FatFs's results, as `enum fat_result` of kernel/include/fat.h has them. */
export const FatResult = {
  OK: 0,
  DISK_ERR: 1,
  INT_ERR: 2,
  NOT_READY: 3,
  NO_FILE: 4,
  NO_PATH: 5,
  NO_FILESYSTEM: 13,
  NOT_ENOUGH_CORE: 17,
  INVALID_PARAMETER: 19,
} as const;

export type FatResult = (typeof FatResult)[keyof typeof FatResult];

/** `FR_NO_FILESYSTEM (13)`. */
export function resultName(result: number): string {
  const known = Object.entries(FatResult).find(([, value]) => value === result);
  return known === undefined ? `${result}, which is no result of FatFs` : `FR_${known[0]} (${result})`;
}

/** Functions of the contract whose calls are watched. */
export const CONTRACT_FUNCTIONS = ['fat_mount', 'fat_lookup', 'fat_read_dirent', 'fat_read'] as const;
export type ContractName = (typeof CONTRACT_FUNCTIONS)[number];

/** A call of the contract that returned during a step. */
export interface SeenCall {
  readonly function: ContractName;
  /** a0, 32 bits. */
  readonly result: number;
}

/** A request that the disk served during a step, in sectors of 512 bytes. */
export interface SeenRequest {
  readonly sector: number;
  readonly count: number;
}

/** What the machine saw of one step. */
export interface SeenStep {
  /** Of the system call. */
  readonly result: number;
  /** What the program had got in its memory. */
  readonly bytes: Uint8Array;
  readonly calls: readonly SeenCall[];
  readonly requests: readonly SeenRequest[];
  /** Guest cycles from the step's begin to its end. */
  readonly cycles: number;
}

/** What a step's judge says of it. */
export interface Judgement {
  /** 0 to 1. */
  readonly fraction: number;
  readonly expected: string;
  readonly seen: string;
  /** The function to look at. */
  readonly function: ContractName;
}

/** A line of fatprobe's plan. */
export interface Step {
  readonly command: string;
  readonly judge: (seen: SeenStep) => Judgement;
}

export interface ImageCase {
  /** How reports speak of the disk: `FAT16 in partition 3`. */
  readonly title: string;
  readonly disk: Uint8Array;
  readonly steps: readonly Step[];
  /** When it goes wrong, nothing else of the scenario counts: what the other cases show would be worth nothing. */
  readonly control?: boolean;
  /** Bytes of the disk that may be read, as `[start, end)`; all when absent. */
  readonly readable?: readonly (readonly [number, number])[];
}

/** Paths in a plan: bytes that are not plain letters are written as %HH. */
export function planPath(path: string | Uint8Array): string {
  const bytes = typeof path === 'string' ? new TextEncoder().encode(path) : path;
  return Array.from(bytes, (byte) => {
    const plain = byte > 0x20 && byte < 0x7f && byte !== 0x25;
    return plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
}

/** The plan of a scenario. Every image is unmounted at the end, whatever became of its mount. */
export function planOf(cases: readonly ImageCase[]): string {
  return linesOf(cases)
    .map(({ command }) => `${command}\n`)
    .join('');
}

/** One line of the plan, and where it comes from. */
export interface PlanLine {
  readonly command: string;
  /** Index of the image. */
  readonly image: number;
  /** Absent for the lines that every image has. */
  readonly step?: Step;
}

export function linesOf(cases: readonly ImageCase[]): PlanLine[] {
  return cases.flatMap(({ steps }, image): PlanLine[] => [
    { command: 'image', image },
    ...steps.map((step): PlanLine => ({ command: step.command, image, step })),
    { command: 'umount', image },
  ]);
}
