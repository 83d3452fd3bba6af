import { describe, expect, it } from 'vitest';
import { Csr } from '../hart/csr-numbers.js';
import { Machine } from '../machine/machine.js';
import { assemble } from '../node/assemble.js';
import { parseElf } from './elf.js';
import type { EventLog, Observation } from './event-log.js';
import { EVENT_LIMIT, EventRecorder } from './event-recorder.js';
import { SymbolTable } from './symbols.js';

const PROGRAM = `la sp, stack
  csrw stvec, sp
  li a0, 20; call twice
  la t0, flag; sw a0, 4(t0)
  li t0, 0xc000004; sw zero, 0(t0)
  csrw sscratch, zero
  li t6, 0x100000; li t5, 0x5555; sw t5, 0(t6); j .
  .globl twice; twice: slli a0, a0, 1; ret
  .data; .zero 4096
  stack: .balign 8
  .globl flag; .type flag, @object; .size flag, 8; flag: .zero 8`;

async function logOf(observation: Observation, source = PROGRAM): Promise<EventLog> {
  const kernel = assemble(source);
  const symbols = new SymbolTable(parseElf(kernel, 'kernel'));
  const machine = await Machine.create({ memory: 16 << 20, kernel, hartIds: [5] });
  const recorder = new EventRecorder(machine, observation, {
    addressOf: (name) => symbols.addressOf(name),
    sizeOf: (name) => Number(symbols.find(name)?.size ?? 0),
  });
  expect(machine.run().kind).toBe('finisher');
  return recorder.log();
}

describe('the event log', () => {
  it('has what was asked for, in the order in which it happened', async () => {
    const log = await logOf({
      events: ['csr-write', 'mmio'],
      functions: ['twice', 'missing'],
      variables: ['flag', 'missing'],
    });
    expect(log.events.map(({ kind }) => kind)).toEqual([
      'csr-write',
      'call',
      'return',
      'store',
      'mmio',
      'csr-write',
      'mmio',
    ]);
    const [stvec, call, result, store, mmio] = log.events;
    expect(stvec).toMatchObject({ csr: Csr.stvec, hart: 0 });
    expect(call).toMatchObject({ function: 'twice', args: expect.arrayContaining([20n]) as bigint[] });
    expect(result).toMatchObject({ function: 'twice', call: 1 });
    expect(result?.kind === 'return' && result.values[0]).toBe(40n);
    expect(store).toMatchObject({ variable: 'flag', offset: 4, size: 4, value: 40n });
    expect(mmio).toMatchObject({ address: 0xc000004, write: true });
    expect(log).toMatchObject({ hartIds: [5], bootHart: 0, complete: true });
    expect(log.end).toBeGreaterThan(store?.time ?? Infinity);
  });

  it('leaves out MMIO elsewhere, and is empty when nothing is asked for', async () => {
    const plic = await logOf({ events: ['mmio'], mmio: [{ start: 0xc000000, end: 0xc600000 }] });
    expect(plic.events.map((event) => event.kind === 'mmio' && event.address)).toEqual([0xc000004]);
    expect((await logOf({})).events).toEqual([]);
  });

  it('keeps the first events of a guest that makes them without end, and says so', async () => {
    const log = await logOf(
      { events: ['csr-write'] },
      `li t0, ${EVENT_LIMIT + 5}
       1: csrw sscratch, t0; addi t0, t0, -1; bnez t0, 1b
       li t6, 0x100000; li t5, 0x5555; sw t5, 0(t6); j .`,
    );
    expect(log.events).toHaveLength(EVENT_LIMIT);
    expect(log.complete).toBe(false);
  });

  it('keeps no more than was asked for', async () => {
    const log = await logOf({ events: ['csr-write'], functions: ['twice'], variables: ['flag'], limit: 2 });
    expect(log.events.map(({ kind }) => kind)).toEqual(['csr-write', 'call', 'return', 'store']);
    expect(log.complete).toBe(false);
  });

  it('keeps what is rare behind more events of another kind than there is room for', async () => {
    const log = await logOf(
      { events: ['csr-write'], functions: ['twice'] },
      `la sp, stack
       li t0, ${EVENT_LIMIT + 5}
       1: csrw sscratch, t0; addi t0, t0, -1; bnez t0, 1b
       li a0, 20; call twice
       li t6, 0x100000; li t5, 0x5555; sw t5, 0(t6); j .
       .globl twice; twice: slli a0, a0, 1; ret
       .data; .zero 4096
       stack: .balign 8`,
    );
    expect(log.events.slice(EVENT_LIMIT)).toMatchObject([
      { kind: 'call', function: 'twice' },
      { kind: 'return', function: 'twice', call: EVENT_LIMIT, values: [40n, expect.anything()] },
    ]);
    expect(log.complete).toBe(false);
  });
});
