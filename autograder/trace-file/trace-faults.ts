/** What the Trace Event Format asks of a file, checked: every phase that the document names, not only ours. */

const PHASES = 'BEXiICbnestfPNODMVvRc()';
/** Keys that a phase needs besides `ph`; all events but metadata need `ts`. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  X: ['name', 'ts', 'dur', 'pid', 'tid'],
  B: ['name', 'ts', 'pid', 'tid'],
  E: ['ts', 'pid', 'tid'],
  i: ['name', 'ts', 'pid', 's'],
  I: ['name', 'ts', 'pid'],
  C: ['name', 'ts', 'pid', 'args'],
  s: ['name', 'cat', 'id', 'ts', 'pid', 'tid'],
  t: ['name', 'cat', 'id', 'ts', 'pid', 'tid'],
  f: ['name', 'cat', 'id', 'ts', 'pid', 'tid'],
  M: ['name', 'pid', 'args'],
};
const METADATA = ['process_name', 'process_labels', 'process_sort_index', 'thread_name', 'thread_sort_index'];
const FAULT_LIMIT = 20;
/** Two times that are the same once they are written with a nanosecond's digits. */
const EPSILON = 0.0015;

type Loose = Readonly<Record<string, unknown>>;

/**
 * What is wrong with a trace file; nothing for a file that a viewer can open.
 *
 * @param text the file: an object with `traceEvents` ("JSON Object Format") or an array ("JSON Array Format").
 */
export function traceFileFaults(text: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    return [`not JSON: ${(error as Error).message}`];
  }
  const events: unknown = Array.isArray(parsed) ? parsed : (parsed as Loose | null)?.traceEvents;
  if (!Array.isArray(events)) return ['traceEvents: found no array'];
  const unit: unknown = Array.isArray(parsed) ? undefined : (parsed as Loose).displayTimeUnit;
  const faults =
    unit === undefined || unit === 'ms' || unit === 'ns' ? [] : ['displayTimeUnit: expected ms or ns'];
  for (const [i, event] of (events as unknown[]).entries()) {
    faults.push(...eventFaults(event).map((fault) => `traceEvents[${i}]: ${fault}`));
    if (faults.length > FAULT_LIMIT) return faults.slice(0, FAULT_LIMIT);
  }
  if (faults.length > 0) return faults;
  return [...nestingFaults(events as Loose[]), ...flowFaults(events as Loose[])].slice(0, FAULT_LIMIT);
}

function eventFaults(event: unknown): string[] {
  if (typeof event !== 'object' || event === null) return [`found ${typeof event}, expected an object`];
  const fields = event as Loose;
  const { ph } = fields;
  if (typeof ph !== 'string' || ph.length !== 1 || !PHASES.includes(ph))
    return [`ph: found ${JSON.stringify(ph)}`];
  const missing = (NEEDS[ph] ?? ['name', 'ts', 'pid']).filter((key) => fields[key] === undefined);
  if (missing.length > 0) return [`ph ${ph}: without ${missing.join(', ')}`];
  const faults = Object.entries(fields).flatMap(([key, value]) => typeFault(key, value));
  if (ph === 'M' && !METADATA.includes(String(fields.name)))
    faults.push(`name: no metadata ${String(fields.name)}`);
  if (ph === 'M') faults.push(...metadataFaults(fields));
  if (ph === 'C') {
    const values = Object.values(fields.args as Loose);
    if (
      values.length === 0 ||
      !values.every((value) => typeof value === 'number' && Number.isFinite(value))
    ) {
      faults.push('args: a counter has numbers');
    }
  }
  return faults;
}

function typeFault(key: string, value: unknown): string[] {
  const isTime = typeof value === 'number' && Number.isFinite(value);
  const isInteger = Number.isInteger(value);
  switch (key) {
    case 'ts':
    case 'dur':
      return isTime && (key === 'ts' || value >= 0)
        ? []
        : [`${key}: found ${JSON.stringify(value)}, expected microseconds`];
    case 'pid':
    case 'tid':
      return isInteger ? [] : [`${key}: found ${JSON.stringify(value)}, expected an integer`];
    case 'id':
      return isInteger || typeof value === 'string' ? [] : ['id: expected a number or a string'];
    case 's':
      return value === 't' || value === 'p' || value === 'g' ? [] : ['s: expected t, p or g'];
    case 'bp':
      return value === 'e' ? [] : ['bp: expected e'];
    case 'name':
    case 'cat':
    case 'ph':
      return typeof value === 'string' ? [] : [`${key}: expected a string`];
    case 'args':
      return typeof value === 'object' && value !== null ? [] : ['args: expected an object'];
    default:
      return [];
  }
}

