/** The bring-up as a partial order of machine events: what `online-order` and `paging-order` compare runs with. */
import { expectedTrace } from '../../autograder/lab/expected-trace.js';
import type { ExpectedStep, ExpectedTrace, OrderRule } from '../../autograder/lab/expected-trace.js';
import type { Evidence } from '../../autograder/lab/evidence.js';
import type { SeenEvent } from '../../emulator/observe/event-log.js';
import { bringUps, HART_ONLINE, HART_SIZE, isCall, isOnlineStore, LANDMARKS } from './bring-up.js';
import { Csr, hex, plicRegister, satpFault, Sbi, SIE_ALL, sieNames } from './hardware.js';
import { witnessOf } from './witness.js';

type Match = ExpectedStep['matches'];

/** A write of a CSR during the bring-up: the trap handler and the dispatcher write the same registers later. */
function csr(number: number, right: (value: bigint, evidence: Evidence) => boolean): Match {
  return (event, evidence) =>
    event.kind === 'csr-write' &&
    event.csr === number &&
    early(event, evidence) &&
    right(event.value, evidence);
}

function nearCsr(
  number: number,
  words: (value: bigint, evidence: Evidence) => string,
): NonNullable<ExpectedStep['nearly']> {
  return (event, evidence) =>
    event.kind === 'csr-write' && event.csr === number && early(event, evidence)
      ? words(event.value, evidence)
      : undefined;
}

/** Whether the hart was not yet in scheduler(). */
function early(event: SeenEvent, evidence: Evidence): boolean {
  if (!('hart' in event)) return false;
  const scheduler = bringUps(evidence)[event.hart]?.scheduler;
  return scheduler === undefined || event.time <= scheduler.event.time;
}

const trapEntry = (value: bigint, { kernel }: Evidence): boolean => value === kernel.addressOf('trap_entry');
const isKernelSatp = (value: bigint, evidence: Evidence): boolean =>
  satpFault(value, witnessOf(evidence).kernelRoot) === undefined;

function plicWrite(kind: 'enable' | 'threshold'): Match {
  return (event, evidence) => {
    if (event.kind !== 'mmio' || !event.write || !early(event, evidence)) return false;
    const register = plicRegister(event.address);
    if (register.kind !== kind || (register.kind === 'enable' && register.word !== 0)) return false;
    return register.context === witnessOf(evidence).contexts[event.hart];
  };
}

const stvec: ExpectedStep = {
  id: 'stvec',
  title: 'stvec = trap_entry',
  on: 'every',
  why: 'a trap would go wherever stvec points',
  matches: csr(Csr.stvec, trapEntry),
  nearly: nearCsr(Csr.stvec, (value) => `stvec = ${hex(value)}`),
};
const sscratch: ExpectedStep = {
  id: 'sscratch',
  title: 'sscratch = 0',
  on: 'every',
  why: 'the trap entry would take what the firmware left there for a trap frame',
  matches: csr(Csr.sscratch, (value) => value === 0n),
  nearly: nearCsr(Csr.sscratch, (value) => `sscratch = ${hex(value)}`),
};
const sie: ExpectedStep = {
  id: 'sie',
  title: 'sie = SSIE, STIE, SEIE',
  on: 'every',
  why: 'an interrupt that sie masks neither traps nor ends wfi',
  matches: csr(Csr.sie, (value) => value === SIE_ALL),
  nearly: nearCsr(Csr.sie, (value) => `sie = ${sieNames(value)}`),
};
const table: ExpectedStep = {
  id: 'table',
  title: 'the kernel table is complete: kvm_init() returns',
  on: 'boot',
  why: 'there is nothing to translate by',
  matches: (event) => event.kind === 'return' && event.function === LANDMARKS.tableBegun,
};
const satp: ExpectedStep = {
  id: 'satp',
  title: 'satp = Sv39, ASID 0, the kernel table',
  on: 'every',
  why: 'the hart would run processes without an address space',
  matches: csr(Csr.satp, isKernelSatp),
  nearly: nearCsr(Csr.satp, (value, evidence) => {
    return `satp: ${satpFault(value, witnessOf(evidence).kernelRoot) ?? hex(value)}`;
  }),
};
const sfence: ExpectedStep = {
  id: 'sfence',
  title: 'sfence.vma after satp',
  on: 'every',
  since: 'satp',
  why: 'nothing else orders the stores that made the table, and what was cached under the old satp, before translation',
  matches: (event, evidence) =>
    event.kind === 'fence' && early(event, evidence) && isFullFence(event, evidence) && isVma(event),
  nearly: (event, evidence) =>
    event.kind === 'fence' && early(event, evidence) && isVma(event) && !isFullFence(event, evidence)
      ? 'sfence.vma for one address or one address space'
      : undefined,
};
/** What others can see of a hart that translates: from here on the fence is too late. */
const visible: ExpectedStep = {
  id: 'visible',
  title: 'first device access, SBI call or `online` after satp',
  on: 'every',
  since: 'satp',
  optional: true,
  why: 'it must come after the fence',
  matches: (event, evidence) =>
    ((event.kind === 'mmio' && event.write) ||
      event.kind === 'sbi' ||
      ('hart' in event && isOnlineStore(event, event.hart))) &&
    early(event, evidence),
};
const enables: ExpectedStep = {
  id: 'enables',
  title: "PLIC: enables of the hart's own context",
  on: 'every',
  why: 'no device could interrupt this hart',
  matches: plicWrite('enable'),
};
const threshold: ExpectedStep = {
  id: 'threshold',
  title: "PLIC: threshold of the hart's own context",
  on: 'every',
  why: 'the firmware may have left a threshold that masks every priority',
  matches: plicWrite('threshold'),
};
const online: ExpectedStep = {
  id: 'online',
  title: 'online = true',
  on: 'others',
  why: 'the boot hart waits for it',
  matches: (event) => event.kind === 'store' && isOnlineStore(event, event.hart),
  nearly: (event) => {
    if (event.kind !== 'store' || event.variable !== 'harts') return undefined;
    const flag = event.offset % HART_SIZE === HART_ONLINE;
    const index = Math.floor(event.offset / HART_SIZE);
    return flag && index !== event.hart
      ? `online = ${event.value !== 0n} of another hart (index ${index})`
      : undefined;
  },
};
const told: ExpectedStep = {
  id: 'told',
  title: 'interrupt to the boot hart',
  on: 'others',
  since: 'online',
  why: 'it sleeps until an interrupt ends its wfi',
  matches: (event, evidence) =>
    event.kind === 'sbi' && event.eid === Sbi.ipi && early(event, evidence) && isTold(event, evidence),
};
const end: ExpectedStep = {
  id: 'end',
  title: 'end of the meeting: bootcamp_end_meeting()',
  on: 'boot',
  why: 'the kernel calls it when every hart is online',
  matches: (event) => isCall(event, LANDMARKS.meetingEnds),
};
const scheduler: ExpectedStep = {
  id: 'scheduler',
  title: 'scheduler()',
  on: 'every',
  why: 'the hart never runs a process',
  matches: (event) => isCall(event, LANDMARKS.scheduler),
};

