import type { Cookie } from "./cookie.ts";
import type { Done, SessionHolder } from "./ports.ts";

/** What becomes of a session's calls while the middleware handles its request. */
export interface SessionKeeper {
  save(session: Session, done: Done): void;
  reload(session: Session, done: Done): void;
  destroy(session: Session, done: Done): void;
  regenerate(session: Session, done: Done): void;
}

const keepers = new WeakMap<object, SessionKeeper>();

/** Has the calls of this request's sessions go to the keeper. */
export function keep(request: object, keeper: SessionKeeper): void {
  keepers.set(request, keeper);
}

/**
 * `req.session`. Its enumerable keys are the application's data and `cookie`, nothing else. Each method answers the session and
 * tells its outcome to the callback.
 */
export class Session {
  declare readonly req: SessionHolder;
  declare readonly id: string;
  declare cookie: Cookie;
  [key: string]: unknown;

  constructor(request: SessionHolder, data?: object | null) {
    Object.defineProperty(this, "req", { value: request, configurable: true });
    Object.defineProperty(this, "id", { value: request.sessionID, configurable: true });
    if (typeof data !== "object" || data === null) return;
    // A key such as `save` or `__proto__` from the store would hide a method, or another prototype.
    for (const key of Object.keys(data)) {
      if (!(key in this)) this[key] = (data as Record<string, unknown>)[key];
    }
  }

  /** Puts the cookie's end off, by as much as it had at first. */
  touch(): this {
    return this.resetMaxAge();
  }

  resetMaxAge(): this {
    this.cookie.maxAge = this.cookie.originalMaxAge;
    return this;
  }

  save(done: Done = ignore): this {
    const keeper = keepers.get(this.req);
    if (keeper === undefined) this.req.sessionStore.set(this.id, this, done);
    else keeper.save(this, done);
    return this;
  }

  /** Reads the session again: `req.session` is then another object. An error when the store has it no more. */
  reload(done: Done): this {
    const keeper = keepers.get(this.req);
    if (keeper === undefined) reloadFromStore(this, done);
    else keeper.reload(this, done);
    return this;
  }

  /** Takes the session from the request at once, and from the store. */
  destroy(done: Done = ignore): this {
    delete this.req.session;
    const keeper = keepers.get(this.req);
    if (keeper === undefined) this.req.sessionStore.destroy(this.id, done);
    else keeper.destroy(this, done);
    return this;
  }

  /** Destroys this session and puts an empty one with another id on the request. */
  regenerate(done: Done): this {
    const keeper = keepers.get(this.req);
    if (keeper === undefined) this.req.sessionStore.regenerate(this.req as never, done);
    else keeper.regenerate(this, done);
    return this;
  }
}

// express-session's methods are not enumerable either; a class sees to that. Nor is what a session belongs to.

/** Moves a session to another id. */
export function changeId(session: Session, id: string): void {
  Object.defineProperty(session, "id", { value: id, configurable: true });
  session.req.sessionID = id;
}

/** A session for a store that writes later, with these keys; what lies within a key is not copied. */
export function copyOf(session: Session, keys: object = session): Session {
  const { sessionStore } = session.req;
  return new Session({ sessionID: session.id, sessionStore }, keys);
}

export function reloadFromStore(session: Session, done: Done): void {
  const { req } = session;
  req.sessionStore.get(session.id, (error, stored) => {
    if (error) return done(error);
    if (!stored) return done(new Error("failed to load session"));
    req.sessionStore.createSession(req as never, stored);
    done();
  });
}

/** Where nobody asked to hear. */
function ignore(): void {}
