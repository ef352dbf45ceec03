import { EventEmitter } from "node:events";
import { Cookie, type CookieInit } from "./cookie.ts";
import type { ConnectStore, Done, SessionHolder, StoredSession } from "./ports.ts";
import { Session } from "./session.ts";

/** What stores inherit: everything but `get`, `set` and `destroy`. */
export type StoreBase = EventEmitter & {
  regenerate(request: SessionHolder, done: Done): void;
  load(id: string, answer: (error?: unknown, session?: Session) => void): void;
  createSession(request: SessionHolder, stored: StoredSession): Session;
};

export interface StoreConstructor {
  new (): StoreBase;
  (this: unknown): void;
  readonly prototype: StoreBase;
}

// No class: stores of many years call it without `new`, by `Store.call(this)` and `util.inherits`.
function StoreFunction(this: EventEmitter): void {
  EventEmitter.call(this as never);
}
Object.setPrototypeOf(StoreFunction, EventEmitter);
StoreFunction.prototype = Object.create(EventEmitter.prototype, {
  constructor: { value: StoreFunction, configurable: true, writable: true },
});

/** The base of session stores in the manner of connect. */
export const Store: StoreConstructor = StoreFunction as unknown as StoreConstructor;
Object.defineProperty(StoreFunction, "name", { value: "Store" });

Store.prototype.regenerate = function (this: ConnectStore, request, done) {
  this.destroy(request.sessionID, (error) => {
    this.generate?.(request as never);
    done(error);
  });
};

/** A session by its id, without a request; undefined when there is none. */
Store.prototype.load = function (
  this: StoreBase & Omit<ConnectStore, keyof StoreBase>,
  id,
  answer,
) {
  this.get(id, (error, stored) => {
    if (error) return answer(error);
    if (!stored) return answer();
    answer(null, this.createSession({ sessionID: id, sessionStore: this }, stored));
  });
};

/** Puts what was stored on the request as its session. @throws TypeError for what has no `cookie` */
Store.prototype.createSession = function (request, stored) {
  const expires = stored.cookie.expires;
  const originalMaxAge = stored.cookie.originalMaxAge;
  const cookie = new Cookie(stored.cookie as CookieInit);
  if (typeof expires === "string") cookie.expires = new Date(expires);
  // Setting the end took what is left of it for the whole.
  cookie.originalMaxAge = originalMaxAge;
  stored.cookie = cookie;
  const session = new Session(request, stored);
  request.session = session;
  return session;
};
