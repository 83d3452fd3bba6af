/**
 * FatFs asks the host's clock for the time stamps of directory entries and for the volume's serial number, and the
 * library that wraps it leaves no other way in. The same files must give the same image on every day and in every
 * time zone, so the clock stands still while FatFs works.
 */

/** 1 January 2000, 00:00, in every time zone. */
class StandingDate {
  static readonly INSTANT = Date.UTC(2000, 0, 1);
  static now(): number {
    return StandingDate.INSTANT;
  }
  getFullYear = (): number => 2000;
  getMonth = (): number => 0;
  getDate = (): number => 1;
  getDay = (): number => 6;
  getHours = (): number => 0;
  getMinutes = (): number => 0;
  getSeconds = (): number => 0;
  getMilliseconds = (): number => 0;
  getTime = (): number => StandingDate.INSTANT;
  getTimezoneOffset = (): number => 0;
  toLocaleTimeString = (): string => '00:00:00 UTC';
}

/** Runs `work` with a clock that stands still. `work` may not be asynchronous: nobody else is to see that clock. */
export function withFixedClock<T>(work: () => T extends Promise<unknown> ? never : T): T {
  const clock = globalThis.Date;
  globalThis.Date = StandingDate as unknown as DateConstructor;
  try {
    return work();
  } finally {
    globalThis.Date = clock;
  }
}
