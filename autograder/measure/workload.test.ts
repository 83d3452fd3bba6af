import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { feasibleShares } from '../metrics/feasible-weights.js';
import { PRESETS } from './presets.js';
import { workloadOf } from './workload.js';

describe('workloadOf', () => {
  it('takes the first preset without a spec', () => {
    expect(workloadOf(undefined, 4)).toEqual(workloadOf(PRESETS[0]!.name, 4));
  });

  it('reads a file, and names its line', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hartlab-jobs-'));
    const file = path.join(folder, 'my.mix');
    fs.writeFileSync(file, 'a:prio=8\nb:work=5\n');
    expect(workloadOf(file, 1).jobs.map(({ name }) => name)).toEqual(['a', 'b']);
    fs.writeFileSync(file, 'a:prio=8\nb:work=x\n');
    expect(() => workloadOf(file, 1)).toThrow(`${file}:2: job b, work: found "x"`);
    expect(() => workloadOf(folder, 1)).toThrow(`--jobs ${folder}: is a folder, expected a file`);
  });

  it('ends a mix with endless jobs at the limit, and one without when its jobs are done', () => {
    expect(workloadOf('a;b:work=5', 1, 0.25)).toMatchObject({ limit: 250, mix: { end: 250 } });
    const finite = workloadOf('a:work=50;b:work=5,arrive=100', 1);
    expect(finite.mix.end).toBeUndefined();
    expect(finite.limit).toBeGreaterThan(155);
  });

  it('refuses a name that is nothing, and tells a near one', () => {
    expect(() => workloadOf('equl', 4)).toThrow(/no such file or preset; presets: .*Did you mean equal\?/);
  });

  it('refuses a job that would arrive after everything', () => {
    expect(() => workloadOf('a;late:arrive=300', 1)).toThrow(
      'job late arrives at 300 ms, but only 300 ms are measured; give --time 0.6',
    );
  });

  it('has no infeasible weights for one hart', () => {
    expect(() => workloadOf('infeasible', 1)).toThrow('on one hart every weight is feasible');
  });
});

describe('presets', () => {
  const isFeasible = (weights: number[], harts: number): boolean => {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return feasibleShares(weights, harts).every((share, i) => Math.abs(share - weights[i]! / total) < 1e-9);
  };

  it.each([1, 2, 3, 4, 5, 8, 33, 64])('fit %i harts', (harts) => {
    for (const { name } of PRESETS) {
      if (name === 'infeasible' && harts === 1) continue;
      const weights = workloadOf(name, harts).jobs.map(({ priority }) => priority);
      if (name === 'feasible') expect(isFeasible(weights, harts), name).toBe(true);
      if (name === 'infeasible') expect(isFeasible(weights, harts), name).toBe(false);
    }
  });
});
