import {
  AuthError,
  createGuard,
  type GuardOptions,
  type RequestAuth,
  type SignInInput,
} from "symbolon";

/** What a route of the plain application answers. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
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
    return { status: 200, body: await auth.signIn(signInInputOf(url.searchParams)) };
  },
  "GET /profile": guarded({}, async (auth) => ({ status: 200, body: auth.principal })),
  "GET /stale": guarded({ outage: { staleFor: "20s" } }, async (auth) => ({
    status: 200,
    body: auth.principal,
  })),
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
    body: { ok: true },
  })),
  async "GET /page"(auth, { url, accept }) {
    const error = createGuard({})(auth);
    if (error === null) return { status: 200, body: { ok: true } };
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

/** How the query of `POST /login` asks to be signed in. */
export function signInInputOf(query: URLSearchParams): SignInInput {
  const tenantId = query.get("tenantId");
  return {
    userId: query.get("userId") ?? "",
    claims: { role: query.get("role") ?? "reader" },
    remember: query.get("remember") === "true",
    delivery: query.get("delivery") === "body" ? "body" : "cookie",
    ...(tenantId !== null && { tenantId }),
  };
}

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

/** The same for a fetch handler. @throws AuthError */
export async function answerRequest(auth: RequestAuth, request: Request): Promise<Response> {
  const answer = await runRoute(auth, {
    method: request.method,
    url: new URL(request.url),
    accept: request.headers.get("accept") ?? "",
  });
  const { status, headers = {} } = answer;
  return Response.json(answer.body ?? null, { status, headers });
}
