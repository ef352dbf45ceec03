import type { CookieOptions, Request, Response } from "express";
import { AuthError } from "symbolon";
import { html, type Html } from "./html.ts";
import { signInPage, whyEnded } from "./pages.ts";
import {
  addressOf,
  customerOf,
  deviceOf,
  isMendable,
  retryAfter,
  textFields,
  type Banking,
} from "./request.ts";

/** Sign in and sign out; all that strangers may do. */
export function addSignInRoutes(banking: Banking): void {
  const { app, signIns, https } = banking;

  app.get("/sign-in", (req, res) => {
    if (req.auth.principal !== null) return res.redirect(303, "/accounts");
    const next = returnPath(req.query["next"]);
    res.send(signInPage({ email: "", next, problem: null, ...whyHere(req) }));
  });

  app.post("/sign-in", async (req, res) => {
    const { email, password, next } = textFields(req.body, ["email", "password", "next"]);
    try {
      await signIn(banking, req, { email, password });
    } catch (error) {
      if (!isMendable(error)) throw error;
      retryAfter(res, error);
      const page = { email, next: returnPath(next), notice: null, problem: error.message };
      res.status(error.status).send(signInPage(page));
      return;
    }
    rememberSession(banking, req, res);
    res.redirect(303, returnPath(next));
  });

  app.post("/sign-out", async (req, res) => {
    const { principal } = req.auth;
    await req.auth.signOut();
    if (principal !== null) {
      const by = deviceOf(req);
      signIns.end(principal.sessionId, { at: req.auth.now, why: "signed_out", by });
    }
    res.clearCookie(lastSession, cookie(https));
    res.redirect(303, "/sign-in?signed-out");
  });

  function whyHere(req: Request): { notice: string | Html | null; isOver: boolean } {
    if (req.auth.status === "anonymous" && req.headers["sec-fetch-site"] === "cross-site") {
      // With SameSite=Strict the browser kept the cookie back, because another site's page led here.
      const here = returnPath(req.query["next"]);
      const notice = html`You came from another site. Are you signed in already? Then
        <a href="${here}">go on</a>.`;
      return { notice, isOver: false };
    }
    if (req.query["signed-out"] !== undefined) {
      return { notice: "You have signed out.", isOver: true };
    }
    const code = req.auth.error?.code;
    const isOver = code === "session_expired" || code === "session_revoked";
    if (!isOver) return { notice: null, isOver };
    const ended = signIns.find(lastSessionOf(req));
    return {
      notice: ended === null ? html`Your last session has ended.` : whyEnded(ended),
      isOver,
    };
  }
}

/**
 * Signs a customer in, and everybody else who is signed in as them out. Of two who do so at once one stays: each ends all
 * sessions but its own in one act of the store, which refuses the one whose own has just been ended.
 */
async function signIn(
  { auth, signIns, severalSessions }: Banking,
  req: Request,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<void> {
  // Before the password is looked at: another site's page must not sign anybody in.
  req.auth.assertMaySignIn();
  const { user } = await auth.users.verifyPassword({ email, password, ...addressOf(req) });
  const claims = { name: user.name ?? user.email };
  const before = req.auth.principal?.sessionId;
  const { session } = await req.auth.signIn({ userId: user.id, claims });
  const [at, by] = [session.createdAt, deviceOf(req)];
  // The session that this browser came with ended in the same act.
  if (before !== undefined) signIns.end(before, { at, why: "signed_out", by });
  signIns.begin({ sessionId: session.id, userId: user.id, at, device: by });
  if (severalSessions) return;

  const others = (await auth.sessions.list(user.id)).filter(({ id }) => id !== session.id);
  try {
    await auth.sessions.revokeAll({ userId: user.id, except: session.id });
  } catch (error) {
    if (error instanceof RangeError) throw new AuthError("sign_in_superseded", { cause: error });
    throw error;
  }
  for (const { id } of others) signIns.end(id, { at, why: "replaced", by });
}

/**
 * The id of the browser's last session, so that it can be told why that ended. The id is public and opens nothing; the
 * token is Symbolon's.
 */
const lastSession = "last_session";

export function rememberSession({ https }: Banking, req: Request, res: Response): void {
  res.cookie(lastSession, customerOf(req).sessionId, cookie(https));
}

function cookie(secure: boolean): CookieOptions {
  return { httpOnly: true, sameSite: "strict", path: "/", secure };
}

function lastSessionOf({ headers }: Request): string {
  return /(?:^|; )last_session=([\w-]+)/.exec(headers.cookie ?? "")?.[1] ?? "";
}

/** Where to go after the sign-in: a page of ours, never an address of another's choice. */
function returnPath(next: unknown): string {
  return typeof next === "string" && /^(?:\/[\w-]+)+$/.test(next) ? next : "/accounts";
}
