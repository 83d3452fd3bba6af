/** Labs as users name them. */
import { didYouMean } from '../cli/option-values.js';

/** No lab has the name that was asked for, or several begin with it. */
export class UnknownLab extends Error {
  override readonly name = 'UnknownLab';

  constructor(lab: string, known: readonly string[]) {
    const labs = known.length > 0 ? known.join(', ') : 'none';
    super(`unknown lab '${lab}'; there are: ${labs}.${didYouMean(lab, known)}`);
  }
}

/**
 * The full name of a lab.
 * @param name that name, or an unambiguous beginning of it (`03`)
 * @throws UnknownLab
 */
export function findLab(name: string, known: readonly string[]): string {
  const [found, ...others] = known.includes(name)
    ? [name]
    : known.filter((lab) => lab.startsWith(`${name}-`));
  if (found === undefined || others.length > 0) throw new UnknownLab(name, known);
  return found;
}
