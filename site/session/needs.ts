/** What console blocks need besides HartLab. */
import { findOpenSbi } from '../../autograder/cli/doctor/findings.js';
import { haveTools } from '../../emulator/node/require-tool.js';

/** Named after `console`, it stands for real firmware, which is no program. */
const OPENSBI = 'opensbi';

/**
 * Whether a block can be run: whether the programs after `console` are installed.
 * @throws Error in CI (`CI=true`) when one is missing
 */
export function haveNeeds(needs: readonly string[]): boolean {
  const tools = needs.filter((need) => need !== OPENSBI);
  if (!haveTools(...tools)) return false;
  if (tools.length === needs.length || findOpenSbi() !== null) return true;
  if (process.env.CI === 'true') throw new Error('this handout needs OpenSBI: let .ci/run install it');
  return false;
}
