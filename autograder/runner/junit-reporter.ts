import { createRequire } from 'node:module';
import type Mocha from 'mocha';

type XmlNode = Record<string, unknown>;

/** The parts of mocha-junit-reporter 2.2 that the grader overrides; the package has no types of its own. */
export interface JUnitReporter {
  readonly _options: Record<string, unknown>;
  readonly _runner: Mocha.Runner;
  getTestsuiteData(suite: Mocha.Suite): { testsuite: XmlNode[] };
  getTestcaseData(test: Mocha.Test, error?: Error): { testcase: XmlNode[] };
  getXml(testsuites: { testsuite: XmlNode[] }[]): string;
  writeXmlToDisk(xml: string, file: string): void;
}

type JUnitReporterClass = new (
  runner: Mocha.Runner,
  options: Mocha.MochaOptions & { Date?: unknown },
) => JUnitReporter;

/**
 * mocha-junit-reporter. It was written for a mocha whose reporters were functions and calls its base as one;
 * since mocha 12 they are classes, so while the package loads it is given a base that can be called.
 */
export const MochaJUnitReporter: JUnitReporterClass = loadReporter();

function loadReporter(): JUnitReporterClass {
  const require = createRequire(import.meta.url);
  const mocha = require('mocha') as typeof Mocha;
  const { Base } = mocha.reporters;
  const callable = new Proxy(Base, {
    apply: (target, reporter: object, args: ConstructorParameters<typeof Base>): void => {
      Object.assign(reporter, new target(...args));
    },
  });
  mocha.reporters.Base = callable;
  try {
    return require('mocha-junit-reporter') as JUnitReporterClass;
  } finally {
    mocha.reporters.Base = Base;
  }
}
