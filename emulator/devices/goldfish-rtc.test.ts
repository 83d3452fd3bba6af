import { beforeEach, describe, expect, it } from 'vitest';
import { FakeHost } from './fake-host.js';
import { DEFAULT_EPOCH, GoldfishRtc } from './goldfish-rtc.js';

const TIME_LOW = 0x00;
const TIME_HIGH = 0x04;
const ALARM_LOW = 0x08;
const ALARM_HIGH = 0x0c;
const IRQ_ENABLED = 0x10;
const CLEAR_ALARM = 0x14;
const ALARM_STATUS = 0x18;
const CLEAR_INTERRUPT = 0x1c;

/** 10 ns a cycle. */
const MILLISECOND = 100_000;

let host: FakeHost;
let rtc: GoldfishRtc;
let wire: boolean;

beforeEach(() => {
  host = new FakeHost();
  wire = false;
  rtc = new GoldfishRtc(host, { interrupt: (level) => (wire = level) });
});

const now = (): bigint => BigInt(rtc.read(TIME_LOW, 4)) | (BigInt(rtc.read(TIME_HIGH, 4)) << 32n);

function setAlarm(time: bigint): void {
  rtc.write(ALARM_HIGH, 4, Number(time >> 32n));
  rtc.write(ALARM_LOW, 4, Number(time & 0xffff_ffffn));
}

describe('time', () => {
  it('begins at the same moment in every run and follows guest time', () => {
    expect(new Date(Number(DEFAULT_EPOCH / 1_000_000n)).toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(now()).toBe(DEFAULT_EPOCH);
    host.advance(123);
    expect(now()).toBe(DEFAULT_EPOCH + 1230n);
  });

  it('latches the high half when the low half is read', () => {
    rtc = new GoldfishRtc(host, { interrupt: () => undefined, epoch: 0xffff_ffffn });
    expect(rtc.read(TIME_LOW, 4)).toBe(0xffff_ffff);
    host.advance(1);
    expect(rtc.read(TIME_HIGH, 4)).toBe(0);
    expect(now()).toBe(0x1_0000_0009n);
  });

  it('can be set', () => {
    rtc.write(TIME_HIGH, 4, 1);
    rtc.write(TIME_LOW, 4, 5);
    host.advance(1);
    expect(now()).toBe(0x1_0000_000fn);
  });
});

describe('alarm', () => {
  it('interrupts at its time, if interrupts are enabled, until cleared', () => {
    rtc.write(IRQ_ENABLED, 4, 1);
    setAlarm(DEFAULT_EPOCH + 1_000_000n);
    expect(rtc.read(ALARM_STATUS, 4)).toBe(1);
    host.advance(MILLISECOND - 1);
    expect(wire).toBe(false);
    host.advance(1);
    expect(wire).toBe(true);
    expect(rtc.read(ALARM_STATUS, 4)).toBe(0);
    rtc.write(CLEAR_INTERRUPT, 4, 1);
    expect(wire).toBe(false);
  });

  it('holds its interrupt back until interrupts are enabled', () => {
    setAlarm(DEFAULT_EPOCH);
    expect(wire).toBe(false);
    rtc.write(IRQ_ENABLED, 4, 1);
    expect(wire).toBe(true);
  });

  it('can be cleared before it rings', () => {
    rtc.write(IRQ_ENABLED, 4, 1);
    setAlarm(DEFAULT_EPOCH + 1_000_000n);
    rtc.write(CLEAR_ALARM, 4, 1);
    host.advance(2 * MILLISECOND);
    expect(wire).toBe(false);
    expect(rtc.read(ALARM_STATUS, 4)).toBe(0);
  });

  it('follows the clock when that is set', () => {
    rtc.write(IRQ_ENABLED, 4, 1);
    setAlarm(DEFAULT_EPOCH + 10_000_000_000n);
    const later = DEFAULT_EPOCH + 11_000_000_000n;
    rtc.write(TIME_HIGH, 4, Number(later >> 32n));
    rtc.write(TIME_LOW, 4, Number(later & 0xffff_ffffn));
    expect(wire).toBe(true);
  });
});
