import { AuthError, type ErrorCode } from "../core/errors.ts";
import type { Carrier } from "../core/sessions/principal.ts";
import type { PresentedTokens, ResumeVerdict } from "../core/sessions/resume.ts";
import type { ResumedSession } from "../core/sessions/resumed-session.ts";
import { presentedCredential } from "./credential.ts";
import type { RequestContext } from "./request-context.ts";

/** What is known about who sends a request. */
export type Authentication =
  | { readonly status: "anonymous" }
  | { readonly status: "resumed"; readonly carrier: Carrier; readonly resumed: ResumedSession }
  /** There is a credential, and it is not good. */
  | { readonly status: "refused"; readonly carrier: Carrier; readonly error: AuthError }
  /** Nobody can say, because the store does not answer. */
  | { readonly status: "unavailable"; readonly carrier: Carrier; readonly error: AuthError };

const anonymous: Authentication = { status: "anonymous" };

/**
 * Judges the credential of a request: at once when nothing has to be read, which is so without an authentic one, and
 * with one that this process has seen and of which its view of the log is fresh. Otherwise the session is read once.
 * A request that comes with a cookie and may change something must not come from another site's page: that is
 * decided before the store is asked.
 */
export function authenticate(context: RequestContext): Authentication | Promise<Authentication> {
  const credential = presentedCredential(
    context.head.headers,
    context.cookie.name,
    context.engine.resumer.recognize,
  );
  switch (credential.kind) {
    case "none":
      return anonymous;
    case "forged":
      return refused(credential.carrier, "unauthenticated");
    case "ambiguous":
      return { status: "refused", carrier: "cookie", error: context.refuse("duplicate_cookie") };
    case "authentic":
      break;
  }
  const { carrier, tokens } = credential;
  if (carrier === "cookie" && context.mayChange && context.isCrossSite(tokens[0].sessionId)) {
    return { status: "refused", carrier, error: context.refuse("cross_site_request") };
  }
  const known = context.engine.resumer.resumeKnown(tokens);
  return known === null ? askStore(context, carrier, tokens) : judged(carrier, known);
}

async function askStore(
  { engine }: RequestContext,
  carrier: Carrier,
  tokens: PresentedTokens,
): Promise<Authentication> {
  try {
    return judged(carrier, await engine.resumer.resume(tokens));
  } catch (error) {
    if (error instanceof AuthError && error.code === "store_unavailable") {
      return { status: "unavailable", carrier, error };
    }
    throw error;
  }
}

function judged(carrier: Carrier, verdict: ResumeVerdict): Authentication {
  return verdict.outcome === "resumed"
    ? { status: "resumed", carrier, resumed: verdict.resumed }
    : refused(carrier, verdict.code);
}

function refused(carrier: Carrier, code: ErrorCode): Authentication {
  // A client that sends tokens is told in the words of RFC 6750, section 3.
  const headers =
    carrier === "header" ? { "www-authenticate": 'Bearer error="invalid_token"' } : {};
  return { status: "refused", carrier, error: new AuthError(code, { headers }) };
}
