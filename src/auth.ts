import { createEngine, type Engine } from "./core/engine.ts";
import type { AuthEventListener, AuthEventName } from "./core/events.ts";
import { AuthError } from "./core/errors.ts";
import type { Gauges } from "./core/gauges.ts";
import { createKeyDirectory, type KeyDirectory } from "./core/keys/key-directory.ts";
import { engineOptionNames, type EngineOptions } from "./core/options.ts";
import type { BindOptions, CloseReason } from "./core/sessions/bindings.ts";
import type { VerificationJwk } from "./core/access-tokens/jwk.ts";
import type { DataSchemaMap, ShapeOf } from "./core/sessions/data-schemas.ts";
import type { Principal } from "./core/sessions/principal.ts";
import type { DataShape } from "./core/sessions/session-data.ts";
import type { SessionDirectory } from "./core/sessions/session-directory.ts";
import type { Accounts } from "./core/users/accounts.ts";
import { authenticate } from "./http/authenticate.ts";
import type { Authentication } from "./http/authentication.ts";
import type { AccountsOptions } from "./core/users/options.ts";
import { CookieJar } from "./http/cookie-jar.ts";
import { createHandler, type Handler, type Peer } from "./http/handler.ts";
import type { HeaderSource, RequestHead } from "./http/headers.ts";
import { refuseUnknownKeys } from "./util/known-keys.ts";
import {
  httpOptionNames,
  resolveBaseUrl,
  resolveHttpOptions,
  type HttpOptions,
} from "./http/options.ts";
import { LegacyLogins } from "./http/legacy-logins.ts";
import { checkLegacySources } from "./http/legacy-source.ts";
import { createRequestAuth } from "./http/open-request.ts";
import type { RequestAuth } from "./http/request-auth.ts";
import type { RefreshInput } from "./http/refresh.ts";
import type { RefreshResult, SignInInput, SignInResult } from "./http/sign-in.ts";
import { problemResponse } from "./http/problem.ts";
import { RequestContext, type ResponseHead } from "./http/request-context.ts";
import type { JsonValue } from "./util/json.ts";

/** The options of `createAuth`: the engine's and the HTTP layer's. */
export type AuthOptions<Schemas extends DataSchemaMap = DataSchemaMap> = Omit<
  EngineOptions,
  "data"
> &
  HttpOptions & { readonly data?: Schemas };

/** What a sign-in, a refresh or a sign-out without a framework leaves to its caller: Set-Cookie fields to send. */
export interface WithCookies {
  readonly cookies: readonly string[];
}

/** The engine, and what adapters need of it. `Shape` are the types of the session's data. */
export interface Auth<
  Shape extends DataShape = Record<string, JsonValue>,
  Users extends Accounts | null = Accounts | null,
> {
  /**
   * Who a request acts as; null for a stranger. No I/O without a credential, nor for a session that this process knows;
   * else one store read. Pass the request's `method`: an unsafe one with a cookie must not come from another site's page.
   * @throws AuthError `store_unavailable`, `cross_site_request`
   */
  authenticate(
    headers: HeaderSource,
    request?: Partial<Omit<RequestHead, "headers">>,
  ): Promise<Principal | null>;

  /**
   * `req.auth` for one request, for adapters: cookies go to `response`. Answers at once where nothing has to be read. It does
   * not throw for a bad credential.
   */
  open(
    request: RequestHead,
    response: ResponseHead,
  ): RequestAuth<Shape> | Promise<RequestAuth<Shape>>;

  /** Answers the account routes and, where access tokens are signed, that of the public keys; every other path with a 404 problem. It never throws. */
  handler(request: Request, peer?: Peer): Promise<Response>;

  /**
   * Symbolon around a fetch handler, for runtimes that speak `Request -> Response`: answers the account routes, refuses
   * cross-site requests, gives `handle` its `req.auth`, adds the cookies, and turns an `AuthError` that `handle` throws
   * into a problem document.
   */
  respond(
    request: Request,
    handle: (auth: RequestAuth<Shape>) => Promise<Response>,
    peer?: Peer,
  ): Promise<Response>;

  /** Whether `handler` has a route for the path. */
  handles(path: string): boolean;

  /** The paths of those routes, with `:name` for a segment that is open, for frameworks that have a table of routes. */
  readonly paths: readonly string[];

  /** `req.auth.signIn` without a framework. */
  signIn(input: SignInInput<Shape>, request: RequestHead): Promise<SignInResult & WithCookies>;
  /** `req.auth.refresh` without a framework. */
  refresh(request: RequestHead, input?: RefreshInput): Promise<RefreshResult & WithCookies>;
  /** `req.auth.signOut` without a framework. */
  signOut(request: RequestHead): Promise<WithCookies>;

  /**
   * Closes an open connection (a WebSocket, an event stream, a long response) when its principal's session ends: within the
   * same bound as requests are refused. Answers how to unbind.
   */
  bind(
    principal: Principal,
    close: (reason: CloseReason) => void,
    options?: BindOptions,
  ): () => void;

  readonly sessions: SessionDirectory;
  readonly keys: KeyDirectory;
  /**
   * The public keys by which others verify access tokens, as `GET /.well-known/jwks.json` answers them: next, active and retiring
   * ones. Empty where there are none: with the strategy `session`, and with HS256. In an outage the ones last known.
   * @throws AuthError `store_unavailable` where none are known yet
   */
  jwks(): Promise<{ readonly keys: readonly VerificationJwk[] }>;
  /** The accounts, where Symbolon checks the users. Null without the option `accounts`. */
  readonly users: Users;

  /** Listens; the answer stops it. */
  on<Name extends AuthEventName>(name: Name, listener: AuthEventListener<Name>): () => void;
  /** What the engine is like at this moment, for a monitor. No I/O. */
  gauges(): Gauges;
  /** Resolves when the store answers. @throws AuthError `store_unavailable` */
  ready(): Promise<void>;
  /** Writes what is pending and lets go of the store. */
  close(): Promise<void>;
}

