import { createImage } from '../image/index.js';
import type { ImageFile } from '../image/index.js';
import { formatMix } from '../lab/mix.js';
import type { Scenario } from '../lab/definition.js';
import type { UserProgram } from '../toolchain/index.js';

/**
 * The files of a scenario's root: all programs in /bin, and the script /etc/rc that init runs and after whose end it
 * shuts down.
 */
export function scenarioFiles(
  { mix, script }: Pick<Scenario, 'mix' | 'script'>,
  programs: readonly UserProgram[],
): ImageFile[] {
  const text = new TextEncoder();
  const rc = mix === undefined ? (script ?? []) : ['mix'];
  return [
    ...programs.map(({ name, elf }) => ({ path: `/bin/${name}`, bytes: elf })),
    ...(mix === undefined ? [] : [{ path: '/etc/mix', bytes: text.encode(formatMix(mix)) }]),
    { path: '/etc/rc', bytes: text.encode(rc.map((line) => `${line}\n`).join('')) },
  ];
}

/** The root image of a scenario that does not make its own. */
export function scenarioDisk(
  scenario: Pick<Scenario, 'mix' | 'script'>,
  programs: readonly UserProgram[],
): Promise<Uint8Array> {
  return createImage(scenarioFiles(scenario, programs));
}
