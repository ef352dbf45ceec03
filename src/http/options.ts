import { resolveTrustProxy, type ClientResolver, type TrustProxyOption } from "./client-address.ts";
import { resolveCookieOptions, type CookieOptions, type CookiePolicy } from "./cookie-policy.ts";
import {
  resolveResourceServers,
  type KnownResourceServer,
  type ResourceServerEntry,
} from "./resource-servers.ts";
import type { LegacySource } from "./legacy-source.ts";
import { resolveOrigins, type OriginPolicy } from "./origins.ts";

/** The options of the HTTP layer. */
export interface HttpOptions {
  /**
   * Where the application is reached from outside, such as `https://app.example.com`. It is what "our own origin"
   * means. Without it the Host header has to do, and in development plain HTTP on this machine is recognised.
   */
  readonly baseUrl?: string;
  /** Where the account routes are mounted. Default `/auth`. */
  readonly basePath?: string;
  /** Other origins whose pages may send requests with our cookies: exact, or `https://*.example.com`. */
  readonly trustedOrigins?: readonly string[];
  /** Which proxies may speak for their clients. Default: none. */
  readonly trustProxy?: TrustProxyOption;
  readonly cookies?: CookieOptions;
  /**
   * `'origin'` (default): what browsers say about where a request comes from decides. `'token'`: a request that says
   * nothing needs a CSRF token too, for browsers older than 2020.
   */
  readonly csrf?: "origin" | "token";
  /**
   * How a browser's access token is renewed, with the strategy `hybrid`. `'route'` (default): its pages ask `POST /auth/refresh`, where
   * alone the refresh token is sent. `'inline'`: any request renews it, so that pages need no script; then the refresh
   * token is sent with every request.
   */
  readonly refresh?: "route" | "inline";
  /** The services that may follow our revocations, each with its id and secret. Default: none. */
  readonly resourceServers?: readonly ResourceServerEntry[];
  /** Old sessions of other libraries that are upgraded on first use; see `symbolon/legacy`. Default: none. */
  readonly legacy?: readonly LegacySource[];
}

/** Their names, to notice a misspelt one. */
export const httpOptionNames: readonly (keyof HttpOptions)[] = [
  "baseUrl",
  "basePath",
  "trustedOrigins",
  "trustProxy",
  "cookies",
  "csrf",
  "refresh",
  "resourceServers",
  "legacy",
];

export interface HttpConfig {
  readonly basePath: string;
  readonly origins: OriginPolicy;
  readonly clients: ClientResolver;
  readonly cookies: CookiePolicy;
  readonly csrf: "origin" | "token";
  readonly refresh: "route" | "inline";
  readonly resourceServers: readonly KnownResourceServer[];
}

/** @throws TypeError that names the option. */
export function resolveHttpOptions(options: HttpOptions, production: boolean): HttpConfig {
  const baseUrl = resolveBaseUrl(options.baseUrl);
  const basePath = options.basePath ?? "/auth";
  if (!/^(\/[\w.~-]+)+$/.test(basePath)) {
    throw new TypeError(`basePath must be a path such as '/auth'; got ${JSON.stringify(basePath)}`);
  }
  const csrf = options.csrf ?? "origin";
  if (!["origin", "token"].includes(csrf)) throw new TypeError("csrf must be 'origin' or 'token'");
  const refresh = options.refresh ?? "route";
  if (!["route", "inline"].includes(refresh)) {
    throw new TypeError("refresh must be 'route' or 'inline'");
  }
  const refreshPath = refresh === "inline" ? "/" : `${basePath}/refresh`;
  return Object.freeze({
    basePath,
    csrf,
    refresh,
    resourceServers: resolveResourceServers(options.resourceServers),
    origins: resolveOrigins(baseUrl, options.trustedOrigins),
    clients: resolveTrustProxy(options.trustProxy),
    cookies: resolveCookieOptions(options.cookies, { baseUrl, production, refreshPath }),
  });
}

/** @throws TypeError that names the option */
export function resolveBaseUrl(baseUrl: string | undefined): URL | null {
  if (baseUrl === undefined) return null;
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== "/" ||
    url.search ||
    url.hash
  ) {
    throw new TypeError(
      `baseUrl must be an origin such as 'https://app.example.com'; got ${JSON.stringify(baseUrl)}`,
    );
  }
  return url;
}
