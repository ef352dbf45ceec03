import { toMilliseconds, type Duration } from "../../util/duration.ts";
import { refuseUnknownKeys } from "../../util/known-keys.ts";

/** How long sessions live. */
export interface SessionOptions {
  /** Ends a session that was not used for this long: never later, and at most `touchEvery` earlier. Default 7 days. */
  readonly idle?: Duration;
  /** Ends a session this long after it was opened, used or not. Default 30 days; at most 400. */
  readonly absolute?: Duration;
  /** How often at most "last seen" is written. Default 60 s, at most a tenth of `idle`. */
  readonly touchEvery?: Duration;
  /** How many bytes of application data a session may hold. Default 64 KiB. */
  readonly maxDataBytes?: number;
}

export interface SessionConfig {
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly touchEveryMs: number;
  readonly maxDataBytes: number;
}

/** The longest that any session can be asked to live: what RFC 6265bis, section 5.5, allows a cookie. */
export const maxAbsoluteMs: number = 400 * 86_400_000;

export function resolveSessionOptions(options: SessionOptions = {}): SessionConfig {
  refuseUnknownKeys(options, ["idle", "absolute", "touchEvery", "maxDataBytes"], "session");
  const idleMs = toMilliseconds(options.idle ?? "7d", "session.idle");
  const absoluteMs = toMilliseconds(options.absolute ?? "30d", "session.absolute");
  const touchEveryMs = toMilliseconds(options.touchEvery ?? "60s", "session.touchEvery");
  const maxDataBytes = options.maxDataBytes ?? 65_536;
  if (absoluteMs > maxAbsoluteMs) throw new TypeError("session.absolute must be at most 400 days");
  if (idleMs > absoluteMs)
    throw new TypeError("session.idle must not be longer than session.absolute");
  if (!Number.isSafeInteger(maxDataBytes) || maxDataBytes < 0) {
    throw new TypeError("session.maxDataBytes must be a whole number of bytes");
  }
  return {
    idleMs,
    absoluteMs,
    touchEveryMs: Math.min(touchEveryMs, Math.floor(idleMs / 10)),
    maxDataBytes,
  };
}
