/**
 * Machine events as lines of text, for reading and for `grep`: guest time, hart, kind, what happened, and where in
 * the kernel.
 *
 *     0.00229140 s  hart 0  sbi               hart_start(hartid=1, start_addr=0x80200080, …) = SBI_SUCCESS
 */
import type { Machine, MachineEvents } from '../../../emulator/index.js';
import { BadImageError } from '../../../emulator/bad-image.js';
import { describeMachineEvent, hex } from '../../events/describe-event.js';
import { KernelMap } from '../../runner/diagnosis/kernel-map.js';
import { describePlace } from '../../runner/explain-outcome.js';
import { isSelected, type LineKind, type SelectedEvents } from './event-selection.js';

const KIND_WIDTH = 16;

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
    machine.on(kind, (event: MachineEvents[LineKind]) => {
      if (!isSelected(kind, event, selection)) return;
      const time = event.time / machine.frequency;
      const text = describeMachineEvent(kind, event, (pc) => ` at ${place(pc)}`);
      // The disk's events are no hart's.
      const id = 'hart' in event ? (machine.harts[event.hart]?.id ?? event.hart) : undefined;
      const hart = `${id === undefined ? '    ' : 'hart'} ${String(id ?? '').padStart(width)}`;
      write(`${time.toFixed(8)} s  ${hart}  ${kind.padEnd(KIND_WIDTH)}  ${text}`, time);
    });
  };
  for (const kind of new Set(selection.map((item) => item.kind))) listen(kind);
}

/** Names places in the kernel by its symbols; reads them when first asked. */
function placeNames(kernel: Uint8Array): (pc: bigint) => string {
  let map: KernelMap | undefined;
  try {
    map = new KernelMap(kernel);
  } catch (error) {
    // A Linux Image has no symbols.
    if (!(error instanceof BadImageError)) throw error;
  }
  return (pc) => (map === undefined ? hex(pc) : describePlace(map.placeOf(pc)));
}
