import { AuthError } from "../core/errors.ts";
import type { Engine } from "../core/engine.ts";
import { ResumedToken } from "../core/access-tokens/resumed-token.ts";
import { refreshTokenPrefix } from "../core/refresh-tokens/refresh-token.ts";
import type { Resumed } from "../core/sessions/resumed-session.ts";
import { sessionTokenPrefix } from "../core/sessions/session-token.ts";
import { readFormFields } from "./body.ts";
import type { ResourceServerRouteCall, Route, RouteAnswer, RouteCall } from "./route.ts";
import type { IntrospectionBody } from "./service-wire.ts";

/** The route by which services ask what a token is worth. There only with `resourceServers`. */
export const introspectionRoutes: readonly Route[] = [
  { method: "POST", path: "/introspect", access: "resource_server", answer: introspect },
];

/** The route by which whoever holds a token makes it useless. */
export const tokenRevocationRoutes: readonly Route[] = [
  { method: "POST", path: "/revoke", access: "anyone", answer: revoke },
];

/** RFC 7662. A refresh token is not active here: it is for its client and us, never for a service. */
async function introspect({ engine, request }: ResourceServerRouteCall): Promise<RouteAnswer> {
  const resumed = await resumedBy(engine, await tokenIn(request));
  return { status: 200, body: resumed === null ? { active: false } : bodyOf(engine, resumed) };
}

function bodyOf({ tokens }: Engine, resumed: Resumed): IntrospectionBody | { active: false } {
  const principal = resumed.by("header").principal;
  if (principal === null) return { active: false };
  const { issuer, audience, clientId } = tokens?.config ?? {};
  const isToken = resumed instanceof ResumedToken;
  return {
    ...principal.claims,
    active: true,
    token_type: "Bearer",
    sub: principal.userId,
    sid: principal.sessionId,
    ...(principal.tenantId !== undefined && { tenant_id: principal.tenantId }),
    ...(isToken && { iss: issuer, aud: audience, client_id: clientId }),
    iat: inSeconds(isToken ? resumed.origin.issuedAt : resumed.session.createdAt),
    exp: inSeconds(principal.expiresAt),
    auth_time: inSeconds(principal.authenticatedAt),
    acr: principal.assuranceLevel,
    amr: principal.methods,
  };
}

/**
 * RFC 7009: ends the session that a token is for, whichever of its tokens it is. Whoever holds the token may, so nobody
 * else is asked for; a token that is worth nothing is answered alike.
 */
async function revoke({ engine, request }: RouteCall): Promise<RouteAnswer> {
  const sessionId = await sessionOf(engine, await tokenIn(request));
  if (sessionId !== null) {
    await engine.sessions.revoke({ scope: "session", id: sessionId, reason: "signed_out" });
  }
  return { status: 200 };
}

async function sessionOf(engine: Engine, token: string): Promise<string | null> {
  if (token.startsWith(refreshTokenPrefix)) {
    return (await engine.tokens?.refresher?.sessionOf(token)) ?? null;
  }
  if (engine.tokens !== null && !token.startsWith(sessionTokenPrefix)) {
    const verdict = await engine.tokens.resumer.resume(token);
    if (verdict.outcome === "refused") return verdict.sessionId ?? null;
    return verdict.session.id;
  }
  return (await resumedBy(engine, token))?.session.id ?? null;
}

/** What an access token or a session token proves now; null for any other text. */
async function resumedBy(engine: Engine, token: string): Promise<Resumed | null> {
  const { resumer, keys, tokens } = engine;
  if (token.startsWith(sessionTokenPrefix)) {
    if (!keys.areCurrent) await keys.makeCurrent();
    const presented = resumer.recognize(token);
    const verdict = presented && (await resumer.resume([presented]));
    return verdict?.outcome === "resumed" ? verdict : null;
  }
  const verdict = tokens && (await tokens.resumer.resume(token));
  return verdict?.outcome === "resumed" ? verdict : null;
}

/** @throws AuthError `invalid_input`, and what reading a form throws */
async function tokenIn(request: Request): Promise<string> {
  const token = (await readFormFields(request)).get("token");
  if (token !== null && token !== "") return token;
  throw new AuthError("invalid_input", {
    fields: [{ field: "token", detail: "Which token? Send it as a form field." }],
  });
}

function inSeconds(time: number): number {
  return Math.floor(time / 1000);
}
