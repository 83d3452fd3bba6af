import { describe, expect, it } from 'vitest';
import type { CheckResult, GradeReport } from '../runner/grade-report.js';
import { formatTerminalReport } from './terminal.js';
import { COLOUR_STYLE, PLAIN_STYLE, styleFor, wrap } from './text-style.js';

const passed: CheckResult = {
  id: 'mix',
  title: 'Three jobs share a hart 3:2:1',
  score: 40,
  maxScore: 40,
  status: 'passed',
  expected: 'at most 1 quantum',
  seen: '0.9 quanta',
  scenario: 'one',
  seed: 0,
  replay: 'hartlab grade 03-stride --check mix --seed 0',
};

const report: GradeReport = {
  lab: '03-stride',
  title: 'Stride scheduling',
  score: 62.5,
  maxScore: 100,
  seed: 0,
  seeds: 1,
  verdict: 'graded',
  digest: 'abc',
  diagnostics: [],
  checks: [
    passed,
    {
      ...passed,
      id: 'late',
      title: 'A late arrival',
      maxScore: 30,
      score: 22.5,
      status: 'partial',
      guestTime: 0.0834561,
      hart: 2,
      source: 'stride.c:41',
      function: 'stride_pick',
      replay: 'hartlab grade 03-stride --check late --seed 0',
    },
    {
      ...passed,
      id: 'wrap',
      title: 'Wrap',
      maxScore: 30,
      score: 0,
      status: 'error',
      cause: 'panic',
      seen: 'it\ndied',
    },
  ],
  scenarios: [
    {
      id: 'wrap',
      title: 'Wrap',
      harts: 1,
      seed: 0,
      outcome: 'panic',
      explanation: ['the kernel gave up on hart 0: no'],
      duration: 0.1,
      instructions: 1000,
      digest: 'd',
      console: ['panic: no'],
    },
  ],
};