/**
 * Tells `req.auth` the types of your session data, where a framework has one request type for every application:
 *
 * `declare module "symbolon" { interface Register { auth: typeof auth } }`
 */
// oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-empty-interface -- it is there to be added to
export interface Register {}

/** `req.auth` of the registered engine; with any JSON as session data where none is. */
export type RegisteredRequestAuth = Register extends { readonly auth: Auth<infer Shape> }
  ? RequestAuth<Shape>
  : RequestAuth;

/**
 * Makes the engine. Nothing is read or written before the first request, or `ready()`.
 * @throws TypeError that names the option, for options that are wrong or not safe together
 */
export function createAuth<const Schemas extends DataSchemaMap = DataSchemaMap>(
  options: AuthOptions<Schemas> & { readonly accounts: AccountsOptions },
): Auth<ShapeOf<Schemas>, Accounts>;
export function createAuth<const Schemas extends DataSchemaMap = DataSchemaMap>(
  options: AuthOptions<Schemas>,
): Auth<ShapeOf<Schemas>>;
export function createAuth(options: AuthOptions): Auth {
  refuseUnknownKeys(options, [...engineOptionNames, ...httpOptionNames], "");
  const engine = createEngine(options, resolveBaseUrl(options.baseUrl)?.origin);
  const http = resolveHttpOptions(options, engine.config.production);
  if (http.csrf === "token" && engine.config.strategy === "jwt") {
    throw new TypeError("csrf: 'token' needs a session to bind its tokens to, which 'jwt' has not");
  }
  const sources = checkLegacySources(options.legacy ?? [], engine.config.strategy);
  const legacyLogins = sources.length === 0 ? null : new LegacyLogins(engine, sources);
  const httpEngine = { engine, http, legacyLogins };
  return assemble(
    engine,
    createHandler(httpEngine),
    (head) => new RequestContext(httpEngine, head),
  );
}

/** @throws AuthError when it cannot be said, or must not be */
function principalIn(authentication: Authentication): Principal | null {
  switch (authentication.status) {
    case "resumed":
      return authentication.principal;
    case "unavailable":
      throw authentication.error;
    case "refused":
      if (authentication.error.code === "cross_site_request") throw authentication.error;
      return null;
    case "anonymous":
      return null;
  }
}

/** @throws AuthError `cross_site_request` */
function refuseCrossSite<Shape extends DataShape>(auth: RequestAuth<Shape>): RequestAuth<Shape> {
  if (auth.error?.code === "cross_site_request") throw auth.error;
  return auth;
}

function assemble<Shape extends DataShape>(
  engine: Engine,
  handler: Handler,
  contextOf: (head: RequestHead) => RequestContext,
): Auth<Shape> {
  const open: Auth<Shape>["open"] = (head, response) =>
    createRequestAuth<Shape>(contextOf(head), response);

  return {
    open,
    handler: (request, peer) => handler.handle(request, peer),
    handles: (path) => handler.handles(path),
    paths: handler.paths,
    async respond(request, handle, peer) {
      const path = new URL(request.url).pathname;
      if (handler.handles(path)) return handler.handle(request, peer);
      const jar = new CookieJar();
      const { method, headers } = request;
      try {
        const encrypted = request.url.startsWith("https:");
        const head = { method, path, headers, encrypted, ...peer };
        return jar.applyTo(await handle(refuseCrossSite(await open(head, jar))));
      } catch (error) {
        if (!(error instanceof AuthError)) throw error;
        return jar.applyTo(problemResponse(error));
      }
    },
    authenticate(headers, request) {
      try {
        const head =
          request === undefined
            ? { method: "GET", headers }
            : { method: "GET", ...request, headers };
        const authentication = authenticate(contextOf(head));
        if (authentication instanceof Promise) return authentication.then(principalIn);
        // The usual answer has its promise already.
        if (authentication.status === "resumed") return authentication.promised;
        return Promise.resolve(principalIn(authentication));
      } catch (error) {
        return Promise.reject(error);
      }
    },
    async signIn(input, request) {
      const jar = new CookieJar();
      const result = await refuseCrossSite(await open(request, jar)).signIn(input);
      return { ...result, cookies: jar.fields };
    },
    async refresh(request, input) {
      const jar = new CookieJar();
      const requestAuth = refuseCrossSite(await open(request, jar));
      return { ...(await requestAuth.refresh(input)), cookies: jar.fields };
    },
    async signOut(request) {
      const jar = new CookieJar();
      await refuseCrossSite(await open(request, jar)).signOut();
      return { cookies: jar.fields };
    },
    bind: (principal, close, options) => engine.bindings.bind(principal, close, options),
    sessions: engine.directory,
    keys: createKeyDirectory(engine.keys, () => engine.time.now()),
    jwks: async () => ({ keys: await engine.keys.published() }),
    users: engine.accounts,
    on: (name, listener) => engine.events.on(name, listener),
    gauges: () => engine.gauges(),
    ready: () => engine.ready(),
    close: () => engine.close(),
  };
}
