/** HartLab's machine: `import { Machine } from 'hartlab/emulator'`. */
export { BadImageError } from './bad-image.js';
export { Machine } from './machine/machine.js';
export type { RunLimits } from './machine/machine.js';
export type { MachineOptions } from './machine/options.js';
export type { ProbeListener } from './machine/probes.js';
export type { StopReason } from './machine/stop.js';
export type { WatchListener } from './machine/watches.js';
export { HartState } from './firmware/sbi/call.js';
export { Exception, Mode, causeName } from './hart/exceptions.js';
export { Csr, csrName } from './hart/csr-numbers.js';
export { disassemble, registerNames } from './isa/disassembler.js';
export type { EventKind, Listener, MachineEvents, ProbeHit, StoreHit } from './observe/events.js';
export type { EventLog, Observation, SeenEvent } from './observe/event-log.js';
export { watchFunction } from './observe/function-probe.js';
export type { FunctionCall, FunctionListeners, FunctionReturn } from './observe/function-probe.js';
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
