/** Writes down an {@link EventLog} of a machine. */
import type { Machine } from '../machine/machine.js';
import type { EventLog, Observation, SeenEvent } from './event-log.js';
import type { EventKind, MachineEvents } from './events.js';

/** Events that are kept: a hostile guest can cause them without end. */
export const EVENT_LIMIT = 200_000;

/** Where the kernel's functions and objects are. */
export interface SymbolAddresses {
  addressOf(name: string): bigint | undefined;
  sizeOf(name: string): number | undefined;
}

export class EventRecorder {
  private readonly events: SeenEvent[] = [];
  private complete = true;

  /**
   * Starts watching; do so before the machine runs.
   * @param _symbols for the functions and variables of the observation; unknown ones are not watched
   */
  constructor(
    private readonly machine: Machine,
    observation: Observation,
    _symbols: SymbolAddresses,
  ) {
    for (const kind of observation.events ?? []) this.listen(kind, observation);
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

  private listen(kind: Exclude<EventKind, 'console'>, { mmio }: Observation): void {
    const inRange = (address: number): boolean =>
      mmio?.some(({ start, end }) => start <= address && address < end) ?? true;
    this.machine.on(kind, (event: MachineEvents[typeof kind]) => {
      if ('address' in event && typeof event.address === 'number' && !inRange(event.address)) return;
      this.add({ kind, ...event } as SeenEvent);
    });
  }

  private add(event: SeenEvent): void {
    if (this.events.length < EVENT_LIMIT) this.events.push(event);
    else this.complete = false;
  }
}