describe('formatTerminalReport', () => {
  it('shows points for every check and the story of every lost one', () => {
    expect(formatTerminalReport(report, { width: 80 })).toBe(
      [
        '03-stride  Stride scheduling                                              seed 0',
        '',
        '✓ Three jobs share a hart 3:2:1                                         40 / 40',
        '◐ A late arrival                                                     22.50 / 30',
        '  expected   at most 1 quantum',
        '  seen       0.9 quanta',
        '  when       guest time 0.083456 s · hart 2',
        '  look at    stride.c:41 (stride_pick)',
        '  replay     npx hartlab grade 03-stride --check late --seed 0',
        '',
        '✗ Wrap                                                                   0 / 30',
        '  expected   at most 1 quantum',
        '  panic      it',
        '             died',
        '  replay     npx hartlab grade 03-stride --check mix --seed 0',
        '',
        'Scenario wrap (seed 0) ended by panic',
        '    the kernel gave up on hart 0: no',
        '  its last words on the console:',
        '    │ panic: no',
        '',
        `Score 62.50 / 100  ${'█'.repeat(25)}${'░'.repeat(15)}`,
        '',
      ].join('\n'),
    );
  });

  it('shows a trace as a diff with hart and guest time, and says what it leaves out', () => {
    const line = (text: string, hart: number, guestTime?: number) => ({
      text,
      hart,
      ...(guestTime !== undefined && { guestTime }),
    });
    const steps = ['tp', 'satp = Sv39', 'sfence.vma', 'stvec = trap entry', 'sie', 'online'];
    const expected = steps.map((text) => line(text, 11));
    const order = ['tp', 'satp = Sv39', 'sfence.vma', 'sie', 'stvec = 0x0', 'online'];
    const difference = { expected, seen: order.map((text, i) => line(text, 11, i / 1000)) };
    const text = formatTerminalReport(
      { ...report, checks: [{ ...passed, status: 'failed', score: 0, difference }], scenarios: [] },
      { width: 80 },
    );
    expect(text).toContain(
      [
        '  trace      - belongs here   + was seen here',
        '               hart 11  0.000000 s  tp',
        '               hart 11  0.001000 s  satp = Sv39',
        '               hart 11  0.002000 s  sfence.vma',
        '             - hart 11              stvec = trap entry',
        '               hart 11  0.003000 s  sie',
        '             + hart 11  0.004000 s  stvec = 0x0',
        '               hart 11  0.005000 s  online',
        '  replay     ',
      ].join('\n'),
    );
    const long = {
      expected: Array.from({ length: 30 }, (_, i) => line(`step ${i}`, i)),
      seen: [line('step 3', 3, 1)],
    };
    const cut = formatTerminalReport({
      ...report,
      checks: [{ ...passed, status: 'failed', score: 0, difference: long }],
    });
    expect(cut).toContain('… 12 more differences; --html FILE shows them');
  });

  it('says where to begin when that is not the first check that lost points', () => {
    const end = 'the kernel gave up on hart 0: no';
    const checks: CheckResult[] = [
      { ...passed, status: 'partial', score: 1, scenario: 'wrap', seen: `hart 1 was never started; ${end}` },
      { ...passed, status: 'error', score: 0, scenario: 'wrap', cause: 'panic', seen: end },
      { ...passed, status: 'failed', score: 0, scenario: 'wrap', title: 'satp', seen: 'satp = 0x0' },
    ];
    expect(formatTerminalReport({ ...report, checks })).toContain(
      '\nBegin with "satp": the checks above it lost points because their runs broke off.\n' +
        '  replay     npx hartlab grade 03-stride --check mix --seed 0\n\nScore ',
    );
    // No check shows a fault of its own: the first is as good as any.
    expect(formatTerminalReport({ ...report, checks: checks.slice(0, 2) })).not.toContain('Begin with');
    expect(formatTerminalReport({ ...report, checks: checks.slice(2) })).not.toContain('Begin with');
    const completed = report.scenarios.map((run) => ({ ...run, outcome: 'completed' as const }));
    expect(formatTerminalReport({ ...report, checks, scenarios: completed })).not.toContain('Begin with');
  });

  it('lets nothing through that a terminal would act on', () => {
    const evil = '\u001b]0;owned\u0007\u009b31m';
    const check: CheckResult = {
      ...passed,
      status: 'failed',
      seen: evil,
      source: `${evil}.c:1`,
      function: evil,
      difference: { expected: [{ text: evil }], seen: [] },
    };
    const diagnostics = [
      { severity: 'warning', file: 'stride.c', line: 1, column: 1, message: evil },
    ] as const;
    const scenarios = report.scenarios.map((scenario) => ({ ...scenario, explanation: [evil] }));
    const text = formatTerminalReport({ ...report, checks: [check], diagnostics, scenarios });
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text).toContain(']0;owned');
  });

  it('never draws a full bar for less than full points', () => {
    const almost = formatTerminalReport({ ...report, score: 99.99, checks: [passed], scenarios: [] });
    expect(almost).toContain('░');
    expect(formatTerminalReport({ ...report, score: 100, checks: [passed], scenarios: [] })).not.toContain(
      '░',
    );
  });

  it('shows what the compiler said when there is no kernel', () => {
    const text = formatTerminalReport({
      ...report,
      verdict: 'build-failed',
      score: 0,
      scenarios: [],
      diagnostics: [{ severity: 'error', file: 'stride.c', line: 3, column: 1, message: "expected ';'" }],
    });
    expect(text).toContain("stride.c:3:1: error: expected ';'");
    expect(text).toContain('Score 0 / 100: the kernel was not built');
    expect(text).not.toContain('A late arrival');
  });

  it('gives no score when the grader itself failed', () => {
    const fault = { message: 'the disk image cannot be made', remedy: 'run hartlab doctor' };
    const text = formatTerminalReport({ ...report, verdict: 'infrastructure', fault, checks: [] });
    expect(text).toContain('the disk image cannot be made');
    expect(text).toContain('run hartlab doctor');
    expect(text).toContain('No score');
    expect(text).not.toContain('62.50');
  });

  it('colours on a terminal only', () => {
    expect(formatTerminalReport(report)).not.toContain('\u001b');
    expect(formatTerminalReport(report, { style: COLOUR_STYLE })).toContain('\u001b[32m✓');
    expect(styleFor({ isTTY: true }, {})).toBe(COLOUR_STYLE);
    expect(styleFor({ isTTY: true }, { NO_COLOR: '1' })).toBe(PLAIN_STYLE);
    expect(styleFor({ isTTY: true }, { TERM: 'dumb' })).toBe(PLAIN_STYLE);
    expect(styleFor({}, {})).toBe(PLAIN_STYLE);
  });
});

describe('wrap', () => {
  it('breaks at spaces and keeps line ends', () => {
    expect(wrap('one two three\nfour', 8)).toEqual(['one two', 'three', 'four']);
    expect(wrap('unbreakablelongword x', 5)).toEqual(['unbreakablelongword', 'x']);
    expect(wrap('', 5)).toEqual(['']);
  });
});
