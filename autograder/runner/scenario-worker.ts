/** Worker thread: runs the scenarios that it is sent, one after the other. */
import { parentPort } from 'node:worker_threads';
import { runScenario } from './run-scenario.js';
import type { ScenarioJob, ScenarioRun } from './run-scenario.js';

/** What a worker answers. */
export type WorkerAnswer = { readonly run: ScenarioRun } | { readonly fault: Error };

parentPort?.on('message', (job: ScenarioJob) => {
  runScenario(job).then(
    (run) => parentPort?.postMessage({ run } satisfies WorkerAnswer),
    (error: unknown) => {
      const fault = error instanceof Error ? error : new Error(String(error));
      parentPort?.postMessage({ fault } satisfies WorkerAnswer);
    },
  );
});
