import Mocha from 'mocha';

import type { Check } from '../lab/definition.js';
import type { CheckResult } from './grade-report.js';
import { MochaJUnitReporter } from './junit-reporter.js';

/** A check with the guest time of the run it looks at. */
export interface SuiteEntry {
  readonly check: Check;
  /** Guest seconds. */
  readonly duration: number;
  /** Judges the check. What it throws is a fault of ours. */
  readonly judge: () => CheckResult;
}

export interface SuiteOutcome {
  /** In the order of the entries. */
  readonly results: readonly CheckResult[];
  /** The same as JUnit XML, with points and seed as properties. Times in it are guest time. */
  readonly junit: string;
  /** What `judge` threw, by the id of its check. */
  readonly faults: ReadonlyMap<string, unknown>;
}

/** A check that lost points, as mocha sees it: the message is the finding, and a stack would say nothing. */
class PointsLost extends Error {
  override readonly name = 'PointsLost';

  constructor(result: CheckResult) {
    const where = [
      result.guestTime === undefined ? [] : [`guest time ${result.guestTime} s`],
      result.hart === undefined ? [] : [`hart ${result.hart}`],
      result.source === undefined ? [] : [result.source],
    ].flat();
    super(
      [
        `${result.score} of ${result.maxScore} points${result.cause ? ` (${result.cause})` : ''}`,
        `expected: ${result.expected}`,
        `seen: ${result.seen}`,
        ...(where.length > 0 ? [`where: ${where.join(', ')}`] : []),
        `replay: ${result.replay}`,
      ].join('\n'),
    );
    this.stack = this.message;
  }
}

/**
 * Runs checks as one mocha suite in this process, without a word on the terminal.
 *
 * @param properties of the suite, for the JUnit report (lab, seed); the points are added.
 */
export async function runCheckSuite(
  title: string,
  entries: readonly SuiteEntry[],
  properties: Readonly<Record<string, string>>,
): Promise<SuiteOutcome> {
  const results: CheckResult[] = [];
  const faults = new Map<string, unknown>();
  const byTest = new Map<Mocha.Test, { entry: SuiteEntry; result?: CheckResult }>();
  let junit = '';

  class Report extends MochaJUnitReporter {
    constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
      super(runner, { ...options, Date: GuestDate });
      // Set after construction: the environment must not redirect or decorate a grade.
      Object.assign(this._options, {
        mochaFile: 'grade.xml',
        testsuitesTitle: 'hartlab',
        attachments: false,
        antMode: false,
        jenkinsMode: false,
        toConsole: false,
        properties,
      });
    }

    override getTestcaseData(test: Mocha.Test, error?: Error): { testcase: Record<string, unknown>[] } {
      const known = byTest.get(test);
      test.duration = Math.round((known?.entry.duration ?? 0) * 1000);
      const data = super.getTestcaseData(test, error);
      const result = known?.result;
      const attributes = data.testcase[0]?._attr as Record<string, unknown> | undefined;
      if (result === undefined || attributes === undefined) return data;
      Object.assign(attributes, { classname: `${properties.lab ?? ''}.${result.id}`, name: result.title });
      const values = {
        points: result.score,
        maxPoints: result.maxScore,
        seed: result.seed,
        status: result.status,
      };
      data.testcase.splice(1, 0, { properties: propertyNodes(values) });
      return data;
    }

    override getXml(testsuites: { testsuite: Record<string, unknown>[] }[]): string {
      const total = entries.reduce((sum, { duration }) => sum + duration, 0);
      if (this._runner.stats) this._runner.stats.duration = Math.round(total * 1000);
      // Mocha's root suite has no tests of its own.
      const own = testsuites.filter(({ testsuite }) => testsuite.some((node) => 'testcase' in node));
      for (const { testsuite } of own) {
        const known = testsuite.find((node) => 'properties' in node)?.properties as unknown[] | undefined;
        known?.push(
          ...propertyNodes({
            points: totalOf(results, ({ score }) => score),
            maxPoints: totalOf(results, ({ maxScore }) => maxScore),
          }),
        );
      }
      return super.getXml(own);
    }

    override writeXmlToDisk(xml: string): void {
      junit = xml;
    }
  }

  const mocha = new Mocha({
    reporter: Report as unknown as Mocha.ReporterConstructor,
    timeout: 0,
    color: false,
  });
  const suite = Mocha.Suite.create(mocha.suite, title);
  for (const entry of entries) {
    const test = new Mocha.Test(entry.check.title, () => {
      let result: CheckResult;
      try {
        result = entry.judge();
      } catch (fault) {
        faults.set(entry.check.id, fault);
        throw fault;
      }
      results.push(result);
      byTest.set(test, { entry, result });
      if (result.status !== 'passed') throw new PointsLost(result);
    });
    byTest.set(test, { entry });
    suite.addTest(test);
  }
  await new Promise<void>((resolve) => mocha.run(() => resolve()));
  // Takes mocha's listeners off the process.
  mocha.dispose();
  return { results, junit, faults };
}

function propertyNodes(values: Readonly<Record<string, string | number>>): Record<string, unknown>[] {
  return Object.entries(values).map(([name, value]) => ({ property: { _attr: { name, value } } }));
}

/** A sum of points, without the error of binary fractions. */
function totalOf(results: readonly CheckResult[], value: (result: CheckResult) => number): number {
  return Math.round(results.reduce((total, result) => total + value(result), 0) * 100) / 100;
}

/** A clock that stands still at the epoch: a report's bytes do not depend on the day of grading. */
class GuestDate extends Date {
  constructor(time = 0) {
    super(time);
  }

  static override now(): number {
    return 0;
  }
}
