import { Readable } from "node:stream";
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
  /** Cookies of the application's own. */
  readonly cookies?: readonly string[];
  readonly body?: unknown;
  /** Sent piece by piece, in place of `body`. */
  readonly pieces?: AsyncIterable<string>;
}

export interface PlainRequest {
  readonly method: string;
  readonly url: URL;
  readonly accept: string;
}

export type PlainRoute = (auth: RequestAuth, request: PlainRequest) => Promise<PlainAnswer>;

const ok: PlainRoute = async () => ({ status: 200, body: { ok: true } });
const principal: PlainRoute = async (auth) => ({ status: 200, body: auth.principal });

/** Which of the routes are guarded, and how. */
export const guards: Readonly<Record<string, GuardOptions & { readonly redirectTo?: string }>> = {
  "/profile": {},
  "/stale": { outage: { staleFor: "20s" } },
  "/fresh": { maxAge: "5m" },
  "/admin": { claims: ({ claims }) => claims["role"] === "admin" },
  "/page": { redirectTo: "/sign-in" },
};

/** The routes of the cases without any framework. */
export const routes: Readonly<Record<string, PlainRoute>> = {
  async "POST /login"(auth, { url }) {
    return { status: 200, body: await auth.signIn(signInInputOf(url.searchParams)) };
  },
  async "POST /refused-login"(auth, { url }) {
    await auth.signIn(signInInputOf(url.searchParams));
    throw new AuthError("forbidden");
  },
  async "POST /streamed-login"(auth, { url }) {
    await auth.signIn(signInInputOf(url.searchParams));
    const gate = Promise.withResolvers<void>();
    gates.set(url.searchParams.get("gate") ?? "", gate.resolve);
    return { status: 200, pieces: piecesOf(auth, gate.promise) };
  },
  async "POST /open-gate"(_auth, { url }) {
    gates.get(url.searchParams.get("gate") ?? "")?.();
    return { status: 200, body: { ok: true } };
  },
  "GET /profile": principal,
  "GET /stale": principal,
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
  "GET /fresh": ok,
  "GET /admin": ok,
  "GET /page": ok,
  async "POST /note"(auth) {
    await auth.data.set("note", "written");
    return { status: 200, body: { ok: true } };
  },
  async "POST /cached-login"(auth, { url }) {
    await auth.signIn({ userId: url.searchParams.get("userId") ?? "" });
    const headers = {
      "cache-control": "public, s-maxage=60",
      "cdn-cache-control": "max-age=60",
    };
    return { status: 200, headers, cookies: ["theme=dark", "lang=en"], body: { ok: true } };
  },
};

/** What a streamed answer waits for before it goes on, by name. */
const gates = new Map<string, () => void>();

/** A piece at once; then, when it may go on, how a sign-in fares that comes too late for a cookie. */
async function* piecesOf(auth: RequestAuth, gate: Promise<void>): AsyncGenerator<string> {
  yield "begun, ";
  await gate;
  const late = auth.signIn({ userId: "late" });
  yield await late.then(
    () => "signed in",
    (error: unknown) => (error instanceof Error ? error.name : "failed"),
  );
}

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

/** The fields that every framework is told of an answer. */
export function fieldsOf({ headers = {}, cookies = [], pieces }: PlainAnswer): Headers {
  const type = pieces === undefined ? "application/json" : "text/plain";
  const fields = new Headers({ "content-type": type, ...headers });
  for (const cookie of cookies) fields.append("set-cookie", cookie);
  return fields;
}

/** The pieces of an answer's body, or the whole as one. */
export function bodyOf({ body, pieces }: PlainAnswer): Readable | string {
  return pieces === undefined ? JSON.stringify(body ?? null) : Readable.from(pieces);
}

/** Runs the route of a request, behind its guard. @throws AuthError */
export async function runRoute(auth: RequestAuth, request: PlainRequest): Promise<PlainAnswer> {
  const { method, url, accept } = request;
  const route = routes[`${method === "HEAD" ? "GET" : method} ${url.pathname}`];
  if (route === undefined) return { status: 404 };
  const { redirectTo, ...guard } = guards[url.pathname] ?? {};
  const error = guards[url.pathname] === undefined ? null : createGuard(guard)(auth);
  if (error === null) return route(auth, request);
  if (redirectTo === undefined || !accept.includes("text/html")) throw error;
  const next = encodeURIComponent(url.pathname + url.search);
  return { status: 303, headers: { location: `${redirectTo}?next=${next}` } };
}

/** The same for a fetch handler. @throws AuthError */
export async function answerRequest(auth: RequestAuth, request: Request): Promise<Response> {
  const answer = await runRoute(auth, {
    method: request.method,
    url: new URL(request.url),
    accept: request.headers.get("accept") ?? "",
  });
  return toResponse(answer);
}

/** An answer as a fetch response. */
export function toResponse(answer: PlainAnswer): Response {
  const body = bodyOf(answer);
  return new Response(typeof body === "string" ? body : asWebStream(body), {
    status: answer.status,
    headers: fieldsOf(answer),
  });
}

function asWebStream(body: Readable): ReadableStream<Uint8Array> {
  const encoded = body.map((piece: string) => new TextEncoder().encode(piece));
  return Readable.toWeb(encoded) as ReadableStream<Uint8Array>;
}
