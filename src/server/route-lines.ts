import type { RouteLine } from "./pages/home.ts";

/** The routes as the start page tells them. */
export const routeLines: readonly RouteLine[] = [
  { method: "POST", path: "/auth/register", does: "Register with email and password" },
  { method: "POST", path: "/auth/sign-in", does: "Sign in" },
  { method: "GET", path: "/auth/session", does: "Who is signed in here" },
  { method: "POST", path: "/auth/sign-out", does: "Sign out" },
  { method: "POST", path: "/auth/refresh", does: "Say that the session is in use" },
  { method: "GET", path: "/auth/sessions", does: "List the devices that are signed in" },
  { method: "DELETE", path: "/auth/sessions/:id", does: "Sign one device out" },
  { method: "DELETE", path: "/auth/sessions", does: "Sign all other devices out" },
  { method: "POST", path: "/auth/password", does: "Change the password" },
  { method: "GET", path: "/auth/csrf", does: "A token for forms of old browsers" },
];
