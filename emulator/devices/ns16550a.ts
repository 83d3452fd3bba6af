/**
 * NS16550A UART with 16-byte FIFOs.
 *
 * Texas Instruments PC16550D data sheet (SNLS378C), chapter 8: registers 8.1 to 8.10, FIFO interrupt operation
 * 8.11. Transmission takes no guest time, so the transmitter is always empty and there is never an error to
 * report; reception is paced at one character time a byte, and whatever does not fit into the FIFO waits on the
 * host side, so nothing is ever overrun.
 */
import type { AccessSize, Device, DeviceHost, InterruptWire, ScheduledEvent } from './device.js';

/** Receiver buffer (read), transmitter holding (write), divisor latch low when LCR.DLAB is set. */
const RBR_THR_DLL = 0;
/** Interrupt enable; divisor latch high when LCR.DLAB is set. */
const IER_DLM = 1;
/** Interrupt identification (read), FIFO control (write). */
const IIR_FCR = 2;
const LCR = 3;
const MCR = 4;
const LSR = 5;
const MSR = 6;
const SCR = 7;

const LCR_DLAB = 0x80;

const IER_RECEIVED_DATA = 0x01;
const IER_TRANSMITTER_EMPTY = 0x02;

const FCR_ENABLE = 0x01;
const FCR_RESET_RECEIVER = 0x02;

const LSR_DATA_READY = 0x01;
const LSR_TRANSMITTER_HOLDING_EMPTY = 0x20;
const LSR_TRANSMITTER_EMPTY = 0x40;

const IIR_NONE = 0x01;
const IIR_TRANSMITTER_EMPTY = 0x02;
const IIR_RECEIVED_DATA = 0x04;
const IIR_CHARACTER_TIMEOUT = 0x0c;
const IIR_FIFOS_ENABLED = 0xc0;

/** A terminal is connected and ready: carrier detect, data set ready, clear to send. */
const MSR_READY = 0xb0;

const FIFO_SIZE = 16;
/** Receiver trigger levels by FCR bits 7:6. */
const TRIGGER_LEVELS = [1, 4, 8, 14] as const;
/** A character-timeout interrupt follows this many character times without traffic (8.11). */
const TIMEOUT_CHARACTERS = 4;

export interface Ns16550aOptions {
  /** The wire into the interrupt controller. */
  readonly interrupt: InterruptWire;
  /** Guest seconds that the reception of one character takes; 10 bits at 115 200 baud unless given. */
  readonly characterTime?: number;
}

export class Ns16550a implements Device {
  readonly name = 'serial@10000000';
  /** What the host has sent and the FIFO has no room for yet. */
  private readonly incoming: number[] = [];
  private readonly fifo: number[] = [];
  private readonly listeners: ((byte: number) => void)[] = [];
  private readonly interrupt: InterruptWire;
  /** Guest cycles a character. */
  private readonly characterCycles: number;
  private arrival: ScheduledEvent | undefined;
  private timeout: ScheduledEvent | undefined;
  /** The FIFO has held a byte for four character times without a byte received or read. */
  private timedOut = false;
  /** The transmitter-empty interrupt is owed: the register became empty and nobody has read that from IIR. */
  private transmitterEmptyOwed = true;
  private fifosEnabled = false;
  private triggerLevel: number = TRIGGER_LEVELS[0];
  private ier = 0;
  private lcr = 0;
  private mcr = 0;
  private scratch = 0;
  private divisor = 0;

  constructor(
    private readonly host: DeviceHost,
    options: Ns16550aOptions,
  ) {
    this.interrupt = options.interrupt;
    this.characterCycles = Math.max(1, Math.round((options.characterTime ?? 10 / 115_200) * host.frequency));
  }

  /** Sends bytes to the guest. They arrive one character time apart, beginning one character time from now. */
  receive(bytes: Iterable<number>): void {
    for (const byte of bytes) this.incoming.push(byte & 0xff);
    this.scheduleArrival();
  }

  /** Calls back with every byte the guest transmits, in order and at the moment of the write. */
  onTransmit(listener: (byte: number) => void): void {
    this.listeners.push(listener);
  }

  /** Bytes sent by the host that the guest has not read yet. */
  get unread(): number {
    return this.incoming.length + this.fifo.length;
  }

  /** Whether a byte sent now would in the end interrupt the guest: the received-data interrupt is enabled. */
  get listening(): boolean {
    return (this.ier & IER_RECEIVED_DATA) !== 0;
  }

  /**
   * Takes up to `limit` unread bytes away from the guest's driver, as firmware does that reads the same port for
   * its own console.
   */
  take(limit: number): Uint8Array {
    const bytes = this.fifo.splice(0, limit);
    bytes.push(...this.incoming.splice(0, limit - bytes.length));
    this.receiverTouched();
    return Uint8Array.from(bytes);
  }

  /** Transmits bytes on behalf of firmware, past the guest's registers. */
  transmit(bytes: Iterable<number>): void {
    for (const byte of bytes) for (const listener of this.listeners) listener(byte);
  }

