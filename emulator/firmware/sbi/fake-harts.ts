/** Stand-ins for the machine in tests of the SBI: harts that record what is done to them, and a console. */
import { FakeHost } from '../../devices/fake-host.js';
import {
  type FirmwareConsole,
  type HartControl,
  HartState,
  type LoadFault,
  type Sbi,
  type SbiHost,
  type SbiResult,
} from './call.js';

export class FakeHarts implements HartControl {
  /** Everything done to the harts, in order, one line each. */
  readonly log: string[] = [];
  readonly states: HartState[];
  readonly softwareInterrupts: boolean[];
  /** What `readVirtual` answers, by virtual address; every other address is a load page fault. */
  readonly virtualMemory = new Map<bigint, Uint8Array>();
  /** By hart: guest cycles between its start and its first instruction. */
  readonly startDelays = new Map<number, number>();
  /** Resumes a suspended hart, as an interrupt does. */
  resume: (() => void) | undefined;

  constructor(
    readonly ids: readonly number[],
    private readonly host: FakeHost,
  ) {
    this.states = ids.map((_, hart) => (hart === 0 ? HartState.Started : HartState.Stopped));
    this.softwareInterrupts = ids.map(() => false);
  }

  state(hart: number): HartState {
    const state = this.states[hart];
    if (state === undefined) throw new RangeError(`there is no hart ${hart}`);
    return state;
  }

  setState(hart: number, state: HartState): void {
    this.states[hart] = state;
    this.log.push(`state ${hart} ${state}`);
  }

  enterSupervisor(hart: number, address: bigint, opaque: bigint): void {
    this.log.push(`enter ${hart} 0x${address.toString(16)} ${opaque}`);
  }

  startDelay(hart: number): number {
    return this.startDelays.get(hart) ?? 0;
  }

  halt(hart: number): void {
    this.log.push(`halt ${hart}`);
  }

  suspend(hart: number, resume: () => void): void {
    this.log.push(`suspend ${hart}`);
    this.resume = resume;
  }

  setTimer(hart: number, ticks: bigint): void {
    this.log.push(`timer ${hart} ${ticks}`);
  }

  raiseSoftwareInterrupt(hart: number): void {
    this.softwareInterrupts[hart] = true;
    this.log.push(`ipi ${hart}`);
  }

  lowerSoftwareInterrupt(hart: number): boolean {
    const pending = this.softwareInterrupts[hart] ?? false;
    this.softwareInterrupts[hart] = false;
    return pending;
  }

  fenceInstruction(hart: number): void {
    this.log.push(`fence.i ${hart}`);
  }

  fenceAddress(hart: number, start: bigint, size: bigint, asid?: number): void {
    this.log.push(
      `sfence.vma ${hart} 0x${start.toString(16)} ${size}${asid === undefined ? '' : ` asid ${asid}`}`,
    );
  }

  readMemory(address: bigint, length: number): Uint8Array | undefined {
    const at = Number(address);
    return this.host.memory.contains(at, length) ? this.host.memory.read(at, length) : undefined;
  }

  writeMemory(address: bigint, bytes: Uint8Array): boolean {
    const at = Number(address);
    if (!this.host.memory.contains(at, bytes.length)) return false;
    this.host.memory.write(at, bytes);
    return true;
  }

  readVirtual(hart: number, address: bigint, length: number): Uint8Array | LoadFault {
    this.log.push(`load ${hart} 0x${address.toString(16)} ${length}`);
    return this.virtualMemory.get(address)?.slice(0, length) ?? { cause: 13, address };
  }
}

export class FakeConsole implements FirmwareConsole {
  output = '';
  input = '';

  write(bytes: Uint8Array): void {
    this.output += String.fromCharCode(...bytes);
  }

  read(limit: number): Uint8Array {
    const taken = this.input.slice(0, limit);
    this.input = this.input.slice(limit);
    return new TextEncoder().encode(taken);
  }
}

export interface FakeSbiHost extends SbiHost {
  readonly harts: FakeHarts;
  readonly console: FakeConsole;
  readonly device: FakeHost;
}

/** A machine of which the first hart runs and the others are stopped. */
export function fakeSbiHost(harts: number | readonly number[]): FakeSbiHost {
  const ids = typeof harts === 'number' ? Array.from({ length: harts }, (_, id) => id) : harts;
  const device = new FakeHost({ harts: ids.length });
  return { harts: new FakeHarts(ids, device), console: new FakeConsole(), device };
}

/** Calls the SBI as the hart of an index would; arguments not given are 0. */
export function callSbi(
  sbi: Sbi,
  eid: number | bigint,
  fid: number | bigint,
  args: readonly (number | bigint)[] = [],
  hart = 0,
): SbiResult {
  const argument = (index: number): bigint => BigInt.asUintN(64, BigInt(args[index] ?? 0));
  return sbi.handle({
    hart,
    eid: BigInt(eid),
    fid: BigInt(fid),
    args: [argument(0), argument(1), argument(2), argument(3), argument(4), argument(5)],
  });
}
