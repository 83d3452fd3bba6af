import type { CheckResult, GradeReport } from '../runner/grade-report.js';

/**
 * The check to begin with: the first that shows a fault of its own. Where a run broke off, the others only say that it
 * did, and so lost what would have come.
 */
export function firstToMend({ checks, scenarios }: GradeReport): CheckResult | undefined {
  const lost = checks.filter(({ status }) => status !== 'passed');
  const endOf = ({ scenario, seed }: CheckResult): string | undefined => {
    const run = scenarios.find((each) => each.id === scenario && each.seed === seed);
    return run === undefined || run.outcome === 'completed' ? undefined : (run.explanation?.[0] ?? '');
  };
  const showsFault = (check: CheckResult): boolean => {
    const end = endOf(check);
    return end === undefined || (check.status !== 'error' && !(end !== '' && check.seen.includes(end)));
  };
  return lost.find(showsFault) ?? lost[0];
}
