import { toMilliseconds, type Duration } from "../../util/duration.ts";
import { refuseUnknownKeys } from "../../util/known-keys.ts";

/** How soon every process must know of a revocation. */
export interface RevocationOptions {
  /** No process accepts a revoked session later than this. Default 2 s; 500 ms to 60 s. */
  readonly lease?: Duration;
  /** How often the log is read when no hint comes. Default a quarter of the lease. */
  readonly pollEvery?: Duration;
  /** The longest that a resumed session is kept in this process's memory without reading it again. Default 60 s. */
  readonly cacheMaxAge?: Duration;
  /** The longest that any guard may go on past the lease in an outage (`outage: { staleFor }`). Default 30 s. */
  readonly longestStaleFor?: Duration;
  /** How many resumed sessions are kept in this process's memory. Default 50,000; about 1 KB each. */
  readonly cacheSize?: number;
}

export interface RevocationConfig {
  readonly leaseMs: number;
  readonly pollEveryMs: number;
  readonly cacheMaxAgeMs: number;
  readonly longestStaleForMs: number;
  readonly cacheSize: number;
  /** How long entries of the log are kept at least: for failovers to be repaired, past every cached session and every access token. */
  readonly keepForMs: number;
}

const leastKeepMs = 3_600_000;

/** `longestTokenMs` is the longest that an access token can be accepted; 0 where there are none. */
export function resolveRevocationOptions(
  options: RevocationOptions = {},
  longestTokenMs = 0,
): RevocationConfig {
  refuseUnknownKeys(
    options,
    ["lease", "pollEvery", "cacheMaxAge", "longestStaleFor", "cacheSize"],
    "revocation",
  );
  const leaseMs = toMilliseconds(options.lease ?? "2s", "revocation.lease");
  const pollEveryMs = toMilliseconds(
    options.pollEvery ?? Math.ceil(leaseMs / 4),
    "revocation.pollEvery",
  );
  const cacheMaxAgeMs = toMilliseconds(options.cacheMaxAge ?? "60s", "revocation.cacheMaxAge");
  const longestStaleForMs = toMilliseconds(
    options.longestStaleFor ?? "30s",
    "revocation.longestStaleFor",
  );
  const cacheSize = options.cacheSize ?? 50_000;
  if (leaseMs < 500 || leaseMs > 60_000) {
    throw new TypeError("revocation.lease must be between 500 ms and 60 s");
  }
  if (pollEveryMs > leaseMs / 2) {
    throw new TypeError(
      "revocation.pollEvery must be at most half of revocation.lease, or every lost answer ends it",
    );
  }
  if (!Number.isSafeInteger(cacheSize) || cacheSize < 0) {
    throw new TypeError("revocation.cacheSize must be a whole number");
  }
  const keepForMs = Math.max(leastKeepMs, cacheMaxAgeMs + leaseMs + 60_000, longestTokenMs);
  return { leaseMs, pollEveryMs, cacheMaxAgeMs, longestStaleForMs, cacheSize, keepForMs };
}
