/**
 * What the registers that a bring-up writes are called, and how checks speak of their values. Sections: "Privileged"
 * is the RISC-V privileged architecture, chapter "Supervisor-Level ISA"; "PLIC" the PLIC specification 1.0.0.
 */
import { Csr } from '../../emulator/hart/csr-numbers.js';

export { Csr };

/** Fields of sstatus (Privileged, "Supervisor Status Register"). */
export const Sstatus = {
  SIE: 1n << 1n,
  VS: 3n << 9n,
  FS: 3n << 13n,
  SUM: 1n << 18n,
  MXR: 1n << 19n,
} as const;

/** What must be 0 in a kernel that copies user memory by translating addresses itself. */
export const SSTATUS_OFF: readonly (readonly [name: string, bits: bigint])[] = [
  ['SUM', Sstatus.SUM],
  ['MXR', Sstatus.MXR],
  ['FS', Sstatus.FS],
  ['VS', Sstatus.VS],
];

/** Bits of sie, by the names of the manual. */
export const SIE_BITS: readonly (readonly [name: string, bit: bigint])[] = [
  ['SSIE', 1n << 1n],
  ['STIE', 1n << 5n],
  ['SEIE', 1n << 9n],
];
export const SIE_ALL = SIE_BITS.reduce((all, [, bit]) => all | bit, 0n);

/** scounteren: CY, TM and IR. */
export const SCOUNTEREN_ALL = 7n;

/** Causes of interrupts (scause). */
export const Interrupt = { timer: 5, external: 9 } as const;

/** satp (Privileged, "Supervisor Address Translation and Protection Register"). */
export interface Satp {
  readonly mode: bigint;
  readonly asid: bigint;
  /** Physical address of the root table. */
  readonly root: bigint;
}

export function decodeSatp(value: bigint): Satp {
  return { mode: value >> 60n, asid: (value >> 44n) & 0xffffn, root: (value & 0xfff_ffff_ffffn) << 12n };
}

const SV39 = 8n;

/** The one right value. */
export function kernelSatp(root: bigint): bigint {
  return (SV39 << 60n) | (root >> 12n);
}

/** What is wrong with a value of satp, in words; nothing if it is right. */
export function satpFault(value: bigint, kernelRoot: bigint): string | undefined {
  const { mode, asid, root } = decodeSatp(value);
  if (kernelRoot === 0n) return 'kvm_root is not set before kvm_init()';
  if (mode === 0n) return 'mode Bare (a write with a mode that the hart does not have changes nothing)';
  const wrong = [
    ...(mode === SV39 ? [] : [`mode ${mode}${mode === 9n ? ' (Sv48)' : ''}`]),
    ...(asid === 0n ? [] : [`ASID ${asid}`]),
    ...(root === kernelRoot ? [] : [`root table at ${hex(root)}, and kvm_root is ${hex(kernelRoot)}`]),
  ];
  return wrong.length === 0 ? undefined : wrong.join(', ');
}

/** The PLIC's registers (PLIC 3, "Memory Map") on the virt board. */
export const PLIC = { start: 0x0c00_0000, end: 0x0c60_0000 } as const;
const ENABLES = 0x2000;
const ENABLE_STRIDE = 0x80;
const CONTEXTS = 0x20_0000;
const CONTEXT_STRIDE = 0x1000;

export type PlicRegister =
  | { readonly kind: 'priority'; readonly source: number }
  | { readonly kind: 'enable'; readonly context: number; readonly word: number }
  | { readonly kind: 'threshold' | 'claim'; readonly context: number }
  | { readonly kind: 'other' };

/** Which register of the PLIC lies at an address. */
export function plicRegister(address: number): PlicRegister {
  const offset = address - PLIC.start;
  if (offset < 0x1000) return { kind: 'priority', source: offset >> 2 };
  if (offset >= ENABLES && offset < CONTEXTS) {
    const context = Math.floor((offset - ENABLES) / ENABLE_STRIDE);
    return { kind: 'enable', context, word: ((offset - ENABLES) % ENABLE_STRIDE) >> 2 };
  }
  if (offset >= CONTEXTS) {
    const context = Math.floor((offset - CONTEXTS) / CONTEXT_STRIDE);
    const register = (offset - CONTEXTS) % CONTEXT_STRIDE;
    if (register === 0) return { kind: 'threshold', context };
    if (register === 4) return { kind: 'claim', context };
  }
  return { kind: 'other' };
}

/** S-mode contexts by index of the hart. `order` has the ids of the harts as the PLIC lists them: M, S, M, S … */
export function contextsOf(hartIds: readonly number[], order: readonly number[] = hartIds): number[] {
  return hartIds.map((id) => 2 * order.indexOf(id) + 1);
}

/** Whose context it is, for a student who wrote to it. */
export function contextOwner(
  context: number,
  contexts: readonly number[],
  hartIds: readonly number[],
): string {
  const id = hartIds[contexts.indexOf(context | 1)];
  return id === undefined ? "no hart's" : `hart ${id}'s in ${context % 2 === 1 ? 'S' : 'M'}-mode`;
}

/** Sources 1 to 31. */
export const ALL_SOURCES = 0xffff_fffen;

/** Extensions of SBI 2.0 (chapters 6 and 7). */
export const Sbi = { time: 0x54494d45n, ipi: 0x735049n } as const;

/** `0x80200000`. */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** A set of interrupts: `SSIE, STIE`, or `nothing`. */
export function sieNames(value: bigint): string {
  const names = SIE_BITS.filter(([, bit]) => (value & bit) !== 0n).map(([name]) => name);
  const rest = value & ~SIE_ALL;
  return [...names, ...(rest === 0n ? [] : [hex(rest)])].join(', ') || 'nothing';
}
