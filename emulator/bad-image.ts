/** A file that is not what it should be: an ELF, a kernel image, a firmware, a device tree. */
export class BadImageError extends Error {
  override readonly name = 'BadImageError';

  constructor(
    /** The file as the user named it. */
    readonly file: string,
    /** The field that is wrong, by its name in the format's specification. */
    readonly field: string,
    readonly found: string,
    readonly expected: string,
  ) {
    super(`${file}: ${field}: found ${found}, expected ${expected}`);
  }
}

/** `0x`-prefixed hexadecimal, as addresses and magic numbers are written. */
export function hex(value: number | bigint): string {
  return `0x${value.toString(16)}`;
}
