import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Csr } from '../../emulator/hart/csr-numbers.js';
import { Mode } from '../../emulator/hart/exceptions.js';
import { HartState } from '../../emulator/index.js';
import type { EventLog, SeenEvent } from '../../emulator/observe/event-log.js';
import { captureIo } from '../cli/captured-io.js';
import { main } from '../cli/main.js';
import { stride } from '../metrics/simulated-policies.js';
import { simulateSchedule } from '../metrics/simulated-schedule.js';
import type { TracedRun } from './run-trace.js';
import type { TraceEvent } from './trace-event.js';
import { traceFileFaults } from './trace-faults.js';
import { formatTrace } from './write-trace.js';

const trace = simulateSchedule(stride(), {
  harts: 2,
  jobs: [
    { job: 1, priority: 24 },
    { job: 2, priority: 16, sleep: { run: 3, sleep: 5 } },
  ],
  duration: 20,
  switchCost: 2500,
});

const IPI = 0x735049n;
const interrupt = { interrupt: true, cause: 1, epc: 0x80200000n, tval: 0n, to: Mode.Supervisor };
const events: SeenEvent[] = [
  { kind: 'hsm', time: 100, hart: 1, state: HartState.Started },
  {
    kind: 'csr-write',
    time: 200,
    hart: 1,
    csr: Csr.satp,
    value: 0x8000000000080252n,
    pc: 0x80200000n,
    mode: Mode.Supervisor,
  },
  { kind: 'fence', time: 210, hart: 1, instruction: 'sfence.vma', pc: 0x80200004n },
  { kind: 'sbi', time: 1000, hart: 0, eid: IPI, fid: 0n, args: [0x10n, 0n], error: 0n, value: 0n },
  { kind: 'trap', time: 1100, hart: 1, from: Mode.Supervisor, ...interrupt },
  // Refused: no interrupt comes of it.
  { kind: 'sbi', time: 1200, hart: 0, eid: IPI, fid: 0n, args: [0x10n, 0n], error: -3n },
  { kind: 'trap', time: 1300, hart: 1, from: Mode.Supervisor, ...interrupt },
];
const log: EventLog = {
  hartIds: [0, 4],
  bootHart: 0,
  frequency: trace.frequency,
  end: trace.end,
  events,
  complete: true,
};
const run: TracedRun = {
  name: 'boot, seed 0',
  trace,
  log,
  kernel: { placeOf: (pc) => ({ pc, function: 'kvm_activate', source: 'kernel/mm/kvm.c:12' }) },
};

function format(runs: readonly TracedRun[], limit?: number) {
  let text = '';
  const written = formatTrace(runs, (part) => (text += part), limit);
  const { traceEvents } = JSON.parse(text) as { traceEvents: TraceEvent[] };
  return { text, events: traceEvents, written };
}

