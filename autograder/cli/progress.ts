/** Progress of something slow: one line that changes, on a terminal only. */
export interface Progress {
  /** Replaces the line. */
  show(text: string): void;
  /** Removes the line; to be called before anything else is printed. */
  clear(): void;
}

/** Progress on a stream; shows nothing where the stream is no terminal. */
export function progressOn(stream: { isTTY?: boolean; write(text: string): unknown }): Progress {
  let shown = '';
  const replace = (text: string): void => {
    if (text === shown) return;
    // Erase in line (ECMA-48, 8.3.41), then return to the margin.
    stream.write(text === '' ? '\r\u001b[K' : `\r\u001b[K${text}`);
    shown = text;
  };
  if (stream.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  return { show: replace, clear: () => replace('') };
}
