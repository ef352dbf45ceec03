import { AuthError } from "../core/errors.ts";
import { isIdentifier } from "../core/identifiers.ts";
import { listedSessionBody, sessionBody, userBody } from "./bodies.ts";
import type { Route, RouteAnswer, RouteCall, UserRouteCall } from "./route.ts";
import { signOutAndForget } from "./sign-out.ts";

/** The routes that work with or without accounts of our own. */
export const sessionRoutes: readonly Route[] = [
  { method: "GET", path: "/session", access: "user", answer: showSession },
  { method: "POST", path: "/sign-out", access: "anyone", answer: signOut },
  { method: "POST", path: "/refresh", access: "user", answer: refresh },
  { method: "GET", path: "/sessions", access: "user", answer: listSessions },
  { method: "DELETE", path: "/sessions", access: "user", answer: revokeOtherSessions },
  { method: "DELETE", path: "/sessions/:id", access: "user", answer: revokeSession },
  { method: "GET", path: "/csrf", access: "anyone", answer: issueCsrfToken },
];

async function showSession({ engine, auth, principal }: UserRouteCall): Promise<RouteAnswer> {
  const session = auth.session && sessionBody(auth.session);
  if (engine.accounts === null) return { status: 200, body: { session } };
  // Null for a user of the application's own.
  const user = await engine.accounts.find(principal.userId);
  return { status: 200, body: { user: user && userBody(user), session } };
}

async function signOut({ auth }: RouteCall): Promise<RouteAnswer> {
  return { status: 204, headers: await signOutAndForget(auth) };
}

async function refresh({ auth }: UserRouteCall): Promise<RouteAnswer> {
  const session = await auth.refresh();
  return { status: 200, body: { session: session && sessionBody(session) } };
}

async function listSessions({ engine, principal }: UserRouteCall): Promise<RouteAnswer> {
  const sessions = await engine.directory.list(principal.userId);
  return {
    status: 200,
    body: { sessions: sessions.map((each) => listedSessionBody(each, principal.sessionId)) },
  };
}

async function revokeOtherSessions({ engine, principal }: UserRouteCall): Promise<RouteAnswer> {
  const verdict = await engine.sessions.revoke({
    scope: "user",
    id: principal.userId,
    except: { sessionId: principal.sessionId },
    reason: "revoked_by_user",
  });
  if (verdict.outcome !== "revoked") throw new AuthError("session_revoked");
  return { status: 200, body: { revoked: verdict.sessions } };
}

async function revokeSession(call: UserRouteCall): Promise<RouteAnswer> {
  const { engine, principal, params } = call;
  const id = params["id"] ?? "";
  if (id === principal.sessionId) return signOut(call);
  if (!isIdentifier(id)) throw new AuthError("not_found");
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
  return { status: 200, body: { token: await auth.csrfToken() } };
}
