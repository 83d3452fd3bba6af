/**
 * What the event log does not have: registers and instructions at certain moments of a bring-up, and a firmware and
 * harts that are as inconvenient as their specifications allow.
 */
import type { WatchedRun } from '../../autograder/lab/definition.js';
import type { Evidence } from '../../autograder/lab/evidence.js';
import type { Machine } from '../../emulator/machine/machine.js';
import { HART_ONLINE, HART_SIZE, LANDMARKS } from './bring-up.js';
import { contextsOf, Sbi, Sstatus } from './hardware.js';
import { labInstructions } from './lab-instructions.js';

/** Plain data: {@link Evidence.witness} of the scenarios of this lab. */
export interface BootWitness {
  /** Physical address of the table that kvm_root points to, when the run ended. */
  readonly kernelRoot: bigint;
  /** S-mode contexts of the PLIC, by index of the hart. */
  readonly contexts: readonly number[];
  /** Registers at moments at which the contract says what they hold. */
  readonly samples: readonly Sample[];
  /** Stores to `online`, and each FENCE before a hart's first, by harts that were not yet in scheduler(). */
  readonly order: readonly OrderEvent[];
  /** `sfence.vma` that was not for all addresses and all address spaces, as hart and guest cycle. */
  readonly partialFences: readonly { readonly hart: number; readonly time: number }[];
  /** External interrupts that were taken, and the harts at which one was pending then. */
  readonly external: readonly {
    readonly time: number;
    readonly hart: number;
    readonly pending: readonly number[];
  }[];
  /** Places at which a hart was made to stand still. */
  readonly stalls: readonly Stall[];
}

export interface Sample {
  readonly time: number;
  readonly hart: number;
  /** Name of the function that was about to begin, or `online`. */
  readonly where: string;
  readonly tp: bigint;
  /** Where tp must point. */
  readonly expected: bigint;
  readonly interruptsOn: boolean;
  /** Instructions that the hart has executed since reset. */
  readonly executed: number;
}

export interface OrderEvent {
  readonly time: number;
  readonly hart: number;
  readonly pc: bigint;
  readonly kind: 'fence' | 'online';
  /** Orders the stores before it ahead of the stores after it, or of itself. */
  readonly release: boolean;
}

export interface Stall {
  readonly time: number;
  readonly hart: number;
  readonly pc: bigint;
  /** Guest cycles. */
  readonly cycles: number;
}

export function witnessOf({ witness }: Evidence): BootWitness {
  return witness as BootWitness;
}

/** Options of a scenario's witness. */
export interface Nuisances {
  /** Bytes typed on the console, one each time after so many guest seconds in which programs run. */
  readonly typing?: { readonly every: number; readonly bytes: number };
  /**
   * The n-th hart that waits for the end of the meeting stands still for so many guest seconds after n instructions
   * of the student's file.
   */
  readonly stall?: number;
  /** The first wfi of each hart that waits for the end of the meeting is ended by an interrupt that means nothing. */
  readonly stray?: boolean;
  /** Guest seconds that the boot hart stands still behind the first interrupt by which it ends the meeting. */
  readonly pause?: number;
}

const OPCODE_FENCE = 0x0f;
/** A FENCE by its encoding and a hint by its meaning, in every loop that spins (unprivileged ISA, "Zihintpause"). */
const PAUSE = 0x0100_000f;
const OPCODE_AMO = 0x2f;
const WRITES = 1;
const SSIP = 1 << 1;
const SEIP = 1 << 9;
const SUPERVISOR_EXTERNAL = 9;

/** The functions at whose beginning registers are looked at. */
const SAMPLED = [
  LANDMARKS.trapsDone,
  'page_init',
  'plic_init',
  'start_harts',
  'hart_interrupt',
  LANDMARKS.scheduler,
] as const;
/** Before these, the boot hart has struct hart 0, whatever its index. */
const BEFORE_NUMBERS: readonly string[] = [LANDMARKS.trapsDone];

