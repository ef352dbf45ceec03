import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import fastify, { type FastifyRequest } from "fastify";
import { AuthError, createAuth, presets, type Principal } from "symbolon";
import { authErrors, fastifyAuth, requireAuth } from "symbolon/fastify";
import { sqliteStore } from "symbolon/stores/sqlite";
import { Feed, type Author, type FeedBody } from "./feed.ts";
import { serveLive } from "./live.ts";
import { servePage } from "./page.ts";
import { People } from "./people.ts";
import { demoPeople, seed } from "./seed.ts";

const port = Number(process.env["PORT"] ?? 3000);
const origin = `http://localhost:${port}`;
// Without settings everything is in memory, and gone when the process ends.
const path = process.env["DATABASE"] ?? ":memory:";
const secret = process.env["AUTH_SECRET"] ?? randomBytes(32).toString("base64");

const store = sqliteStore(path);
const auth = createAuth({
  ...presets.social,
  secret,
  store,
  baseUrl: origin,
  accounts: {
    password: { appName: "Perch" },
    claims({ id, name }) {
      const standing = people.standingOf(id);
      if (standing === "banned") {
        throw new AuthError("forbidden", { detail: "A moderator has closed this account." });
      }
      return { name: name ?? "Somebody", standing };
    },
  },
});
await auth.ready(); // the store has made its file

const database = new DatabaseSync(path, { timeout: 1_000 });
const people = new People(database);
const feed = new Feed(database);
await seed(auth.users, people, feed);

const app = fastify();
app.addHook("onRequest", (_request, reply, done) => {
  reply.headers({
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  });
  done();
});
await app.register(fastifyAuth(auth)); // everything under /auth, and request.auth
app.setErrorHandler(authErrors());
await servePage(app);
const live = serveLive(app.server, auth);

const signedIn = { onRequest: requireAuth() };
const moderators = {
  onRequest: requireAuth({ claims: ({ claims }) => claims["standing"] === "moderator" }),
};

/** Who asks, at a route that a guard stands before. */
function principalOf(request: FastifyRequest): Principal {
  const { principal } = request.auth;
  if (principal === null) throw new AuthError("unauthenticated");
  return principal;
}

function authorOf(request: FastifyRequest): Author {
  const { userId, claims } = principalOf(request);
  return { id: userId, name: claims["name"] as string }; // as `accounts.claims` above has said it
}

app.get("/api/feed", signedIn, async (request): Promise<FeedBody> => {
  const me = authorOf(request);
  return { me: { ...me, standing: people.standingOf(me.id) }, posts: feed.latest(me.id) };
});

const text = { type: "string", minLength: 1, maxLength: 280, pattern: "\\S" } as const;
const body = { type: "object", required: ["text"], properties: { text } } as const;
app.post<{ Body: { readonly text: string } }>(
  "/api/posts",
  { ...signedIn, schema: { body } },
  async (request, reply) => {
    const post = feed.add(authorOf(request), request.body.text.trim());
    live.announce({ type: "post", post });
    return reply.code(201).send(post);
  },
);

interface ById {
  readonly Params: { readonly id: string };
}

for (const [method, liked] of [
  ["PUT", true],
  ["DELETE", false],
] as const) {
  app.route<ById>({
    method,
    url: "/api/posts/:id/like",
    ...signedIn,
    async handler(request) {
      const message = feed.setLike(request.params.id, authorOf(request), liked);
      if (message?.type !== "like") throw new AuthError("not_found");
      live.announce(message);
      return message.like;
    },
  });
}

app.post<ById>("/api/people/:id/ban", moderators, async (request) => {
  const user = await auth.users.find(request.params.id);
  if (user === null) throw new AuthError("not_found");
  if (people.standingOf(user.id) === "moderator") throw new AuthError("forbidden");
  // In this order: a sign-in that was let pass before the first line is refused by the second (`sign_in_superseded`).
  people.setStanding(user.id, "banned");
  const { sessions } = await auth.sessions.revokeAll({ userId: user.id });
  return { sessions };
});

process.once("SIGTERM", () => {
  live.close();
  void app
    .close()
    .then(() => auth.close())
    .then(() => database.close());
});

await app.listen({ port, host: "127.0.0.1" });
const list = Object.values(demoPeople).map(({ email, password }) => `  ${email}: ${password}`);
console.log(`Perch is at ${origin}. Sign in as one of these, or register:
${list.join("\n")}
A phone of Grace's:
  npx node --conditions=symbolon:source examples/social/mobile.ts ${demoPeople.grace.email}`);
