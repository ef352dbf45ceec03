import { isSecure } from "./connection.ts";
import { Cookie } from "./cookie.ts";
import { keepFromCaches } from "./caching.ts";
import type { Settings } from "./options.ts";
import type { Done, SessionRequest, SessionResponse, StoredSession } from "./ports.ts";
import { cookieValueOf } from "./session-cookie.ts";
import { changeId, reloadFromStore, Session, type SessionKeeper } from "./session.ts";
import { serializeSetCookie, type SetCookieAttributes } from "./set-cookie.ts";
import type { Signer } from "./signature.ts";
import { differs, takeSnapshot, type Snapshot } from "./snapshot.ts";
import { turnsOf } from "./turns.ts";
import { writeBack } from "./write-back.ts";

/** A session as it was at one moment. */
interface Moment {
  readonly id: string;
  readonly snapshot: Snapshot;
}

/** What becomes of the session of one request: what is stored of it, when, and whether a cookie says so. */
export class RequestSession implements SessionKeeper {
  readonly #settings: Settings;
  readonly #signer: Signer;
  readonly #request: SessionRequest;
  readonly #response: SessionResponse;
  /** The id that the client's cookie named. */
  readonly #cookieId: string | undefined;
  /** The session as the request began with it. */
  #original: Moment | null = null;
  /** As it was last stored, as far as the end of the request is concerned. */
  #saved: Moment | null = null;
  /** As the store last had it, so that our changes can be told from those of others; null for one that was never stored. */
  #known: Moment | null = null;
  #identity: unknown;
  #isTouched = false;

  constructor(
    settings: Settings,
    signer: Signer,
    request: SessionRequest,
    response: SessionResponse,
    cookieId: string | undefined,
  ) {
    this.#settings = settings;
    this.#signer = signer;
    this.#request = request;
    this.#response = response;
    this.#cookieId = cookieId;
  }

  /** Begins with an empty session. */
  generate(): void {
    this.#settings.store.generate?.(this.#request);
    this.#original = momentOf(this.#request.session);
    this.#identity = this.#identify(this.#request.session);
  }

