import { randomBytes } from "node:crypto";
import { resolveOrigins, type OriginPolicy } from "../../http/origins.ts";
import { refuseUnknownKeys } from "../../util/known-keys.ts";
import type { CookieInit } from "./cookie.ts";
import { MemoryStore } from "./memory-store.ts";
import type { ConnectStore, Secret, SessionRequest } from "./ports.ts";
import type { Session } from "./session.ts";
import { Signer } from "./signature.ts";
import { warnOnce } from "./warnings.ts";

/** What express-session has no option for. */
export interface Defences<Data = Session> {
  /** Defences that some applications would notice. */
  readonly strict?: boolean | StrictDefences<Data>;
  /** Writes sessions without reading them again: concurrent requests then undo each other, and bring back what was destroyed. */
  readonly dangerouslySaveUnread?: boolean;
  /** Lets caches store responses that hand out a session. */
  readonly dangerouslyCacheSessionCookies?: boolean;
}

export interface StrictDefences<Data = Session> {
  /** Whose pages may send unsafe requests with the session's cookie, besides our own. */
  readonly trustedOrigins?: readonly string[];
  /**
   * Who a session says is signed in, such as `(session) => session.userId`. When the answer changes, the session moves to a new
   * id before it is stored, so that whoever knew the one from before knows nothing (session fixation).
   */
  readonly identityOf?: (session: Data) => unknown;
}

export type CookieOption =
  | (CookieInit & { readonly secure?: unknown; readonly sameSite?: unknown })
  | ((request: SessionRequest) => CookieInit);

/** express-session's options, as it names them. */
export interface SessionInit extends Defences {
  readonly cookie?: CookieOption | undefined;
  readonly genid?: ((request: SessionRequest) => string) | undefined;
  readonly name?: string | undefined;
  /** The name that `name` had at first. */
  readonly key?: string | undefined;
  readonly store?: ConnectStore | undefined;
  readonly proxy?: boolean | undefined;
  readonly resave?: boolean | undefined;
  readonly rolling?: boolean | undefined;
  readonly saveUninitialized?: boolean | undefined;
  readonly secret?: Secret | readonly Secret[] | undefined;
  readonly unset?: "destroy" | "keep" | undefined;
}

export interface Settings {
  readonly cookieFor: (request: SessionRequest) => CookieInit;
  readonly generateId: (request: SessionRequest) => string;
  readonly name: string;
  readonly store: ConnectStore;
  readonly trustProxy: boolean | undefined;
  readonly resave: boolean;
  readonly rolling: boolean;
  readonly saveUninitialized: boolean;
  /** Null when the cookie parser's secret has to do, which each request brings. */
  readonly signer: Signer | null;
  readonly destroysUnset: boolean;
  readonly savesUnread: boolean;
  readonly cachesCookies: boolean;
  /** Who may send unsafe requests; null when that is not looked at. */
  readonly origins: OriginPolicy | null;
  readonly identityOf: ((session: Session) => unknown) | null;
}

/** @throws TypeError in express-session's words for its own options, and for an unknown one of ours */
export function resolveOptions(options: SessionInit): Settings {
  const { secret, unset } = options;
  // By truth, as express-session reads them: settings that are missing may be `null` or `false`.
  const cookie = options.cookie || {};
  const genid = options.genid || generateId;
  if (typeof genid !== "function") throw new TypeError("genid option must be a function");
  if (unset && unset !== "destroy" && unset !== "keep") {
    throw new TypeError('unset option must be "destroy" or "keep"');
  }
  if (secret === undefined) warnOnce("req.secret; provide secret option");
  return {
    cookieFor: typeof cookie === "function" ? cookie : () => cookie,
    generateId: genid,
    name: options.name || options.key || "connect.sid",
    store: options.store || memoryStore(),
    trustProxy: options.proxy,
    resave: deprecatedDefault(options.resave, "resave"),
    rolling: Boolean(options.rolling),
    saveUninitialized: deprecatedDefault(options.saveUninitialized, "saveUninitialized"),
    signer: secret ? new Signer(secretsOf(secret)) : null,
    destroysUnset: unset === "destroy",
    savesUnread: options.dangerouslySaveUnread === true,
    cachesCookies: options.dangerouslyCacheSessionCookies === true,
    ...resolveStrict(options.strict),
  };
}

function resolveStrict(
  strict: boolean | StrictDefences = false,
): Pick<Settings, "origins" | "identityOf"> {
  if (strict === false) return { origins: null, identityOf: null };
  const { trustedOrigins, identityOf = null } = strict === true ? {} : strict;
  if (strict !== true) {
    if (typeof strict !== "object") throw new TypeError("strict must be a boolean or an object");
    refuseUnknownKeys(strict, ["trustedOrigins", "identityOf"], "strict");
  }
  if (identityOf !== null && typeof identityOf !== "function") {
    throw new TypeError("strict.identityOf must be a function");
  }
  return { origins: resolveOrigins(null, trustedOrigins), identityOf };
}

/** The secrets to sign with, first the one for new cookies. */
export function secretsOf(secret: Secret | readonly Secret[]): readonly [Secret, ...Secret[]] {
  const [first, ...others] = Array.isArray(secret) ? (secret as readonly Secret[]) : [secret];
  if (first === undefined) {
    throw new TypeError("secret option array must contain one or more strings");
  }
  return [first as Secret, ...(others as Secret[])];
}

function deprecatedDefault(value: unknown, name: string): boolean {
  if (value !== undefined) return Boolean(value);
  warnOnce(`undefined ${name} option; provide ${name} option`);
  return true;
}

function memoryStore(): ConnectStore {
  if (process.env["NODE_ENV"] === "production") {
    warnOnce(
      "MemoryStore is not for production: it grows without bound, and ends with the process",
    );
  }
  return new MemoryStore();
}

/** 192 bits, in 32 characters. */
function generateId(): string {
  return randomBytes(24).toString("base64url");
}
