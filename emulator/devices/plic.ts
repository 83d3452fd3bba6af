/**
 * Platform-level interrupt controller.
 *
 * RISC-V Platform-Level Interrupt Controller Specification 1.0.0: memory map in chapter 3, priorities 4,
 * pending bits 5, enables 6, thresholds 7, claim 8, completion 9; gateways in 1.2. Every source is
 * level-sensitive, as on the virt board.
 */
import type { AccessSize, Device, DeviceHost, InterruptLine, InterruptWire } from './device.js';

const PRIORITY = 0x00_0000;
const PENDING = 0x00_1000;
const ENABLE = 0x00_2000;
const ENABLE_STRIDE = 0x80;
const CONTEXT = 0x20_0000;
const CONTEXT_STRIDE = 0x1000;

/** Priorities and thresholds are 3 bits wide (WARL), as in the SiFive PLIC. */
const PRIORITY_MASK = 7;

/** A target of interrupts: one privilege mode of one hart. */
export interface PlicContext {
  readonly hart: number;
  readonly line: InterruptLine.MachineExternal | InterruptLine.SupervisorExternal;
}

export interface PlicOptions {
  /** Number of interrupt sources; their ids are 1 to `sources`, at most 1023. */
  readonly sources: number;
  /** The contexts in the order of their numbers. */
  readonly contexts: readonly PlicContext[];
}

/** What the PLIC keeps for a context. */
interface ContextState {
  readonly target: PlicContext;
  /** One bit a source, as in the registers. */
  readonly enable: Uint32Array;
  threshold: number;
}

/** The gateway of one source: lets one request through at a time (1.2). */
interface Gateway {
  level: boolean;
  /** A request has been forwarded and not yet been completed. */
  inFlight: boolean;
}

export class Plic implements Device {
  readonly name = 'plic@c000000';
  readonly sources: number;
  private readonly words: number;
  private readonly priority: Uint8Array;
  private readonly pending: Uint32Array;
  private readonly gateways: Gateway[] = [];
  private readonly contexts: readonly ContextState[];

  /** @throws RangeError when `sources` is not between 1 and 1023 */
  constructor(
    private readonly host: DeviceHost,
    options: PlicOptions,
  ) {
    if (!Number.isInteger(options.sources) || options.sources < 1 || options.sources > 1023) {
      throw new RangeError(`PLIC sources: found ${options.sources}, expected 1 to 1023`);
    }
    this.sources = options.sources;
    this.words = (options.sources >> 5) + 1;
    this.priority = new Uint8Array(options.sources + 1);
    this.pending = new Uint32Array(this.words);
    for (let source = 0; source <= options.sources; source++) {
      this.gateways.push({ level: false, inFlight: false });
    }
    this.contexts = options.contexts.map((target) => ({
      target,
      enable: new Uint32Array(this.words),
      threshold: 0,
    }));
  }

  /**
   * The wire of an interrupt source, to be held by the one device that drives it.
   * @throws RangeError when there is no such source
   */
  wire(source: number): InterruptWire {
    const gateway = source === 0 ? undefined : this.gateways[source];
    if (gateway === undefined) {
      throw new RangeError(`interrupt source: found ${source}, expected 1 to ${this.sources}`);
    }
    return (level) => {
      if (gateway.level === level) return;
      gateway.level = level;
      this.forward(source, gateway);
    };
  }

  read(offset: number, size: AccessSize): number {
    if (size !== 4 || offset % 4 !== 0) return 0;
    if (offset < PENDING) return this.priority[(offset - PRIORITY) >> 2] ?? 0;
    if (offset < ENABLE) return this.pending[(offset - PENDING) >> 2] ?? 0;
    if (offset < CONTEXT) {
      const context = this.contexts[Math.floor((offset - ENABLE) / ENABLE_STRIDE)];
      return context?.enable[((offset - ENABLE) % ENABLE_STRIDE) >> 2] ?? 0;
    }
    const context = this.contexts[Math.floor((offset - CONTEXT) / CONTEXT_STRIDE)];
    if (context === undefined) return 0;
    switch ((offset - CONTEXT) % CONTEXT_STRIDE) {
      case 0:
        return context.threshold;
      case 4:
        return this.claim(context);
      default:
        return 0;
    }
  }

