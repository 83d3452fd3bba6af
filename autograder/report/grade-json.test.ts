/** `grade-json.md` says what is in a report; here is whether reports are so. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureIo } from '../cli/captured-io.js';
import { main } from '../cli/main.js';
import { loadLab } from '../lab/load.js';
import { repositoryRoot } from '../toolchain/index.js';
import { loadCorpus } from '../truth/corpus.js';

const root = repositoryRoot();
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-json-'));
const ORDER = ['--check', 'paging-order'];
/** Fields that none of the reports below has: they are of an installation that is broken. */
const NOT_SEEN = [/^fault/, /^diagnostics\[\]\.notes/];

/** A row of the table: `checks[].difference?.*[].hart?`, number. */
interface Row {
  readonly path: string;
  readonly type: string;
  readonly optional: boolean;
}

const rows: readonly Row[] = [
  ...fs
    .readFileSync(path.join(root, 'autograder/report/grade-json.md'), 'utf8')
    .matchAll(/^\| `([^`]+)`\s*\| (\w+)/gm),
].map(([, field = '', type = '']) => {
  return { path: field.replaceAll('?', ''), type, optional: field.includes('?') };
});

/** Every field of a value with its type: `checks[].score`, number. Empty lists have none. */
function fieldsOf(value: unknown, at = ''): [string, string][] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${at}[]`));
  if (typeof value !== 'object' || value === null) return [[at, typeof value]];
  return Object.entries(value).flatMap(([name, item]) => fieldsOf(item, at === '' ? name : `${at}.${name}`));
}

const documented = (field: string): Row | undefined =>
  rows.find((row) => row.path === field.replace(/\.(expected|seen)\[\]\./, '.*[].'));

describe('the JSON report', () => {
  const reports = new Map<string, unknown>();

  beforeAll(async () => {
    const { lab } = await loadLab(root, '01-bootcamp');
    const { mutants, bad } = loadCorpus(root, lab);
    const folderOf = (name: string): string => {
      const folder = path.join(scratch, name);
      fs.mkdirSync(folder);
      const kernel = [...mutants, ...bad].find((each) => each.name === name);
      for (const [file, text] of kernel?.files ?? []) fs.writeFileSync(path.join(folder, file), text);
      return folder;
    };
    const runs: [string, string[]][] = [
      ['passed', ['--solution']],
      ['traces differ', [folderOf('fence-too-late')]],
      ['panic', [path.join(root, 'labs/01-bootcamp')]],
      ['not built', [folderOf('syntax-error')]],
    ];
    for (const [name, args] of runs) {
      const captured = captureIo();
      await main(['grade', '01-bootcamp', ...args, ...ORDER, '--json', '-'], captured.io);
      reports.set(name, JSON.parse(captured.stdout()));
    }
  });
  afterAll(() => fs.rmSync(scratch, { recursive: true }));

  it.each(['passed', 'traces differ', 'panic', 'not built'])('%s: has no field but those', (name) => {
    const fields = fieldsOf(reports.get(name));
    expect(fields.length).toBeGreaterThan(10);
    for (const [field, type] of fields) expect([field, documented(field)?.type]).toEqual([field, type]);
  });

  it('has each of them', () => {
    const seen = new Set([...reports.values()].flatMap((report) => fieldsOf(report)).map(([field]) => field));
    const parents = [...seen].map((field) => field.replace(/\.[^.]*$/, ''));
    const missing = rows
      .filter((row) => !NOT_SEEN.some((each) => each.test(row.path)))
      .filter((row) => !seen.has(row.path) && !parents.includes(row.path))
      .filter((row) => ![...seen].some((field) => documented(field) === row));
    expect(missing).toEqual([]);
  });

  it('leaves out nothing that is not marked', () => {
    for (const report of reports.values()) {
      const names = Object.keys(report as object);
      const always = rows
        .filter(({ path: field, optional }) => !optional && !field.includes('['))
        .map((row) => row.path);
      expect(names).toEqual(expect.arrayContaining(always));
      const { checks } = report as { checks: Record<string, unknown>[] };
      const ofChecks = rows.filter(({ path: field, optional }) => !optional && field.startsWith('checks[].'));
      for (const check of checks) {
        expect(Object.keys(check)).toEqual(expect.arrayContaining(ofChecks.map((row) => row.path.slice(9))));
      }
    }
  });

  it('says hart and guest time of both a finding and its events', () => {
    const { checks } = reports.get('traces differ') as { checks: Record<string, unknown>[] };
    expect(checks[0]).toMatchObject({ hart: 0, guestTime: expect.any(Number) as number });
    const { difference } = checks[0] as {
      difference: Record<'expected' | 'seen', Record<string, unknown>[]>;
    };
    for (const line of difference.seen)
      expect(line).toMatchObject({
        hart: expect.any(Number) as number,
        guestTime: expect.any(Number) as number,
      });
    expect(difference.expected.map(({ text }) => text).sort()).toEqual(
      difference.seen.map(({ text }) => text).sort(),
    );
  });
});