  /** Begins with what was stored. @throws TypeError for what has no `cookie` */
  inflate(stored: StoredSession): void {
    this.#settings.store.createSession(this.#request, stored);
    this.#original = this.#known = this.#adopt();
    if (!this.#settings.resave) this.#saved = this.#original;
    this.#identity = this.#identify(this.#request.session);
  }

  save(session: Session, done: Done): void {
    const { store, savesUnread } = this.#settings;
    const oldId = session.id;
    if (!this.#renew(session)) {
      return done(new Error("the session's identity changed after the response had begun"));
    }
    const moment = momentOf(session);
    const before = this.#known?.id === session.id ? this.#known.snapshot : null;
    this.#saved = moment;
    const finish: Done = (error) => {
      if (error) return done(error);
      this.#known = moment;
      if (oldId === session.id) done();
      else this.#destroyStored(oldId, done);
    };
    turnsOf(store).take(session.id, (end) => {
      const stored = ending(end, finish);
      if (before === null || savesUnread) store.set(session.id, session, stored);
      else writeBack(store, session, { before, now: moment.snapshot }, stored);
    });
  }

  reload(session: Session, done: Done): void {
    reloadFromStore(session, (error) => {
      if (!error) {
        this.#known = this.#adopt();
        if (!this.#settings.resave) this.#saved = this.#known;
      }
      done(error);
    });
  }

  destroy(session: Session, done: Done): void {
    this.#destroyStored(session.id, done);
  }

  regenerate(session: Session, done: Done): void {
    const { store } = this.#settings;
    turnsOf(store).take(session.id, (end) => store.regenerate(this.#request, ending(end, done)));
  }

  /** What the end of the response has to wait for; null for nothing. */
  workAtEnd(): ((done: Done) => void) | null {
    const { store, destroysUnset } = this.#settings;
    const { session, sessionID } = this.#request;
    if (!session) {
      return sessionID && destroysUnset ? (done) => this.#destroyStored(sessionID, done) : null;
    }
    this.#touchOnce(session);
    // An id that is no text was put there by the application: nothing can be stored under it.
    if (typeof sessionID !== "string") return null;
    if (this.#shouldSave(session)) return (done) => session.save(done);
    const touch =
      this.#cookieId === sessionID && typeof store.touch === "function"
        ? (done: Done) => store.touch?.(sessionID, session, done)
        : null;
    const turns = turnsOf(store);
    if (!turns.isTaken(sessionID)) return touch;
    // After a `save` that nobody has waited for. Requests that only touch do not wait for each other.
    return (done) =>
      turns.take(sessionID, (end) => {
        end();
        if (touch === null) done();
        else touch(done);
      });
  }

  /** Sets the cookie when the head of the response is written. @throws TypeError for attributes that cannot be sent */
  writeCookie(): void {
    const { session, sessionID } = this.#request;
    if (!session || !this.#shouldSetCookie(session)) return;
    const secure = isSecure(this.#request, this.#settings.trustProxy);
    if (session.cookie.secure && !secure) return;
    this.#touchOnce(session);
    // Applications may put an object literal in its place, which says nothing of attributes.
    const data: SetCookieAttributes = (session.cookie as Partial<Cookie>).data ?? {};
    const field = serializeSetCookie(
      this.#settings.name,
      cookieValueOf(sessionID, this.#signer),
      // What is unset stays unset in the store, so that express-session finds there what it would have written.
      {
        ...data,
        secure: data.secure ?? secure,
        // Only pages of others embed what is partitioned.
        sameSite: data.sameSite ?? (data.partitioned ? undefined : "lax"),
      },
    );
    const previous = this.#response.getHeader("Set-Cookie") ?? [];
    this.#response.setHeader("Set-Cookie", [previous, field].flat().map(String));
    if (!this.#settings.cachesCookies) keepFromCaches(this.#response);
  }

  #touchOnce(session: Session): void {
    if (this.#isTouched) return;
    session.touch();
    this.#isTouched = true;
  }

  #shouldSave(session: Session): boolean {
    const isNew = this.#cookieId !== this.#request.sessionID;
    return !this.#settings.saveUninitialized && this.#saved === null && isNew
      ? isChanged(this.#original, session)
      : isChanged(this.#saved, session);
  }

  #shouldSetCookie(session: Session): boolean {
    const { sessionID } = this.#request;
    if (typeof sessionID !== "string") return false;
    if (this.#cookieId !== sessionID) {
      return this.#settings.saveUninitialized || isChanged(this.#original, session);
    }
    if (this.#settings.rolling) return true;
    const { expires } = session.cookie;
    return expires !== null && expires !== undefined && isChanged(this.#original, session);
  }

  #destroyStored(id: string, done: Done): void {
    const { store } = this.#settings;
    turnsOf(store).take(id, (end) => store.destroy(id, ending(end, done)));
  }

  /** A store that inherits from express-session makes that package's sessions, whose calls nobody would hear. */
  #adopt(): Moment {
    const made: object | null | undefined = this.#request.session;
    if (made !== null && made !== undefined && !(made instanceof Session)) {
      this.#request.session = new Session(this.#request, made);
    }
    return momentOf(this.#request.session);
  }

  #identify(session: Session | null | undefined): unknown {
    return session ? this.#settings.identityOf?.(session) : undefined;
  }

  /** Whether the session may be stored: under a new id, when somebody else is signed in by now than at first. */
  #renew(session: Session): boolean {
    const identity = this.#identify(session);
    if (Object.is(identity, this.#identity) || session.id !== this.#cookieId) return true;
    if (this.#response.headersSent) return false;
    this.#identity = identity;
    changeId(session, this.#settings.generateId(this.#request));
    return true;
  }
}

/** What a store is given to make sessions with. */
export function sessionGenerator(settings: Settings): (request: SessionRequest) => void {
  return (request) => {
    request.sessionID = settings.generateId(request);
    const session = new Session(request);
    request.session = session;
    const init = settings.cookieFor(request);
    session.cookie = new Cookie(init);
    if (init.secure !== "auto" && init.sameSite !== "auto") return;
    const secure = isSecure(request, settings.trustProxy);
    if (init.secure === "auto") session.cookie.secure = secure;
    if (init.sameSite === "auto") session.cookie.sameSite = secure ? "none" : "lax";
  };
}

function momentOf(session: Session | null | undefined): Moment {
  if (!session) throw new TypeError("the store made no session");
  return { id: session.id, snapshot: takeSnapshot(session) };
}

function isChanged(moment: Moment | null, session: Session): boolean {
  return moment === null || moment.id !== session.id || differs(moment.snapshot, session);
}

/** Ends the turn, and then tells. */
function ending(end: () => void, done: Done): Done {
  return (error) => {
    end();
    done(error);
  };
}
