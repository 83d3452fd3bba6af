import { BadImageError } from '../../../emulator/bad-image.js';
import type { Machine } from '../../../emulator/index.js';
import { EventRecorder } from '../../../emulator/observe/event-recorder.js';
import { ScheduleRecorder } from '../../../emulator/observe/schedule-recorder.js';
import { KernelMap } from '../../runner/diagnosis/kernel-map.js';
import { TRACED_EVENTS } from '../../trace-file/run-trace.js';
import { checkTraceFile, reportTrace } from '../../trace-file/write-trace.js';
import type { CommandIo } from '../command-io.js';

/**
 * Records a machine for `--trace` from now on.
 *
 * @param kernel what was booted; a Linux Image has no names of places.
 * @returns writes the file; call it when the machine has stopped.
 * @throws UsageError when the file cannot be written
 */
export function traceMachine(
  machine: Machine,
  kernel: Uint8Array,
  file: string,
): (io: Pick<CommandIo, 'stderr'>) => void {
  checkTraceFile('--trace', file);
  const names = kernelNames(kernel);
  const schedule = new ScheduleRecorder(machine);
  const events = new EventRecorder(machine, TRACED_EVENTS, NO_SYMBOLS);
  return (io) => {
    const run = { name: 'boot', trace: schedule.trace(), log: events.log(), ...(names && { kernel: names }) };
    reportTrace(file, [run], io);
  };
}

/** No function and no object is watched. */
const NO_SYMBOLS = { addressOf: () => undefined, sizeOf: () => undefined };

function kernelNames(kernel: Uint8Array): KernelMap | undefined {
  try {
    return new KernelMap(kernel);
  } catch (error) {
    if (error instanceof BadImageError) return undefined;
    throw error;
  }
}
