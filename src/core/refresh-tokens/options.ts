import { toMilliseconds, type Duration } from "../../util/duration.ts";
import { refuseUnknownKeys } from "../../util/known-keys.ts";
import { ripeAfterRaceWindows } from "./lineage.ts";

/** How refresh tokens follow each other. */
export interface RefreshTokensOptions {
  /**
   * The longest that a request for a refresh and its answer may take, with the pauses of servers and networks. Default 30 s; 1 s
   * to 5 min, and at most a quarter of the life of an access token, which is the default where that is less.
   */
  readonly raceWindow?: Duration;
}

export interface RefreshTokensConfig {
  readonly raceWindowMs: number;
  /** What is not answered so long after the request came is not answered at all. */
  readonly answerWithinMs: number;
}

/** @throws TypeError that names the option */
export function resolveRefreshTokensOptions(
  options: RefreshTokensOptions = {},
  others: { readonly lifetimeMs: number; readonly leaseMs: number },
): RefreshTokensConfig {
  refuseUnknownKeys(options, ["raceWindow"], "refreshTokens");
  // A child is promoted when it is ripe: so it has to be by the time that it is needed.
  const most = Math.floor(others.lifetimeMs / (ripeAfterRaceWindows + 1));
  const raceWindowMs =
    options.raceWindow === undefined
      ? Math.min(30_000, most)
      : toMilliseconds(options.raceWindow, "refreshTokens.raceWindow");
  if (raceWindowMs < 1_000 || raceWindowMs > 300_000) {
    throw new TypeError("refreshTokens.raceWindow must be between 1 s and 5 min");
  }
  if (raceWindowMs > most) {
    throw new TypeError(
      `refreshTokens.raceWindow must be at most a quarter of accessTokens.lifetime (${most} ms): else a refresh token would not be ripe when it is needed`,
    );
  }
  return { raceWindowMs, answerWithinMs: Math.min(others.leaseMs, raceWindowMs) };
}