function metadataFaults({ name, tid, args }: Loose): string[] {
  const key = String(name).endsWith('sort_index')
    ? 'sort_index'
    : String(name).endsWith('labels')
      ? 'labels'
      : 'name';
  const value = (args as Loose)[key];
  const wanted = key === 'sort_index' ? 'number' : 'string';
  const faults = typeof value === wanted ? [] : [`args.${key}: expected a ${wanted}`];
  return String(name).startsWith('thread') && tid === undefined ? [...faults, 'without tid'] : faults;
}

/** Slices of one thread lie inside of each other or apart; every B has its E. */
function nestingFaults(events: readonly Loose[]): string[] {
  const threads = new Map<string, { from: number; to: number; name: string }[]>();
  const open = new Map<string, { name: string; ts: number }[]>();
  const faults: string[] = [];
  for (const { ph, pid, tid, ts, dur, name } of events) {
    const thread = `${String(pid)}/${String(tid)}`;
    const slices = threads.get(thread) ?? [];
    threads.set(thread, slices);
    const stack = open.get(thread) ?? [];
    open.set(thread, stack);
    if (ph === 'X') slices.push({ from: Number(ts), to: Number(ts) + Number(dur), name: String(name) });
    if (ph === 'B') stack.push({ name: String(name), ts: Number(ts) });
    if (ph === 'E') {
      const begun = stack.pop();
      if (begun === undefined) faults.push(`thread ${thread}: an E without a B at ${String(ts)}`);
      else if (begun.ts > Number(ts)) faults.push(`thread ${thread}: ${begun.name} ends before it begins`);
      else slices.push({ from: begun.ts, to: Number(ts), name: begun.name });
    }
  }
  for (const [thread, stack] of open)
    for (const { name } of stack) faults.push(`thread ${thread}: ${name} never ends`);
  for (const [thread, slices] of threads) {
    slices.sort((a, b) => a.from - b.from || b.to - a.to);
    const around: typeof slices = [];
    for (const slice of slices) {
      while ((around.at(-1)?.to ?? Infinity) <= slice.from + EPSILON) around.pop();
      const outer = around.at(-1);
      if (outer !== undefined && slice.to > outer.to + EPSILON) {
        faults.push(
          `thread ${thread}: ${slice.name} (${slice.from} to ${slice.to}) crosses the end of ${outer.name} at ${outer.to}`,
        );
      }
      around.push(slice);
    }
  }
  return faults;
}

/**
 * Every arrow has one beginning and one end, not before it ("Flow Events"), and at both of them a slice that it can be
 * drawn from: one that begins at that moment or earlier and ends no sooner.
 */
function flowFaults(events: readonly Loose[]): string[] {
  const ends = new Map<string, { s?: number; f?: number }>();
  const slices = new Map<string, [from: number, to: number][]>();
  for (const { ph, pid, tid, ts, dur } of events) {
    if (ph !== 'X') continue;
    const thread = `${String(pid)}/${String(tid)}`;
    const own = slices.get(thread) ?? [];
    slices.set(thread, own);
    own.push([Number(ts), Number(ts) + Number(dur)]);
  }
  for (const own of slices.values()) own.sort(([a], [b]) => a - b);
  for (const { ph, cat, name, id, ts, pid, tid } of events) {
    if (ph !== 's' && ph !== 'f' && ph !== 't') continue;
    const key = `${String(cat)}/${String(name)}/${String(id)}`;
    const thread = `${String(pid)}/${String(tid)}`;
    if (!isInside(slices.get(thread) ?? [], Number(ts))) {
      return [`flow ${key}: no slice around its ${ph} at ${String(ts)} on thread ${thread}`];
    }
    if (ph === 't') continue;
    const known = ends.get(key) ?? {};
    if (known[ph] !== undefined) return [`flow ${key}: two of ph ${ph}`];
    ends.set(key, { ...known, [ph]: Number(ts) });
  }
  return [...ends].flatMap(([key, { s, f }]) =>
    s === undefined || f === undefined
      ? [`flow ${key}: one end is missing`]
      : f < s
        ? [`flow ${key}: ends before it begins`]
        : [],
  );
}

/** Whether a moment is in one of the slices, which are sorted and lie inside of each other or apart. */
function isInside(slices: readonly (readonly [number, number])[], time: number): boolean {
  let [low, high] = [0, slices.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slices[middle]?.[0] ?? Infinity) <= time + EPSILON) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0; i--) if ((slices[i]?.[1] ?? -Infinity) >= time - EPSILON) return true;
  return false;
}
