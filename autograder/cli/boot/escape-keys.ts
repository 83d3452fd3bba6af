/** Ctrl-A and a key, as in QEMU's `-nographic`: everything else is the guest's. */

/** What a stretch of keystrokes asks for. */
export type Keystrokes =
  | { readonly kind: 'input'; readonly bytes: Uint8Array }
  | { readonly kind: 'leave' }
  | { readonly kind: 'help' };

const CTRL_A = 0x01;

export const ESCAPE_HELP =
  'Ctrl-A H  this help\r\nCtrl-A X  leave\r\nCtrl-A Ctrl-A  send Ctrl-A to the guest\r\n';

/** Separates keystrokes for us from those for the guest; the two halves of an escape may come apart. */
export class EscapeKeys {
  private afterCtrlA = false;

  /** What `bytes` ask for, in order. Nothing follows a `leave`. */
  feed(bytes: Uint8Array): Keystrokes[] {
    const asked: Keystrokes[] = [];
    let input: number[] = [];
    const flush = (): void => {
      if (input.length > 0) asked.push({ kind: 'input', bytes: Uint8Array.from(input) });
      input = [];
    };
    for (const byte of bytes) {
      if (!this.afterCtrlA) {
        if (byte === CTRL_A) this.afterCtrlA = true;
        else input.push(byte);
        continue;
      }
      this.afterCtrlA = false;
      const key = String.fromCharCode(byte).toLowerCase();
      if (key === 'x') {
        flush();
        asked.push({ kind: 'leave' });
        return asked;
      }
      if (key === 'h' || key === '?') {
        flush();
        asked.push({ kind: 'help' });
      } else if (byte === CTRL_A || key === 'a') input.push(CTRL_A);
      // Any other key after Ctrl-A means nothing, as in QEMU.
    }
    flush();
    return asked;
  }
}
