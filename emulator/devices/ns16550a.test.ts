import { beforeEach, describe, expect, it } from 'vitest';
import { FakeHost } from './fake-host.js';
import { Ns16550a } from './ns16550a.js';

const RBR = 0;
const THR = 0;
const IER = 1;
const IIR = 2;
const FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

const NONE = 0x01;
const TRANSMITTER_EMPTY = 0x02;
const RECEIVED_DATA = 0x04;
const TIMEOUT = 0x0c;
const FIFOS = 0xc0;

/** Guest cycles a character: 10 microseconds at 100 MHz. */
const CHARACTER = 1000;

let host: FakeHost;
let uart: Ns16550a;
let wire: boolean;
let sent: string;

beforeEach(() => {
  host = new FakeHost();
  wire = false;
  sent = '';
  uart = new Ns16550a(host, { interrupt: (level) => (wire = level), characterTime: 10e-6 });
  uart.onTransmit((byte) => (sent += String.fromCharCode(byte)));
});

const read = (register: number): number => uart.read(register);
const write = (register: number, value: number): void => uart.write(register, 1, value);
const type = (text: string): void => uart.receive(new TextEncoder().encode(text));
const ready = (): boolean => (read(LSR) & 1) === 1;

/** Reads the receiver for as long as it says that data are ready. */
function drain(): string {
  let text = '';
  while (ready()) text += String.fromCharCode(read(RBR));
  return text;
}

describe('transmitter', () => {
  it('hands every byte to the host and is always ready for the next', () => {
    for (const byte of new TextEncoder().encode('ok')) write(THR, byte);
    expect(sent).toBe('ok');
    expect(read(LSR) & 0x60).toBe(0x60);
  });

  it('interrupts when its interrupt is enabled, until that is read from IIR', () => {
    write(IER, 2);
    expect(wire).toBe(true);
    expect(read(IIR)).toBe(TRANSMITTER_EMPTY);
    expect(wire).toBe(false);
    expect(read(IIR)).toBe(NONE);
  });

  it('interrupts again after every byte', () => {
    write(IER, 2);
    read(IIR);
    write(THR, 0x41);
    expect(wire).toBe(true);
    expect(read(IIR)).toBe(TRANSMITTER_EMPTY);
  });

  it('does not interrupt while that is disabled', () => {
    write(THR, 0x41);
    expect(wire).toBe(false);
    write(IER, 2);
    write(IER, 0);
    expect(wire).toBe(false);
  });
});

describe('receiver', () => {
  it('delivers bytes one character time apart', () => {
    write(FCR, 1);
    type('abc');
    expect(ready()).toBe(false);
    host.advance(CHARACTER);
    expect(drain()).toBe('a');
    host.advance(2 * CHARACTER);
    expect(drain()).toBe('bc');
    expect(read(RBR)).toBe(0);
  });

  it('interrupts at the trigger level and stops below it', () => {
    write(FCR, 0x41); // trigger at four
    write(IER, 1);
    type('abcd');
    host.advance(3 * CHARACTER);
    expect(wire).toBe(false);
    host.advance(CHARACTER);
    expect(wire).toBe(true);
    expect(read(IIR)).toBe(RECEIVED_DATA | FIFOS);
    read(RBR);
    expect(wire).toBe(false);
  });

  it('tells of bytes below the trigger level after four character times of silence', () => {
    write(FCR, 0xc1); // trigger at fourteen
    write(IER, 1);
    type('a');
    host.advance(CHARACTER + 4 * CHARACTER - 1);
    expect(wire).toBe(false);
    host.advance(1);
    expect(wire).toBe(true);
    expect(read(IIR)).toBe(TIMEOUT | FIFOS);
    expect(drain()).toBe('a');
    expect(wire).toBe(false);
    expect(host.scheduled).toBe(0);
  });

  it('counts the silence from the last byte received', () => {
    write(FCR, 0xc1);
    write(IER, 1);
    type('a');
    host.advance(3 * CHARACTER);
    type('b');
    host.advance(4 * CHARACTER); // six after `a` arrived, three after `b`
    expect(wire).toBe(false);
    host.advance(CHARACTER);
    expect(wire).toBe(true);
  });

  it('comes before the transmitter in IIR', () => {
    write(FCR, 1);
    write(IER, 3);
    type('a');
    host.advance(CHARACTER);
    expect(read(IIR)).toBe(RECEIVED_DATA | FIFOS);
    read(RBR);
    expect(read(IIR)).toBe(TRANSMITTER_EMPTY | FIFOS);
  });

  it('loses nothing when the host sends more than the FIFO holds', () => {
    write(FCR, 1);
    const text = 'the quick brown fox jumps over the lazy dog';
    type(text);
    host.advance(1000 * CHARACTER);
    expect(host.scheduled).toBe(0); // a full FIFO waits for the guest, not for time
    const first = drain();
    expect(first).toBe(text.slice(0, 16));
    host.advance(16 * CHARACTER);
    const second = drain();
    host.advance(16 * CHARACTER);
    expect(first + second + drain()).toBe(text);
    expect(read(LSR) & 0x02).toBe(0);
  });

  it('holds one byte while FIFOs are disabled', () => {
    type('ab');
    host.advance(10 * CHARACTER);
    expect(drain()).toBe('a');
    expect(uart.unread).toBe(1);
    host.advance(CHARACTER);
    expect(drain()).toBe('b');
    expect(read(IIR)).toBe(NONE);
  });

  it('is emptied by FCR', () => {
    write(FCR, 1);
    type('ab');
    host.advance(2 * CHARACTER);
    write(FCR, 3);
    expect(ready()).toBe(false);
  });

  it('takes bytes from firmware in the order they were sent', () => {
    write(FCR, 1);
    type('abcdef');
    host.advance(2 * CHARACTER);
    expect(new TextDecoder().decode(uart.take(3))).toBe('abc');
    host.advance(CHARACTER);
    expect(drain()).toBe('d');
    expect(new TextDecoder().decode(uart.take(99))).toBe('ef');
    expect(uart.unread).toBe(0);
  });

  it('says whether input would interrupt the guest', () => {
    expect(uart.listening).toBe(false);
    write(IER, 1);
    expect(uart.listening).toBe(true);
  });
});

describe('registers', () => {
  it('show the divisor latch while LCR.DLAB is set, without sending it', () => {
    write(IER, 1);
    write(LCR, 0x83);
    write(0, 3);
    write(1, 1);
    expect([read(0), read(1)]).toEqual([3, 1]);
    write(LCR, 0x03);
    expect(read(IER)).toBe(1);
    expect(read(LCR)).toBe(0x03);
    expect(sent).toBe('');
  });

  it('keep the bits the data sheet gives them', () => {
    for (const register of [IER, MCR, SCR]) write(register, 0xff);
    expect([read(IER), read(MCR), read(SCR)]).toEqual([0x0f, 0x1f, 0xff]);
    expect(read(MSR)).toBe(0xb0);
    expect(read(8)).toBe(0);
  });
});
