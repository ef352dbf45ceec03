import assert from "node:assert/strict";
import { request, type IncomingMessage, type ServerResponse } from "node:http";
import { test } from "node:test";
import { AuthError } from "symbolon";
import { nodeAuth, sendProblem } from "symbolon/node";
import { listen } from "../support/listen.ts";
import { makeApplication } from "./application.ts";
import { testHost } from "./http-suite.ts";
import { bodyOf, fieldsOf, runRoute } from "./plain-app.ts";
import { admitSockets } from "./sockets.ts";

testHost({
  name: "node:http",
  async serve(context, auth) {
    const open = nodeAuth(auth);
    const listener = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      try {
        const requestAuth = await open(request, response);
        if (requestAuth === null) return;
        const answer = await runRoute(requestAuth, {
          method: request.method ?? "",
          url: new URL(request.url ?? "", "http://localhost"),
          accept: request.headers.accept ?? "",
        });
        response.statusCode = answer.status;
        response.setHeaders(fieldsOf(answer));
        const body = bodyOf(answer);
        if (typeof body === "string") response.end(body);
        else body.pipe(response);
      } catch (error) {
        if (error instanceof AuthError) sendProblem(response, error);
        else response.writeHead(500).end(String(error));
      }
    };
    return listen(context, listener, { upgrade: admitSockets(auth) });
  },
});

test("node:http answers TRACE, which fetch cannot carry, instead of failing on it", async (context) => {
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
