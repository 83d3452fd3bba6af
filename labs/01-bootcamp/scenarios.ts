import { createInitrd } from '../../autograder/image/index.js';
import type { Scenario } from '../../autograder/lab/definition.js';
import { scenarioFiles } from '../../autograder/runner/scenario-disk.js';
import type { Observation } from '../../emulator/observe/event-log.js';
import { LANDMARKS } from './bring-up.js';
import { PLIC } from './hardware.js';
import { watchBoot } from './witness.js';
import type { Nuisances } from './witness.js';

/** The runs on which lab 01 is graded: a boot, some programs, and the end. */

/** What every scenario writes down. */
const OBSERVED: Observation = {
  events: ['csr-write', 'mmio', 'fence', 'trap', 'sbi', 'supervisor-enter', 'idle', 'wake'],
  mmio: [PLIC],
  functions: Object.values(LANDMARKS),
  variables: ['harts'],
};

/** A kernel that boots needs 20 ms; one that waits for a lost hart at its end, 100 ms more. */
const BUDGET_SECONDS = 0.15;

function scenario(
  id: string,
  title: string,
  harts: number,
  more: Partial<Scenario> & { readonly nuisances?: Nuisances } = {},
): Scenario {
  const { nuisances, ...rest } = more;
  return {
    id,
    title,
    harts,
    bootargs: '',
    budget: BUDGET_SECONDS,
    ...(rest.mix === undefined && { script: ['ls /bin'] }),
    observe: OBSERVED,
    witness: (machine, watched) => watchBoot(machine, watched, nuisances),
    ...rest,
  };
}

/**
 * Programs in memory, and no disk: its interrupts end every wfi, and would make up for wake-ups that are lost.
 */
const QUIET: Partial<Scenario> = {
  disk: () => Promise.resolve(undefined),
  initrd: ({ scenario, programs }) => {
    const needed = programs.filter(({ name }) => ['init', 'sh', 'ls', 'mix', 'job'].includes(name));
    return Promise.resolve(createInitrd(scenarioFiles(scenario, needed)));
  },
};

export const one = scenario('one', 'One hart', 1);

export const two = scenario('two', 'Two harts', 2);

export const four = scenario('four', 'Four harts', 4);

/** Neither id nor index tells a hart's PLIC context here, and the boot hart is neither the first nor the last. */
export const sparse = scenario('sparse', 'Four harts with ids 1, 2, 5 and 9, booted by 5', 4, {
  machine: { hartIds: [1, 2, 5, 9], bootHart: 5, plicOrder: [2, 5, 9, 1] },
});

/** Guest seconds by which the last hart comes after the first. */
const LAST_SECONDS = 0.012;
/** Guest seconds in which a hart that is woken has long looked, and gone back to sleep. */
const PAUSE_SECONDS = 0.0003;
export const slow = scenario('slow', 'Four harts that start one after the other', 4, {
  ...QUIET,
  machine: { hartIds: [0, 2, 3, 7], bootHart: 3, startDelays: { 2: LAST_SECONDS / 2, 7: LAST_SECONDS } },
  nuisances: { stray: true, pause: PAUSE_SECONDS },
});

/** Jobs that compute and sleep on every hart, while somebody types. */
export const traffic = scenario('traffic', 'Four harts with work, timers, a disk and a keyboard', 4, {
  mix: {
    end: 30,
    jobs: Array.from({ length: 6 }, (_, i) => ({
      id: i + 1,
      priority: 16,
      ...(i % 2 === 1 && { sleep: { run: 2, sleep: 2 } }),
    })),
  },
  nuisances: { typing: { every: 0.003, bytes: 8 } },
});

/** Harts are held at different instructions while they wait: the n-th after n of them. */
const HELD_SECONDS = 0.006;
export const held = scenario('held', 'Sixteen harts, each held at another instruction of its wait', 16, {
  ...QUIET,
  machine: { bootHart: 0 },
  mix: {
    end: 12,
    jobs: [
      { id: 1, priority: 16 },
      { id: 2, priority: 16 },
    ],
  },
  nuisances: { stall: HELD_SECONDS },
});

export const all: readonly Scenario[] = [one, two, four, sparse, slow, traffic, held];
