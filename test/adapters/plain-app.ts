import {
  AuthError,
  createGuard,
  type GuardOptions,
  type JsonObject,
  type RequestAuth,
} from "symbolon";

/** What a route of the plain application answers. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
}

interface PlainRequest {
  readonly method: string;
  readonly url: URL;
  readonly accept: string;
}

type PlainRoute = (auth: RequestAuth, request: PlainRequest) => Promise<PlainAnswer>;

/** The routes of the cases without any framework: what `node:http` and fetch handlers share. */
const routes: Readonly<Record<string, PlainRoute>> = {
  async "POST /login"(auth, { url }) {
    await auth.signIn({ userId: url.searchParams.get("userId") ?? "", claims: { role: "reader" } });
    return { status: 200, body: { ok: true } };
  },
  "GET /profile": guarded({}, async (auth) => {
    const { userId = "", carrier = "" } = auth.principal ?? {};
    return { status: 200, body: { userId, carrier } };
  }),
  async "GET /status"(auth) {
    return { status: 200, body: { status: auth.status } };
  },
  async "POST /logout"(auth) {
    await auth.signOut();
    return { status: 200, body: { ok: true } };
  },
  async "GET /visits"(auth) {
    const visits = await auth.data.update("visits", (count) => Number(count ?? 0) + 1);
    return { status: 200, body: { visits: visits ?? 0 } };
  },
  "GET /fresh": guarded({ maxAge: "5m" }, async () => ({ status: 200, body: { ok: true } })),
  "GET /admin": guarded({ claims: ({ claims }) => claims["role"] === "admin" }, async () => ({
    status: 200,
  })),
  async "GET /page"(auth, { url, accept }) {
    const error = createGuard({})(auth);
    if (error === null) return { status: 200 };
    if (!accept.includes("text/html")) throw error;
    const next = encodeURIComponent(url.pathname + url.search);
    return { status: 303, headers: { location: `/sign-in?next=${next}` } };
  },
  async "POST /cached-login"(auth, { url }) {
    await auth.signIn({ userId: url.searchParams.get("userId") ?? "" });
    const headers = {
      "cache-control": "public, s-maxage=60",
      "cdn-cache-control": "max-age=60",
      "set-cookie": "theme=dark",
    };
    return { status: 200, headers, body: { ok: true } };
  },
};

function guarded(options: GuardOptions, route: PlainRoute): PlainRoute {
  const guard = createGuard(options);
  return async (auth, request) => {
    const error = guard(auth);
    if (error !== null) throw error;
    return route(auth, request);
  };
}

/** Runs the route of a request. @throws AuthError */
export async function runRoute(auth: RequestAuth, request: PlainRequest): Promise<PlainAnswer> {
  const route = routes[`${request.method} ${request.url.pathname}`];
  if (route === undefined) throw new AuthError("not_found");
  return route(auth, request);
}
