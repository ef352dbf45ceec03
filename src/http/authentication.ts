import { AuthError, type ErrorCode } from "../core/errors.ts";
import type { Carrier } from "../core/sessions/principal.ts";
import type { Resumed } from "../core/sessions/resumed-session.ts";

/** What is known about who sends a request. */
export type Authentication =
  | { readonly status: "anonymous" }
  | Resumed
  /** There is a credential, and it is not good. */
  | {
      readonly status: "refused";
      readonly carrier: Carrier;
      readonly error: AuthError;
      /** Whether the browser has another session by now: this request was under way when it signed in. */
      readonly replaced?: boolean;
      /** The session that an authentic credential was for, which may be ended by it. */
      readonly sessionId?: string | undefined;
    }
  /** Nobody can say, because the store does not answer. */
  | {
      readonly status: "unavailable";
      readonly carrier: Carrier;
      readonly error: AuthError;
      /** The login as this process last knew it, for routes that go on for a while in an outage. */
      readonly lastKnown: LastKnown | null;
    };

/** What a process knows of a login that it can no longer ask about. */
export interface LastKnown {
  readonly resumed: Resumed;
  /** How long ago it was last certain: milliseconds. */
  readonly ageMs: number;
}

/** The session that an authentic credential is for, good or not any more; null where there is none. */
export function sessionIdIn(authentication: Authentication): string | null {
  switch (authentication.status) {
    case "anonymous":
      return null;
    case "resumed":
      return authentication.session.id;
    case "refused":
      return authentication.sessionId ?? null;
    case "unavailable":
      return authentication.lastKnown?.resumed.session.id ?? null;
  }
}

/** That a credential is not good; `cause` is for its developer, and never reaches the wire. */
export function refused(
  carrier: Carrier,
  code: ErrorCode,
  cause?: Error,
): Extract<Authentication, { readonly status: "refused" }> {
  // A client that sends tokens is told in the words of RFC 6750, section 3.
  const headers =
    carrier === "header" ? { "www-authenticate": 'Bearer error="invalid_token"' } : {};
  return { status: "refused", carrier, error: new AuthError(code, { headers, cause }) };
}
