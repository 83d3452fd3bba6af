import { MAX_JOBS } from './job-spec.js';

/** A mix that a name stands for. */
export interface Preset {
  readonly name: string;
  /** What it is there to show, for `--help`. */
  readonly shows: string;
  /** Jobs as `--jobs` takes them; null where the mix makes no sense on so few harts. */
  readonly jobs: (harts: number) => string | null;
}

/** Mixes for which policies differ, for any number of harts. The first is the default. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'mixed',
    shows: 'three priorities, a sleeper, a short job and a late arrival',
    jobs: (harts) => {
      const each = Math.min(Math.ceil(harts / 2), Math.floor((MAX_JOBS - 3) / 3));
      return [
        `high${several(each)}:prio=48`,
        `mid${several(each)}:prio=32`,
        `low${several(each)}:prio=16`,
        'naps:prio=32,sleep=2:6',
        'short:prio=24,arrive=60,work=20',
        'late:prio=32,arrive=120',
      ].join('; ');
    },
  },
  {
    name: 'equal',
    shows: 'two jobs more than harts, all at priority 16',
    jobs: (harts) => `job*${Math.min(Math.max(4, harts + 2), MAX_JOBS)}:prio=16`,
  },
  {
    name: 'feasible',
    shows: 'priorities 10, 20 and 30: no job is due more than one hart',
    jobs: (harts) => {
      const jobs = Math.max(4, Math.min(2 * harts, MAX_JOBS));
      const names = ['a', 'b', 'c'].map((name, i) => {
        const count = Math.floor((jobs + 2 - i) / 3);
        return `${name}${several(count)}:prio=${10 * (i + 1)}`;
      });
      return names.join('; ');
    },
  },
  {
    name: 'infeasible',
    shows: 'one job is due more than a hart; as many as harts, then three late arrivals',
    jobs: (harts) =>
      harts < 2
        ? null
        : `heavy:prio=64; light${several(Math.min(harts - 1, MAX_JOBS - 4))}:prio=4; late*3:prio=4,arrive=100`,
  },
  {
    name: 'convoy',
    shows: 'long jobs before short ones, all with an end: turnaround and response',
    jobs: (harts) =>
      `long${several(harts)}:work=100; short${several(Math.min(2 * harts, MAX_JOBS - harts))}:work=10`,
  },
];

function several(count: number): string {
  return count === 1 ? '' : `*${count}`;
}
