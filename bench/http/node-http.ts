import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { AuthError, createGuard } from "symbolon";
import { nodeAuth, sendProblem } from "symbolon/node";
import { commonGuards, nobody, type Framework } from "./served.ts";
import { handWrittenWorld, ironSessionWorld, jsonwebtokenWorld, symbolonWorld } from "./worlds.ts";

/** `node:http` without a framework. */
export const nodeHttp: Framework = {
  name: "node:http",
  guards: [
    ...commonGuards({
      async bare({ users }) {
        const { credentials } = handWrittenWorld(users);
        const listener: RequestListener = (_request, response) => response.end(nobody);
        return { server: createServer(listener), credentials };
      },
      async handWritten({ users }) {
        const { credentials, check } = handWrittenWorld(users);
        const listener: RequestListener = (request, response) =>
          answer(response, check(request.headers));
        return { server: createServer(listener), credentials };
      },
      symbolon:
        (strategy) =>
        async ({ users }) => {
          const { auth, credentials, reads } = await symbolonWorld(strategy, users);
          const open = nodeAuth(auth);
          const guard = createGuard();
          const handle: (...exchange: Parameters<RequestListener>) => Promise<void> = async (
            request,
            response,
          ) => {
            const requestAuth = await open(request, response);
            if (requestAuth === null) return;
            const refusal = guard(requestAuth);
            if (refusal !== null) sendProblem(response, refusal);
            else answer(response, requestAuth.principal?.userId ?? null);
          };
          const listener: RequestListener = (request, response) => {
            handle(request, response).catch((error: unknown) => {
              if (error instanceof AuthError) sendProblem(response, error);
              else response.writeHead(500).end();
            });
          };
          return { server: createServer(listener), credentials, reads };
        },
    }),
    {
      name: "jsonwebtoken, KeyObject",
      kind: "peer",
      note: "nothing is looked up, and nothing can be revoked",
      async serve({ users }) {
        const { credentials, check } = await jsonwebtokenWorld(users, "KeyObject");
        const listener: RequestListener = (request, response) =>
          answer(response, check(request.headers));
        return { server: createServer(listener), credentials };
      },
    },
    {
      name: "iron-session",
      kind: "peer",
      share: 0.25,
      note: "a seal: good until it expires, whatever is revoked",
      async serve({ users }) {
        const { getIronSession } = await import("iron-session");
        const { credentials, options } = await ironSessionWorld(users);
        const listener: RequestListener = (request, response) => {
          getIronSession<{ userId?: string }>(request, response, options).then(
            ({ userId }) => answer(response, userId ?? null),
            () => response.writeHead(500).end(),
          );
        };
        return { server: createServer(listener), credentials };
      },
    },
  ],
};

function answer(response: ServerResponse, user: string | null): void {
  if (user === null) response.writeHead(401).end();
  else response.end(user);
}
