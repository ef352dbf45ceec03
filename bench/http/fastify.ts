import fastifyFramework, { type FastifyInstance, type onRequestHookHandler } from "fastify";
import { fastifyAuth, requireAuth } from "symbolon/fastify";
import { commonGuards, nobody, type Credential, type Framework, type Served } from "./served.ts";
import {
  bearerCredentials,
  expected,
  handWrittenWorld,
  namesOf,
  peerSecret,
  symbolonWorld,
} from "./worlds.ts";

declare module "fastify" {
  interface Session {
    userId?: string;
  }
  interface FastifyRequest {
    handWritten: string | null;
  }
}

declare module "@fastify/jwt" {
  interface FastifyJWT {
    user: { readonly sub: string };
  }
}

/** Fastify 5. */
export const fastify: Framework = {
  name: "Fastify",
  guards: [
    ...commonGuards({
      async bare({ users }) {
        const { credentials } = handWrittenWorld(users);
        const app = fastifyFramework();
        app.get("/profile", async () => nobody);
        return served(app, credentials);
      },
      async handWritten({ users }) {
        const { credentials, check } = handWrittenWorld(users);
        const app = fastifyFramework();
        app.get("/profile", async (request, reply) => {
          const user = check(request.raw.headers);
          if (user !== null) return user;
          reply.code(401);
          return "";
        });
        return served(app, credentials);
      },
      async handWrittenInLayers({ users }) {
        const { credentials, check } = handWrittenWorld(users);
        const app = fastifyFramework();
        app.decorateRequest("handWritten", null);
        app.addHook("onRequest", (request, _reply, done) => {
          request.handWritten = check(request.raw.headers);
          done();
        });
        const onRequest: onRequestHookHandler = (request, reply, done) => {
          if (request.handWritten === null) reply.code(401).send("");
          else done();
        };
        app.get("/profile", { onRequest }, async (request) => request.handWritten);
        return served(app, credentials);
      },
      symbolon:
        (strategy) =>
        async ({ users }) => {
          const { auth, credentials, reads } = await symbolonWorld(strategy, users);
          const app = fastifyFramework();
          await app.register(fastifyAuth(auth));
          app.get(
            "/profile",
            { onRequest: requireAuth() },
            async (request) => request.auth.principal?.userId,
          );
          return { ...(await served(app, credentials)), reads };
        },
    }),
    {
      name: "@fastify/session",
      kind: "peer",
      note: "on its own memory store",
      serve: ({ users }) => fastifySession(users),
    },
    {
      name: "@fastify/jwt",
      kind: "peer",
      note: "nothing is looked up, and nothing can be revoked",
      serve: ({ users }) => fastifyJwt(users, false),
    },
    {
      name: "@fastify/jwt, its cache",
      kind: "peer",
      note: "every token is in its cache; nothing can be revoked",
      serve: ({ users }) => fastifyJwt(users, true),
    },
  ],
};

async function served(app: FastifyInstance, credentials: readonly Credential[]): Promise<Served> {
  await app.ready();
  return { server: app.server, credentials };
}

async function fastifySession(users: number): Promise<Served> {
  const { default: cookie } = await import("@fastify/cookie");
  const { default: session } = await import("@fastify/session");
  const app = fastifyFramework();
  await app.register(cookie);
  await app.register(session, {
    secret: peerSecret,
    saveUninitialized: false,
    cookie: { secure: false, maxAge: 7 * 86_400_000 },
  });
  app.get<{ Params: { user: string } }>("/sign-in/:user", async (request) => {
    request.session.userId = request.params.user;
    return "";
  });
  app.get("/profile", async (request, reply) => {
    const { userId } = request.session;
    if (userId !== undefined) return userId;
    reply.code(401);
    return "";
  });
  const credentials: Credential[] = [];
  for (const user of namesOf(users)) {
    const { headers } = await app.inject(`/sign-in/${user}`);
    const [field = ""] = [headers["set-cookie"]].flat();
    credentials.push({ field: "cookie", value: field.split(";", 1)[0] ?? "", user });
  }
  return served(app, credentials);
}

async function fastifyJwt(users: number, caches: boolean): Promise<Served> {
  const { default: jwt } = await import("@fastify/jwt");
  const app = fastifyFramework();
  await app.register(jwt, {
    secret: peerSecret,
    verify: {
      algorithms: ["HS256"],
      allowedIss: expected.issuer,
      allowedAud: expected.audience,
      ...(caches && { cache: 2 * users }),
    },
  });
  app.get(
    "/profile",
    { onRequest: async (request) => void (await request.jwtVerify()) },
    async (request) => request.user.sub,
  );
  return served(app, await bearerCredentials(users));
}
