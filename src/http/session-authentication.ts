import { AuthError } from "../core/errors.ts";
import type { Carrier } from "../core/sessions/principal.ts";
import type { PresentedTokens, ResumeVerdict } from "../core/sessions/resume.ts";
import { refused, type Authentication } from "./authentication.ts";
import { presentedCredential } from "./credential.ts";
import type { RequestContext } from "./request-context.ts";

const anonymous: Authentication = { status: "anonymous" };

/** Judges the session token of a request. */
export function authenticateBySession(
  context: RequestContext,
): Authentication | Promise<Authentication> {
  const { keys } = context.engine;
  const credential = presentedCredential(
    context.head.headers,
    context.cookies.places.session.name,
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
  return authenticateBySession(context);
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
  if (verdict.outcome === "resumed") return verdict.by(carrier);
  return { ...refused(carrier, verdict.code), replaced: engine.resumer.wasReplaced(tokens) };
}
