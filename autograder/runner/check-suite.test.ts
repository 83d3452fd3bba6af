import { describe, expect, it, vi } from 'vitest';
import type { Check } from '../lab/definition.js';
import { runCheckSuite } from './check-suite.js';
import type { CheckResult } from './grade-report.js';

function entry(result: CheckResult, judge = (): CheckResult => result) {
  const check: Check = {
    id: result.id,
    title: result.title,
    points: result.maxScore,
    scenario: 'one',
    contract: { table: 't', offset: 0, field: 'f' },
    evaluate: () => ({ fraction: 0, expected: '', seen: '' }),
  };
  return { check, duration: 0.25, judge };
}

const passed: CheckResult = {
  id: 'first',
  title: 'The first thing',
  score: 40,
  maxScore: 40,
  status: 'passed',
  expected: 'a',
  seen: 'b',
  scenario: 'one',
  seed: 7,
  replay: 'hartlab grade 09-sample --check first --seed 7',
};
const partial: CheckResult = {
  ...passed,
  id: 'second',
  title: 'A <second> & last thing',
  score: 12.5,
  maxScore: 60,
  status: 'partial',
  guestTime: 0.125,
  hart: 2,
  source: 'answer.c:4',
};

describe('runCheckSuite', () => {
  it('runs every check, in order, without a word on the terminal', async () => {
    const output = [
      vi.spyOn(process.stdout, 'write'),
      vi.spyOn(console, 'log'),
      vi.spyOn(process.stderr, 'write'),
    ];
    const outcome = await runCheckSuite('09-sample', [entry(passed), entry(partial)], { lab: '09-sample' });
    for (const spy of output) expect(spy).not.toHaveBeenCalled();
    expect(outcome.results).toEqual([passed, partial]);
    expect(outcome.faults.size).toBe(0);
  });

  it('writes JUnit with points and seed as properties, in guest time, the same every time', async () => {
    const run = async (): Promise<string> =>
      (await runCheckSuite('09-sample', [entry(passed), entry(partial)], { lab: '09-sample', seed: '7' }))
        .junit;
    const junit = await run();
    expect(junit).toContain('<property name="seed" value="7"/>');
    expect(junit).toContain('<property name="points" value="12.5"/>');
    expect(junit).toContain('<property name="maxPoints" value="60"/>');
    expect(junit).toContain('name="A &lt;second&gt; &amp; last thing"');
    expect(junit).toContain('classname="09-sample.second"');
    expect(junit).toContain('time="0.250"');
    expect(junit).toContain('<property name="points" value="52.5"/>');
    expect(junit).not.toContain('Root Suite');
    expect(junit).toContain('where: guest time 0.125 s, hart 2, answer.c:4');
    expect(junit).toMatch(/tests="2" failures="1"/);
    expect(junit).toContain('timestamp="1970-01-01T00:00:00"');
    expect(await run()).toBe(junit);
  });

  it('ignores what the environment would change in the report', async () => {
    vi.stubEnv('MOCHA_FILE', '/nonexistent/x.xml');
    vi.stubEnv('PROPERTIES', 'score:100');
    const { junit } = await runCheckSuite('09-sample', [entry(partial)], { lab: '09-sample' });
    vi.unstubAllEnvs();
    expect(junit).not.toContain('score');
    expect(junit).toContain('name="lab"');
  });

  it('keeps a fault of a check apart from its result', async () => {
    const broken = entry(passed, () => {
      throw new TypeError('our bug');
    });
    const outcome = await runCheckSuite('09-sample', [broken, entry(partial)], {});
    expect(outcome.results).toEqual([partial]);
    expect(String(outcome.faults.get('first'))).toBe('TypeError: our bug');
  });
});
