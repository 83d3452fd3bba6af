import { describe, expect, it } from 'vitest';
import { formatJob, parseJobs } from './job-spec.js';

describe('parseJobs', () => {
  it('reads names, priorities, work, arrival, sleep and a change of priority', () => {
    expect(parseJobs('a:prio=3,work=100; b : prio = 2, arrive=50, sleep=1:2, change=10:30; c')).toEqual([
      { id: 1, name: 'a', priority: 3, run: 100 },
      {
        id: 2,
        name: 'b',
        priority: 2,
        arrive: 50,
        sleep: { run: 1, sleep: 2 },
        reprioritise: { at: 10, to: 30 },
      },
      { id: 3, name: 'c', priority: 16 },
    ]);
  });

  it('makes several jobs of NAME*COUNT', () => {
    expect(parseJobs('x*2:prio=8;y').map(({ id, name, priority }) => [id, name, priority])).toEqual([
      [1, 'x1', 8],
      [2, 'x2', 8],
      [3, 'y', 16],
    ]);
  });

  it('reads lines and comments', () => {
    expect(parseJobs('# heading\na:prio=3 # first\r\n\nb', 'f', true).map(({ name }) => name)).toEqual([
      'a',
      'b',
    ]);
  });

  it('reads what formatJob writes', () => {
    const jobs = parseJobs('a:prio=3,work=100,arrive=7;b:sleep=1:2,yield=3,change=10:30');
    expect(parseJobs(jobs.map(formatJob).join(';'))).toEqual(jobs);
  });

  it.each([
    ['a:prio=1', '--jobs: job a, prio: found "1", expected a whole number from 2 to 2147483647'],
    ['a:work=0', '--jobs: job a, work: found "0", expected a whole number from 1 to 1000000000'],
    ['a:work=1.5', '--jobs: job a, work: found "1.5", expected a whole number'],
    ['a:arrive=-1', '--jobs: job a, arrive: found "-1", expected a whole number from 0'],
    [
      'a:wrk=5',
      'job a: found "wrk=5", expected KEY=VALUE with KEY one of prio, work, arrive, sleep, yield, change',
    ],
    ['a:toString=5', 'job a: found "toString=5", expected KEY=VALUE'],
    ['a:prio', 'job a: found "prio", expected KEY=VALUE'],
    ['a:', 'job a: found "", expected KEY=VALUE'],
    ['a:prio=3,prio=4', 'job a: found "prio=4", expected prio only once'],
    ['a:sleep=5', 'job a, sleep: found "5", expected RUN:SLEEP in milliseconds'],
    ['a:sleep=1:2:3', 'job a, sleep: found "1:2:3", expected RUN:SLEEP'],
    ['a:change=3:1', 'job a, change: found "1", expected a whole number from 2'],
    ['1a:prio=3', 'name: found "1a", expected a letter'],
    [`${'n'.repeat(17)}:prio=3`, 'at most 16 in all'],
    ['a;b;a:prio=3', 'name: found "a", expected a name that no other job has'],
    ['a*0', 'job a, count: found "0", expected a whole number from 1 to 100'],
    ['a*60;b*60', 'jobs: found "120 and more", expected at most 100'],
    [' ; ', 'jobs: found ";", expected at least one job'],
  ])('refuses %j', (text, message) => {
    expect(() => parseJobs(text)).toThrow(message);
  });

  it('names the line of a file', () => {
    expect(() => parseJobs('a\n# b\nc:prio=x', 'my.mix', true)).toThrow('my.mix:3: job c, prio: found "x"');
  });
});
