import assert from "node:assert/strict";
import { test } from "node:test";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Auth } from "symbolon";
import { CookieJar } from "tough-cookie";
import { listen } from "../support/listen.ts";
import { makeApplication } from "./application.ts";
import { ownHead } from "./bare-app.ts";
import { testHost, type Host } from "./http-suite.ts";
import { answerRequest } from "./plain-app.ts";

/** Serves what answers a `Request`. */
function served(
  answer: (auth: Auth, request: Request, remoteAddress: string) => Promise<Response>,
): Host["serve"] {
  return (context, auth) =>
    listen(
      context,
      getRequestListener((request, { incoming }) => {
        const { remoteAddress = "" } = (incoming as HttpBindings["incoming"]).socket;
        return answer(auth, request, remoteAddress);
      }),
    );
}

testHost({
  name: "a fetch handler",
  hasSockets: false,
  serve: served((auth, request, remoteAddress) =>
    auth.respond(request, (requestAuth) => answerRequest(requestAuth, request), { remoteAddress }),
  ),
});

testHost({
  name: "the handler alone, with routes beside it on auth.open",
  hasSockets: false,
  serve: served(async (auth, request, remoteAddress) => {
    const { pathname: path } = new URL(request.url);
    if (auth.handles(path)) return auth.handler(request, { remoteAddress });
    return ownHead(async (head) => {
      const { method, headers } = request;
      const requestAuth = await auth.open({ method, path, headers, remoteAddress }, head);
      if (requestAuth.error?.code === "cross_site_request") throw requestAuth.error;
      return answerRequest(requestAuth, request);
    });
  }),
});

test("auth.respond needs no server: a Request in, a Response out", async () => {
  const { auth } = makeApplication();
  const browser = new CookieJar();
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const url = `https://app.example${path}`;
    const headers = { host: "app.example", cookie: browser.getCookieStringSync(url) };
    const request = new Request(url, { ...init, headers });
    const answer = await auth.respond(request, (own) => answerRequest(own, request));
    for (const field of answer.headers.getSetCookie()) browser.setCookieSync(field, url);
    return answer;
  };
  assert.equal((await ask("/profile")).status, 401);
  await ask("/login?userId=u1", { method: "POST" });
  const { userId } = (await (await ask("/profile")).json()) as { readonly userId: string };
  assert.equal(userId, "u1");
  assert.match(browser.getCookieStringSync("https://app.example/"), /^__Host-sym=/);
  assert.equal((await ask("/auth/session", { method: "HEAD" })).status, 200);
  assert.equal((await ask("/auth/sign-out", { method: "POST" })).status, 204);
  assert.equal((await ask("/profile")).status, 401);
  await auth.close();
});