/** Watches a bring-up. */
export function watchBoot(
  machine: Machine,
  { kernel, scenario, records }: WatchedRun,
  nuisances: Nuisances = {},
): () => BootWitness {
  const samples: Sample[] = [];
  const order: OrderEvent[] = [];
  const partialFences: { hart: number; time: number }[] = [];
  const external: { time: number; hart: number; pending: number[] }[] = [];
  const harts = Number(kernel.addressOf('harts') ?? 0n);
  /** Harts that have stored `online`. */
  const online = new Set<number>();
  /** Harts that are in scheduler(): what they do there is no matter of this lab. */
  const scheduled = new Set<number>();

  leaveRubbish(machine);

  const sample = (time: number, hart: number, where: string): void => {
    if (scheduled.has(hart)) return;
    const state = machine.harts[hart];
    if (state === undefined || !records.spend()) return;
    const index = BEFORE_NUMBERS.includes(where) ? 0 : hart;
    samples.push({
      time,
      hart,
      where,
      tp: state.x(4),
      expected: BigInt(harts + index * HART_SIZE),
      interruptsOn: (BigInt(state.mstatus) & Sstatus.SIE) !== 0n,
      executed: state.executed,
    });
    if (where === LANDMARKS.scheduler) scheduled.add(hart);
  };
  for (const name of SAMPLED) {
    const address = kernel.addressOf(name);
    if (address !== undefined) {
      machine.probe(Number(address), ({ time, hart }) => {
        sample(time, hart, name);
      });
    }
  }

  for (const hart of machine.harts) {
    machine.watch(harts + hart.index * HART_SIZE + HART_ONLINE, 1, ({ time, hart: by, pc, value }) => {
      if (value === 0n || scheduled.has(by) || !records.spend()) return;
      online.add(by);
      order.push({
        time,
        hart: by,
        pc,
        kind: 'online',
        release: isReleasingStore(instructionAt(machine, pc)),
      });
      sample(time, by, 'online');
    });
  }
  for (const address of fences(machine, kernel)) {
    machine.probe(address, ({ time, hart, pc }) => {
      if (online.has(hart) || scheduled.has(hart) || !records.spend()) return;
      order.push({ time, hart, pc, kind: 'fence', release: isReleaseFence(instructionAt(machine, pc)) });
    });
  }
  machine.on('fence', ({ instruction, time, hart, pc }) => {
    // rs1 and rs2 are x0 (Privileged, "Supervisor Memory-Management Fence Instruction").
    const all = ((instructionAt(machine, pc) >>> 15) & 0x3ff) === 0;
    if (instruction !== 'sfence.vma' || all || scheduled.has(hart) || !records.spend()) return;
    partialFences.push({ hart, time });
  });
  machine.on('trap', ({ interrupt, cause, time, hart }) => {
    if (!interrupt || cause !== SUPERVISOR_EXTERNAL || !records.spend()) return;
    const pending = machine.harts.filter(({ mip }) => (mip & SEIP) !== 0).map(({ index }) => index);
    external.push({ time, hart, pending });
  });

  if (nuisances.stray === true) disturb(machine, order, scheduled);
  if (nuisances.pause !== undefined) pause(machine, kernel, nuisances.pause);
  if (nuisances.typing !== undefined) type(machine, nuisances.typing);
  const stalls = nuisances.stall === undefined ? [] : stall(machine, kernel, harts, nuisances.stall);

  return () => ({
    kernelRoot: readPointer(machine, kernel.addressOf('kvm_root')),
    contexts: contextsOf(machine.hartIds, scenario.machine?.plicOrder),
    samples,
    order,
    partialFences,
    external,
    stalls,
  });
}

/** What stvec holds when a hart starts: an address at which there is no code. */
export const RUBBISH_STVEC = 0x8000_0000n;
const RUBBISH_SSCRATCH = 0x5c5c_5c5c_5c5c_5c5cn;

/**
 * A hart begins with satp = 0 and sstatus.SIE = 0; the firmware leaves other registers as they are (SBI 2.0, 9.1).
 * Those of a machine out of reset happen to be convenient. These are not.
 */
function leaveRubbish(machine: Machine): void {
  const spoil = (index: number): void => {
    const hart = machine.harts[index];
    if (hart === undefined) return;
    hart.setWide('stvec', RUBBISH_STVEC);
    hart.setWide('sscratch', RUBBISH_SSCRATCH + BigInt(index));
    hart.scounteren = 0;
    const user = Number(Sstatus.SUM | Sstatus.MXR);
    hart.writeStatus(user, user);
  };
  const { plic } = machine.board;
  for (const { index } of machine.harts) {
    // As OpenSBI leaves them: nothing enabled, every priority masked.
    plic.write(0x20_0000 + 0x1000 * (2 * index + 1), 4, 7);
    spoil(index);
  }
  machine.on('supervisor-enter', ({ hart, start }) => {
    if (start) spoil(hart);
  });
}

/** Somebody interrupts each hart once while it waits. */
function disturb(machine: Machine, order: readonly OrderEvent[], scheduled: ReadonlySet<number>): void {
  const done = new Set<number>();
  machine.on('idle', ({ hart: index }) => {
    const hart = machine.harts[index];
    const waits = order.some(({ kind, hart: by }) => kind === 'online' && by === index);
    if (hart === undefined || !waits || scheduled.has(index) || done.has(index)) return;
    done.add(index);
    hart.softwareInterrupts |= SSIP;
    hart.idle = false;
  });
}

