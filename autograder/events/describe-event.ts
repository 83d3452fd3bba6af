/** Machine events in words: `S-mode, satp = 0x8000000000080252 at bootcamp_paging (bootcamp.c:25)`. */
import { causeName, csrName, Mode } from '../../emulator/index.js';
import type { EventKind, MachineEvents } from '../../emulator/index.js';
import type { SeenEvent } from '../../emulator/observe/event-log.js';
import { registerName } from './mmio-names.js';
import { describeSbiCall, describeSbiResult, HSM_STATE_NAMES } from './sbi-call-names.js';
import { describeSystemCall } from './system-call-names.js';

/** Kinds of events that have words; the console has its own. */
type LineKind = Exclude<EventKind, 'console'>;

const MODE_NAMES: Readonly<Record<Mode, string>> = {
  [Mode.User]: 'U',
  [Mode.Supervisor]: 'S',
  [Mode.Machine]: 'M',
};

/** What follows an event for the place in the guest's code that made it: ` at kvm_activate (kvm.c:12)`, or nothing. */
export type NamePlace = (pc: bigint) => string;

type Describe<K extends LineKind> = (event: MachineEvents[K], at: NamePlace) => string;

const DESCRIBE: { readonly [K in LineKind]: Describe<K> } = {
  hsm: ({ state }) => HSM_STATE_NAMES[state],
  sbi: ({ eid, fid, args, error, value }) => {
    const call = describeSbiCall(eid, fid, args);
    return error === undefined ? call : `${call} = ${describeSbiResult(eid, fid, error, value ?? 0n)}`;
  },
  'supervisor-enter': ({ pc, a0, a1, satp }, at) => `a0=${hex(a0)} a1=${hex(a1)} satp=${hex(satp)}${at(pc)}`,
  mmio: ({ address, size, write, value, pc }, at) =>
    `${write ? 'store' : 'load'} ${8 * size} bits, ${registerName(address)} = ${hex(value)}${at(pc)}`,
  'csr-write': ({ csr, value, pc, mode }, at) =>
    `${MODE_NAMES[mode]}-mode, ${csrName(csr)} = ${hex(value)}${at(pc)}`,
  trap: ({ from, to, interrupt, cause, epc, tval }, at) => {
    const value = tval === 0n ? '' : `, tval ${hex(tval)}`;
    return `${MODE_NAMES[from]} to ${MODE_NAMES[to]}, ${causeName(cause, interrupt)}${value}${at(epc)}`;
  },
  ecall: ({ mode, pc, registers }, at) => {
    const call =
      mode === Mode.Supervisor
        ? describeSbiCall(registers[7] ?? 0n, registers[6] ?? 0n, registers)
        : describeSystemCall(registers[7] ?? 0n, registers);
    return `${MODE_NAMES[mode]}-mode, ${call}${at(pc)}`;
  },
  hint: ({ mode, code, registers, pc }, at) =>
    `${MODE_NAMES[mode]}-mode, slti x0, x0, ${code} with ${registers.map(hex).join(', ')}${at(pc)}`,
  idle: () => 'waits',
  wake: () => 'goes on',
  'user-enter': ({ pc, a0, satp }) => `pc=${hex(pc)} a0=${hex(a0)} satp=${hex(satp)}`,
  'user-leave': ({ interrupt, cause, epc, retired }) =>
    `${causeName(cause, interrupt)} at ${hex(epc)} after ${retired} instructions`,
  fence: ({ instruction, pc }, at) => `${instruction}${at(pc)}`,
  'page-walk': ({ access, address, entries, physical }) =>
    `${access} ${hex(address)}, ${entries.length} levels, ` +
    (physical === undefined ? 'page fault' : `physical 0x${physical.toString(16)}`),
  disk: ({ type, sector, count, status }) =>
    (type === 'in' || type === 'out'
      ? `${type === 'out' ? 'writes' : 'reads'} ${count} sectors from ${sector}`
      : type) + (status === 0 ? '' : `, status ${status}`),
};

/** An event of a running machine, without its time and hart. */
export function describeMachineEvent<K extends LineKind>(
  kind: K,
  event: MachineEvents[K],
  at: NamePlace,
): string {
  return DESCRIBE[kind](event, at);
}

/** An event of a log, without its time and hart. */
export function describeSeenEvent(event: SeenEvent, at: NamePlace): string {
  switch (event.kind) {
    case 'call':
      return `${event.function}(${event.args.slice(0, 3).map(hex).join(', ')}, …) called${at(event.ra - 1n)}`;
    case 'return':
      return `${event.function} returns ${hex(event.values[0])}`;
    case 'store':
      return `${event.variable}${event.offset === 0 ? '' : `+${event.offset}`} = ${hex(event.value)}${at(event.pc)}`;
    default: {
      // One kind's function with that kind's event: more than the types can say for a union of kinds.
      const describe = DESCRIBE[event.kind] as Describe<LineKind>;
      return describe(event, at);
    }
  }
}

export function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
