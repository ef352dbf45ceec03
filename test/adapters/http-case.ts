import type { Auth, AuthOptions, Carrier } from "symbolon";
import type { FakeClock } from "symbolon/testing";
import type { InstrumentedStore } from "../support/instrumented-store.ts";
import type { Visitor } from "../support/visitor.ts";

export type Strategy = NonNullable<AuthOptions["strategy"]>;

export const strategies: readonly Strategy[] = ["session", "hybrid", "jwt"];
export const carriers: readonly Carrier[] = ["cookie", "header"];

/**
 * The application that every adapter serves, with accounts and these routes of its own:
 * `POST /login?userId=…` signs in with the claim `role` (`reader` unless told), and with `tenantId`, `remember` and `delivery` ·
 * `GET /profile` guarded, answers the principal · `GET /status` answers `{ status }` · `POST /logout` ·
 * `GET /visits` counts visits in the session's data · `GET /fresh` guarded with `maxAge: "5m"` ·
 * `GET /admin` guarded with the claim `role: "admin"` · `GET /stale` guarded with `outage: { staleFor: "20s" }` ·
 * `POST /cached-login` signs in, sets two cookies of its own, and asks caches to keep the answer · `GET /page` guarded
 * with a sign-in page · `POST /refused-login` signs in, and is then refused · `POST /streamed-login?gate=…` signs in,
 * answers a piece, and waits for `POST /open-gate?gate=…` before it tries to sign in once more, which comes too late ·
 * `/socket`, a WebSocket that says who it belongs to, and is bound.
 */
export interface ServedApp {
  readonly base: string;
  /** Whether the application reads JSON bodies itself, and answers those that are none. */
  readonly parsesJson: boolean;
  readonly strategy: Strategy;
  readonly carrier: Carrier;
  readonly auth: Auth;
  readonly clock: FakeClock;
  readonly store: InstrumentedStore;
  /** A new client, of the carrier that is tried. */
  readonly visitor: (headers?: Readonly<Record<string, string>>) => Visitor;
  /** Lets time pass, its last seconds with all that is done in the background. */
  readonly pass: (ms: number) => Promise<void>;
  /** Serves another process of this deployment, perhaps with other options, the same way. */
  readonly beside: (options?: Partial<AuthOptions>) => Promise<ServedApp>;
}

/** What every adapter must do, the same everywhere. */
export interface HttpCase {
  /** A sentence about behaviour. */
  readonly name: string;
  /** With which carriers; left out, both. */
  readonly carriers?: readonly Carrier[];
  /** Why it says nothing of a strategy. */
  readonly except?: Partial<Readonly<Record<Strategy, string>>>;
  /** What an adapter's runtime must have for it. */
  readonly needs?: "sockets";
  readonly options?: Partial<AuthOptions>;
  readonly run: (app: ServedApp) => Promise<void>;
}

export const crossSite = {
  "sec-fetch-site": "cross-site",
  origin: "https://attacker.example",
} as const;

export const minute = 60_000;

/** Longer than an access token of the strategy `hybrid` lives, and shorter than one of `jwt`. */
export const pastAccessToken: number = 6 * minute;
