import type { JsonObject, JsonValue } from "../util/json.ts";
import type { HeaderSource } from "./headers.ts";

/** A login of another library, as it is stored there now. */
export interface LegacyLogin {
  readonly userId: string;
  readonly tenantId?: string;
  /**
   * When the user proved who they are: milliseconds since the epoch. Sessions of the user that were ended after it end this login,
   * too. Left out, where nobody knows: any such ending does, and a step-up with `maxAge` asks again. So it is with a time that lies
   * more than a minute ahead.
   */
  readonly authenticatedAt?: number;
  /** How: authentication method references of RFC 8176. Default `['legacy']`. */
  readonly methods?: readonly string[];
  /** As for `signIn`. */
  readonly claims?: JsonObject;
  /** First data of the session. */
  readonly data?: Readonly<Record<string, JsonValue>>;
  /** Whether the new cookie outlives the browser. Default true. */
  readonly remember?: boolean;
}

/**
 * A session that is there, but of which the application's own functions could not say whose it is: its request is answered 503,
 * and the store is no less in reach for the others.
 */
export interface LegacyFault {
  /** What was thrown. */
  readonly fault: unknown;
}

/** Where a cookie of the other library is in the browser. */
export interface LegacyCookie {
  readonly name: string;
  /** Default `/`. */
  readonly path?: string;
  /** Left out: of the exact host. */
  readonly domain?: string;
}

/** A session of another library, and the request that it came with. */
export interface LegacyRequest {
  readonly sessionId: string;
  readonly headers: HeaderSource;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Another library, or an application's own sessions, as far as an upgrade needs them. `find` and `end` have a second to answer. What
 * any method throws, or does not answer in time, means "cannot be reached", and the request is answered 503; but for `end`, which
 * is asked again when the old cookie comes again.
 */
export interface LegacySource {
  /** Tells the sessions of one source from those of another. Must stay the same for as long as it is used. */
  readonly name: string;
  /**
   * The id of the old session that a request proves to have; null when it has none. It must have checked what the other library
   * checks of a cookie, a signature above all, and one session must have one id, however its cookie is spelt. Requests without
   * such a cookie must be told at once, so that they cost nothing.
   */
  sessionIdIn(headers: HeaderSource): string | null | Promise<string | null>;
  /** The login of a session that is stored and alive; null for anything else, also for a session of nobody. */
  find(request: LegacyRequest): Promise<LegacyLogin | LegacyFault | null>;
  /** Ends the old session, or takes the user out of it. It may come several times, and after it has been done. */
  end(request: LegacyRequest): Promise<void>;
  /** The cookies that the browser is to forget then. */
  readonly cookies: readonly LegacyCookie[];
}

/** @throws TypeError that names the option */
export function checkLegacySources(
  sources: readonly LegacySource[],
  strategy: "session" | "hybrid" | "jwt",
): readonly LegacySource[] {
  if (!Array.isArray(sources)) throw new TypeError("legacy must be a list of sources");
  if (sources.length > 0 && strategy === "jwt") {
    throw new TypeError(
      "legacy needs the strategy 'session': with 'jwt' there is no record by which one upgrade of an old session is told from another",
    );
  }
  if (sources.length > 0 && strategy === "hybrid") {
    throw new TypeError(
      "legacy needs the strategy 'session': a browser that lost the answer to its upgrade could not be given the same refresh token again. Upgrade with 'session' first, and change the strategy later",
    );
  }
  const names = new Set<string>();
  for (const { name } of sources) {
    if (typeof name !== "string" || name === "")
      throw new TypeError("a legacy source needs a name");
    if (names.has(name)) throw new TypeError(`legacy has two sources with the name "${name}"`);
    names.add(name);
  }
  return Object.freeze([...sources]);
}
