import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Auth } from "../auth.ts";
import { asAuthError, AuthError } from "../core/errors.ts";
import type { Strategy } from "../core/options.ts";
import type { Accounts } from "../core/users/accounts.ts";
import { CookieJar } from "../http/cookie-jar.ts";
import { jwksRoute } from "../http/jwks.ts";
import type { RequestAuth } from "../http/request-auth.ts";
import { accountPages } from "./account-pages.ts";
import { assets } from "./assets/assets.ts";
import { noticeFor } from "./notices.ts";
import { peerOf, viewerOf, type PageContext, type PageEnv } from "./page-context.ts";
import { homePage } from "./pages/home.ts";
import { problemPage } from "./pages/problem.ts";
import { routeLinesOf } from "./route-lines.ts";
import { assetHeaders, pageHeaders } from "./security-headers.ts";
import { signInPages } from "./sign-in-pages.ts";

/** More than any form of ours holds. */
const maxFormBytes = 65_536;

/** What the standalone server answers: health, assets, the account routes, pages. */
export function createServerApp(server: {
  readonly auth: Auth;
  readonly accounts: Accounts;
  readonly strategy: Strategy;
  /** Where the server is reached from outside; asked once it listens. */
  readonly publicUrl: () => string;
  readonly onError: (error: unknown) => void;
}): Hono<PageEnv> {
  const { auth, accounts, publicUrl } = server;
  const routes = routeLinesOf(server.strategy);
  const app = new Hono<PageEnv>();

  app.get("/healthz", (context) => context.text("ok"));
  app.get("/readyz", async (context) => {
    try {
      await auth.ready();
      return context.text("ready");
    } catch (error) {
      return context.text(asAuthError(error).message, 503);
    }
  });
  for (const [path, asset] of assets) {
    app.get(path, (context) =>
      context.body(asset.body, 200, {
        "content-type": asset.contentType,
        ...assetHeaders(https()),
      }),
    );
  }
  const answerByHandler = (context: PageContext): Promise<Response> =>
    auth.handler(context.req.raw, peerOf(context));
  app.all("/auth/*", answerByHandler);
  if (auth.handles(jwksRoute.path)) app.all(jwksRoute.path, answerByHandler);

  app.use(async (context, next) => {
    const cookies = new CookieJar();
    for (const [name, value] of Object.entries(pageHeaders(https()))) context.header(name, value);
    const { method, path, raw } = context.req;
    const head = { method, path, headers: raw.headers, ...peerOf(context) };
    const request = await auth.open(head, cookies);
    context.set("auth", request);
    context.set("accounts", accounts);
    if (request.error?.code === "cross_site_request") throw request.error;
    await next();
    context.res = cookies.applyTo(context.res);
  });
  app.use(bodyLimit({ maxSize: maxFormBytes, onError: tooLarge }));

  app.get("/", async (context) => {
    const viewer = await viewerOf(context.var.auth, accounts);
    const notice = noticeFor(context.req.query("notice"));
    return context.html(homePage({ viewer, baseUrl: publicUrl(), routes, notice }));
  });
  app.route("/", signInPages(server.strategy));
  app.route("/", accountPages(auth, server.strategy));

  app.notFound((context) => problem(context, new AuthError("not_found")));
  app.onError((error, context) => {
    if (!(error instanceof AuthError)) server.onError(error);
    return problem(context, asAuthError(error));
  });
  return app;

  function https(): { readonly https: boolean } {
    return { https: publicUrl().startsWith("https:") };
  }

  async function problem(context: PageContext, error: AuthError): Promise<Response> {
    const request = context.var.auth as RequestAuth | undefined;
    const outage = error.code === "store_unavailable" || error.code === "internal_error";
    for (const [name, value] of Object.entries(pageHeaders(https()))) context.header(name, value);
    if (error.retryAfterSeconds !== undefined) {
      context.header("retry-after", String(error.retryAfterSeconds));
    }
    const page = problemPage({
      status: error.status,
      title: error.message,
      detail: error.detail ?? null,
      retryAfterSeconds: error.retryAfterSeconds ?? null,
      viewer: outage || request === undefined ? "unknown" : await viewerOf(request, accounts),
    });
    return context.html(page, error.status as 500);
  }
}

function tooLarge(): never {
  throw new AuthError("body_too_large");
}
