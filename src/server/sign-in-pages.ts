import { Hono } from "hono";
import type { Strategy } from "../core/options.ts";
import { register, signIn } from "../http/account-actions.ts";
import { signOutAndForget } from "../http/sign-out.ts";
import { noticeFor } from "./notices.ts";
import { actionOf, formOf, problemsOf, type PageContext, type PageEnv } from "./page-context.ts";
import { noProblems } from "./pages/form.ts";
import { registerPage } from "./pages/register.ts";
import { signInPage } from "./pages/sign-in.ts";
import { safeReturnPath } from "./safe-path.ts";

const afterSignIn = "/account";

/** `/sign-in`, `/register`, `/sign-out`: plain forms. */
export function signInPages(strategy: Strategy): Hono<PageEnv> {
  const pages = new Hono<PageEnv>();
  // Nothing renews an access token that is alone.
  const mayRemember = strategy !== "jwt";

  pages.get("/sign-in", (context) => {
    const next = returnPath(context.req.query("next"));
    if (context.var.auth.principal !== null) return context.redirect(next || afterSignIn, 303);
    const notice = noticeFor(context.req.query("notice"));
    return context.html(
      signInPage({
        ...noProblems,
        values: { email: "", remember: mayRemember ? false : null, next },
        notice,
      }),
    );
  });

  pages.post("/sign-in", async (context) => {
    const form = await formOf(context);
    const { email = "", password = "" } = form;
    const remember = mayRemember ? form["remember"] === "on" : null;
    const values = { email, remember, next: returnPath(form["next"]) };
    try {
      await signIn(actionOf(context), { email, password, remember: remember ?? false });
    } catch (error) {
      const { status, ...problems } = problemsOf(error);
      return context.html(signInPage({ ...problems, values, notice: null }), status);
    }
    return context.redirect(values.next || afterSignIn, 303);
  });

  pages.get("/register", (context) => {
    const next = returnPath(context.req.query("next"));
    if (context.var.auth.principal !== null) return context.redirect(next || afterSignIn, 303);
    return context.html(
      registerPage({ ...noProblems, values: { name: "", email: "", next }, notice: null }),
    );
  });

  pages.post("/register", async (context) => {
    const form = await formOf(context);
    const { name = "", email = "", password = "" } = form;
    const values = { name, email, next: returnPath(form["next"]) };
    try {
      await register(actionOf(context), {
        email,
        password,
        name: name.trim() === "" ? null : name,
      });
    } catch (error) {
      const { status, ...problems } = problemsOf(error);
      return context.html(registerPage({ ...problems, values, notice: null }), status);
    }
    return context.redirect(values.next || afterSignIn, 303);
  });

  pages.post("/sign-out", signOut);
  return pages;
}

/** Ends the session and goes to the sign-in page. */
export async function signOut(context: PageContext): Promise<Response> {
  const headers = await signOutAndForget(context.var.auth);
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  return context.redirect("/sign-in?notice=signed-out", 303);
}

/** Where to go after signing in; empty for the usual place. */
function returnPath(next: string | undefined): string {
  return safeReturnPath(next, "");
}
