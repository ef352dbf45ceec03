import type { Strategy } from "../core/options.ts";
import { jwksRoute } from "../http/jwks.ts";
import type { RouteLine } from "./pages/home.ts";

const refreshDoes: Readonly<Record<Strategy, string>> = {
  session: "Say that the session is in use",
  hybrid: "Trade a refresh token for an access token",
  jwt: "Ask whether the access token is good",
};

/** The routes as the start page tells them. */
export function routeLinesOf(strategy: Strategy): readonly RouteLine[] {
  const sessions: readonly RouteLine[] = [
    { method: "GET", path: "/auth/sessions", does: "List the devices that are signed in" },
    { method: "DELETE", path: "/auth/sessions/:id", does: "Sign one device out" },
    { method: "DELETE", path: "/auth/sessions", does: "Sign all other devices out" },
  ];
  const keys: RouteLine = {
    method: jwksRoute.method,
    path: jwksRoute.path,
    does: "The keys by which others verify access tokens",
  };
  return [
    { method: "POST", path: "/auth/register", does: "Register with email and password" },
    { method: "POST", path: "/auth/sign-in", does: "Sign in" },
    { method: "GET", path: "/auth/session", does: "Who is signed in here" },
    { method: "POST", path: "/auth/sign-out", does: "Sign out" },
    { method: "POST", path: "/auth/refresh", does: refreshDoes[strategy] },
    ...(strategy === "jwt" ? [] : sessions),
    { method: "POST", path: "/auth/password", does: "Change the password" },
    { method: "GET", path: "/auth/csrf", does: "A token for forms of old browsers" },
    { method: "POST", path: "/auth/revoke", does: "Make a token worthless (RFC 7009)" },
    ...(strategy === "session" ? [] : [keys]),
  ];
}
