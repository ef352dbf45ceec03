import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { describe, test } from "node:test";
import { listen } from "../support/listen.ts";
import { makeApplication } from "./application.ts";
import { httpCases } from "./http-cases.ts";
import { runRoute } from "./plain-app.ts";

describe("a fetch handler", () => {
  for (const { name, run } of httpCases) {
    test(name, async (context) => {
      const { auth, ...application } = makeApplication();
      const listener = getRequestListener((request, { incoming }) =>
        auth.respond(
          request,
          async (requestAuth) => {
            const answer = await runRoute(requestAuth, {
              method: request.method,
              url: new URL(request.url),
              accept: request.headers.get("accept") ?? "",
            });
            const { status, headers = {} } = answer;
            return Response.json(answer.body ?? null, { status, headers });
          },
          { remoteAddress: (incoming as HttpBindings["incoming"]).socket.remoteAddress },
        ),
      );
      await run({ base: await listen(context, listener), ...application });
    });
  }
});
