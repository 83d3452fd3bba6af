/**
 * Machine events as lines of text, for reading and for `grep`: guest time, hart, kind, what happened, and where in
 * the kernel.
 *
 *     0.00229140 s  hart 0  sbi               hart_start(hartid=1, start_addr=0x80200080, …) = SBI_SUCCESS
 */
import {
  causeName,
  csrName,
  HartState,
  Mode,
  type Machine,
  type MachineEvents,
} from '../../../emulator/index.js';
import { BadImageError } from '../../../emulator/bad-image.js';
import { KernelMap } from '../../runner/diagnosis/kernel-map.js';
import { describePlace } from '../../runner/explain-outcome.js';
import { isSelected, type LineKind, type SelectedEvents } from './event-selection.js';
import { registerName } from './mmio-names.js';
import { describeSbiCall, sbiErrorName } from './sbi-call-names.js';
import { describeSystemCall } from './system-call-names.js';

const KIND_WIDTH = 16;

/** SBI 2.0, chapter 9, table of HSM hart states. */
const HSM_STATES: Readonly<Record<HartState, string>> = {
  [HartState.Started]: 'STARTED',
  [HartState.Stopped]: 'STOPPED',
  [HartState.StartPending]: 'START_PENDING',
  [HartState.StopPending]: 'STOP_PENDING',
  [HartState.Suspended]: 'SUSPENDED',
  [HartState.SuspendPending]: 'SUSPEND_PENDING',
  [HartState.ResumePending]: 'RESUME_PENDING',
};

const MODE_NAMES: Readonly<Record<Mode, string>> = {
  [Mode.User]: 'U',
  [Mode.Supervisor]: 'S',
  [Mode.Machine]: 'M',
};

/** Where an address is, as far as the symbols of what was booted tell. */
type NamePlace = (pc: bigint) => string;

type Describe<K extends LineKind> = (event: MachineEvents[K], at: NamePlace) => string;

const DESCRIBE: { readonly [K in LineKind]: Describe<K> } = {
  hsm: ({ state }) => HSM_STATES[state],
  sbi: ({ eid, fid, args, error, value }) => {
    const call = describeSbiCall(eid, fid, args);
    if (error === undefined) return call;
    return `${call} = ${sbiErrorName(error)}${value === undefined || value === 0n ? '' : `, ${value}`}`;
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
  fence: ({ kind, pc }, at) => `${kind}${at(pc)}`,
  'page-walk': ({ access, address, entries, physical }) =>
    `${access} ${hex(address)}, ${entries.length} levels, ` +
    (physical === undefined ? 'page fault' : `physical 0x${physical.toString(16)}`),
};

/**
 * Listens to a machine from now on.
 * @param kernel ELF file whose functions and source lines name addresses; others are shown as numbers
 * @param write receives each line, without its end, and its guest time in seconds
 */
export function listenForLines(
  machine: Machine,
  selection: readonly SelectedEvents[],
  kernel: Uint8Array,
  write: (line: string, time: number) => void,
): void {
  const place = placeNames(kernel);
  const width = Math.max(...machine.harts.map(({ id }) => String(id).length));
  const listen = (kind: LineKind): void => {
    // One kind's function with that kind's events: more than the types can say for a union of kinds.
    const describe = DESCRIBE[kind] as Describe<LineKind>;
    machine.on(kind, (event: MachineEvents[LineKind]) => {
      if (!isSelected(kind, event, selection)) return;
      const time = event.time / machine.frequency;
      const id = String(machine.harts[event.hart]?.id ?? event.hart).padStart(width);
      const text = describe(event, place);
      write(`${time.toFixed(8)} s  hart ${id}  ${kind.padEnd(KIND_WIDTH)}  ${text}`, time);
    });
  };
  for (const kind of new Set(selection.map((item) => item.kind))) listen(kind);
}

/** Names places in the kernel by its symbols; reads them when first asked. */
function placeNames(kernel: Uint8Array): NamePlace {
  let map: KernelMap | undefined;
  try {
    map = new KernelMap(kernel);
  } catch (error) {
    // A Linux Image has no symbols.
    if (!(error instanceof BadImageError)) throw error;
  }
  return (pc) => ` at ${map === undefined ? hex(pc) : describePlace(map.placeOf(pc))}`;
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}
