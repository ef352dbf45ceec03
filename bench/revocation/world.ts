import type { Address } from "../fixtures/places.ts";

/** Whose sessions are revoked. */
export type WorldName =
  | "symbolon"
  | "better-auth, cookie cache"
  | "express-session + connect-redis"
  | "a message alone";

/** What a process is told to be. */
export interface WorldSettings {
  readonly name: WorldName;
  readonly address: Address;
}

/** A session as its client and its administrator know it. */
export interface WorldSession {
  readonly id: string;
  readonly cookie: string;
}

/** One process's share in a deployment: any process can do each of these. */
export interface World {
  /** Signs somebody in, with the cookies as a browser has them after its first request. */
  readonly signIn: () => Promise<WorldSession>;
  /** Whether a request with these cookies is let through. */
  readonly check: (cookie: string) => Promise<boolean>;
  readonly revoke: (id: string, options: { readonly propagated: boolean }) => Promise<void>;
  readonly close: () => Promise<void>;
}
