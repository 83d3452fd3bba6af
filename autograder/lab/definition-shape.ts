import type { EventKind } from '../../emulator/observe/events.js';
import { didYouMean } from '../cli/option-values.js';

/** What is wrong with one field of a lab definition. */
export interface ShapeFault {
  /** `checks[3].points`. */
  readonly field: string;
  readonly found: string;
  readonly expected: string;
}

/**
 * The first field of a lab definition that is missing, misspelt or of another type. Types do not reach this far: a
 * definition may have been built without looking at them.
 */
export function shapeFault(definition: unknown): ShapeFault | undefined {
  return LAB(definition, '');
}

type Rule = (value: unknown, field: string) => ShapeFault | undefined;

const text = typed('string', 'a text');
const number = typed('number', 'a number');
const truth = typed('boolean', 'true or false');
const callable = typed('function', 'a function');

/** Kinds that can be written down; the compiler holds the list to the machine's. */
const KINDS: Readonly<Record<Exclude<EventKind, 'console'>, true>> = {
  'user-enter': true,
  'user-leave': true,
  trap: true,
  ecall: true,
  hint: true,
  idle: true,
  wake: true,
  hsm: true,
  'csr-write': true,
  mmio: true,
  sbi: true,
  fence: true,
  'supervisor-enter': true,
  'page-walk': true,
  disk: true,
};

const JOB = record(
  { id: number, priority: number },
  {
    arrive: number,
    run: number,
    sleep: record({ run: number, sleep: number }),
    yield: number,
    keepsDefault: truth,
    reprioritise: record({ at: number, to: number }),
    priorities: list(typed('bigint', 'a bigint')),
    fork: truth,
  },
);

const SCENARIO = record(
  { id: text, title: text, harts: number, bootargs: text, budget: number },
  {
    machine: record(
      {},
      {
        memory: number,
        hartIds: list(number),
        bootHart: number,
        startDelays: typed('object', 'an object'),
        plicOrder: list(number),
      },
    ),
    mix: record({ jobs: list(JOB) }, { end: number }),
    script: list(text),
    disk: callable,
    initrd: callable,
    observe: record(
      {},
      {
        events: list(oneOf(Object.keys(KINDS))),
        mmio: list(record({ start: number, end: number })),
        csrs: list(number),
        functions: list(text),
        variables: list(text),
        disk: truth,
      },
    ),
    witness: callable,
  },
);

const CONTRACT: Rule = (value, field) => {
  const hasTable = typeof value === 'object' && value !== null && 'table' in value;
  const rule = hasTable ? record({ table: text, offset: number, field: text }) : record({ function: text });
  return rule(value, field);
};

const CHECK = record(
  { id: text, title: text, points: number, scenario: text, contract: CONTRACT, evaluate: callable },
  { judges: oneOf(['completed', 'any']) },
);

const LAB = record({
  id: text,
  title: text,
  files: list(text),
  header: text,
  scenarios: list(SCENARIO),
  checks: list(CHECK),
});

function typed(type: string, expected: string): Rule {
  return (value, field) => {
    const fits = typeof value === type && value !== null;
    return fits ? undefined : { field, found: describe(value), expected };
  };
}

function oneOf(names: readonly string[]): Rule {
  return (value, field) => {
    if (typeof value === 'string' && names.includes(value)) return undefined;
    const hint = typeof value === 'string' ? didYouMean(value, names) : '';
    return { field, found: describe(value), expected: `one of ${names.join(', ')}.${hint}` };
  };
}

function list(rule: Rule): Rule {
  return (value, field) => {
    if (!Array.isArray(value)) return { field, found: describe(value), expected: 'a list' };
    return firstOf((value as unknown[]).map((item, i) => () => rule(item, `${field}[${i}]`)));
  };
}

/** An object with these fields and no others: a misspelt one that may be absent would never be missed. */
function record(
  required: Readonly<Record<string, Rule>>,
  optional: Readonly<Record<string, Rule>> = {},
): Rule {
  const known = [...Object.keys(required), ...Object.keys(optional)];
  return (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return { field: field === '' ? 'default' : field, found: describe(value), expected: 'an object' };
    }
    const fields = value as Readonly<Record<string, unknown>>;
    const at = (name: string): string => (field === '' ? name : `${field}.${name}`);
    const stray = Object.keys(fields).find((name) => !known.includes(name));
    return firstOf([
      ...Object.entries(required).map(
        ([name, rule]) =>
          () =>
            rule(fields[name], at(name)),
      ),
      ...Object.entries(optional).map(([name, rule]) => () => {
        return fields[name] === undefined ? undefined : rule(fields[name], at(name));
      }),
      () =>
        stray === undefined
          ? undefined
          : {
              field: at(stray),
              found: 'a field of that name',
              expected: `one of ${known.join(', ')}.${didYouMean(stray, known)}`,
            },
    ]);
  };
}

function firstOf(rules: readonly (() => ShapeFault | undefined)[]): ShapeFault | undefined {
  for (const rule of rules) {
    const fault = rule();
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
