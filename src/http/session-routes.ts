import { AuthError } from "../core/errors.ts";
import { isIdentifier } from "../core/identifiers.ts";
import { readJsonObject } from "./body.ts";
import type { RefreshInput } from "./refresh.ts";
import { listedSessionBody, sessionBody, userBody } from "./bodies.ts";
import type { Route, RouteAnswer, RouteCall, UserRouteCall } from "./route.ts";
import { signOutAndForget } from "./sign-out.ts";
import type {
  CsrfBody,
  CurrentSessionBody,
  RefreshedBody,
  RevokedOthersBody,
  SessionListBody,
} from "./wire.ts";

/** The routes that work with or without accounts of our own. */
export const sessionRoutes: readonly Route[] = [
  { method: "GET", path: "/session", access: "user", answer: showSession },
  { method: "POST", path: "/sign-out", access: "anyone", answer: signOut },
  { method: "POST", path: "/refresh", access: "anyone", answer: refresh },
  { method: "GET", path: "/sessions", access: "user", answer: listSessions },
  { method: "DELETE", path: "/sessions", access: "user", answer: revokeOtherSessions },
  { method: "DELETE", path: "/sessions/:id", access: "user", answer: revokeSession },
  { method: "GET", path: "/csrf", access: "anyone", answer: issueCsrfToken },
];

async function showSession({ engine, auth, principal }: UserRouteCall): Promise<RouteAnswer> {
  const known =
    engine.config.strategy === "hybrid"
      ? await engine.directory.get(principal.sessionId)
      : auth.session;
  // It may have ended while this request was under way.
  if (known === null) throw new AuthError("session_revoked");
  const session = sessionBody(known);
  if (engine.accounts === null) {
    return { status: 200, body: { session } satisfies CurrentSessionBody };
  }
  // Null for a user of the application's own.
  const user = await engine.accounts.find(principal.userId);
  const body: CurrentSessionBody = { user: user && userBody(user), session };
  return { status: 200, body };
}

async function signOut({ auth }: RouteCall): Promise<RouteAnswer> {
  return { status: 204, headers: await signOutAndForget(auth) };
}

async function refresh({ engine, auth, request }: RouteCall): Promise<RouteAnswer> {
  const hasRefreshTokens = engine.config.strategy === "hybrid";
  if (!hasRefreshTokens) {
    if (auth.error !== null) throw auth.error;
    if (auth.principal === null) throw new AuthError("unauthenticated");
  }
  const { session, tokens } = await auth.refresh(
    hasRefreshTokens ? await refreshInputOf(request) : {},
  );
  const body: RefreshedBody = {
    session: session && sessionBody(session),
    ...(tokens && { tokens }),
  };
  return { status: 200, body };
}

/** `{ refreshToken? }`, or no body at all: then it is the cookie's. */
async function refreshInputOf(request: Request): Promise<RefreshInput> {
  const body = await readJsonObject(request);
  if (!("refreshToken" in body)) return {};
  if (typeof body.refreshToken === "string") return { refreshToken: body.refreshToken };
  throw new AuthError("invalid_input", {
    fields: [{ field: "refreshToken", detail: "A refresh token is text." }],
  });
}

async function listSessions({ engine, auth, principal }: UserRouteCall): Promise<RouteAnswer> {
  // Without records nobody knows of the user's other logins.
  const sessions =
    engine.config.strategy === "jwt"
      ? [auth.session].filter((session) => session !== null)
      : await engine.directory.list(principal.userId);
  const body: SessionListBody = {
    sessions: sessions.map((each) => listedSessionBody(each, principal.sessionId)),
  };
  return { status: 200, body };
}

async function revokeOtherSessions({ engine, principal }: UserRouteCall): Promise<RouteAnswer> {
  const verdict = await engine.sessions.revoke({
    scope: "user",
    id: principal.userId,
    except: { sessionId: principal.sessionId },
    reason: "revoked_by_user",
  });
  if (verdict.outcome !== "revoked") throw new AuthError("session_revoked");
  return { status: 200, body: { revoked: verdict.sessions } satisfies RevokedOthersBody };
}

async function revokeSession(call: UserRouteCall): Promise<RouteAnswer> {
  const { engine, principal, params } = call;
  const id = params["id"] ?? "";
  if (id === principal.sessionId) return signOut(call);
  // Without records nobody knows whose login it is.
  if (!isIdentifier(id) || engine.config.strategy === "jwt") throw new AuthError("not_found");
  const verdict = await engine.sessions.revoke({
    scope: "session",
    id,
    ofUser: principal.userId,
    reason: "revoked_by_user",
  });
  // Another user's session answers like one that never was.
  if (verdict.outcome !== "revoked") throw new AuthError("not_found");
  return { status: 204 };
}

async function issueCsrfToken({ auth }: RouteCall): Promise<RouteAnswer> {
  return { status: 200, body: { token: await auth.csrfToken() } satisfies CsrfBody };
}