describe('formatTrace', () => {
  const { text, events: records, written } = format([run, { ...run, name: 'second' }]);
  const first = records.filter(({ pid }) => pid === 10_000);

  it('keeps to the format', () => {
    expect(traceFileFaults(text)).toEqual([]);
    expect(written).toEqual({ records: records.length });
  });

  it('names each run and its harts, by their ids', () => {
    const names = records.flatMap((event) =>
      event.ph === 'M' && event.name.endsWith('_name') ? [[event.pid, event.tid, event.args.name]] : [],
    );
    expect(names).toEqual([
      [10_000, undefined, 'boot, seed 0'],
      [10_000, 0, 'hart 0'],
      [10_000, 4, 'hart 4'],
      [10_001, undefined, 'second'],
      [10_001, 0, 'hart 0'],
      [10_001, 4, 'hart 4'],
    ]);
    // A viewer would show a record of any other thread as a thread without a name.
    const threads = new Set(records.flatMap(({ pid, tid }) => (tid === undefined ? [] : `${pid}/${tid}`)));
    expect([...threads].sort()).toEqual(['10000/0', '10000/4', '10001/0', '10001/4']);
  });

  it('never numbers a run like a hart, which viewers would take for its main thread', () => {
    // Ids of harts go up to 4094.
    expect(Math.min(...records.map(({ pid }) => pid))).toBeGreaterThan(4094);
  });

  it('leaves the unit to the format: microseconds', () => {
    expect(Object.keys(JSON.parse(text) as object)).toEqual(['traceEvents']);
  });

  it('has a slice for every stay in U-mode, with its job, in microseconds of guest time', () => {
    const slices = first.flatMap((event) => (event.ph === 'X' && event.cat === 'user' ? event : []));
    expect(slices).toHaveLength(trace.intervals.length);
    const jobs = new Set(slices.map(({ name }) => name));
    expect(jobs).toEqual(new Set(['job 1', 'job 2']));
    const [stay] = trace.intervals;
    const slice = slices.find(({ tid }) => tid === log.hartIds[stay!.hart]);
    expect(slice?.ts).toBeCloseTo((stay!.start * 1e6) / trace.frequency, 3);
    expect(slice?.dur).toBeCloseTo(((stay!.end - stay!.start) * 1e6) / trace.frequency, 3);
    const total = slices.reduce((sum, { args }) => sum + Number(args?.instructions), 0);
    expect(total).toBe(trace.intervals.reduce((sum, { retired }) => sum + retired, 0));
  });

  it('has moments for what a hart does as it comes up, with places in the kernel', () => {
    const moments = first.flatMap((event) => (event.ph === 'i' && event.tid === 4 ? event : []));
    expect(moments.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'HSM: started',
        'satp = 0x8000000000080252',
        'sfence.vma',
        'supervisor software interrupt',
      ]),
    );
    const satp = moments.find(({ name }) => name.startsWith('satp'));
    expect(satp?.args?.what).toContain('at kvm_activate (kernel/mm/kvm.c:12)');
  });

  it('draws an arrow from each interrupt sent to the one it causes', () => {
    const arrows = first.flatMap((event) => (event.ph === 's' || event.ph === 'f' ? event : []));
    expect(arrows.map(({ ph, tid, ts }) => [ph, tid, ts])).toEqual([
      ['s', 0, 10],
      ['f', 4, 11],
    ]);
  });

  it('counts the harts that are in U-mode', () => {
    const counts = first.flatMap((event) => (event.ph === 'C' ? Number(event.args['in U-mode']) : []));
    expect(Math.max(...counts)).toBe(2);
    expect(Math.min(...counts)).toBe(0);
  });

  it('stays within its limit, is a whole file all the same, and says what is left out', () => {
    const cut = format([run], 10);
    expect(cut.events).toHaveLength(10);
    expect(traceFileFaults(cut.text)).toEqual([]);
    expect(cut.written.cut).toContain('the first 10 records');
    expect(format([{ ...run, log: { ...log, complete: false } }]).written.cut).toContain('boot, seed 0');
  });

  it('is about a hundred bytes a record, however long the run, and does not slow down with its length', () => {
    // As many events as are kept of a run: interrupts to and fro, each of which is an arrow.
    const many = Array.from({ length: 200_000 }, (_, i): SeenEvent => {
      const time = 100 + i * 10;
      return i % 2 === 0
        ? { kind: 'sbi', time, hart: 0, eid: IPI, fid: 0n, args: [0x10n, 0n], error: 0n, value: 0n }
        : { kind: 'trap', time, hart: 1, from: Mode.Supervisor, ...interrupt };
    });
    let bytes = 0;
    const { records: count, cut } = formatTrace([{ ...run, log: { ...log, events: many } }], (part) => {
      bytes += part.length;
    });
    expect(cut).toBeUndefined();
    expect(count).toBeGreaterThan(400_000);
    expect(bytes / count).toBeLessThan(200);
  }, 20_000);

  it('writes an empty run', () => {
    const nothing = { ...trace, intervals: [], idle: [], marks: [], calls: [], spaces: [] };
    expect(traceFileFaults(format([{ ...run, trace: nothing, log: { ...log, events: [] } }]).text)).toEqual(
      [],
    );
    expect(traceFileFaults(format([]).text)).toEqual([]);
  });
});

