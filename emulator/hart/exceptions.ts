/** Exception and interrupt codes (Privileged ISA 3.1.15, table 14) and privilege modes (1.2). */

export const enum Mode {
  User = 0,
  Supervisor = 1,
  Machine = 3,
}

export const enum Exception {
  InstructionMisaligned = 0,
  InstructionAccessFault = 1,
  IllegalInstruction = 2,
  Breakpoint = 3,
  LoadMisaligned = 4,
  LoadAccessFault = 5,
  StoreMisaligned = 6,
  StoreAccessFault = 7,
  EcallFromUser = 8,
  EcallFromSupervisor = 9,
  EcallFromMachine = 11,
  InstructionPageFault = 12,
  LoadPageFault = 13,
  StorePageFault = 15,
}

const exceptionNames: Readonly<Record<number, string>> = {
  0: 'instruction address misaligned',
  1: 'instruction access fault',
  2: 'illegal instruction',
  3: 'breakpoint',
  4: 'load address misaligned',
  5: 'load access fault',
  6: 'store/AMO address misaligned',
  7: 'store/AMO access fault',
  8: 'environment call from U-mode',
  9: 'environment call from S-mode',
  11: 'environment call from M-mode',
  12: 'instruction page fault',
  13: 'load page fault',
  15: 'store/AMO page fault',
};

const interruptNames: Readonly<Record<number, string>> = {
  1: 'supervisor software interrupt',
  3: 'machine software interrupt',
  5: 'supervisor timer interrupt',
  7: 'machine timer interrupt',
  9: 'supervisor external interrupt',
  11: 'machine external interrupt',
};

/** Name of a trap's cause as the manual has it. */
export function causeName(code: number, interrupt: boolean): string {
  return (
    (interrupt ? interruptNames : exceptionNames)[code] ?? `${interrupt ? 'interrupt' : 'exception'} ${code}`
  );
}
