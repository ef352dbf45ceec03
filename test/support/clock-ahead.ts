/** With `--import` of this, a process begins `CLOCK_AHEAD_MS` later than it does: what a restart after some hours finds. */
const aheadMs = Number(process.env["CLOCK_AHEAD_MS"]);
if (!Number.isSafeInteger(aheadMs)) throw new TypeError("CLOCK_AHEAD_MS is not set");
const now = Date.now;
Date.now = () => now() + aheadMs;
