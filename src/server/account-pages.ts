import { Hono } from "hono";
import type { Auth } from "../auth.ts";
import { AuthError } from "../core/errors.ts";
import type { Strategy } from "../core/options.ts";
import type { Principal } from "../core/sessions/principal.ts";
import { changePassword } from "../http/account-actions.ts";
import { noticeFor } from "./notices.ts";
import { actionOf, formOf, problemsOf, type PageContext, type PageEnv } from "./page-context.ts";
import { accountPage } from "./pages/account.ts";
import { noProblems, type FormProblems } from "./pages/form.ts";
import type { Html } from "./pages/html.ts";
import type { SessionLine } from "./pages/session-list.ts";
import { signOut } from "./sign-in-pages.ts";

/** `/account`: profile, devices and sessions, password. */
export function accountPages(auth: Auth, strategy: Strategy): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();

  async function sessionsOf({ userId, sessionId }: Principal): Promise<readonly SessionLine[]> {
    const sessions = await auth.sessions.list(userId);
    return sessions.map((each) => ({ ...each, current: each.id === sessionId }));
  }

  async function render(
    { var: { auth: request, accounts } }: PageContext,
    principal: Principal,
    shown: { readonly passwordForm: FormProblems; readonly notice: string | null },
  ): Promise<Html> {
    const user = await accounts.find(principal.userId);
    if (user === null) throw new AuthError("session_revoked");
    return accountPage({
      user,
      sessions: strategy === "jwt" ? null : await sessionsOf(principal),
      now: request.now,
      ...shown,
    });
  }

  pages.get("/account", async (context) => {
    const { principal, error } = context.var.auth;
    if (principal === null) {
      const notice = noticesByCode.get(error?.code ?? "") ?? "sign-in-first";
      return context.redirect(`/sign-in?notice=${notice}&next=/account`, 303);
    }
    const notice = noticeFor(context.req.query("notice"));
    return context.html(await render(context, principal, { passwordForm: noProblems, notice }));
  });

  // Without records nobody knows whose login an id names.
  if (strategy !== "jwt") pages.route("/account/sessions", sessionPages(auth));

  pages.post("/account/password", async (context) => {
    const principal = principalOf(context);
    const { currentPassword = "", newPassword = "" } = await formOf(context);
    try {
      await changePassword(actionOf(context), { currentPassword, newPassword });
    } catch (error) {
      const { status, ...passwordForm } = problemsOf(error);
      return context.html(await render(context, principal, { passwordForm, notice: null }), status);
    }
    return context.redirect("/account?notice=password-changed", 303);
  });

  return pages;
}

/** The forms of the list of sessions. */
function sessionPages(auth: Auth): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();

  pages.post("/revoke", async (context) => {
    const principal = principalOf(context);
    const { sessionId = "" } = await formOf(context);
    if (sessionId === principal.sessionId) return signOut(context);
    const revoked = await auth.sessions.revoke(sessionId, { userId: principal.userId });
    const notice = revoked.sessions > 0 ? "device-signed-out" : "device-gone";
    return context.redirect(`/account?notice=${notice}#sessions`, 303);
  });

  pages.post("/revoke-others", async (context) => {
    const { userId, sessionId } = principalOf(context);
    await auth.sessions.revokeAll({ userId, except: sessionId });
    return context.redirect("/account?notice=devices-signed-out#sessions", 303);
  });

  return pages;
}

/** Why somebody who was signed in is not any more. */
const noticesByCode: ReadonlyMap<string, string> = new Map([
  ["session_revoked", "session-ended"],
  ["session_expired", "session-expired"],
  ["refresh_token_reused", "session-reused"],
  ["token_expired", "sign-in-expired"],
  ["token_outdated", "sign-in-expired"],
]);

function principalOf({ var: { auth } }: PageContext): Principal {
  if (auth.error !== null) throw auth.error;
  if (auth.principal === null) throw new AuthError("unauthenticated");
  return auth.principal;
}
