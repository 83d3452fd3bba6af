import { describe, expect, it } from 'vitest';
import { assemble } from '../node/assemble.js';
import type { DiskEvent } from '../observe/events.js';
import { Machine } from './machine.js';
import type { MachineOptions } from './machine.js';

const DATA = 0x80204000;

/**
 * Brings the disk up (virtio 1.2, 3.1.1 and 4.2.3) and reads `sector`, then again after each configuration change.
 * Notes the interrupt status of such a change, capacity and configuration generation in s2, s3, s4.
 */
const driver = (sector: number): string => `
  li s0, 0x10001000
  li t0, 3; sw t0, 0x70(s0)
  li t0, 1; sw t0, 0x24(s0); sw t0, 0x20(s0)
  li t0, 11; sw t0, 0x70(s0)
  sw zero, 0x30(s0); li t0, 8; sw t0, 0x38(s0)
  la t0, descriptors; sw t0, 0x80(s0); la t0, available; sw t0, 0x90(s0); la t0, used; sw t0, 0xa0(s0)
  li t0, 1; sw t0, 0x44(s0); li t0, 15; sw t0, 0x70(s0)
  li t0, 0x0c000004; li t1, 1; sw t1, 0(t0)
  li t0, 0x0c002080; li t1, 2; sw t1, 0(t0)
  li t0, 0x200; csrw sie, t0
  j 2f
1: wfi
  li t2, 0x0c201004; lw t3, 0(t2)
  lw t0, 0x60(s0); sw t0, 0x64(s0); sw t3, 0(t2)
  andi t1, t0, 2; beqz t1, 1b
  mv s2, t0; lw s3, 0x100(s0); lw s4, 0xfc(s0)
2: la t0, available; addi s5, s5, 1; sh s5, 2(t0); fence
  sw zero, 0x50(s0); j 1b
  .data; .balign 4096
  available: .zero 4096
  header: .word 0, 0; .dword ${sector}
  .balign 512
  descriptors:
    .dword header; .word 16; .half 1, 1
    .dword data; .word 512; .half 3, 2
    .dword status; .word 1; .half 2, 0
  status: .byte 0xff
  .balign 4096
  used: .zero 4096
  data: .zero 4096`;

async function machine(sector: number, options: MachineOptions): Promise<[Machine, DiskEvent[]]> {
  const m = await Machine.create({ memory: 16 << 20, kernel: assemble(driver(sector)), ...options });
  const seen: DiskEvent[] = [];
  m.on('disk', (event) => seen.push(event));
  return [m, seen];
}

describe('disk events', () => {
  it('tell each request when it has been served', async () => {
    const [m, seen] = await machine(2, { disk: new Uint8Array(4 * 512).fill(7) });
    expect(m.run({ untilTime: 0.01 }).kind).toBe('deadlock');
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ type: 'in', write: false, sector: 2, count: 1, status: 0 });
    // 50 us for the request and 1 us for the sector.
    expect(seen[0]?.time).toBeGreaterThan(5100);
    expect(seen[0]?.time).toBeLessThan(5200);
    expect(m.memory.read(DATA, 1)[0]).toBe(7);
  });

  it('tell of requests outside of the disk', async () => {
    const [m, seen] = await machine(4, { disk: new Uint8Array(4 * 512) });
    m.run({ untilTime: 0.01 });
    expect(seen[0]).toMatchObject({ sector: 4, count: 1, status: 1 });
  });
});

describe('a changed disk', () => {
  it('interrupts the guest, which finds the new capacity and contents', async () => {
    const [m, seen] = await machine(5, { disk: new Uint8Array(4 * 512) });
    m.run({ untilTime: 0.005 });
    expect(seen.map(({ status }) => status)).toEqual([1]);
    m.changeDisk(new Uint8Array(8 * 512).fill(9));
    m.run({ untilTime: 0.01 });
    expect([18, 19, 20].map((index) => m.harts[0]?.x(index))).toEqual([2n, 8n, 1n]);
    expect(seen.map(({ status }) => status)).toEqual([1, 0]);
    expect(m.memory.read(DATA, 512)).toEqual(new Uint8Array(512).fill(9));
  });

  it('is refused without a disk', async () => {
    const m = await Machine.create({ memory: 16 << 20, kernel: assemble('j .') });
    expect(() => {
      m.changeDisk(new Uint8Array(512));
    }).toThrow('changeDisk: the machine was made without a disk');
  });
});
