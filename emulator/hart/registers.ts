/**
 * A hart's state as linear memory holds it (`engine/layout.ts`): x registers, pc, CSRs, privilege mode, HSM state.
 * Names are the privileged manual's; the rules about them are in `hart.ts` and `csr.ts`.
 */
import * as layout from '../engine/layout.js';
import { HartState } from '../firmware/sbi/call.js';
import type { Mode } from './exceptions.js';
import type { LinearMemory } from './memory.js';

/** CSRs with 64-bit state of their own, in the order in which linear memory holds them from CSRS. */
const wide = [
  'mtvec',
  'mscratch',
  'mepc',
  'mcause',
  'mtval',
  'stvec',
  'sscratch',
  'sepc',
  'scause',
  'stval',
  'satp',
] as const;
export type WideCsr = (typeof wide)[number];

/** State of at most 32 bits, after the wide ones. */
const narrow = [
  'mode',
  'mstatus',
  'medeleg',
  'mideleg',
  'mie',
  'lines',
  'softwareInterrupts',
  'mcounteren',
  'scounteren',
  'mcountinhibit',
  'menvcfg',
  'senvcfg',
  'state',
  'idle',
] as const;
type NarrowState = (typeof narrow)[number];

const wideOffsets = new Map<WideCsr, number>(wide.map((name, i) => [name, layout.CSRS + i * 8]));
const narrowOffsets = new Map<NarrowState, number>(
  narrow.map((name, i) => [name, layout.CSRS + (wide.length + i) * 8]),
);

export class HartRegisters {
  /** Linear address of the hart's block. */
  readonly base: number;

  /**
   * @param index place among the machine's harts, by which events, the schedule and linear memory go
   * @param id `mhartid`, by which the guest goes
   */
  constructor(
    readonly index: number,
    readonly id: number,
    private readonly memory: LinearMemory,
  ) {
    this.base = layout.HARTS + index * layout.HART_SIZE;
  }

  /** Register x`index` as an unsigned 64-bit number. */
  x(index: number): bigint {
    return this.memory.u64[(this.base >> 3) + index] ?? 0n;
  }

  setX(index: number, value: bigint): void {
    if (index !== 0) this.memory.u64[(this.base >> 3) + index] = value;
  }

  get pc(): bigint {
    return this.memory.u64[(this.base + layout.PC) >> 3] ?? 0n;
  }

  set pc(value: bigint) {
    this.memory.u64[(this.base + layout.PC) >> 3] = value;
  }

  get budget(): number {
    return this.memory.i32[(this.base + layout.BUDGET) >> 2] ?? 0;
  }

  set budget(value: number) {
    this.memory.i32[(this.base + layout.BUDGET) >> 2] = value;
  }

  setReservation(linear: number): void {
    this.memory.i32[(this.base + layout.RESERVATION) >> 2] = linear;
  }

  wide(name: WideCsr): bigint {
    return this.memory.u64[(this.base + (wideOffsets.get(name) ?? 0)) >> 3] ?? 0n;
  }

  setWide(name: WideCsr, value: bigint): void {
    this.memory.u64[(this.base + (wideOffsets.get(name) ?? 0)) >> 3] = value;
  }

  protected narrow(name: NarrowState): number {
    return this.memory.i32[(this.base + (narrowOffsets.get(name) ?? 0)) >> 2] ?? 0;
  }

  protected setNarrow(name: NarrowState, value: number): void {
    this.memory.i32[(this.base + (narrowOffsets.get(name) ?? 0)) >> 2] = value;
  }

  get mode(): Mode {
    return this.narrow('mode');
  }
  protected set mode(value: Mode) {
    this.setNarrow('mode', value);
  }
  get mstatus(): number {
    return this.narrow('mstatus');
  }
  get medeleg(): number {
    return this.narrow('medeleg');
  }
  set medeleg(value: number) {
    this.setNarrow('medeleg', value);
  }
  get mideleg(): number {
    return this.narrow('mideleg');
  }
  set mideleg(value: number) {
    this.setNarrow('mideleg', value);
  }
  get mie(): number {
    return this.narrow('mie');
  }
  set mie(value: number) {
    this.setNarrow('mie', value);
  }
  get mcounteren(): number {
    return this.narrow('mcounteren');
  }
  set mcounteren(value: number) {
    this.setNarrow('mcounteren', value);
  }
  get scounteren(): number {
    return this.narrow('scounteren');
  }
  set scounteren(value: number) {
    this.setNarrow('scounteren', value);
  }
  get mcountinhibit(): number {
    return this.narrow('mcountinhibit');
  }
  set mcountinhibit(value: number) {
    this.setNarrow('mcountinhibit', value);
  }
  get menvcfg(): number {
    return this.narrow('menvcfg');
  }
  set menvcfg(value: number) {
    this.setNarrow('menvcfg', value);
  }
  get senvcfg(): number {
    return this.narrow('senvcfg');
  }
  set senvcfg(value: number) {
    this.setNarrow('senvcfg', value);
  }
  /** HSM state; without firmware in TypeScript a hart is Started from reset on. */
  get state(): HartState {
    return this.narrow('state');
  }
  set state(value: HartState) {
    this.setNarrow('state', value);
  }
  /** Waiting for an interrupt. */
  get idle(): boolean {
    return this.narrow('idle') !== 0;
  }
  set idle(value: boolean) {
    this.setNarrow('idle', value ? 1 : 0);
  }
  /** Whether the hart executes instructions. */
  get runnable(): boolean {
    const { state } = this;
    return !this.idle && state !== HartState.Stopped && state !== HartState.StartPending;
  }
  /** Bits of mip that software set (SSIP, and STIP and SEIP from M-mode). */
  get softwareInterrupts(): number {
    return this.narrow('softwareInterrupts');
  }
  set softwareInterrupts(value: number) {
    this.setNarrow('softwareInterrupts', value);
  }
  /** Bits of mip that devices and timers drive. */
  get lines(): number {
    return this.narrow('lines');
  }
  protected set lines(value: number) {
    this.setNarrow('lines', value);
  }
}
