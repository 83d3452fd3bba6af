import os from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Scenario } from '../lab/definition.js';
import { runScenario } from './run-scenario.js';
import type { ScenarioJob, ScenarioRun } from './run-scenario.js';
import type { WorkerAnswer } from './scenario-worker.js';

export interface PoolOptions {
  /** Worker threads; one a core by default. 0 runs everything in the calling thread. */
  readonly threads?: number;
  /** Told after each run. */
  readonly onRun?: (run: ScenarioRun) => void;
}

/**
 * Runs jobs on as many worker threads as there are cores. The results come in the order of the jobs, and do
 * not depend on the number of threads.
 *
 * @throws what a run threw, or an Error when a worker thread died.
 */
export async function runScenarios(
  jobs: readonly ScenarioJob[],
  options: PoolOptions = {},
): Promise<ScenarioRun[]> {
  const threads = jobs.every(canBeSent) ? Math.min(options.threads ?? defaultThreads(), jobs.length) : 0;
  const runs: ScenarioRun[] = [];
  let next = 0;
  const finish = (index: number, run: ScenarioRun): void => {
    runs[index] = run;
    options.onRun?.(run);
  };
  if (threads === 0) {
    for (const [index, job] of jobs.entries()) finish(index, await runScenario(job));
    return runs;
  }
  // The longest first, so that no core waits long for another at the end.
  const order = [...jobs.entries()].sort(([, a], [, b]) => cost(b) - cost(a));
  await Promise.all(
    Array.from({ length: threads }, async () => {
      const worker = new Worker(new URL('./scenario-worker.js', import.meta.url));
      try {
        for (let entry = order[next++]; entry !== undefined; entry = order[next++]) {
          const [index, job] = entry;
          finish(index, await ask(worker, job));
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
  return runs;
}

function ask(worker: Worker, job: ScenarioJob): Promise<ScenarioRun> {
  return new Promise((resolve, reject) => {
    const onMessage = (answer: WorkerAnswer): void => {
      stopListening();
      if ('run' in answer) resolve(answer.run);
      else reject(answer.fault);
    };
    const onError = (error: Error): void => {
      stopListening();
      reject(error);
    };
    const onExit = (code: number): void => {
      stopListening();
      reject(new Error(`a worker thread ended with status ${code}`));
    };
    const stopListening = (): void => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
    };
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.postMessage({ ...job, scenario: withoutFunctions(job.scenario) });
  });
}

/** Functions stay behind: the worker takes them from the lab's module. */
function withoutFunctions(scenario: Scenario): Scenario {
  const entries = Object.entries(scenario).filter(([, value]) => typeof value !== 'function');
  return Object.fromEntries(entries) as unknown as Scenario;
}

function canBeSent({ scenario, module }: ScenarioJob): boolean {
  return module !== undefined || !(scenario.disk ?? scenario.initrd ?? scenario.witness);
}

function cost({ scenario }: ScenarioJob): number {
  return scenario.harts * scenario.budget;
}

/** Sources are not JavaScript: where they are run without a build (in tests), there are no worker threads. */
function defaultThreads(): number {
  return import.meta.url.endsWith('.ts') ? 0 : os.availableParallelism();
}
