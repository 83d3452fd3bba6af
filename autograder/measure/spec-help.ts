import { formatJob, parseJobs } from './job-spec.js';
import { PRESETS } from './presets.js';

/** What `measure --help` says of `--jobs`. */
export function jobSpecHelp(): string {
  const width = Math.max(...PRESETS.map(({ name }) => name.length));
  const example = parseJobs('a:prio=48; b*2:prio=24,work=50; c:arrive=100,sleep=1:2').map(formatJob);
  return [
    '',
    'SPEC is a preset, a file, or jobs:',
    ...PRESETS.map(
      ({ name, shows }, i) => `  ${name.padEnd(width)}  ${shows}${i === 0 ? ' (the default)' : ''}`,
    ),
    '',
    'Jobs are NAME[*COUNT][:KEY=VALUE,...], parted by ; or, in a file, by line ends too (# begins a comment):',
    '  prio=P          priority, 2 or more; 16 without it',
    '  work=MS         CPU time after which it is done; endless without it',
    '  arrive=MS       when it is spawned; 0 without it',
    '  sleep=RUN:SLEEP it works RUN ms, sleeps SLEEP ms, and so on',
    '  yield=RUN       it calls sched_yield after each RUN ms of its work',
    '  change=AT:PRIO  setpriority(PRIO) after AT ms of its work',
    'Times are whole guest milliseconds. One millisecond is a quantum, and 100 000 instructions.',
    '',
    `Example: --jobs 'a:prio=48; b*2:prio=24,work=50; c:arrive=100,sleep=1:2' is`,
    `  ${example.join('; ')}`,
    '',
  ].join('\n');
}
