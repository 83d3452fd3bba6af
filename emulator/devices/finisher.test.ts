import { expect, it } from 'vitest';
import { FakeHost } from './fake-host.js';
import { Finisher } from './finisher.js';

it.each([
  [0x0000_5555, { kind: 'finisher', status: 'pass', code: 0 }],
  [0x002a_3333, { kind: 'finisher', status: 'fail', code: 42 }],
  [0xffff_3333, { kind: 'finisher', status: 'fail', code: 0xffff }],
  [0x0000_7777, { kind: 'finisher', status: 'reset', code: 0 }],
])('ends the run on %i', (value, stop) => {
  const host = new FakeHost();
  new Finisher(host).write(0, 4, value);
  expect(host.stops).toEqual([stop]);
});

it('ignores other values, other offsets and single bytes', () => {
  const host = new FakeHost();
  const finisher = new Finisher(host);
  finisher.write(0, 4, 0x1234);
  finisher.write(4, 4, 0x5555);
  finisher.write(0, 1, 0x55);
  expect(host.stops).toEqual([]);
  expect(finisher.read()).toBe(0);
});
