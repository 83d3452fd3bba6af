/**
 * Watches a machine and writes down a {@link ScheduleTrace}: which address space ran where, for how long, what its
 * programs marked and called.
 */
import { Mode } from '../hart/exceptions.js';
import type { Machine } from '../machine/machine.js';
import { parseElf } from './elf.js';
import type { EcallEvent, HintEvent, UserEnterEvent, UserLeaveEvent } from './events.js';
import type { RecordBudget } from './record-budget.js';
import { MarkCode } from './schedule-trace.js';
import { executablePages } from './shipped-pages.js';
import type {
  AddressSpace,
  IdleInterval,
  Mark,
  ScheduleTrace,
  SystemCall,
  UserInterval,
} from './schedule-trace.js';

/** A user program whose text the machine can vouch for. */
export interface ShippedProgram {
  readonly name: string;
  readonly elf: Uint8Array;
}

const PAGE = 4096n;
/** System calls that end a process (Linux riscv64: exit, exit_group). */
const EXIT = new Set([93n, 94n]);

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A program's executable pages by virtual address, as loading makes them. */
interface ProgramImage {
  readonly entry: bigint;
  readonly pages: ReadonlyMap<bigint, Uint8Array>;
}

export class ScheduleRecorder {
  private readonly images: readonly ProgramImage[];
  private readonly intervals: UserInterval[] = [];
  private readonly spaces: Writable<AddressSpace>[] = [];
  private readonly marks: Mark[] = [];
  private readonly idle: IdleInterval[] = [];
  private readonly calls: Writable<SystemCall>[] = [];
  private readonly spaceOfSatp = new Map<bigint, Writable<AddressSpace>>();
  /** By hart: the stay in U-mode that is going on. */
  private readonly running = new Map<
    number,
    { space: Writable<AddressSpace>; start: number; entered: number }
  >();
  private readonly idleSince = new Map<number, number>();
  /** By space: the system call that has not returned. */
  private readonly pending = new Map<number, Writable<SystemCall>>();
  private readonly marked = new Set<number>();
  private sequence = 0;

  /**
   * Starts watching; do so before the machine runs.
   * @param programs what the disk holds: only their marks make a space verified
   * @param records what each interval, call and mark is counted in; without it everything is kept
   */
  constructor(
    private readonly machine: Machine,
    programs: readonly ShippedProgram[] = [],
    private readonly records?: RecordBudget,
  ) {
    this.images = programs.map(imageOf);
    machine.on('user-enter', (event) => {
      this.enter(event);
    });
    machine.on('user-leave', (event) => {
      this.leave(event);
    });
    machine.on('ecall', (event) => {
      this.call(event);
    });
    machine.on('hint', (event) => {
      this.mark(event);
    });
    machine.on('idle', ({ hart, time }) => this.idleSince.set(hart, time));
    machine.on('wake', ({ hart, time }) => {
      this.endIdle(hart, time);
    });
  }

  /** Everything seen up to the machine's present time. */
  trace(): ScheduleTrace {
    const end = this.machine.cycles;
    const last = this.sequence + 1;
    const open = [...this.running].map(([hart, { space, start, entered }]): UserInterval => {
      const retired = this.machine.harts[hart]?.userRetired ?? 0;
      return { hart, start, end: Math.max(end, start + 1), retired, space: space.id, entered, left: last };
    });
    const waiting = [...this.idleSince].map(([hart, start]): IdleInterval => ({ hart, start, end }));
    return {
      harts: this.machine.harts.length,
      frequency: this.machine.frequency,
      end,
      intervals: [...this.intervals, ...open].sort((a, b) => a.start - b.start || a.hart - b.hart),
      spaces: this.spaces.map((space) => ({ ...space })),
      marks: [...this.marks].sort((a, b) => a.time - b.time || a.hart - b.hart),
      idle: [...this.idle, ...waiting]
        .filter((interval) => interval.end > interval.start)
        .sort((a, b) => a.start - b.start || a.hart - b.hart),
      calls: [...this.calls].sort((a, b) => a.time - b.time || a.hart - b.hart),
    };
  }

  private enter(event: UserEnterEvent): void {
    let space = this.spaceOfSatp.get(event.satp);
    // A process begins at its program's entry, and never comes back to it.
    if (space && this.images.some((image) => image.entry === event.pc)) space = undefined;
    if (!space) {
      space = {
        id: this.spaces.length,
        satp: event.satp,
        firstEnter: event.time,
        lastLeave: event.time,
        verified: false,
      };
      this.spaces.push(space);
      this.spaceOfSatp.set(event.satp, space);
    }
    this.running.set(event.hart, { space, start: event.time, entered: ++this.sequence });
    const call = this.pending.get(space.id);
    if (call) {
      call.returned = { time: event.time, hart: event.hart, value: BigInt.asIntN(64, event.a0) };
      this.pending.delete(space.id);
    }
  }

  private leave(event: UserLeaveEvent): void {
    const stay = this.running.get(event.hart);
    if (!stay) return;
    this.running.delete(event.hart);
    const { space, start, entered } = stay;
    space.lastLeave = event.time;
    const left = ++this.sequence;
    const end = Math.max(event.time, start + 1);
    const { hart, retired } = event;
    if (this.mayKeep()) this.intervals.push({ hart, start, end, retired, space: space.id, entered, left });
    if (space.exit) this.spaceOfSatp.delete(space.satp);
  }

  private call(event: EcallEvent): void {
    if (event.mode !== Mode.User) return;
    const space = this.running.get(event.hart)?.space;
    const number = event.registers[7];
    if (!space || number === undefined) return;
    const { time, hart } = event;
    if (EXIT.has(number)) {
      space.exit = { time, status: Number(BigInt.asIntN(32, event.registers[0] ?? 0n)) };
    }
    const call = { time, hart, space: space.id, number: Number(number), args: event.registers.slice(0, 6) };
    if (!this.mayKeep()) return;
    this.calls.push(call);
    this.pending.set(space.id, call);
  }

  private mark(event: HintEvent): void {
    if (event.mode !== Mode.User) return;
    const space = this.running.get(event.hart)?.space;
    if (!space) return;
    const { time, hart, code } = event;
    const first = !this.marked.has(space.id);
    this.marked.add(space.id);
    space.verified = this.isShipped(event.hart, event.pc) && (first || space.verified);
    if (code === MarkCode.JobStart && space.job === undefined) space.job = Number(event.registers[0] ?? 0n);
    if (this.mayKeep()) this.marks.push({ time, hart, space: space.id, code, args: event.registers });
  }

  /** Whether the page at pc holds what one of the shipped programs has there. */
  private isShipped(hart: number, pc: bigint): boolean {
    const page = pc - (pc % PAGE);
    const physical = this.machine.harts[hart]?.translate(page, 'fetch') ?? -1;
    if (!this.machine.memory.contains(physical, Number(PAGE))) return false;
    const found = this.machine.memory.read(physical, Number(PAGE));
    return this.images.some((image) => {
      const expected = image.pages.get(page);
      return expected?.every((byte, i) => byte === found[i]) ?? false;
    });
  }

  private endIdle(hart: number, time: number): void {
    const start = this.idleSince.get(hart);
    this.idleSince.delete(hart);
    if (start !== undefined && this.mayKeep()) this.idle.push({ hart, start, end: time });
  }

  private mayKeep(): boolean {
    return this.records?.spend() ?? true;
  }
}

function imageOf(program: ShippedProgram): ProgramImage {
  return { entry: parseElf(program.elf, program.name).entry, pages: executablePages(program) };
}