describe('traceFileFaults', () => {
  const slice = { ph: 'X', name: 'a', cat: 'c', ts: 0, dur: 10, pid: 1, tid: 1 };
  const of = (...list: unknown[]) => traceFileFaults(JSON.stringify({ traceEvents: list }));

  it.each<[string, unknown[], RegExp]>([
    ['no phase', [{ ...slice, ph: undefined }], /ph: found/],
    ['an unknown phase', [{ ...slice, ph: 'Z' }], /ph: found "Z"/],
    ['a slice without a length', [{ ...slice, dur: undefined }], /without dur/],
    ['a time that is a text', [{ ...slice, ts: '0' }], /ts: found "0"/],
    ['a slice that runs backwards', [{ ...slice, dur: -1 }], /dur: found -1/],
    ['a process that is no number', [{ ...slice, pid: 1.5 }], /pid: found 1.5/],
    ['a moment without a scope', [{ ...slice, ph: 'i' }], /without s/],
    ['a counter without numbers', [{ ...slice, ph: 'C', args: { a: 'x' } }], /a counter has numbers/],
    ['metadata of an unknown name', [{ ph: 'M', name: 'colour', pid: 1, args: {} }], /no metadata colour/],
    [
      'a thread name without a thread',
      [{ ph: 'M', name: 'thread_name', pid: 1, args: { name: 'x' } }],
      /without tid/,
    ],
    ['an end without a beginning', [{ ph: 'E', ts: 1, pid: 1, tid: 1 }], /an E without a B/],
    ['a beginning without an end', [{ ...slice, ph: 'B' }], /never ends/],
    [
      'slices that cross',
      [slice, { ...slice, name: 'b', ts: 5 }],
      /b \(5 to 15\) crosses the end of a at 10/,
    ],
    ['half an arrow', [slice, { ...slice, ph: 's', id: 1 }], /one end is missing/],
    [
      'an arrow from nowhere',
      [slice, { ...slice, ph: 's', id: 1, ts: 11 }],
      /no slice around its s at 11 on thread 1\/1/,
    ],
    [
      'an arrow to another thread, which has no slice there',
      [slice, { ...slice, ph: 's', id: 1 }, { ...slice, ph: 'f', id: 1, ts: 5, tid: 2 }],
      /no slice around its f at 5 on thread 1\/2/,
    ],
    [
      'two beginnings of one arrow',
      [slice, { ...slice, ph: 's', id: 1 }, { ...slice, ph: 's', id: 1, ts: 2 }],
      /two of ph s/,
    ],
    [
      'an arrow back in time',
      [slice, { ...slice, ph: 's', id: 1, ts: 5 }, { ...slice, ph: 'f', id: 1, ts: 4 }],
      /ends before it begins/,
    ],
    ['what is no object', [null], /expected an object/],
  ])('finds %s', (_, list, fault) => {
    expect(of(...list).join('\n')).toMatch(fault);
  });

  it('finds nothing wrong with slices inside of each other, side by side and on other threads', () => {
    expect(of(slice, { ...slice, ts: 2, dur: 3 }, { ...slice, ts: 10 }, { ...slice, tid: 2, ts: 5 })).toEqual(
      [],
    );
    expect(of({ ...slice, ph: 'B' }, { ph: 'E', ts: 4, pid: 1, tid: 1 })).toEqual([]);
    expect(traceFileFaults(JSON.stringify([slice]))).toEqual([]);
  });

  it('finds that a file is no JSON, or has no events', () => {
    expect(traceFileFaults('{')).toEqual([expect.stringMatching(/^not JSON/)]);
    expect(traceFileFaults('{}')).toEqual(['traceEvents: found no array']);
  });
});

describe('--trace', () => {
  const file = (): string => path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-trace-')), 'run.json');
  const hartlab = async (...args: string[]) => {
    const captured = captureIo('poweroff\n');
    const status = await main(args, captured.io);
    return { status, stderr: captured.stderr() };
  };
  const read = (name: string) => {
    const text = fs.readFileSync(name, 'utf8');
    expect(traceFileFaults(text)).toEqual([]);
    return (JSON.parse(text) as { traceEvents: TraceEvent[] }).traceEvents;
  };

  it('shows a boot: harts that come up, system calls, interrupts between harts', async () => {
    const out = file();
    expect(await hartlab('boot', '--smp', '3', '--trace', out)).toMatchObject({ status: 0 });
    const records = read(out);
    const names = new Set(records.map(({ name }) => name));
    for (const name of ['bring-up', 'hart_start', 'HSM: started', 'sfence.vma', 'wfi', 'write', 'IPI']) {
      expect([name, names.has(name)]).toEqual([name, true]);
    }
    expect(records.some(({ ph, name }) => ph === 'i' && name.startsWith('satp = 0x8'))).toBe(true);
  });

  it('shows the runs of a grade, one process each, and grades the same', async () => {
    const out = file();
    const args = [
      'grade',
      '03-stride',
      '--solution',
      '--check',
      'four-harts-lag',
      '--check',
      'three-two-one',
    ];
    expect(await hartlab(...args, '--trace', out)).toMatchObject({ status: 0 });
    const records = read(out);
    const runs = records.filter((event) => event.ph === 'M' && event.name === 'process_name');
    expect(runs).toHaveLength(2);
    expect(records.some(({ ph, name }) => ph === 'X' && name === 'job 3')).toBe(true);
  });

  it('shows measured policies', async () => {
    const out = file();
    expect(
      await hartlab('measure', '--policy', 'rr,fifo', '--jobs', 'a;b', '--time', '0.05', '--trace', out),
    ).toMatchObject({
      status: 0,
    });
    expect(new Set(read(out).map(({ pid }) => pid))).toEqual(new Set([10_000, 10_001]));
  });

  it('refuses a file that cannot be written before it runs anything', async () => {
    for (const command of [['boot'], ['grade', '03-stride', '--solution'], ['measure']]) {
      const { status, stderr } = await hartlab(...command, '--trace', os.tmpdir());
      expect([status, stderr]).toEqual([2, `hartlab: --trace ${os.tmpdir()}: cannot be written (EISDIR)\n`]);
    }
  });
});
