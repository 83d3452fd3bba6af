import type { Machine } from '../../../emulator/machine/machine.js';
import { HartState } from '../../../emulator/firmware/sbi/call.js';
import { Mode } from '../../../emulator/hart/exceptions.js';
import type { ScheduleTrace } from '../../../emulator/observe/schedule-trace.js';
import type { GuestPlace, HartPosition, LockState } from '../../lab/evidence.js';
import type { KernelMap } from './kernel-map.js';

/** Layout of `struct spinlock` (kernel/include/spinlock.h): u32 locked, i32 hart, char *name, u64 pc. */
const LOCK = { locked: 0n, hart: 4n, name: 8n, pc: 16n };
const ACQUIRE = 'acquire';
const NAME_LIMIT = 32;
const MODES = { [Mode.User]: 'U', [Mode.Supervisor]: 'S', [Mode.Machine]: 'M' } as const;

/** Where every hart is now, and what it waits for. */
export function hartPositions(machine: Machine, map: KernelMap, trace: ScheduleTrace): HartPosition[] {
  return machine.harts.map((hart): HartPosition => {
    const state = hart.state === HartState.Stopped ? 'stopped' : hart.idle ? 'idle' : 'running';
    const mode = MODES[hart.mode];
    const lastUser = trace.intervals
      .filter((stay) => stay.hart === hart.index)
      .reduce<number | undefined>((latest, stay) => Math.max(latest ?? 0, stay.end), undefined);
    const waitsFor =
      state === 'running' && mode === 'S' ? lockWaitedFor(machine, hart.index, map) : undefined;
    const place = mode === 'U' ? { pc: hart.pc } : map.placeOf(hart.pc);
    return {
      hart: hart.id,
      state,
      mode,
      ...place,
      ...(lastUser !== undefined && { lastUser }),
      ...(waitsFor && { waitsFor }),
    };
  });
}

/**
 * The functions that led to where a hart is, innermost first, by its chain of frame pointers (RISC-V ELF psABI,
 * "Frame Pointer Convention": ra at s0-8, the caller's s0 at s0-16). The chain passes over a function that a trap
 * interrupted, for nothing was called there: it is put behind the trap's entry.
 *
 * @param hart its index.
 */
export function backtrace(machine: Machine, hart: number, map: KernelMap): GuestPlace[] {
  const registers = machine.harts[hart];
  if (registers === undefined) return [];
  const places = [map.placeOf(registers.pc)];
  const trapEntry = fileOf(map.placeOf(registers.wide('stvec') & ~3n));
  let interrupted: GuestPlace | undefined = map.placeOf(registers.wide('sepc'));
  let frame = registers.x(8);
  for (let depth = 0; depth < 32; depth++) {
    const returnAddress = readU64(machine, hart, frame - 8n);
    const caller = readU64(machine, hart, frame - 16n);
    if (returnAddress === undefined || returnAddress === 0n) break;
    // The call, not the instruction after it.
    const place = map.placeOf(returnAddress - 1n);
    places.push(place);
    if (interrupted !== undefined && trapEntry !== undefined && fileOf(place) === trapEntry) {
      places.push(interrupted);
      // sepc is that of the latest trap.
      interrupted = undefined;
    }
    if (caller === undefined || caller <= frame) break;
    frame = caller;
  }
  return places;
}

/** Source file of a place. */
function fileOf({ source }: GuestPlace): string | undefined {
  return source?.replace(/:\d+$/, '');
}

/**
 * The lock in whose `acquire` a hart spins. The compiler keeps its address in some register: it is the one that
 * points at something which looks like a lock that is held.
 */
function lockWaitedFor(machine: Machine, hart: number, map: KernelMap): LockState | undefined {
  const registers = machine.harts[hart];
  if (registers === undefined || !map.isIn(registers.pc, ACQUIRE)) return undefined;
  const seen = new Set<bigint>();
  for (let index = 1; index < 32; index++) {
    const address = registers.x(index);
    if (address % 8n !== 0n || seen.has(address)) continue;
    seen.add(address);
    const lock = lockAt(machine, hart, address, map);
    if (lock !== undefined) return lock;
  }
  return undefined;
}

function lockAt(machine: Machine, hart: number, address: bigint, map: KernelMap): LockState | undefined {
  const word = readU64(machine, hart, address + LOCK.locked);
  const namePointer = readU64(machine, hart, address + LOCK.name);
  const pc = readU64(machine, hart, address + LOCK.pc);
  if (word === undefined || namePointer === undefined || pc === undefined) return undefined;
  const holder = Number(BigInt.asIntN(32, word >> 32n));
  const plausible = (word & 0xffffffffn) === 1n && [-1, ...machine.hartIds].includes(holder);
  const name = plausible ? textAt(machine, hart, namePointer) : undefined;
  if (name === undefined) return undefined;
  return { name, address, holder, ...(pc !== 0n && { taken: map.placeOf(pc - 1n) }) };
}

function textAt(machine: Machine, hart: number, address: bigint): string | undefined {
  let text = '';
  for (let i = 0n; i < NAME_LIMIT; i++) {
    const physical = physicalOf(machine, hart, address + i, 1);
    if (physical === undefined) return undefined;
    const byte = machine.memory.read(physical, 1)[0] ?? 0;
    if (byte === 0) return text === '' ? undefined : text;
    if (byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function readU64(machine: Machine, hart: number, address: bigint): bigint | undefined {
  if (address % 4n !== 0n) return undefined;
  const physical = physicalOf(machine, hart, address, 8);
  return physical === undefined ? undefined : machine.memory.readU64(physical);
}

function physicalOf(machine: Machine, hart: number, address: bigint, length: number): number | undefined {
  if (address < 0n || address >= 1n << 64n) return undefined;
  const physical = machine.harts[hart]?.translate(address, 'load') ?? -1;
  return machine.memory.contains(physical, length) ? physical : undefined;
}
