import type { CurrentSessionBody, ListedSessionBody, SignedInBody } from "../http/wire.ts";
import type { StepUpHandler } from "./guarded-fetch.ts";
import type { SessionState } from "./session-state.ts";
import type { TabChannel } from "./tabs.ts";
import type { TokenStorage } from "./token-storage.ts";

/** The options of `createClient`. */
export interface ClientOptions {
  /** The server's origin, such as `https://app.example.com`. Default: that of the page. Nobody else gets a credential. */
  readonly baseUrl?: string;
  /** Where the account routes are. Default `/auth`. */
  readonly basePath?: string;
  /** `'cookie'` (default): the browser keeps the credential, out of the reach of scripts. `'body'`: the client does, for what has no cookies. */
  readonly delivery?: "cookie" | "body";
  /** Where, with `'body'`. Default: in memory, until the page is left. */
  readonly storage?: TokenStorage;
  /** What the server knows already, as `GET /auth/session` answers it, where it has made the page; null for a stranger. */
  readonly initial?: CurrentSessionBody | null;
  /** Asks the user to sign in again, where a route wants it. Without it the application gets the 401. */
  readonly onStepUp?: StepUpHandler;
  /** Default: the runtime's. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** By which the tabs of a browser speak. Default: a `BroadcastChannel` in pages, none elsewhere. */
  readonly channel?: (name: string) => TabChannel | null;
}

/** What `session` offers: a store as `useSyncExternalStore` wants it. */
export interface SessionStore {
  /** What is known now: the same object until it changes. */
  readonly get: () => SessionState;
  /** What was known at the start: what a server has rendered, and the first render in the browser. */
  readonly getInitial: () => SessionState;
  /** Asks the server as soon as somebody listens. Answers how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Asks the server now: after a sign-in at a route of the application's own, for example. It never throws for an outage. */
  reload(): Promise<SessionState>;
}

/** The user's logins, here and elsewhere. @throws ClientError */
export interface SessionList {
  list(): Promise<readonly ListedSessionBody[]>;
  /** Ends one; with the id of the current one it is a sign-out. */
  revoke(id: string): Promise<void>;
  /** Ends all but this one. Answers how many. */
  revokeOthers(): Promise<number>;
}

/** What there is where Symbolon checks the users. @throws ClientError */
export interface AccountActions {
  register(input: {
    readonly email: string;
    readonly password: string;
    readonly name?: string | null;
    readonly remember?: boolean;
  }): Promise<SignedInBody>;
  signIn(input: {
    readonly email: string;
    readonly password: string;
    /** Whether the cookie outlives the browser. Default false. */
    readonly remember?: boolean;
  }): Promise<SignedInBody>;
  /** Ends all other sessions of the user. */
  changePassword(input: {
    readonly currentPassword: string;
    readonly newPassword: string;
  }): Promise<void>;
}

/** A client of a server with or without accounts. */
export interface BaseClient {
  readonly session: SessionStore;
  readonly sessions: SessionList;
  /** Ends the session, here and in all tabs. @throws ClientError; the session lives on, then */
  signOut(): Promise<void>;
  /**
   * `fetch` with the credential, for addresses of `baseUrl`; others are fetched as they are. Where the credential has had its time, it
   * is renewed and the request sent again, once. It rejects as `fetch` does.
   * @throws ClientError `stream_not_resent`
   */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  /** Lets go of the other tabs, and asks no more. */
  close(): void;
}

/** The client of the server whose `auth` has this type: account actions are there where it has accounts. */
export type Client<Auth extends { readonly users: unknown }> = BaseClient &
  (null extends Auth["users"] ? unknown : AccountActions);
