/** Writes down an {@link EventLog} of a machine. */
import type { Machine } from '../machine/machine.js';
import type { EventLog, Observation, SeenEvent } from './event-log.js';
import type { EventKind, MachineEvents } from './events.js';
import { watchFunction } from './function-probe.js';
import type { FunctionCall } from './function-probe.js';

/** Events that are kept: a hostile guest can cause them without end. */
export const EVENT_LIMIT = 200_000;
/** Part of them that is kept of each kind even then: a guest that polls one thing may do something rare at last. */
const RARE_PART = 1 / 40;

/** Where the kernel's functions and objects are. */
export interface SymbolAddresses {
  addressOf(name: string): bigint | undefined;
  sizeOf(name: string): number | undefined;
}

export class EventRecorder {
  private readonly events: SeenEvent[] = [];
  private readonly kept = new Map<SeenEvent['kind'], number>();
  private complete = true;
  private readonly limit: number;

  /**
   * Starts watching; do so before the machine runs.
   * @param symbols for the functions and variables of the observation; those that the kernel does not have are not
   *   watched
   */
  constructor(
    private readonly machine: Machine,
    observation: Observation,
    symbols: SymbolAddresses,
  ) {
    this.limit = Math.min(observation.limit ?? EVENT_LIMIT, EVENT_LIMIT);
    for (const kind of observation.events ?? []) this.listen(kind, observation);
    for (const name of observation.functions ?? []) {
      const address = symbols.addressOf(name);
      if (address !== undefined && this.isInRam(address, 2)) this.watchCalls(name, address);
    }
    for (const name of observation.variables ?? []) {
      const address = symbols.addressOf(name);
      const size = symbols.sizeOf(name) ?? 0;
      if (address !== undefined && size > 0 && this.isInRam(address, size))
        this.watchStores(name, Number(address), size);
    }
  }

  /** Everything seen so far. */
  log(): EventLog {
    const { machine } = this;
    return {
      hartIds: machine.hartIds,
      bootHart: machine.hartIds.indexOf(machine.bootHart),
      frequency: machine.frequency,
      end: machine.cycles,
      events: this.events,
      complete: this.complete,
    };
  }

  private listen(kind: Exclude<EventKind, 'console'>, { mmio, csrs }: Observation): void {
    const inRange = (address: number): boolean =>
      mmio?.some(({ start, end }) => start <= address && address < end) ?? true;
    const stop = this.machine.on(kind, (event: MachineEvents[typeof kind]) => {
      if ('address' in event && typeof event.address === 'number' && !inRange(event.address)) return;
      if ('csr' in event && csrs?.includes(event.csr) === false) return;
      // Whoever is not listened to costs nothing: a flood is as fast as any other run.
      if (!this.add({ kind, ...event } as SeenEvent)) stop();
    });
  }

  private watchCalls(name: string, address: bigint): void {
    const indices = new WeakMap<FunctionCall, number>();
    watchFunction(this.machine, address, {
      enter: (call) => {
        if (this.add({ kind: 'call', function: name, ...call })) indices.set(call, this.events.length - 1);
      },
      leave: ({ time, hart, call, values }) => {
        const index = indices.get(call) ?? -1;
        this.add({ kind: 'return', time, hart, function: name, args: call.args, values, call: index });
      },
    });
  }

  private watchStores(variable: string, start: number, size: number): void {
    const stop = this.machine.watch(start, size, ({ address, ...store }) => {
      if (!this.add({ kind: 'store', variable, offset: address - start, ...store })) stop();
    });
  }

  private isInRam(address: bigint, size: number): boolean {
    return this.machine.memory.contains(Number(address), size);
  }

  /** Whether the event is kept; if not, no later one of its kind will be. */
  private add(event: SeenEvent): boolean {
    const kept = this.kept.get(event.kind) ?? 0;
    if (this.events.length >= this.limit && kept >= this.limit * RARE_PART) {
      this.complete = false;
      return false;
    }
    this.kept.set(event.kind, kept + 1);
    this.events.push(event);
    return true;
  }
}
