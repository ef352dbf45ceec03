import type { Carrier } from "../core/sessions/principal.ts";
import type { PresentedTokens } from "../core/sessions/resume.ts";
import {
  sessionIdOf,
  sessionTokenPrefix,
  type PresentedSessionToken,
} from "../core/sessions/session-token.ts";
import { cookieValues } from "./cookies.ts";
import { headerOf, type HeaderSource } from "./headers.ts";

/** What a request presents as proof of a session, judged without I/O. */
export type PresentedCredential =
  | { readonly kind: "none" }
  /** Of our shape, but never issued by us. */
  | { readonly kind: "forged"; readonly carrier: Carrier }
  /** Cookies of different sessions: one of them was planted, and nobody can say which. */
  | { readonly kind: "ambiguous" }
  /** Authentic tokens of one session. */
  | {
      readonly kind: "authentic";
      readonly carrier: Carrier;
      readonly tokens: PresentedTokens;
    };

const none: PresentedCredential = { kind: "none" };

/**
 * Finds the credential of a request. An `Authorization` header with a token of ours decides alone, good or bad; any
 * other `Authorization` (a proxy's Basic, a gateway's token) is not ours to judge and leaves it to the cookie.
 */
export function presentedCredential(
  headers: HeaderSource,
  cookieName: string,
  recognize: (token: string) => PresentedSessionToken | null,
): PresentedCredential {
  const bearer = ownBearerToken(headerOf(headers, "authorization"));
  if (bearer !== null) return singleCredential("header", recognize(bearer));
  const values = cookieValues(headerOf(headers, "cookie"), cookieName);
  const [only] = values;
  if (only === undefined) return none;
  if (values.length === 1) return singleCredential("cookie", recognize(only));
  if (new Set(values.map(sessionIdOf)).size > 1) return { kind: "ambiguous" };
  const [first, ...others] = values.map(recognize).filter((token) => token !== null);
  if (first === undefined) return { kind: "forged", carrier: "cookie" };
  return { kind: "authentic", carrier: "cookie", tokens: [first, ...others] };
}

function singleCredential(
  carrier: Carrier,
  token: PresentedSessionToken | null,
): PresentedCredential {
  return token === null
    ? { kind: "forged", carrier }
    : { kind: "authentic", carrier, tokens: [token] };
}

function ownBearerToken(authorization: string | undefined): string | null {
  const token = bearerTokenOf(authorization);
  return token !== null && token.startsWith(sessionTokenPrefix) ? token : null;
}

/** The token of a `Bearer` header (RFC 6750, section 2.1), whoever may have issued it; else null. */
export function bearerTokenOf(authorization: string | undefined): string | null {
  if (authorization === undefined || authorization.slice(0, 7).toLowerCase() !== "bearer ")
    return null;
  return authorization.slice(7).trim();
}
