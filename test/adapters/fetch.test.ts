import { getRequestListener, type HttpBindings } from "@hono/node-server";
import type { Auth } from "symbolon";
import { listen } from "../support/listen.ts";
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
  serve: served((auth, request, remoteAddress) =>
    auth.respond(request, (requestAuth) => answerRequest(requestAuth, request), { remoteAddress }),
  ),
});

testHost({
  name: "the handler alone, with routes beside it on auth.open",
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
