import { AuthError } from "../core/errors.ts";
import type { AssuranceLevel } from "../core/sessions/authentication.ts";
import type { Principal } from "../core/sessions/principal.ts";
import { toMilliseconds, type Duration } from "../util/duration.ts";
import { headerOf, type HeaderSource } from "./headers.ts";
import type { RequestAuth } from "./request-auth.ts";

/** What a route asks of its visitor, beyond being signed in. */
export interface GuardOptions {
  /** The user must have proved who they are at most this long ago. */
  readonly maxAge?: Duration;
  /** At least this assurance level. */
  readonly assurance?: AssuranceLevel;
  /** All of these methods (RFC 8176). */
  readonly methods?: readonly string[];
  /**
   * What an outage of the store means here. `'deny'` (default): 503. `{ staleFor }`: a session that this process knows goes
   * on for that long past the lease, and so does one that was revoked meanwhile.
   */
  readonly outage?: "deny" | { readonly staleFor: Duration };
  /** The application's own check, by role or tenant for example. What it throws, the guard throws. */
  readonly claims?: (principal: Principal) => boolean;
}

/** The same for a framework's guard, which also answers. */
export interface PageGuardOptions extends GuardOptions {
  /** The sign-in page to which a person who asked for a page is sent, with the way back in `next`. */
  readonly redirectTo?: string;
}

/** Judges a request, whatever its session data: null lets it pass, an error says why not. */
export type Guard = (
  auth: Pick<RequestAuth, "acceptStale" | "error" | "now" | "principal">,
) => AuthError | null;

const levels: readonly AssuranceLevel[] = ["aal1", "aal2", "aal3"];

/**
 * Makes the check that `requireAuth` runs. In order: 503 when the store cannot say who it is, 401 without a principal,
 * 401 with a step-up challenge (RFC 9470) when a fresher or stronger sign-in is needed, 403 when `claims` says no.
 * @throws TypeError for bad options, at once rather than on the first request.
 */
export function createGuard(options: GuardOptions = {}): Guard {
  const maxAgeMs = options.maxAge === undefined ? null : toMilliseconds(options.maxAge, "maxAge");
  const { assurance, methods = [], claims, outage = "deny" } = options;
  const staleForMs = outage === "deny" ? 0 : toMilliseconds(outage.staleFor, "outage.staleFor");
  if (assurance !== undefined && !levels.includes(assurance)) {
    throw new TypeError("assurance must be 'aal1', 'aal2' or 'aal3'");
  }
  return (auth) => {
    if (auth.error !== null && !(staleForMs > 0 && auth.acceptStale(staleForMs))) return auth.error;
    const { principal } = auth;
    if (principal === null) return new AuthError("unauthenticated");
    if (maxAgeMs !== null && auth.now - principal.authenticatedAt > maxAgeMs) {
      return stepUp(`max_age="${Math.floor(maxAgeMs / 1000)}"`);
    }
    if (
      assurance !== undefined &&
      levels.indexOf(principal.assuranceLevel) < levels.indexOf(assurance)
    ) {
      return stepUp(`acr_values="${assurance}"`);
    }
    if (methods.some((method) => !principal.methods.includes(method))) {
      return stepUp(`amr_values="${methods.join(" ")}"`);
    }
    if (claims !== undefined && !claims(principal)) return new AuthError("forbidden");
    return null;
  };
}

function stepUp(parameter: string): AuthError {
  return new AuthError("step_up_required", {
    headers: {
      "www-authenticate": `Bearer error="insufficient_user_authentication", ${parameter}`,
    },
  });
}

/** Where to send a person whom a guard answered 401; null when it was not a person asking for a page. */
export function signInPageFor(
  { redirectTo }: PageGuardOptions,
  error: AuthError,
  request: { readonly method: string; readonly headers: HeaderSource; readonly url: string },
): string | null {
  const wantsPage = headerOf(request.headers, "accept")?.includes("text/html") ?? false;
  if (redirectTo === undefined || error.status !== 401 || request.method !== "GET" || !wantsPage)
    return null;
  const separator = redirectTo.includes("?") ? "&" : "?";
  return `${redirectTo}${separator}next=${encodeURIComponent(request.url)}`;
}
