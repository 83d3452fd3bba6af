import { HartState } from '../../../emulator/index.js';
import { Mode } from '../../../emulator/hart/exceptions.js';
import { Csr } from '../../../emulator/hart/csr-numbers.js';
import type { EventLog, SeenEvent } from '../../../emulator/observe/event-log.js';
import type { Evidence } from '../../lab/evidence.js';
import { jobHistories } from '../../metrics/job-history.js';
import { stride } from '../../metrics/simulated-policies.js';
import { simulateSchedule } from '../../metrics/simulated-schedule.js';
import type { CheckResult, GradeReport } from '../../runner/grade-report.js';
import type { GradeDrawings } from './grade-page.js';
import { RunDrawings } from './run-drawings.js';

/** A made-up grade for tests of the page: one run of jobs, one boot, and text that wants to be markup. */

export const HOSTILE = `<script>document.title='owned'</script><img src=x onerror=alert(1)>"'&\u202e`;

const trace = simulateSchedule(stride(), {
  harts: 2,
  jobs: [
    { job: 1, priority: 24 },
    { job: 2, priority: 16 },
    { job: 3, priority: 8, arrive: 20 },
    { job: 4, priority: 12, sleep: { run: 3, sleep: 5 } },
  ],
  duration: 60,
  switchCost: 2500,
});

const kernel = {
  placeOf: (pc: bigint) => ({ pc, function: HOSTILE, source: `${HOSTILE}.c:3` }),
  addressOf: () => undefined,
  sizeOf: () => undefined,
};

function bootEvents(): SeenEvent[] {
  return [0, 1, 2].flatMap((hart): SeenEvent[] => {
    const at = (time: number) => ({ time: 100_000 + hart * 40_000 + time, hart });
    const write = (time: number, csr: number, value: bigint): SeenEvent => {
      return { kind: 'csr-write', ...at(time), csr, value, pc: 0x80200000n, mode: Mode.Supervisor };
    };
    return [
      { kind: 'hsm', ...at(0), state: HartState.StartPending },
      { kind: 'hsm', ...at(2000), state: HartState.Started },
      write(5000, Csr.satp, 0x8000000000080252n),
      { kind: 'fence', ...at(6000), instruction: 'sfence.vma', pc: 0x80200004n },
      write(9000, Csr.stvec, 0x80201000n),
      ...Array.from({ length: 700 }, (_, i): SeenEvent => {
        const word = { address: 0x0c002000 + 4 * i, size: 4, write: true, value: BigInt(i), pc: 0x80200008n };
        return { kind: 'mmio', ...at(10_000 + i * 30), ...word };
      }),
      { kind: 'store', ...at(33_000), variable: HOSTILE, offset: 0, size: 4, value: 1n, pc: 0x8020000cn },
    ];
  });
}

const log = (events: readonly SeenEvent[], hartIds: readonly number[]): EventLog => {
  return { hartIds, bootHart: 0, frequency: trace.frequency, end: trace.end, events, complete: true };
};

const common = { seed: 0, witness: undefined, outcome: { kind: 'completed' } as const, kernel };
const evidence: Evidence[] = [
  { ...common, scenario: 'mix', trace, histories: jobHistories(trace), events: log([], [0, 1]) },
  {
    ...common,
    scenario: 'boot',
    trace: { ...trace, harts: 3, intervals: [], idle: [{ hart: 1, start: 175_000, end: 200_000 }] },
    histories: [],
    events: log(bootEvents(), [0, 4, 9]),
  },
];

const runs = new RunDrawings();
for (const run of evidence) runs.add(run, true);

export const drawings: GradeDrawings = {
  runs,
  sources: [
    {
      name: 'stride.c',
      text: `// ${HOSTILE}\n#include "sched.h"\n/* a comment\n   of two lines */\nint stride_pick(int a) {\n  return a; // ${HOSTILE}\n}\n${'x'.repeat(500)}\n`,
    },
  ],
  quantum: 1,
};

const passed: CheckResult = {
  id: 'shares',
  title: 'Shares by priority',
  maxScore: 40,
  score: 40,
  status: 'passed',
  expected: 'no more than 1 & a bit',
  seen: '0.9 quanta',
  scenario: 'mix',
  seed: 0,
  replay: 'hartlab grade 03-stride --check shares --seed 0',
};

const checks: CheckResult[] = [
  passed,
  {
    ...passed,
    id: 'late',
    title: `A late arrival ${HOSTILE}`,
    maxScore: 30,
    score: 7.5,
    status: 'partial',
    seen: `<b>2.5</b> quanta ${HOSTILE}`,
    guestTime: 0.0421,
    hart: 1,
    source: 'stride.c:5',
    function: 'stride_pick',
    replay: `hartlab grade 03-stride '${HOSTILE}' --check late --seed 0`,
  },
  {
    ...passed,
    id: 'bring-up',
    title: 'Each hart is ready before it says so',
    maxScore: 30,
    score: 0,
    status: 'failed',
    expected: 'satp, then sfence.vma, then online',
    seen: 'hart 4: "online" at 0.001730 s is ahead of "sfence.vma": stale translations\nhart 9 never shows "stvec"',
    guestTime: 0.00173,
    hart: 4,
    source: `${HOSTILE}.c:3`,
    function: HOSTILE,
    scenario: 'boot',
    replay: 'hartlab grade 03-stride --check bring-up --seed 0',
    difference: {
      expected: ['satp', 'sfence.vma', HOSTILE, 'online'].map((text) => ({ text, hart: 4 })),
      seen: ['satp', 'online', 'sfence.vma'].map((text, i) => ({
        text,
        hart: 4,
        guestTime: 0.0017 + i / 1e5,
      })),
    },
  },
];

const run = (id: string, harts: number, more = {}) => ({
  id,
  title: `Run ${id} ${HOSTILE}`,
  harts,
  seed: 0,
  outcome: 'completed' as const,
  duration: 0.06,
  instructions: 12_000_000,
  digest: 'd',
  console: [],
  ...more,
});

export const failing: GradeReport = {
  lab: '03-stride',
  title: `Stride ${HOSTILE}`,
  score: 47.5,
  maxScore: 100,
  seed: 0,
  seeds: 1,
  verdict: 'graded',
  digest: '0123456789abcdef0123',
  diagnostics: [{ severity: 'warning', file: `${HOSTILE}.c`, line: 1, column: 1, message: HOSTILE }],
  checks,
  scenarios: [
    run('mix', 2),
    run('boot', 3, { outcome: 'panic', explanation: [HOSTILE], console: [`panic: ${HOSTILE}`] }),
  ],
};

export const passing: GradeReport = {
  ...failing,
  title: 'Stride scheduling',
  score: 100,
  diagnostics: [],
  checks: checks.map(({ id, maxScore }, i) => ({
    ...passed,
    id,
    title: `Check ${i}`,
    maxScore,
    score: maxScore,
  })),
  scenarios: [run('mix', 2), run('boot', 3)],
};

export const notBuilt: GradeReport = {
  ...failing,
  verdict: 'build-failed',
  score: 0,
  checks: checks.map((check) => ({ ...check, status: 'error', score: 0 })),
  scenarios: [],
  diagnostics: [
    { severity: 'error', file: 'stride.c', line: 5, column: 3, message: `expected ';' ${HOSTILE}` },
    { severity: 'error', file: 'stride.c', line: 6, column: 1, message: 'another' },
  ],
};
