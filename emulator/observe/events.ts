/**
 * What the machine tells observers. Nothing is computed for a kind that nobody listens to.
 *
 * Times are guest cycles since reset. Harts run one after the other in slices, so times of different harts may be
 * out of step by up to a slice; the order in which events arrive is the order in which memory saw them.
 */
import type { HartState } from '../firmware/sbi/call.js';
import type { Mode } from '../hart/exceptions.js';

interface At {
  readonly time: number;
  /** Index into the machine's harts: the hart's id unless ids are sparse. */
  readonly hart: number;
}

/** A hart enters U-mode (sret or mret); `a0` is what a system call returns. */
export interface UserEnterEvent extends At {
  readonly satp: bigint;
  readonly pc: bigint;
  readonly a0: bigint;
}

/** A trap takes a hart out of U-mode. */
export interface UserLeaveEvent extends At {
  readonly satp: bigint;
  /** Instructions retired in U-mode since the matching user-enter. */
  readonly retired: number;
  readonly interrupt: boolean;
  readonly cause: number;
  readonly epc: bigint;
  readonly tval: bigint;
}

/** Any trap, whatever the modes. */
export interface TrapEvent extends At {
  readonly from: Mode;
  readonly to: Mode;
  readonly interrupt: boolean;
  readonly cause: number;
  readonly epc: bigint;
  readonly tval: bigint;
}

/** An environment call; `registers` are a0 to a7. Comes before the trap it causes. */
export interface EcallEvent extends At {
  readonly satp: bigint;
  readonly mode: Mode;
  readonly pc: bigint;
  readonly registers: readonly bigint[];
}

/** A HINT `slti x0, x0, code`; `registers` are a0 to a3. */
export interface HintEvent extends At {
  readonly satp: bigint;
  readonly mode: Mode;
  readonly pc: bigint;
  readonly code: number;
  readonly registers: readonly bigint[];
}

/** A hart begins (`idle`) or ends (`wake`) waiting in WFI or in an SBI suspend. */
export type IdleEvent = At;

export interface HsmEvent extends At {
  readonly state: HartState;
}

export interface CsrWriteEvent extends At {
  readonly csr: number;
  /** The value now read back. */
  readonly value: bigint;
  readonly pc: bigint;
  readonly mode: Mode;
}

export interface MmioEvent extends At {
  readonly address: number;
  readonly size: number;
  readonly write: boolean;
  readonly value: bigint;
  readonly pc: bigint;
}

/** A call to the firmware in TypeScript, after it was handled. */
export interface SbiEvent extends At {
  readonly eid: bigint;
  readonly fid: bigint;
  readonly args: readonly bigint[];
  /** Absent for calls that do not return. */
  readonly error?: bigint;
  readonly value?: bigint;
}

export interface FenceEvent extends At {
  readonly instruction: 'sfence.vma' | 'fence.i';
  readonly pc: bigint;
}

/**
 * A hart enters S-mode other than by a trap: the firmware starts or resumes it (builtin firmware), or executes mret.
 */
export interface SupervisorEnterEvent extends At {
  readonly pc: bigint;
  readonly a0: bigint;
  readonly a1: bigint;
  readonly satp: bigint;
  /**
   * S-mode begins anew: the firmware starts the hart, or resumes it from a non-retentive suspend. With a firmware in
   * M-mode: the first entry since reset, or since that firmware wrote satp. Otherwise it returns from a trap.
   */
  readonly start: boolean;
}

/** A hart looks up an address that its TLB does not have (Sv39, "Virtual Address Translation Process"). */
export interface PageWalkEvent extends At {
  readonly satp: bigint;
  /** Virtual address. */
  readonly address: bigint;
  readonly access: 'fetch' | 'load' | 'store';
  /** Entries read, from the root down: where each was and what it said. */
  readonly entries: readonly { readonly at: number; readonly pte: bigint }[];
  /** Physical address; absent when the walk ends in a fault. */
  readonly physical?: number;
}

/** A hart is about to execute an instruction that is probed. One that traps and is repeated comes again. */
export interface ProbeHit extends At {
  readonly pc: bigint;
  readonly mode: Mode;
}

/**
 * A store, AMO or successful SC to watched RAM. A store that crosses a page comes as two. Not seen: DMA, firmware in
 * TypeScript, accessed and dirty bits.
 */
export interface StoreHit extends At {
  readonly pc: bigint;
  /** Physical address of the first byte stored, and how many: they may reach beyond what is watched. */
  readonly address: number;
  readonly size: number;
  /** What memory holds there now, unsigned. */
  readonly value: bigint;
}

/** A request that the disk has served: its data have moved, the driver is about to be told. */
export interface DiskEvent {
  readonly time: number;
  /** `other` is a type that the disk does not implement. */
  readonly type: 'in' | 'out' | 'flush' | 'get-id' | 'other';
  /** The type is `out`. */
  readonly write: boolean;
  /** In sectors of 512 bytes, as the driver asked for, on the disk or not; inexact beyond 2^53. */
  readonly sector: number;
  /** Sectors of data; 0 for requests without. */
  readonly count: number;
  /** Virtio-blk status: 0 success, 1 error (outside of the disk, for one), 2 unsupported. */
  readonly status: number;
}

/** Bytes the guest sent to its console. */
export interface ConsoleEvent {
  readonly time: number;
  readonly bytes: Uint8Array;
}

export interface MachineEvents {
  'user-enter': UserEnterEvent;
  'user-leave': UserLeaveEvent;
  trap: TrapEvent;
  ecall: EcallEvent;
  hint: HintEvent;
  idle: IdleEvent;
  wake: IdleEvent;
  hsm: HsmEvent;
  'csr-write': CsrWriteEvent;
  mmio: MmioEvent;
  sbi: SbiEvent;
  fence: FenceEvent;
  'supervisor-enter': SupervisorEnterEvent;
  'page-walk': PageWalkEvent;
  disk: DiskEvent;
  console: ConsoleEvent;
}

export type EventKind = keyof MachineEvents;
export type Listener<K extends EventKind> = (event: MachineEvents[K]) => void;

/** The listeners of one machine. */
export class EventHub {
  private readonly listeners: { [K in EventKind]?: readonly { readonly listener: Listener<K> }[] } = {};

  /** Adds a listener; returns a function that removes it, which listeners may call. */
  on<K extends EventKind>(kind: K, listener: Listener<K>): () => void {
    const own = { listener };
    const set = (list: readonly (typeof own)[]): void => {
      this.listeners[kind] = (list.length === 0 ? undefined : list) as (typeof this.listeners)[K];
    };
    set([...(this.listeners[kind] ?? []), own]);
    return () => {
      set((this.listeners[kind] ?? []).filter((other) => other !== own));
    };
  }

  /** Whether anybody listens; ask before computing an event. */
  wants(kind: EventKind): boolean {
    return this.listeners[kind] !== undefined;
  }

  emit<K extends EventKind>(kind: K, event: MachineEvents[K]): void {
    for (const { listener } of this.listeners[kind] ?? []) listener(event);
  }
}
