/**
 * One clock for all processes of this machine: microseconds since it started. A stopped process cannot stop it.
 *
 * What began is told by `began` and what ended by `ended`, which round apart: no comparison of two processes then
 * makes an interval shorter than it was, so rounding raises no false alarm.
 */
export function began(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** The same for what has just ended. */
export function ended(): number {
  return began() + 1;
}
