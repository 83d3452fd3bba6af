/** HartLab's machine: `import { Machine } from 'hartlab/emulator'`. */
export { BadImageError } from './bad-image.js';
export { Machine } from './machine/machine.js';
export type { MachineOptions, RunLimits } from './machine/machine.js';
export type { StopReason } from './machine/stop.js';
export { HartState } from './firmware/sbi/call.js';
export { Exception, Mode, causeName } from './hart/exceptions.js';
export { Csr, csrName } from './hart/csr-numbers.js';
export { disassemble, registerNames } from './isa/disassembler.js';
export type { EventKind, Listener, MachineEvents } from './observe/events.js';
export { MarkCode } from './observe/schedule-trace.js';
export type {
  AddressSpace,
  IdleInterval,
  Mark,
  ScheduleTrace,
  SystemCall,
  UserInterval,
} from './observe/schedule-trace.js';
export { ScheduleRecorder } from './observe/schedule-recorder.js';
export type { ShippedProgram } from './observe/schedule-recorder.js';
