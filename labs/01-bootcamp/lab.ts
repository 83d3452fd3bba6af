import type { Check, LabDefinition } from '../../autograder/lab/definition.js';
import * as harts from './hart-checks.js';
import * as meetings from './meeting-checks.js';
import * as plic from './plic-checks.js';
import * as scenarios from './scenarios.js';

/** Whatever became of the run, what a hart did until then is judged. */
const judges = 'any';

const checks: readonly Check[] = [
  {
    id: 'thread-pointer',
    title: "tp is the hart's own struct hart, whatever its id",
    points: 5,
    scenario: scenarios.sparse.id,
    contract: { function: 'bootcamp_tp' },
    evaluate: harts.threadPointer,
  },
  {
    id: 'trap-entry',
    title: 'stvec before any trap',
    points: 7,
    scenario: scenarios.four.id,
    contract: { function: 'bootcamp_traps' },
    evaluate: harts.trapEntry,
  },
  {
    id: 'supervisor-state',
    title: 'sscratch, sstatus and scounteren do not keep what the firmware left',
    points: 6,
    scenario: scenarios.four.id,
    contract: { function: 'bootcamp_traps' },
    evaluate: harts.supervisorState,
  },
  {
    id: 'interrupt-enables',
    title: 'sie enables software, timer and external interrupts',
    points: 6,
    scenario: scenarios.two.id,
    contract: { function: 'bootcamp_traps' },
    evaluate: harts.interruptEnables,
  },
  {
    id: 'interrupts-off',
    title: 'Interrupts stay off until the dispatcher',
    points: 4,
    scenario: scenarios.four.id,
    contract: { function: 'bootcamp' },
    evaluate: harts.interruptsOff,
  },
  {
    id: 'paging',
    title: "satp: Sv39, ASID 0, the kernel's table",
    points: 8,
    scenario: scenarios.four.id,
    contract: { function: 'bootcamp_paging' },
    evaluate: harts.paging,
  },
  {
    id: 'paging-order',
    title: 'A complete table, satp, sfence.vma, in this order',
    points: 8,
    scenario: scenarios.four.id,
    contract: { function: 'bootcamp_paging' },
    evaluate: harts.pagingInOrder,
  },
  {
    id: 'plic-context',
    title: "Each hart sets up its own PLIC context and nobody else's",
    points: 8,
    scenario: scenarios.sparse.id,
    contract: { function: 'bootcamp_plic' },
    evaluate: plic.ownContext,
  },
  {
    id: 'plic-sources',
    title: 'Enables, threshold and priorities let connected sources through',
    points: 6,
    scenario: scenarios.one.id,
    contract: { function: 'bootcamp_plic' },
    evaluate: plic.sources,
  },
  {
    id: 'interrupts-arrive',
    title: 'Timer and device interrupts reach every hart',
    points: 4,
    scenario: scenarios.traffic.id,
    contract: { function: 'bootcamp_plic' },
    evaluate: plic.interruptsArrive,
  },
  {
    id: 'online-order',
    title: 'online after all of the work, scheduler() after the meeting',
    points: 10,
    scenario: scenarios.slow.id,
    contract: { function: 'bootcamp' },
    evaluate: meetings.onlineInOrder,
  },
  {
    id: 'online-release',
    title: 'online is published in release order',
    points: 5,
    scenario: scenarios.four.id,
    contract: { function: 'bootcamp' },
    evaluate: meetings.onlineReleases,
  },
  {
    id: 'meeting',
    title: 'Nobody leaves the meeting early, and everybody leaves at its end',
    points: 8,
    scenario: scenarios.slow.id,
    contract: { function: 'bootcamp_end_meeting' },
    evaluate: meetings.meeting,
  },
  {
    id: 'wake-up',
    title: 'No wake-up is lost, wherever a hart is when the meeting ends',
    points: 6,
    scenario: scenarios.held.id,
    contract: { function: 'bootcamp' },
    evaluate: meetings.wakeUps,
  },
  {
    id: 'wfi',
    title: 'Harts wait in wfi, not in a loop',
    points: 5,
    scenario: scenarios.slow.id,
    contract: { function: 'bootcamp' },
    evaluate: meetings.sleepsWhileWaiting,
  },
  {
    id: 'first-timer',
    title: 'Each hart sets its first timer when the meeting is over',
    points: 4,
    scenario: scenarios.sparse.id,
    contract: { function: 'bootcamp_timer' },
    evaluate: meetings.firstTimer,
  },
].map((check) => ({ ...check, judges }));

const lab: LabDefinition = {
  id: '01-bootcamp',
  title: 'Bringing up harts',
  files: ['bootcamp.c'],
  header: 'kernel/include/bootcamp.h',
  scenarios: scenarios.all,
  checks,
};

export default lab;
