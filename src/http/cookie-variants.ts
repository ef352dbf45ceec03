import { isIP } from "node:net";
import { hostName } from "./host.ts";

/** Where a cookie of one name can have been put so that a request carries it. */
export interface CookieVariant {
  /** Null for the exact host. */
  readonly domain: string | null;
  readonly path: string;
}

/** Each variant is a header field, and proxies limit their sum. */
const maxSegments = 4;

/**
 * The places from which a request to this host and path can get a cookie (RFC 6265bis, sections 5.1.3 and 5.1.4), for
 * the host itself and the domains above it, `/` and the paths above it. What is no host name or no path adds none.
 */
export function cookieVariants(host: string, path: string): readonly CookieVariant[] {
  const paths = pathsAbove(path);
  return [null, ...domainsAbove(hostName(host))].flatMap((domain) =>
    paths.map((path) => ({ domain, path })),
  );
}

function domainsAbove(host: string): readonly string[] {
  if (!/^[a-z0-9.-]+$/.test(host) || isIP(host) !== 0) return [];
  const labels = host.split(".");
  // From two labels: no browser takes a cookie for all of `.com`.
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join("."));
}

function pathsAbove(path: string): readonly string[] {
  // The characters of RFC 3986 without those that end an attribute.
  if (!/^\/[\w.~!$&'()*+,=:@%/-]*$/.test(path)) return ["/"];
  const segments = path.split("/").slice(1, 1 + maxSegments);
  const paths = new Set(["/"]);
  let above = "";
  for (const segment of segments) {
    if (above !== "") paths.add(`${above}/`);
    above += `/${segment}`;
    paths.add(above);
  }
  return [...paths];
}
