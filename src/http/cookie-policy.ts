import { refuseUnknownKeys } from "../util/known-keys.ts";
import { isLoopbackHost } from "./host.ts";

/** How the session cookie is named and limited. */
export interface CookieOptions {
  /** Default `sym`. The prefix that the attributes allow (`__Host-`, `__Secure-`) is put before it. */
  readonly name?: string;
  /** Shares the cookie with subdomains. Left out, it stays with the exact host, which is safer. */
  readonly domain?: string;
  /** Default `'lax'`. */
  readonly sameSite?: "lax" | "strict" | "none";
  /** Gives each embedding site a cookie of its own (CHIPS). */
  readonly partitioned?: boolean;
  /** Accepts a `baseUrl` of plain HTTP that is not this machine. Everybody on the way can take the sessions over. */
  readonly dangerouslyAllowInsecureCookies?: boolean;
}

/** Where one of our cookies is kept in the browser. */
export interface CookiePlace {
  readonly name: string;
  readonly path: string;
}

/** What a cookie carries. */
export type CookieUse = "session" | "access" | "refresh";

/** The cookies for one kind of connection. */
export interface CredentialCookies {
  readonly places: Readonly<Record<CookieUse, CookiePlace>>;
  readonly secure: boolean;
  readonly domain: string | null;
  readonly sameSite: "Lax" | "Strict" | "None";
  readonly partitioned: boolean;
}

export interface CookiePolicy {
  /** For everything but plain HTTP on this machine. */
  readonly secure: CredentialCookies;
  /** For plain HTTP on this machine: Safari refuses `Secure` there, and a prefix needs it. */
  readonly plain: CredentialCookies;
  /** Which of the two: settled by `baseUrl` or by production; in development, without `baseUrl`, by each request's host. */
  readonly use: "secure" | "plain" | "by_host";
}

const sameSiteSpelling = { lax: "Lax", strict: "Strict", none: "None" } as const;

/** @throws TypeError that names the option, for a combination that browsers refuse or that is not safe. */
export function resolveCookieOptions(
  options: CookieOptions = {},
  deployment: {
    readonly baseUrl: URL | null;
    readonly production: boolean;
    /** To where refresh tokens are sent: `/` where any request may refresh. */
    readonly refreshPath: string;
  },
): CookiePolicy {
  refuseUnknownKeys(
    options,
    ["name", "domain", "sameSite", "partitioned", "dangerouslyAllowInsecureCookies"],
    "cookies",
  );
  const base = options.name ?? "sym";
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(base)) {
    throw new TypeError(
      `cookies.name must be 1 to 64 of A-Z a-z 0-9 . _ - and without a prefix (it is added); got ${JSON.stringify(base)}`,
    );
  }
  const domain = resolveDomain(options.domain, deployment.baseUrl);
  const partitioned = options.partitioned ?? false;
  const sameSite = sameSiteSpelling[options.sameSite ?? "lax"];
  // Callers without types reach this too.
  if ((sameSite as string | undefined) === undefined) {
    throw new TypeError("cookies.sameSite must be 'lax', 'strict' or 'none'");
  }
  const use = connectionUse(options, deployment);
  if (use === "plain" && (sameSite === "None" || partitioned)) {
    throw new TypeError("cookies.sameSite 'none' and cookies.partitioned need https");
  }
  // The name says what makes two cookies distinct, so that switching an option never leaves two of one name.
  const name = partitioned ? `${base}_partitioned` : base;
  const shared = { domain, sameSite, partitioned };
  const { refreshPath } = deployment;
  return {
    use,
    secure: { ...shared, places: placesOf(name, refreshPath, domain, true), secure: true },
    plain: {
      ...shared,
      places: placesOf(base, refreshPath, domain, false),
      secure: false,
      partitioned: false,
    },
  };
}

/** What limits a cookie stands in its name: so a cookie of another path or domain is never mistaken for it. */
function placesOf(
  name: string,
  refreshPath: string,
  domain: string | null,
  secure: boolean,
): Readonly<Record<CookieUse, CookiePlace>> {
  const prefixFor = (path: string): string => {
    if (!secure) return "";
    return domain === null && path === "/" ? "__Host-" : "__Secure-";
  };
  // Of these two the prefix does not tell whether there is a domain.
  const shared = domain === null ? "" : "_shared";
  const refreshName = `${name}_refresh${refreshPath === "/" ? "_inline" : ""}${shared}`;
  return {
    session: { name: prefixFor("/") + name, path: "/" },
    access: { name: `${prefixFor("/")}${name}_access`, path: "/" },
    refresh: { name: prefixFor(refreshPath) + refreshName, path: refreshPath },
  };
}

function connectionUse(
  options: CookieOptions,
  { baseUrl, production }: { readonly baseUrl: URL | null; readonly production: boolean },
): CookiePolicy["use"] {
  if (baseUrl === null) return production ? "secure" : "by_host";
  if (baseUrl.protocol === "https:") return "secure";
  if (isLoopbackHost(baseUrl.host) || options.dangerouslyAllowInsecureCookies === true)
    return "plain";
  throw new TypeError(
    `baseUrl ${baseUrl.origin} is plain HTTP: browsers drop Secure cookies there, and others can be stolen on the way. Use https, or accept that with cookies.dangerouslyAllowInsecureCookies`,
  );
}

function resolveDomain(domain: string | undefined, baseUrl: URL | null): string | null {
  if (domain === undefined) return null;
  const host = domain.toLowerCase();
  if (!/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(host)) {
    throw new TypeError(
      `cookies.domain must be a host name such as 'example.com'; got ${JSON.stringify(domain)}`,
    );
  }
  if (baseUrl !== null && baseUrl.hostname !== host && !baseUrl.hostname.endsWith(`.${host}`)) {
    throw new TypeError(`cookies.domain ${host} does not cover baseUrl ${baseUrl.origin}`);
  }
  return host;
}
