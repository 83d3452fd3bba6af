/** OpenSBI as a distribution installs it, for tests that run the real firmware. */
import fs from 'node:fs';

/** Debian's package `opensbi`, then others. */
const FOLDERS = [
  '/usr/lib/riscv64-linux-gnu/opensbi/generic',
  '/usr/share/opensbi/lp64/generic/firmware',
] as const;

/**
 * The firmware's bytes, or undefined where it is not installed: `describe.skipIf(!openSbi('fw_jump.bin'))(…)`.
 * @throws Error in CI (`CI=true`) when it is missing
 */
export function openSbi(name: 'fw_dynamic.bin' | 'fw_jump.bin'): Uint8Array | undefined {
  const file = FOLDERS.map((folder) => `${folder}/${name}`).find((candidate) => fs.existsSync(candidate));
  if (file === undefined) {
    if (process.env.CI === 'true')
      throw new Error(`this test needs OpenSBI's ${name}: let .ci/run install it`);
    return undefined;
  }
  return new Uint8Array(fs.readFileSync(file));
}
