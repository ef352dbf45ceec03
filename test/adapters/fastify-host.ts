import fastify, { type FastifyInstance } from "fastify";
import { authErrors, fastifyAuth, requireAuth, type FastifyAuthOptions } from "symbolon/fastify";
import { listen } from "../support/listen.ts";
import type { Host } from "./http-suite.ts";
import { bodyOf, fieldsOf, guards, routes } from "./plain-app.ts";
import { admitSockets } from "./sockets.ts";

/** An application on Fastify: as it is, or with a mount point, or after body parsers. */
export function fastifyHost(
  name: string,
  { prefix = "", hook = "onRequest" }: FastifyAuthOptions = {},
): Host {
  return {
    name,
    async serve(context, auth) {
      const app = fastify();
      context.after(() => app.close());
      app.setErrorHandler(authErrors());
      await app.register(
        async (mounted) => {
          if (hook !== "onRequest") parseForms(mounted);
          await mounted.register(fastifyAuth(auth), { hook });
          addRoutes(mounted);
        },
        { prefix },
      );
      await app.ready();
      const upgrade = admitSockets(auth);
      return (await listen(context, (...given) => app.routing(...given), { upgrade })) + prefix;
    },
  };
}

function addRoutes(app: FastifyInstance): void {
  for (const [name, route] of Object.entries(routes)) {
    const [method = "", url = ""] = name.split(" ");
    const guard = guards[url];
    const preHandler = guard === undefined ? [] : [requireAuth(guard)];
    app.route({
      method,
      url,
      preHandler,
      async handler(request, reply) {
        const here = new URL(request.url, "http://localhost");
        const answer = await route(request.auth, { method, url: here, accept: "" });
        for (const [field, value] of fieldsOf(answer)) reply.header(field, value);
        return reply.code(answer.status).send(bodyOf(answer));
      },
    });
  }
}

function parseForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
}
