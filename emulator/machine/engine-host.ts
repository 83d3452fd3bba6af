/** What the engine cannot do itself: the calls out of generated code, for every hart of one machine. */
import type { CodePages } from '../engine/code-pages.js';
import { Outcome } from '../engine/engine-calls.js';
import type { EngineCalls } from '../engine/engine-calls.js';
import * as layout from '../engine/layout.js';
import type { Sbi } from '../firmware/sbi/call.js';
import { DataAccess } from '../hart/data-access.js';
import type { Bus } from '../hart/data-access.js';
import { Exception } from '../hart/exceptions.js';
import { executeSystem } from '../hart/execute.js';
import type { SystemCalls } from '../hart/execute.js';
import type { Hart, HartEnvironment } from '../hart/hart.js';
import type { LinearMemory } from '../hart/memory.js';
import type { MachineHarts } from './hart-control.js';
import type { Probes } from './probes.js';
import type { Watches } from './watches.js';

export interface EngineHostParts {
  readonly memory: LinearMemory;
  readonly environment: HartEnvironment;
  readonly harts: readonly Hart[];
  readonly bus: Bus;
  readonly code: CodePages;
  readonly control: MachineHarts;
  readonly probes: Probes;
  readonly watches: Watches;
  /** The firmware in TypeScript, unless the guest brings its own. */
  readonly sbi: Sbi | undefined;
  /** Whether the run has been ended. */
  readonly stopped: () => boolean;
}

export class EngineHost implements EngineCalls, SystemCalls {
  private readonly access: DataAccess;

  constructor(private readonly parts: EngineHostParts) {
    this.access = new DataAccess(parts.bus, parts.code, parts.watches);
  }

  decode(_base: number, entry: number): Outcome {
    this.parts.code.decodeEntry(entry);
    return Outcome.Continue;
  }

  /** A fault here costs one of the budget: time passes even where nothing can be fetched. */
  fetch(base: number): Outcome {
    const hart = this.hart(base);
    const { ram } = this.parts.environment;
    const { pc } = hart;
    const physical = hart.translateAccess(pc, 'fetch');
    if (physical < 0) return this.fetchFault(hart, -1 - physical, pc);
    if (!ram.contains(physical, 2)) return this.fetchFault(hart, Exception.InstructionAccessFault, pc);
    const slot = this.parts.code.slotFor(Math.floor((physical - ram.base) / layout.PAGE_SIZE));
    hart.tlb.fillFetch(pc, hart.mode, slot);
    this.parts.memory.i32[(hart.base + layout.FETCH_SLOT) >> 2] = slot;
    return Outcome.Continue;
  }

  cross(base: number): Outcome {
    const hart = this.hart(base);
    const { ram } = this.parts.environment;
    let bits = 0;
    let offset = 0;
    for (const half of [0, 1]) {
      const address = BigInt.asUintN(64, hart.pc + BigInt(2 * half));
      const physical = hart.translateAccess(address, 'fetch');
      if (physical < 0) return this.fetchFault(hart, -1 - physical, address);
      if (!ram.contains(physical, 2)) return this.fetchFault(hart, Exception.InstructionAccessFault, address);
      bits |= ram.readU16(physical) << (16 * half);
      if (half === 0) offset = physical - ram.base;
    }
    this.parts.code.writeCrossing(hart.base + layout.CROSSING, bits, offset);
    return Outcome.Continue;
  }

  load(base: number, _entry: number, size: number): Outcome {
    return this.access.load(this.hart(base), size);
  }

  store(base: number, entry: number, size: number): Outcome {
    return this.access.store(this.hart(base), entry, size);
  }

  atomic(base: number, entry: number, size: number, write: number): Outcome {
    return this.access.atomic(this.hart(base), entry, size, write !== 0);
  }

  probe(base: number, entry: number): Outcome {
    const { code, probes } = this.parts;
    // The listeners may remove the probe.
    code.writeProbed(base + layout.PROBED, entry);
    probes.hit(this.hart(base), code.offsetOf(entry));
    return Outcome.Continue;
  }

  system(base: number, entry: number): Outcome {
    return executeSystem(this.hart(base), entry, this);
  }

  firmwareCall(hart: Hart): Outcome {
    const { environment, sbi, stopped } = this.parts;
    const x = (index: number): bigint => hart.x(index);
    const args = [x(10), x(11), x(12), x(13), x(14), x(15)] as const;
    const request = { hart: hart.index, eid: x(17), fid: x(16), args };
    environment.trace(3, hart.index, Number(request.eid & 0xffffffffn), request.fid);
    const result = sbi?.handle(request);
    let answer = {};
    switch (result?.kind) {
      case 'return':
        hart.setX(10, BigInt.asUintN(64, BigInt(result.error)));
        hart.setX(11, BigInt.asUintN(64, result.value));
        answer = { error: BigInt(result.error), value: result.value };
        break;
      case 'legacy':
        hart.setX(10, BigInt.asUintN(64, result.value));
        answer = { error: result.value };
        break;
      case 'trap':
        hart.pc = BigInt.asUintN(64, hart.pc - 4n);
        hart.raise(result.cause, result.tval);
        break;
      default:
    }
    if (environment.events.wants('sbi')) {
      const { eid, fid } = request;
      environment.events.emit('sbi', {
        time: environment.now(),
        hart: hart.index,
        eid,
        fid,
        args,
        ...answer,
      });
    }
    if (!hart.runnable || stopped()) return Outcome.Leave;
    // The call may have raised an interrupt.
    environment.endSlice(hart);
    return Outcome.Reload;
  }

  waitForInterrupt(hart: Hart): Outcome {
    this.parts.control.wait(hart);
    return Outcome.Leave;
  }

  fenced(hart: Hart, instruction: 'sfence.vma' | 'fence.i'): void {
    const { events } = this.parts.environment;
    if (!events.wants('fence')) return;
    events.emit('fence', { time: this.parts.environment.now(), hart: hart.index, instruction, pc: hart.pc });
  }

  private fetchFault(hart: Hart, cause: Exception, address: bigint): Outcome {
    if (hart.budget === 0) return Outcome.Leave;
    hart.budget -= 1;
    hart.raise(cause, address);
    return Outcome.Reload;
  }

  private hart(base: number): Hart {
    const hart = this.parts.harts[(base - layout.HARTS) / layout.HART_SIZE];
    if (!hart) throw new Error(`no hart at ${base}`);
    return hart;
  }
}
