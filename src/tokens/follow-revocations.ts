import { resolveRevocationOptions, type RevocationConfig } from "../core/revocation/options.ts";
import { systemClock, type Clock } from "../util/clock.ts";
import type { Duration } from "../util/duration.ts";
import { refuseUnknownKeys } from "../util/known-keys.ts";
import { addressOf } from "./address.ts";
import type { Fetch } from "./exchange.ts";
import { LogFeed } from "./log-feed.ts";
import { RemoteLog } from "./remote-log.ts";
import type { RevocationFeed } from "./revocation-feed.ts";

export interface FollowRevocationsOptions {
  /** The issuer, where its routes are at `/auth`: then its revocations are at `<issuer>/auth/revocations`. This, or `url`. */
  readonly issuer?: string;
  /** Where the issuer's revocations are, where its routes are elsewhere. */
  readonly url?: string | URL;
  /** What the issuer calls this service, in its `resourceServers`. */
  readonly clientId: string;
  /** The secret that goes with it. */
  readonly clientSecret: string;
  /** How old what is known may be: 500 ms to 60 s. Default 2 s. */
  readonly lease?: Duration;
  /** How long past the lease tokens are judged by what was known last, when the issuer cannot be reached. Default: not at all. */
  readonly staleFor?: Duration;
  /** Speaks `http:` to this machine, for development and tests. */
  readonly dangerouslyAllowLoopbackHttp?: boolean;
  /** `fetch`, where another one is wanted. */
  readonly fetch?: Fetch;
  /** Where time comes from; for tests. */
  readonly clock?: Clock;
}

const optionNames: readonly (keyof FollowRevocationsOptions)[] = [
  "issuer",
  "url",
  "clientId",
  "clientSecret",
  "lease",
  "staleFor",
  "dangerouslyAllowLoopbackHttp",
  "fetch",
  "clock",
];

/**
 * Follows the revocations of an issuer that is made with Symbolon and names this service in its `resourceServers`. A feed is for
 * one verifier, which starts and closes it.
 * @throws TypeError for options that do not make sense
 */
export function followRevocations(options: FollowRevocationsOptions): RevocationFeed {
  refuseUnknownKeys(options, optionNames, "");
  const { clock = systemClock } = options;
  const config = followingConfig(options);
  const source = new RemoteLog({
    url: urlOf(options),
    authorization: basicCredentials(options),
    fetch: options.fetch ?? ((address, init) => globalThis.fetch(address, init)),
    clock,
    leaseMs: config.leaseMs,
    liveForMs: config.leaseMs + config.longestStaleForMs + 1,
  });
  // When to ask again is for the source to say, which knows how the last question was answered.
  return new LogFeed(source, { ...config, pollEveryMs: 1 }, clock);
}

/** @throws TypeError that names the option */
export function followingConfig({
  lease,
  staleFor,
}: Pick<FollowRevocationsOptions, "lease" | "staleFor">): RevocationConfig {
  const config = resolveRevocationOptions({
    ...(lease !== undefined && { lease }),
    ...(staleFor !== undefined && { longestStaleFor: staleFor }),
  });
  return staleFor === undefined ? { ...config, longestStaleForMs: 0 } : config;
}

function urlOf({ issuer, url, dangerouslyAllowLoopbackHttp }: FollowRevocationsOptions): string {
  if ((issuer === undefined) === (url === undefined)) {
    throw new TypeError("Say where the revocations are: issuer, or url.");
  }
  const address = url ?? `${issuer?.replace(/\/$/, "") ?? ""}/auth/revocations`;
  const name = url === undefined ? "issuer" : "url";
  return addressOf(address, name, dangerouslyAllowLoopbackHttp === true);
}

/** HTTP Basic as RFC 6749, section 2.3.1, has it: both parts form-encoded first. */
function basicCredentials({ clientId, clientSecret }: FollowRevocationsOptions): string {
  for (const [name, value] of Object.entries({ clientId, clientSecret })) {
    if (typeof value !== "string" || value === "") throw new TypeError(`${name} is missing`);
  }
  return `Basic ${btoa(`${formEncode(clientId)}:${formEncode(clientSecret)}`)}`;
}

function formEncode(text: string): string {
  return new URLSearchParams({ "": text }).toString().slice(1);
}
