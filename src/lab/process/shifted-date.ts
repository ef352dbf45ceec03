/**
 * Puts in the place of `Date` one whose present can be moved. Loaded before anything else, so that nobody keeps the
 * old one. Timers and `performance.now()` stay as they are: they measure how long something takes.
 */
const RealDate = Date;
let offsetMs = 0;

class ShiftedDate extends RealDate {
  constructor(...parts: readonly unknown[]) {
    // `Date` has one signature for each number of arguments.
    super(...((parts.length === 0 ? [ShiftedDate.now()] : parts) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

globalThis.Date = new Proxy(ShiftedDate, {
  // Without `new` it answers a text, which a class would refuse.
  apply: () => new ShiftedDate().toString(),
}) as DateConstructor;

/** Lets the present of this process be so far ahead of the real one. */
export function shiftClock(byMs: number): void {
  offsetMs = byMs;
}

/** Milliseconds since the epoch, by the real clock. */
export function realNow(): number {
  return RealDate.now();
}
