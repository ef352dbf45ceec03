import type { RequestHandler } from "express";
import type expressSession from "express-session";
import onHeaders from "on-headers";
import { AuthError } from "../core/errors.ts";
import { isSafeMethod } from "../http/headers.ts";
import { provenanceOf } from "../http/origins.ts";
import { originalPath } from "./express-session/connection.ts";
import { Cookie } from "./express-session/cookie.ts";
import { holdEnd } from "./express-session/held-end.ts";
import { MemoryStore } from "./express-session/memory-store.ts";
import {
  resolveOptions,
  secretsOf,
  type SessionInit,
  type Defences,
  type Settings,
} from "./express-session/options.ts";
import type { SessionRequest, SessionResponse } from "./express-session/ports.ts";
import { RequestSession, sessionGenerator } from "./express-session/request-session.ts";
import { readSessionId } from "./express-session/session-cookie.ts";
import { keep, Session } from "./express-session/session.ts";
import { Signer } from "./express-session/signature.ts";
import { Store } from "./express-session/store.ts";
import { isMissing } from "./express-session/write-back.ts";

/**
 * express-session 1.19, with its options, cookies, stores and types, and with defences that it lacks; `docs/express-session.md`
 * lists them. Sessions that it has begun go on.
 * @throws TypeError for options that cannot be meant
 */
function middleware(options?: session.SessionOptions): RequestHandler {
  const settings = resolveOptions((options ?? {}) as unknown as SessionInit);
  const { store } = settings;
  store.generate = sessionGenerator(settings);

  let isReady = true;
  store.on("disconnect", () => {
    isReady = false;
  });
  store.on("connect", () => {
    isReady = true;
  });

  const handle = (
    request: SessionRequest,
    response: SessionResponse,
    next: (error?: unknown) => void,
  ): void => {
    // Another one was here before; without its store, an application goes on without sessions.
    if (request.session || !isReady) return next();
    if (!originalPath(request).startsWith(settings.cookieFor(request).path || "/")) return next();

    const signer = settings.signer ?? signerOf(request);
    if (signer === null) return next(new Error("secret option required for sessions"));

    request.sessionStore = store;
    const id = readSessionId(request, settings.name, signer);
    if (id !== undefined && isForged(request, settings)) {
      return next(new AuthError("cross_site_request"));
    }
    request.sessionID = id as string;
    const handling = new RequestSession(settings, signer, request, response, id);
    keep(request, handling);

    // By then the route may be done, and an error handler has a turn of its own.
    const fail = (error: unknown): void => void setImmediate(next, error);
    onHeaders(response, () => {
      try {
        handling.writeCookie();
      } catch (error) {
        fail(error);
      }
    });
    holdEnd(response, () => {
      const work = handling.workAtEnd();
      return (
        work &&
        ((done) =>
          work((error) => {
            if (error) fail(error);
            done();
          }))
      );
    });

    if (id === undefined) {
      handling.generate();
      return next();
    }
    store.get(id, (error, stored) => {
      if (error && !isMissing(error)) return next(error);
      try {
        if (error || !stored) handling.generate();
        else handling.inflate(stored);
      } catch (thrown) {
        return next(thrown);
      }
      next();
    });
  };
  return handle as unknown as RequestHandler;
}

/** With the secret that a cookie parser has left on the request. */
function signerOf({ secret }: SessionRequest): Signer | null {
  return secret ? new Signer(secretsOf(secret)) : null;
}

/** Whether a page of another site sends an unsafe request with our cookie, and this is looked at. */
function isForged(request: SessionRequest, { origins }: Settings): boolean {
  return (
    origins !== null &&
    !isSafeMethod(request.method ?? "GET") &&
    provenanceOf(request.headers, origins) === "cross_site"
  );
}

type OwnOptions = Defences<expressSession.Session & Partial<expressSession.SessionData>>;

/** The types that applications know by the name of the function. */
declare namespace session {
  export type SessionOptions = expressSession.SessionOptions & OwnOptions;
  export type SessionData = expressSession.SessionData;
  export type CookieOptions = expressSession.CookieOptions;
  export type Cookie = expressSession.Cookie;
  export type Session = expressSession.Session;
  export type Store = expressSession.Store;
  export type MemoryStore = expressSession.MemoryStore;
}

type Constructors = Pick<typeof expressSession, "Cookie" | "MemoryStore" | "Session" | "Store">;

const constructors = { Cookie, MemoryStore, Session, Store } as unknown as Constructors;

const session: ((options?: session.SessionOptions) => RequestHandler) & Constructors =
  Object.assign(middleware, constructors);

export default session;
// What `require` answers.
export { session as "module.exports" };
const CookieClass: Constructors["Cookie"] = constructors.Cookie;
const MemoryStoreClass: Constructors["MemoryStore"] = constructors.MemoryStore;
const SessionClass: Constructors["Session"] = constructors.Session;
const StoreClass: Constructors["Store"] = constructors.Store;
export {
  CookieClass as Cookie,
  MemoryStoreClass as MemoryStore,
  SessionClass as Session,
  StoreClass as Store,
};
