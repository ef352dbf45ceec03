import { AuthError, type ErrorCode } from "../core/errors.ts";
import type { Carrier } from "../core/sessions/principal.ts";
import type { LastKnown, PresentedTokens, ResumeVerdict } from "../core/sessions/resume.ts";
import type { ResumedSession } from "../core/sessions/resumed-session.ts";
import { presentedCredential } from "./credential.ts";
import type { RequestContext } from "./request-context.ts";

/** What is known about who sends a request. */
export type Authentication =
  | { readonly status: "anonymous" }
  | { readonly status: "resumed"; readonly carrier: Carrier; readonly resumed: ResumedSession }
  /** There is a credential, and it is not good. */
  | {
      readonly status: "refused";
      readonly carrier: Carrier;
      readonly error: AuthError;
      /** Whether the browser has another session by now: this request was under way when it signed in. */
      readonly replaced?: boolean;
    }
  /** Nobody can say, because the store does not answer. */
  | {
      readonly status: "unavailable";
      readonly carrier: Carrier;
      readonly error: AuthError;
      /** The session as this process last knew it, for routes that go on for a while in an outage. */
      readonly lastKnown: LastKnown | null;
    };

const anonymous: Authentication = { status: "anonymous" };

/**
 * Judges the credential of a request: at once when nothing has to be read, which is so without an authentic one, and
 * with one that this process has seen and of which its view of the log is fresh. Otherwise the session is read once.
 * A request that comes with a cookie and may change something must not come from another site's page: that is
 * decided before the store is asked.
 */
export function authenticate(context: RequestContext): Authentication | Promise<Authentication> {
  const { keys } = context.engine;
  if (context.needsKeys && !keys.areCurrent) return withCurrentKeys(context, "cookie");
  const credential = presentedCredential(
    context.head.headers,
    context.cookie.name,
    context.engine.resumer.recognize,
  );
  switch (credential.kind) {
    case "none":
      return anonymous;
    case "forged":
      // By a key that this process does not know yet, it may be authentic.
      if (!keys.areCurrent) return withCurrentKeys(context, credential.carrier);
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
  return known === null
    ? askStore(context, carrier, tokens)
    : judged(context, carrier, tokens, known);
}

async function withCurrentKeys(context: RequestContext, carrier: Carrier): Promise<Authentication> {
  try {
    await context.engine.keys.makeCurrent();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return { status: "unavailable", carrier, error, lastKnown: null };
  }
  return authenticate(context);
}

async function askStore(
  context: RequestContext,
  carrier: Carrier,
  tokens: PresentedTokens,
): Promise<Authentication> {
  const { resumer } = context.engine;
  try {
    return judged(context, carrier, tokens, await resumer.resume(tokens));
  } catch (error) {
    if (error instanceof AuthError && error.code === "store_unavailable") {
      return { status: "unavailable", carrier, error, lastKnown: resumer.lastKnown(tokens) };
    }
    throw error;
  }
}

function judged(
  { engine }: RequestContext,
  carrier: Carrier,
  tokens: PresentedTokens,
  verdict: ResumeVerdict,
): Authentication {
  if (verdict.outcome === "resumed")
    return { status: "resumed", carrier, resumed: verdict.resumed };
  return { ...refused(carrier, verdict.code), replaced: engine.resumer.wasReplaced(tokens) };
}

function refused(carrier: Carrier, code: ErrorCode): Authentication & { status: "refused" } {
  // A client that sends tokens is told in the words of RFC 6750, section 3.
  const headers =
    carrier === "header" ? { "www-authenticate": 'Bearer error="invalid_token"' } : {};
  return { status: "refused", carrier, error: new AuthError(code, { headers }) };
}
