/** What a machine is made of, and the check that it can be. */
import * as layout from '../engine/layout.js';
import type { LoadOptions } from '../firmware/load.js';

export interface MachineOptions {
  /** Number of harts, 1 to 64; as many as `hartIds`, or 1, unless given. */
  readonly harts?: number;
  /** RAM in bytes, a multiple of 4096; 128 MiB unless given. */
  readonly memory?: number;
  /** Names the schedule; 0, the default, is plain round robin. */
  readonly seed?: number;
  /** Instructions a hart executes in a guest second; 100 million unless given. */
  readonly frequency?: number;
  /** ELF file or Linux Image. */
  readonly kernel?: Uint8Array;
  /** `builtin` (SBI in TypeScript), `none` (the kernel starts in M-mode), or a firmware binary. */
  readonly firmware?: 'builtin' | 'none' | Uint8Array;
  /** Kernel command line (/chosen/bootargs). */
  readonly bootargs?: string;
  readonly initrd?: Uint8Array;
  /**
   * Ids of the harts (mhartid): ascending, unique, 0 to 4094, as many as `harts`; 0, 1, 2 … unless given. Events,
   * reports of the machine and `harts` go by index all the same; the guest, `bootHart` and `startDelays` by id.
   *
   * OpenSBI's generic platform leaves harts with ids above 127 alone, and takes the first registers of the CLINT for
   * those of the lowest id: with it the lowest id has to be 0.
   */
  readonly hartIds?: readonly number[];
  /**
   * Id of the hart that boots; by default the schedule chooses. A firmware binary may draw lots among the harts: one
   * that is named here leaves reset alone, and the others follow when it has first left M-mode for S-mode (or after a
   * guest second).
   */
  readonly bootHart?: number;
  /**
   * Builtin firmware: guest seconds between a hart's HSM start and its first instruction, by hart id; meanwhile it
   * is START_PENDING. Infinity: it never comes up.
   */
  readonly startDelays?: Readonly<Record<number, number>>;
  /**
   * Ids of the harts in the order in which the PLIC has their contexts, two a hart: M-mode, S-mode. That of `hartIds`
   * unless given. Only the device tree says it.
   */
  readonly plicOrder?: readonly number[];
  /** Contents of the disk; never modified. */
  readonly disk?: Uint8Array;
  /** How errors name the files. */
  readonly names?: LoadOptions['names'];
}

/** The options of a machine, checked and with nothing left open. */
export interface Configuration {
  readonly memory: number;
  readonly seed: number;
  readonly frequency: number;
  readonly firmware: 'builtin' | 'none' | Uint8Array;
  /** Ids of the harts, ascending. */
  readonly hartIds: readonly number[];
  /** Index of the hart that boots; undefined when the schedule is to choose. */
  readonly bootHart: number | undefined;
  /** By index: guest cycles between start and first instruction. */
  readonly startDelays: readonly number[];
  /** Indices of the harts in the order of the PLIC's contexts. */
  readonly plicOrder: readonly number[];
}

const MAX_HARTS = 64;
/** The CLINT has a register for no higher id: `mtime` is where the next compare register would be. */
const MAX_HART_ID = 4094;

/** @throws RangeError that names the option and what is wrong with it */
export function configure(options: MachineOptions): Configuration {
  const harts = options.harts ?? options.hartIds?.length ?? 1;
  if (!Number.isInteger(harts) || harts < 1 || harts > MAX_HARTS) {
    throw new RangeError(`harts: found ${harts}, expected 1 to ${MAX_HARTS}`);
  }
  const memory = options.memory ?? 128 << 20;
  if (!Number.isInteger(memory) || memory < 1 << 20 || memory % layout.PAGE_SIZE !== 0) {
    throw new RangeError(`memory: found ${memory} bytes, expected a multiple of 4096 of at least 1 MiB`);
  }
  const frequency = options.frequency ?? 100_000_000;
  const firmware = options.firmware ?? 'builtin';
  const hartIds = options.hartIds ?? Array.from({ length: harts }, (_, id) => id);
  checkHartIds(hartIds, harts);

  const indexOf = (option: string, id: number): number => {
    const index = hartIds.indexOf(id);
    if (index < 0) throw new RangeError(`${option}: found hart ${id}, expected one of ${hartIds.join(', ')}`);
    return index;
  };
  const startDelays = hartIds.map(() => 0);
  const delayed = Object.entries(options.startDelays ?? {});
  if (delayed.length > 0 && firmware !== 'builtin') {
    throw new RangeError('startDelays: found another firmware, expected the builtin one');
  }
  for (const [id, seconds] of delayed) {
    const index = indexOf('startDelays', Number(id));
    if (!(seconds >= 0)) {
      throw new RangeError(`startDelays: found ${seconds} for hart ${id}, expected guest seconds, 0 or more`);
    }
    startDelays[index] = Math.round(seconds * frequency);
  }
  return {
    memory,
    seed: options.seed ?? 0,
    frequency,
    firmware,
    hartIds,
    bootHart: options.bootHart === undefined ? undefined : indexOf('bootHart', options.bootHart),
    startDelays,
    plicOrder: contextOrder(options.plicOrder ?? hartIds, hartIds),
  };
}

function checkHartIds(ids: readonly number[], harts: number): void {
  if (ids.length !== harts) {
    throw new RangeError(`hartIds: found ${ids.length} ids, expected one for each of ${harts} harts`);
  }
  for (const [index, id] of ids.entries()) {
    if (!Number.isInteger(id) || id < 0 || id > MAX_HART_ID) {
      throw new RangeError(`hartIds: found ${id}, expected 0 to ${MAX_HART_ID}`);
    }
    const previous = ids[index - 1];
    if (previous !== undefined && previous >= id) {
      throw new RangeError(`hartIds: found ${id} after ${previous}, expected them to ascend`);
    }
  }
}

/** Ids as indices. */
function contextOrder(order: readonly number[], hartIds: readonly number[]): number[] {
  if (order.length !== hartIds.length || !hartIds.every((id) => order.includes(id))) {
    throw new RangeError(`plicOrder: found ${order.join(', ')}, expected each of ${hartIds.join(', ')} once`);
  }
  return order.map((id) => hartIds.indexOf(id));
}
