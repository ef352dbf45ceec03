import { createAuth, type Auth } from "symbolon";
import { nextAuth } from "symbolon/next";
import { sqliteStore } from "symbolon/stores/sqlite";

function makeAuth(): Auth {
  return createAuth({
    secret: process.env["AUTH_SECRET"],
    store: sqliteStore(process.env["DATABASE"] ?? "example.db"),
    accounts: { password: true },
    strategy: "hybrid",
    refresh: "inline", // pages need no script to stay signed in
    baseUrl: process.env["BASE_URL"] ?? "http://localhost:3000",
  });
}

// Next loads this module once for the proxy and once for everything else; one engine serves both.
const shared = globalThis as typeof globalThis & { auth?: Auth };
export const auth: Auth = (shared.auth ??= makeAuth());

export const {
  handlers,
  withAuth,
  authProxy,
  pageAuth,
  requirePrincipal,
  actionAuth,
  accountActions,
} = nextAuth(auth);