function isVma(event: SeenEvent): boolean {
  return event.kind === 'fence' && event.instruction === 'sfence.vma';
}

function isFullFence(event: SeenEvent, evidence: Evidence): boolean {
  return (
    event.kind === 'fence' &&
    !witnessOf(evidence).partialFences.some(({ hart, time }) => hart === event.hart && time === event.time)
  );
}

/** IPI: a mask of harts, and the hart id that bit 0 stands for; -1 for all (SBI 2.0, 3.1). */
function isTold(event: Extract<SeenEvent, { kind: 'sbi' }>, { events: log }: Evidence): boolean {
  const [mask = 0n, base = 0n] = event.args;
  const id = BigInt(log.hartIds[log.bootHart] ?? 0);
  return base === 2n ** 64n - 1n || (id >= base && ((mask >> (id - base)) & 1n) === 1n);
}

const tableFirst: OrderRule = {
  before: 'table',
  after: 'satp',
  scope: 'across-harts',
  why: 'the hart would translate by a table that is still being filled',
};
const fenceAfterSatp: OrderRule = {
  before: 'satp',
  after: 'sfence',
  scope: 'same-hart',
  why: 'a fence ahead of satp orders what was before it, not the translation that satp turns on',
};
const fenceFirst: OrderRule = {
  before: 'sfence',
  after: 'visible',
  scope: 'same-hart',
  why: 'until the fence, this hart may use translations from before satp',
};

/** satp and its fence. */
export const pagingOrder: ExpectedTrace = expectedTrace({
  steps: [table, satp, sfence, visible],
  order: [tableFirst, fenceAfterSatp, fenceFirst, { ...fenceFirst, before: 'satp' }],
  never: [
    {
      title: 'takes a trap',
      on: 'every',
      after: 'satp',
      before: 'sfence',
      why: 'between satp and sfence.vma nothing may happen that relies on translation',
      matches: (event) => event.kind === 'trap',
    },
  ],
});

const WORK = [stvec, sscratch, sie, satp, enables, threshold] as const;

/** The whole of a bring-up. */
export const wholeBringUp: ExpectedTrace = expectedTrace({
  steps: [table, ...WORK, sfence, online, told, end, scheduler],
  order: [
    tableFirst,
    fenceAfterSatp,
    ...[...WORK, sfence].map(({ id }): OrderRule => ({
      before: id,
      after: 'online',
      scope: 'same-hart',
      why: 'who reads online as true takes the hart to be ready',
    })),
    {
      before: 'online',
      after: 'told',
      scope: 'same-hart',
      why: 'the boot hart would wake, find nothing new, and sleep on',
    },
    {
      before: 'online',
      after: 'end',
      scope: 'across-harts',
      why: 'the meeting is over when all are there',
    },
    { before: 'end', after: 'scheduler', scope: 'across-harts', why: 'the others are still at work' },
  ],
});
