import type { BinaryLike, KeyObject } from "node:crypto";
import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cookie } from "./cookie.ts";
import type { Session } from "./session.ts";

/** What a store answers and takes: the application's keys, and the cookie as it was written. */
export interface StoredSession {
  [key: string]: unknown;
  cookie: Cookie | StoredCookie;
}

/** A cookie after a trip through JSON. */
export interface StoredCookie {
  readonly originalMaxAge?: number | null;
  readonly expires?: Date | string | null;
  readonly [attribute: string]: unknown;
}

export type Done = (error?: unknown) => void;

/** A store in the manner of connect: the least that express-session asks of one. */
export interface ConnectStore extends EventEmitter {
  get(id: string, answer: (error: unknown, session?: StoredSession | null) => void): void;
  set(id: string, session: StoredSession, done?: Done): void;
  destroy(id: string, done?: Done): void;
  touch?(id: string, session: StoredSession, done?: Done): void;
  regenerate(request: SessionRequest, done: Done): void;
  createSession(request: SessionRequest, session: StoredSession): unknown;
  generate?(request: SessionRequest): void;
}

/** As much of a request as a session is bound to; a store makes such a one in `load`. */
export interface SessionHolder {
  session?: Session | null | undefined;
  sessionID: string;
  sessionStore: ConnectStore;
}

/** A request of Node, and what Express, its cookie parser and this middleware may have put there. */
export interface SessionRequest extends SessionHolder, IncomingMessage {
  readonly originalUrl?: string;
  readonly secure?: boolean;
  readonly secret?: Secret;
  readonly cookies?: Readonly<Record<string, string | undefined>>;
  readonly signedCookies?: Readonly<Record<string, string | false | undefined>>;
}

/** A response of Node, with the two parts that are its own business, and that express-session has always used. */
export interface SessionResponse extends ServerResponse {
  readonly _header: string | null;
  _implicitHeader(): void;
}

/** What an HMAC is made with: a text, bytes, or a `KeyObject`. */
export type Secret = BinaryLike | KeyObject;
