/** Worker thread: runs the scenarios that it is sent, one after the other. */
import { parentPort } from 'node:worker_threads';
import type { LabDefinition } from '../lab/definition.js';
import { runScenario } from './run-scenario.js';
import type { ScenarioJob, ScenarioRun } from './run-scenario.js';

/** What a worker answers. */
export type WorkerAnswer = { readonly run: ScenarioRun } | { readonly fault: Error };

parentPort?.on('message', (job: ScenarioJob) => {
  run(job).then(
    (run) => parentPort?.postMessage({ run } satisfies WorkerAnswer),
    (error: unknown) => {
      const fault = error instanceof Error ? error : new Error(String(error));
      parentPort?.postMessage({ fault } satisfies WorkerAnswer);
    },
  );
});

async function run(job: ScenarioJob): Promise<ScenarioRun> {
  if (job.module === undefined) return runScenario(job);
  const { default: lab } = (await import(job.module)) as { default: LabDefinition };
  const scenario = lab.scenarios.find(({ id }) => id === job.scenario.id);
  if (scenario === undefined) throw new Error(`${job.module}: no scenario ${job.scenario.id}`);
  return runScenario({ ...job, scenario });
}