  write(offset: number, size: AccessSize, value: number): void {
    if (size !== 4 || offset % 4 !== 0) return;
    if (offset < PENDING) {
      const source = (offset - PRIORITY) >> 2;
      if (source === 0 || source > this.sources) return;
      this.priority[source] = value & PRIORITY_MASK;
      this.notify();
    } else if (offset < ENABLE) {
      // Pending bits are read-only: only gateways set them and only claims clear them (chapter 5).
    } else if (offset < CONTEXT) {
      const context = this.contexts[Math.floor((offset - ENABLE) / ENABLE_STRIDE)];
      const word = ((offset - ENABLE) % ENABLE_STRIDE) >> 2;
      if (context === undefined || word >= this.words) return;
      context.enable[word] = value & this.existing(word);
      this.notify();
    } else {
      const context = this.contexts[Math.floor((offset - CONTEXT) / CONTEXT_STRIDE)];
      if (context === undefined) return;
      const register = (offset - CONTEXT) % CONTEXT_STRIDE;
      if (register === 0) {
        context.threshold = value & PRIORITY_MASK;
        this.notify();
      } else if (register === 4) {
        this.complete(context, value);
      }
    }
  }

  /** The bits of an enable word whose sources exist: not source 0, nothing beyond the last. */
  private existing(word: number): number {
    const upTo = this.sources - word * 32;
    const mask = upTo >= 31 ? 0xffff_ffff : (1 << (upTo + 1)) - 1;
    return word === 0 ? mask & ~1 : mask;
  }

  /** Forwards a request to the core unless the last one from this source is still in flight (1.2). */
  private forward(source: number, gateway: Gateway): void {
    if (!gateway.level || gateway.inFlight) return;
    gateway.inFlight = true;
    this.pending[source >> 5] = (this.pending[source >> 5] ?? 0) | (1 << (source & 31));
    this.notify();
  }

  /**
   * The pending source of the highest priority that the context has enabled, or 0. Ties go to the smaller id
   * (1.4); priority 0 never interrupts (chapter 4).
   */
  private best(context: ContextState): number {
    let best = 0;
    let bestPriority = 0;
    for (let word = 0; word < this.words; word++) {
      let candidates = (this.pending[word] ?? 0) & (context.enable[word] ?? 0);
      while (candidates !== 0) {
        const bit = 31 - Math.clz32(candidates & -candidates);
        candidates &= candidates - 1;
        const source = word * 32 + bit;
        const priority = this.priority[source] ?? 0;
        if (priority > bestPriority) {
          best = source;
          bestPriority = priority;
        }
      }
    }
    return best;
  }

  /** Chapter 8. The threshold does not matter to a claim. */
  private claim(context: ContextState): number {
    const source = this.best(context);
    if (source !== 0) {
      this.pending[source >> 5] = (this.pending[source >> 5] ?? 0) & ~(1 << (source & 31));
      this.notify();
    }
    return source;
  }

  /** Chapter 9: ignored unless the source is enabled for the context. Who claimed it does not matter. */
  private complete(context: ContextState, source: number): void {
    const gateway = this.gateways[source];
    if (gateway === undefined || ((context.enable[source >> 5] ?? 0) & (1 << (source & 31))) === 0) return;
    // A request that was forwarded but never claimed is still in the core; the gateway may not add another.
    if (((this.pending[source >> 5] ?? 0) & (1 << (source & 31))) !== 0) return;
    gateway.inFlight = false;
    this.forward(source, gateway);
  }

  /** Drives every context's external-interrupt bit (EIP). */
  private notify(): void {
    for (const context of this.contexts) {
      const source = this.best(context);
      const level = source !== 0 && (this.priority[source] ?? 0) > context.threshold;
      this.host.setInterrupt(context.target.hart, context.target.line, level);
    }
  }
}
