/** A file, a folder or an image that cannot be made or read; the message names it and says why. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  constructor(
    /** The file or folder as the caller gave it. */
    readonly subject: string,
    cause: string,
    options?: ErrorOptions,
  ) {
    super(`${subject}: ${cause}`, options);
  }
}