  /** Registers are one byte apart and one byte wide; a wider access reaches only the first. */
  read(offset: number): number {
    switch (offset) {
      case RBR_THR_DLL:
        return this.dlab ? this.divisor & 0xff : this.readReceiver();
      case IER_DLM:
        return this.dlab ? this.divisor >> 8 : this.ier;
      case IIR_FCR:
        return this.readIdentification();
      case LCR:
        return this.lcr;
      case MCR:
        return this.mcr;
      case LSR:
        return (
          LSR_TRANSMITTER_EMPTY | LSR_TRANSMITTER_HOLDING_EMPTY | (this.fifo.length > 0 ? LSR_DATA_READY : 0)
        );
      case MSR:
        return MSR_READY;
      case SCR:
        return this.scratch;
      default:
        return 0;
    }
  }

  write(offset: number, _size: AccessSize, value: number): void {
    const byte = value & 0xff;
    switch (offset) {
      case RBR_THR_DLL:
        if (this.dlab) {
          this.divisor = (this.divisor & 0xff00) | byte;
        } else {
          this.transmit([byte]);
          // The byte is gone at once, so the register is empty anew.
          this.transmitterEmptyOwed = true;
          this.drive();
        }
        break;
      case IER_DLM:
        if (this.dlab) {
          this.divisor = (this.divisor & 0x00ff) | (byte << 8);
        } else {
          // Enabling the interrupt while the transmitter is empty raises it at once (8.7).
          if ((byte & ~this.ier & IER_TRANSMITTER_EMPTY) !== 0) this.transmitterEmptyOwed = true;
          this.ier = byte & 0x0f;
          this.drive();
        }
        break;
      case IIR_FCR:
        this.writeFifoControl(byte);
        break;
      case LCR:
        this.lcr = byte;
        break;
      case MCR:
        this.mcr = byte & 0x1f;
        break;
      case SCR:
        this.scratch = byte;
        break;
    }
  }

  private get dlab(): boolean {
    return (this.lcr & LCR_DLAB) !== 0;
  }

  private get capacity(): number {
    return this.fifosEnabled ? FIFO_SIZE : 1;
  }

  private readReceiver(): number {
    const byte = this.fifo.shift() ?? 0;
    this.receiverTouched();
    return byte;
  }

  private readIdentification(): number {
    const cause = this.cause();
    // Reading IIR is what clears the transmitter-empty interrupt, if that is the one it shows (8.6).
    if (cause === IIR_TRANSMITTER_EMPTY) {
      this.transmitterEmptyOwed = false;
      this.drive();
    }
    return cause | (this.fifosEnabled ? IIR_FIFOS_ENABLED : 0);
  }

  private writeFifoControl(value: number): void {
    const enable = (value & FCR_ENABLE) !== 0;
    // Changing the mode empties the FIFOs; other bits count only while FIFOs are enabled (8.5).
    if (enable !== this.fifosEnabled || (value & FCR_RESET_RECEIVER) !== 0) this.fifo.length = 0;
    this.fifosEnabled = enable;
    this.triggerLevel = enable ? (TRIGGER_LEVELS[value >> 6] ?? 1) : 1;
    this.receiverTouched();
  }

  /** The pending interrupt of the highest priority, as IIR shows it (8.6, table of interrupt control). */
  private cause(): number {
    if ((this.ier & IER_RECEIVED_DATA) !== 0) {
      if (this.fifo.length >= this.triggerLevel) return IIR_RECEIVED_DATA;
      if (this.timedOut) return IIR_CHARACTER_TIMEOUT;
    }
    if ((this.ier & IER_TRANSMITTER_EMPTY) !== 0 && this.transmitterEmptyOwed) return IIR_TRANSMITTER_EMPTY;
    return IIR_NONE;
  }

  private drive(): void {
    this.interrupt(this.cause() !== IIR_NONE);
  }

  /** The FIFO gained or lost bytes: the timeout starts anew, and there may be room for the next byte. */
  private receiverTouched(): void {
    this.timedOut = false;
    this.timeout?.cancel();
    this.timeout = undefined;
    if (this.fifo.length > 0 && this.fifo.length < this.triggerLevel) {
      this.timeout = this.host.at(this.host.now() + TIMEOUT_CHARACTERS * this.characterCycles, () => {
        this.timedOut = true;
        this.drive();
      });
    }
    this.scheduleArrival();
    this.drive();
  }

  private scheduleArrival(): void {
    if (this.arrival !== undefined || this.incoming.length === 0 || this.fifo.length >= this.capacity) return;
    this.arrival = this.host.at(this.host.now() + this.characterCycles, () => {
      this.arrival = undefined;
      const byte = this.fifo.length < this.capacity ? this.incoming.shift() : undefined;
      if (byte !== undefined) this.fifo.push(byte);
      this.receiverTouched();
    });
  }
}
