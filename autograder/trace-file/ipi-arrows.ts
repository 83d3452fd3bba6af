import type { EventLog, SeenEvent } from '../../emulator/observe/event-log.js';
import type { TraceEvent } from './trace-event.js';

/** SBI 2.0: the IPI extension (chapter 7), and its legacy call (5.5) whose mask lies in memory. */
const IPI = 0x735049n;
/** Supervisor software interrupt (Privileged ISA, scause). */
const SOFTWARE = 1;
const ALL = (1n << 64n) - 1n;

/** Arrows from a hart that sends an interrupt (sbi_send_ipi) to the software interrupt that it causes on another. */
export function* wakeUps(
  log: EventLog,
  microseconds: (cycles: number) => number,
  pid: number,
): Generator<TraceEvent> {
  const taken = softwareInterrupts(log);
  /** By hart: how many of its interrupts are behind us. */
  const passed = new Map<number, number>();
  const arrow = { name: 'IPI', cat: 'ipi', pid };
  // Ids are of the whole file.
  let id = pid * 2 ** 24;
  for (const [index, event] of log.events.entries()) {
    if (event.kind !== 'sbi' || event.eid !== IPI || event.error !== 0n) continue;
    for (const hart of targetsOf(event.args, log.hartIds)) {
      const own = taken.get(hart) ?? [];
      let next = passed.get(hart) ?? 0;
      while ((own[next]?.index ?? Infinity) < index) next++;
      passed.set(hart, next);
      const hit = own[next];
      // Harts run in slices: a trap that memory saw later may bear an earlier time.
      if (hit === undefined || hit.time < event.time) continue;
      id++;
      yield {
        ph: 's',
        ...arrow,
        id,
        ts: microseconds(event.time),
        tid: log.hartIds[event.hart] ?? event.hart,
      };
      yield { ph: 'f', bp: 'e', ...arrow, id, ts: microseconds(hit.time), tid: log.hartIds[hart] ?? hart };
    }
  }
}

/** Software interrupts by hart, with their places in the log. */
function softwareInterrupts({ events }: EventLog): Map<number, { index: number; time: number }[]> {
  const byHart = new Map<number, { index: number; time: number }[]>();
  for (const [index, event] of events.entries()) {
    if (!isSoftwareInterrupt(event)) continue;
    const own = byHart.get(event.hart) ?? [];
    byHart.set(event.hart, own);
    own.push({ index, time: event.time });
  }
  return byHart;
}

function isSoftwareInterrupt(event: SeenEvent): event is SeenEvent & { readonly kind: 'trap' } {
  return event.kind === 'trap' && event.interrupt && event.cause === SOFTWARE;
}

/** Indices of the harts in a mask: bit n is the hart with the id base + n; a base of all ones is all harts. */
function targetsOf(args: readonly bigint[], hartIds: readonly number[]): number[] {
  const [mask = 0n, base = 0n] = args;
  return [...hartIds.entries()]
    .filter(([, id]) => {
      const bit = BigInt(id) - base;
      return base === ALL || (bit >= 0n && bit < 64n && ((mask >> bit) & 1n) === 1n);
    })
    .map(([index]) => index);
}
