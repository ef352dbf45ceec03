import assert from "node:assert/strict";
import { request, type IncomingMessage, type ServerResponse } from "node:http";
import { describe, test } from "node:test";
import { AuthError } from "symbolon";
import { nodeAuth, sendProblem } from "symbolon/node";
import { listen } from "../support/listen.ts";
import { makeApplication } from "./application.ts";
import { httpCases } from "./http-cases.ts";
import { runRoute } from "./plain-app.ts";

describe("node:http", () => {
  for (const { name, run } of httpCases) {
    test(name, async (context) => {
      const { auth, ...application } = makeApplication();
      const open = nodeAuth(auth);
      const base = await listen(
        context,
        async (request: IncomingMessage, response: ServerResponse) => {
          try {
            const requestAuth = await open(request, response);
            if (requestAuth === null) return;
            const answer = await runRoute(requestAuth, {
              method: request.method ?? "",
              url: new URL(request.url ?? "", "http://localhost"),
              accept: request.headers.accept ?? "",
            });
            response.writeHead(answer.status, {
              "content-type": "application/json",
              ...answer.headers,
            });
            response.end(JSON.stringify(answer.body ?? null));
          } catch (error) {
            if (error instanceof AuthError) sendProblem(response, error);
            else response.writeHead(500).end(String(error));
          }
        },
      );
      await run({ base, ...application });
    });
  }

  test("answers TRACE, which fetch cannot carry, instead of failing on it", async (context) => {
    const open = nodeAuth(makeApplication().auth);
    const base = await listen(context, (request, response) => open(request, response));
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${base}/auth/session`, { method: "TRACE" }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on("error", reject).end();
    });
    assert.equal(status, 405);
  });
});
