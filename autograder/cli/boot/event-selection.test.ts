import { describe, expect, it } from 'vitest';
import { Csr, Mode } from '../../../emulator/index.js';
import { isSelected, LINE_KINDS, selectedEvents } from './event-selection.js';

describe('--log', () => {
  it('takes kinds of events with commas, some with a filter', () => {
    expect(selectedEvents('hsm, sbi:time,csr-write:satp')).toEqual([
      { kind: 'hsm' },
      { kind: 'sbi', filter: 'time' },
      { kind: 'csr-write', filter: 'satp' },
    ]);
    expect(selectedEvents(LINE_KINDS.join(','))).toHaveLength(LINE_KINDS.length);
  });

  it.each([
    ['hsn', /Unknown event 'hsn'; there are hsm, .* Did you mean hsm\?/],
    ['', /Unknown event ''/],
    ['console', /Unknown event 'console'/],
    ['hasOwnProperty', /Unknown event/],
    ['hsm:1', /'hsm' takes no filter, found ':1'/],
    ['mmio:clnt', /'mmio:' expects one of: .*clint.*; found 'clnt'. Did you mean clint\?/],
    ['csr-write:sapt', /names of CSRs such as satp; found 'sapt'/],
    ['trap:', /'trap:' expects one of: interrupt, exception, s, m; found ''/],
  ])('refuses %j and says what there is', (text, message) => {
    expect(() => selectedEvents(text)).toThrow(message);
  });

  it('selects an event that any of its items names', () => {
    const at = { time: 0, hart: 0, pc: 0n };
    const satp = { ...at, csr: Csr.satp, value: 0n, mode: Mode.Supervisor };
    const selection = selectedEvents('csr-write:sie,csr-write:satp,mmio:clint,trap:m');
    expect(isSelected('csr-write', satp, selection)).toBe(true);
    expect(isSelected('csr-write', { ...satp, csr: Csr.stvec }, selection)).toBe(false);
    const store = { ...at, address: 0x0200_4000, size: 8, write: true, value: 0n };
    expect(isSelected('mmio', store, selection)).toBe(true);
    expect(isSelected('mmio', { ...store, address: 0x1000_0000 }, selection)).toBe(false);
    const trap = { ...at, from: Mode.Supervisor, interrupt: false, cause: 9, epc: 0n, tval: 0n };
    expect(isSelected('trap', { ...trap, to: Mode.Machine }, selection)).toBe(true);
    expect(isSelected('trap', { ...trap, to: Mode.Supervisor }, selection)).toBe(false);
  });
});
