/** What devices and registers of the virt board are called: `clint msip[1]` for 0x02000004. */
import { VIRT, type MemoryRange } from '../../emulator/boards/virt-memory-map.js';

/** The devices by name, as `--log mmio:NAME` has them. */
const DEVICES: readonly (readonly [string, MemoryRange])[] = [
  ['finisher', VIRT.finisher],
  ['rtc', VIRT.rtc],
  ['clint', VIRT.clint],
  ['plic', VIRT.plic],
  ['uart', VIRT.uart],
  ...VIRT.virtio.map((range) => ['virtio', range] as const),
];

export const DEVICE_NAMES: readonly string[] = [...new Set(DEVICES.map(([name]) => name))];

/** The device whose registers an address lies in; undefined where there is none. */
export function deviceAt(address: number): string | undefined {
  return find(address)?.[0];
}

/** Device and register: `clint mtimecmp[0]`, `plic threshold[3]`, `uart+0x5`; the bare address without a device. */
export function registerName(address: number): string {
  const found = find(address);
  if (found === undefined) return `0x${address.toString(16)}`;
  const [device, { base }] = found;
  const offset = address - base;
  if (device === 'clint') return `clint ${clintRegister(offset)}`;
  if (device === 'plic') return `plic ${plicRegister(offset)}`;
  return `${device}+0x${offset.toString(16)}`;
}

function find(address: number): readonly [string, MemoryRange] | undefined {
  return DEVICES.find(([, { base, size }]) => base <= address && address < base + size);
}

/** SiFive FU540-C000 Manual v1p4, 9.1. */
function clintRegister(offset: number): string {
  const high = offset % 8 >= 4 ? '.high' : '';
  if (offset < 0x4000) return `msip[${offset >> 2}]`;
  if (offset < 0xbff8) return `mtimecmp[${(offset - 0x4000) >> 3}]${high}`;
  return `mtime${high}`;
}

/** RISC-V Platform-Level Interrupt Controller Specification 1.0.0, chapter 3. The numbers of contexts are in brackets. */
function plicRegister(offset: number): string {
  if (offset < 0x1000) return `priority[${offset >> 2}]`;
  if (offset < 0x2000) return `pending[${(offset - 0x1000) >> 2}]`;
  if (offset < 0x20_0000) return `enable[${(offset - 0x2000) >> 7}][${((offset - 0x2000) & 0x7f) >> 2}]`;
  const context = (offset - 0x20_0000) >> 12;
  const register = (offset - 0x20_0000) & 0xfff;
  return `${register === 0 ? 'threshold' : register === 4 ? 'claim' : `+0x${register.toString(16)}`}[${context}]`;
}
