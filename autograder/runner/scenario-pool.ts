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
  const runs: ScenarioRun[] = [];
  await passScenarios(jobs, {
    ...options,
    onRun: (run, index) => {
      runs[index] = run;
      options.onRun?.(run);
    },
  });
  return runs;
}

/**
 * The same, without keeping the runs: each is given to `onRun` with the index of its job as it ends, in an order that
 * depends on the host.
 *
 * @throws what a run or `onRun` threw, or an Error when a worker thread died.
 */
export async function passScenarios(
  jobs: readonly ScenarioJob[],
  options: Omit<PoolOptions, 'onRun'> & { readonly onRun: (run: ScenarioRun, index: number) => void },
): Promise<void> {
  // The longest first, so that no core waits long for another at the end.
  const order = [...jobs.entries()].sort(([, a], [, b]) => cost(b) - cost(a));
  await streamScenarios(order, ([, job]) => job, {
    ...options,
    threads: Math.min(options.threads ?? defaultThreads(), jobs.length),
    onRun: (run, [index]) => {
      options.onRun(run, index);
    },
  });
}

/**
 * Runs the job of each item as a worker thread becomes free, and keeps nothing of it: for more runs than fit into
 * memory, and for jobs that are only made when it is their turn.
 *
 * @param items may be asked for the next one by several threads at a time.
 * @throws what a run threw, or an Error when a worker thread died.
 */
export async function streamScenarios<T>(
  items: Iterable<T> | AsyncIterable<T>,
  jobOf: (item: T) => ScenarioJob,
  options: Omit<PoolOptions, 'onRun'> & { readonly onRun: (run: ScenarioRun, item: T) => void },
): Promise<void> {
  const threads = options.threads ?? defaultThreads();
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  // One at a time: an iterator need not bear to be asked again before it has answered.
  let turn: Promise<unknown> = Promise.resolve();
  const next = (): Promise<IteratorResult<T, unknown>> => {
    const asked = turn.then(() => source.next());
    turn = asked.catch(() => undefined);
    return asked;
  };
  let failed = false;
  await Promise.all(
    Array.from({ length: Math.max(1, threads) }, async () => {
      let worker: Worker | undefined;
      try {
        for (let item = await next(); item.done !== true && !failed; item = await next()) {
          const job = jobOf(item.value);
          if (threads === 0 || !canBeSent(job)) options.onRun(await runScenario(job), item.value);
          else {
            worker ??= new Worker(new URL('./scenario-worker.js', import.meta.url));
            options.onRun(await ask(worker, job), item.value);
          }
        }
      } catch (error) {
        failed = true;
        throw error;
      } finally {
        await worker?.terminate();
      }
    }),
  );
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
