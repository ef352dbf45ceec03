import { headerOf, type HeaderSource } from "./headers.ts";

/** Which origins a request may come from. */
export interface OriginPolicy {
  /** Our own origin; null without `baseUrl`, where the Host header has to do. */
  readonly own: string | null;
  isTrusted(origin: string): boolean;
}

/**
 * Resolves `baseUrl` and `trustedOrigins`.
 * @throws TypeError for anything that is not exactly an origin: a path or a slash would promise what is not checked.
 */
export function resolveOrigins(
  baseUrl: URL | null,
  trustedOrigins: readonly string[] = [],
): OriginPolicy {
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  for (const origin of trustedOrigins) {
    if (origin.includes("*")) patterns.push(wildcardPattern(origin));
    else exact.add(checkOrigin(origin));
  }
  return {
    own: baseUrl?.origin ?? null,
    isTrusted: (origin) => exact.has(origin) || patterns.some((pattern) => pattern.test(origin)),
  };
}

function checkOrigin(origin: string): string {
  const url = URL.canParse(origin) ? new URL(origin) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.origin !== origin) {
    throw new TypeError(
      `trustedOrigins: an origin is a scheme, a host and perhaps a port, such as 'https://app.example.com'; got ${JSON.stringify(origin)}`,
    );
  }
  return origin;
}

/** `https://*.example.com` stands for any one label; two labels must stay, so that nobody trusts all of `.com`. */
function wildcardPattern(origin: string): RegExp {
  const parts = /^(https?:\/\/)\*(\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?)$/.exec(origin);
  if (parts === null) {
    throw new TypeError(
      `trustedOrigins: a wildcard stands for one whole label, as in 'https://*.example.com'; got ${JSON.stringify(origin)}`,
    );
  }
  const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
  return new RegExp(`^${escape(parts[1] ?? "")}[a-z0-9-]+${escape(parts[2] ?? "")}$`);
}

export type Provenance =
  /** From our own pages, or typed by the user. */
  | "same_origin"
  /** From an origin that the application trusts. */
  | "trusted"
  /** From somebody else's page. */
  | "cross_site"
  /** Says nothing: not a browser, or one older than 2020. */
  | "unknown";

/**
 * Where a request comes from, by what browsers say and scripts cannot change: `Sec-Fetch-Site` (Fetch Metadata),
 * else `Origin` (RFC 6454, section 7). Chromium sends no `Sec-Fetch-Site` on WebSocket upgrades and on plain HTTP
 * that is not this machine.
 */
export function provenanceOf(headers: HeaderSource, policy: OriginPolicy): Provenance {
  const site = headerOf(headers, "sec-fetch-site");
  if (site === "same-origin" || site === "none") return "same_origin";
  const origin = headerOf(headers, "origin");
  if (origin !== undefined && policy.isTrusted(origin)) return "trusted";
  if (site !== undefined) return "cross_site";
  if (origin === undefined) return "unknown";
  return isOwn(origin, headers, policy) ? "same_origin" : "cross_site";
}

function isOwn(origin: string, headers: HeaderSource, policy: OriginPolicy): boolean {
  if (policy.own !== null) return origin === policy.own;
  const originHost = /^https?:\/\/(.+)$/.exec(origin)?.[1];
  return originHost !== undefined && originHost === headerOf(headers, "host")?.toLowerCase();
}
