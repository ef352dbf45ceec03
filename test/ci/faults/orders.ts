import type { Target } from "./history.ts";

/** A session as it is handed from process to process. */
export interface Credential {
  readonly session: string;
  readonly token: string;
}

/** What the director tells a process to do. What has a number is answered under it. */
export type Order =
  | {
      readonly order: "sign in";
      readonly number: number;
      readonly user: string;
      readonly tenant: string;
    }
  /** To check each of them again and again. */
  | { readonly order: "watch"; readonly credentials: readonly Credential[]; readonly forMs: number }
  /** To check each of them twice: the first may have to be read, the second is known. */
  | {
      readonly order: "look";
      readonly number: number;
      readonly credentials: readonly Credential[];
    }
  | {
      readonly order: "revoke";
      readonly number: number;
      readonly target: Target;
      readonly propagated: boolean;
    }
  | { readonly order: "leave" };

/** What a process answers; the history is what counts. */
export type Report =
  | { readonly report: "ready" }
  /** Null: it did not come to a session, as far as is known. */
  | {
      readonly report: "sign-in answered";
      readonly number: number;
      readonly credential: Credential | null;
    }
  | { readonly report: "revocation answered"; readonly number: number; readonly done: boolean }
  | { readonly report: "looked"; readonly number: number };

/** Where a process finds its store, and what is special about it. */
export interface CustomerSettings {
  readonly store: "node-redis" | "ioredis" | "node-redis cluster" | "ioredis cluster" | "postgres";
  readonly port: number;
  /** The prefix of keys, or the schema. */
  readonly place: string;
  readonly history: string;
  readonly leaseMs: number;
  readonly waitForReplica: boolean;
  /** Breaks the rule of the lease on purpose: this process takes its clocks to be so many times slower than they are. */
  readonly clockSlowedBy: number;
}
