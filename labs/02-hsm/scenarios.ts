import type { Scenario } from '../../autograder/lab/definition.js';
import type { Observation } from '../../emulator/observe/event-log.js';

/**
 * The runs on which lab 02 is graded. They are short: a kernel that waits for a hart does so in wfi, and guest time
 * without instructions costs nothing.
 */

/** How long start_harts() waits for a hart: START_TIMEOUT_MS of kernel/include/hsm.h, in seconds. */
export const START_TIMEOUT = 2;

/** Calls of the firmware, what became of harts, and where they entered the kernel. */
const firmware: Observation = { events: ['ecall', 'sbi', 'hsm', 'supervisor-enter'] };
const bringUp: Observation = { ...firmware, functions: ['start_harts', 'hart_begin'] };

/** Guest seconds in which the kernel boots, runs its script and shuts down. */
const SLACK = 0.3;

/** Arguments right and wrong: the kernel calls every function of part 2 (kernel/boot/selftest.c). */
export const calls: Scenario = {
  id: 'calls',
  title: 'Every call of hsm.h, with right and wrong arguments, three harts',
  harts: 3,
  bootargs: 'selftest=hsm',
  script: ['echo | cat'],
  budget: SLACK,
  observe: {
    ...firmware,
    functions: ['sbi_call', 'hart_start', 'hart_stop', 'hart_get_status', 'hart_suspend'],
  },
};

/** Nobody to start, to wait for, or to stop. */
export const alone: Scenario = {
  id: 'alone',
  title: 'One hart',
  harts: 1,
  bootargs: '',
  script: ['echo | cat'],
  budget: SLACK,
  observe: { ...bringUp, functions: ['start_harts', 'stop_harts'] },
};

/** The last one boots, so that an id, an index and an order of booting differ. */
export const eight: Scenario = {
  id: 'eight',
  title: 'Eight harts, booted by hart 6',
  harts: 8,
  machine: { bootHart: 6 },
  bootargs: '',
  script: ['echo | cat'],
  budget: SLACK,
  observe: bringUp,
};

/** No id is an index; the largest is beyond NHART. */
export const sparse: Scenario = {
  id: 'sparse',
  title: 'Harts 2, 3, 9 and 70, booted by hart 9',
  harts: 4,
  machine: { hartIds: [2, 3, 9, 70], bootHart: 9 },
  bootargs: '',
  script: ['echo | cat'],
  budget: SLACK,
  observe: bringUp,
};

/** The boot hart waits for another hart a thousand times, each time a little later. */
export const wait: Scenario = {
  id: 'wait',
  title: 'A thousand waits, two harts',
  harts: 2,
  bootargs: 'selftest=wait',
  script: ['echo | cat'],
  // Each wait is over after a millisecond even when its wake-up is lost.
  budget: 1.5 + SLACK,
  observe: { ...firmware, functions: ['hart_wait'], variables: ['selftest_answered'] },
};

/** Harts take their time between START_PENDING and their first instruction. */
export const SLOWEST = 1.5;
export const slow: Scenario = {
  id: 'slow',
  title: 'Four harts that start slowly, booted by hart 1',
  harts: 4,
  machine: { bootHart: 1, startDelays: { 0: 0.4, 2: SLOWEST, 3: 0.01 } },
  bootargs: '',
  script: ['echo | cat'],
  // One after the other they take longer than all at once.
  budget: 2 + SLACK,
  observe: {
    events: [...(firmware.events ?? []), 'idle', 'wake'],
    functions: ['start_harts', 'hart_begin'],
    variables: ['harts'],
  },
};

/** Hart 2 never comes; hart 3 comes when start_harts() has given it up. Jobs run on whoever is there. */
export const NEVER = 1;
export const LATE = 3;
export const missing: Scenario = {
  id: 'missing',
  title: 'Four harts: one never comes up, one comes late',
  harts: 4,
  machine: { bootHart: 0, startDelays: { [NEVER]: Infinity, [LATE]: START_TIMEOUT + 0.07 } },
  bootargs: '',
  script: ['job 1 16 60 & job 2 16 60 & job 3 16 60 & job 4 16 60 & wait'],
  // A kernel that starts them one after the other gives each its time.
  budget: 2 * START_TIMEOUT + SLACK,
  observe: { ...bringUp, events: [...(firmware.events ?? []), 'user-enter'], variables: ['harts'] },
};

/** The device tree names hart 77, which does not exist; and hart 4 has been started by somebody else. */
export const PHANTOM = 77;
export const refused: Scenario = {
  id: 'refused',
  title: 'A hart that does not exist, and one that runs already',
  harts: 3,
  machine: { hartIds: [4, 5, 90], bootHart: 5 },
  bootargs: `phantom=${PHANTOM} selftest=started`,
  script: ['echo | cat'],
  budget: START_TIMEOUT + SLACK,
  observe: bringUp,
};

/** Harts are in user programs, in the kernel and suspended when init powers off. */
export const shutdown: Scenario = {
  id: 'shutdown',
  title: 'Power off while four harts are busy or suspended',
  harts: 4,
  machine: { hartIds: [1, 4, 5, 8], bootHart: 5 },
  bootargs: 'idle=suspend',
  script: ['job 1 16 0 & job 2 16 0 & job 3 16 10; echo done'],
  budget: SLACK + 0.2,
  observe: { ...bringUp, functions: ['start_harts', 'stop_harts'] },
};

/**
 * Three harts come to shut the system down (kernel/boot/selftest.c). The first one gets stuck with its interrupts off
 * before stop_harts(); the next two call stop_harts() together. The fourth runs what there is.
 */
export const together: Scenario = {
  id: 'together',
  title: 'Two harts power off at the same time; a third no longer listens',
  harts: 4,
  bootargs: 'selftest=shutdown',
  script: ['poweroff & poweroff & poweroff & wait'],
  budget: SLACK + 0.3,
  observe: { ...bringUp, functions: ['start_harts', 'shutdown', 'stop_harts'] },
};
