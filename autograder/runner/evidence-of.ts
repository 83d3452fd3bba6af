import type { Evidence } from '../lab/evidence.js';
import { jobHistories } from '../metrics/job-history.js';
import type { KernelMap } from './diagnosis/kernel-map.js';
import type { ScenarioRun } from './run-scenario.js';

/** What checks see of a run. */
export function evidenceOf(run: ScenarioRun, kernel: KernelMap): Evidence {
  const { scenario, seed, trace, events, witness, outcome } = run;
  return { scenario, seed, trace, events, witness, outcome, histories: jobHistories(trace), kernel };
}