/** A key now and then, while programs run. */
function type(machine: Machine, { every, bytes }: { readonly every: number; readonly bytes: number }): void {
  let left = bytes;
  let next = 0;
  machine.on('user-enter', ({ time }) => {
    if (left === 0 || time < next) return;
    left--;
    next = time + every * machine.frequency;
    machine.input(Uint8Array.of('.'.charCodeAt(0)));
  });
}

/**
 * Makes harts slow at the worst of moments. A hart that waits for the end of the meeting looks whether it is over,
 * and stops if it is not; the wake-up may come at any instruction in between. Each hart is held at another one, until
 * the meeting has long been over.
 */
function stall(
  machine: Machine,
  kernel: WatchedRun['kernel'],
  harts: number,
  duration: number,
): readonly Stall[] {
  const stalls: Stall[] = [];
  const cycles = Math.round(duration * machine.frequency);
  /** By hart that is online and has not been held: instructions that are left until then. */
  const left = new Map<number, number>();
  const done = new Set<number>();
  // Nobody is held any more then: holders of one lock would be, one after the other, and the end with them.
  const end = kernel.addressOf(LANDMARKS.meetingEnds);
  let ending = false;
  if (end !== undefined)
    machine.probe(Number(end), () => {
      ending = true;
    });
  for (const { index } of machine.harts) {
    machine.watch(harts + index * HART_SIZE + HART_ONLINE, 1, ({ hart, value }) => {
      // The boot hart's flag is set by the kernel.
      const waits = hart === index && machine.hartIds[index] !== machine.bootHart;
      if (value !== 0n && waits && !done.has(hart)) left.set(hart, index);
    });
  }
  for (const address of labInstructions(kernel)) {
    machine.probe(address, ({ hart, time, pc }) => {
      const rest = left.get(hart);
      if (rest === undefined || ending) return;
      if (rest > 0) {
        left.set(hart, rest - 1);
        return;
      }
      left.delete(hart);
      done.add(hart);
      stalls.push({ hart, time, pc, cycles });
      hold(machine, hart, cycles);
    });
  }
  return stalls;
}

/**
 * Whoever is woken looks at once whether the meeting is over. If that is only stored behind the interrupts, the boot
 * hart may be this slow to get there.
 */
function pause(machine: Machine, kernel: WatchedRun['kernel'], duration: number): void {
  const end = kernel.addressOf(LANDMARKS.meetingEnds);
  if (end === undefined) return;
  let ending: number | undefined;
  machine.probe(Number(end), ({ hart }) => {
    ending ??= hart;
  });
  machine.on('sbi', ({ eid, hart }) => {
    if (eid !== Sbi.ipi || hart !== ending) return;
    ending = -1;
    hold(machine, hart, Math.round(duration * machine.frequency));
  });
}

/** Lets a hart's clock run on while it does nothing: as a hart does that fetches from slow memory. */
function hold(machine: Machine, index: number, cycles: number): void {
  const hart = machine.harts[index];
  if (hart === undefined) return;
  hart.local += cycles;
  hart.environment.endSlice(hart);
}

function readPointer(machine: Machine, address: bigint | undefined): bigint {
  if (address === undefined) return 0n;
  const bytes = machine.memory.read(Number(address), 8);
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
}

/** The 32 bits at a kernel address, which is a physical one; fewer than 32 count where the instruction is short. */
function instructionAt(machine: Machine, pc: bigint): number {
  if (!machine.memory.contains(Number(pc), 4)) return 0;
  const bytes = machine.memory.read(Number(pc), 4);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
}

/** FENCE with w in both sets: what RVWMO asks of a release (unprivileged ISA, "A" extension and appendix on RVWMO). */
function isReleaseFence(instruction: number): boolean {
  const predecessors = (instruction >>> 24) & 0xf;
  const successors = (instruction >>> 20) & 0xf;
  return (predecessors & WRITES) !== 0 && (successors & WRITES) !== 0;
}

/** An AMO or SC whose rl bit is set. */
function isReleasingStore(instruction: number): boolean {
  return (instruction & 0x7f) === OPCODE_AMO && ((instruction >>> 25) & 1) === 1;
}

/** Every place in the kernel's text that may be a FENCE; where none begins, nothing is ever executed. */
function fences(machine: Machine, kernel: WatchedRun['kernel']): number[] {
  const start = Number(kernel.addressOf('text_start') ?? 0n);
  const end = Number(kernel.addressOf('text_end') ?? 0n);
  if (start === 0 || end <= start) return [];
  const bytes = machine.memory.read(start, end - start);
  const text = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: number[] = [];
  for (let at = 0; at + 4 <= text.byteLength; at += 2) {
    const word = text.getUint32(at, true);
    if ((word & 0x7f) === OPCODE_FENCE && ((word >>> 12) & 7) === 0 && word !== PAUSE) found.push(start + at);
  }
  return found;
}
