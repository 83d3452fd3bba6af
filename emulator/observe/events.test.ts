import { describe, expect, it } from 'vitest';
import { EventHub } from './events.js';

describe('the listeners of a machine', () => {
  it('are all told, though one of them leaves while it is', () => {
    const hub = new EventHub();
    const told: string[] = [];
    const leave = hub.on('idle', () => {
      told.push('first');
      leave();
    });
    hub.on('idle', () => told.push('second'));
    hub.emit('idle', { time: 1, hart: 0 });
    hub.emit('idle', { time: 2, hart: 0 });
    expect(told).toEqual(['first', 'second', 'second']);
  });

  it('are none when the last has left', () => {
    const hub = new EventHub();
    const listener = (): void => undefined;
    const leave = [hub.on('wake', listener), hub.on('wake', listener)];
    leave[0]?.();
    leave[0]?.();
    expect(hub.wants('wake')).toBe(true);
    leave[1]?.();
    expect(hub.wants('wake')).toBe(false);
  });
});
