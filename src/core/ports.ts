import type { KeyStore } from "./keys/key-store.ts";
import type { CredentialStore, PasswordHash } from "./passwords/credential-store.ts";
import type { RevocationStore } from "./revocation/revocation-store.ts";
import type { SessionStore } from "./sessions/session-store.ts";
import type { AttemptStore } from "./throttling/attempt-store.ts";
import type { UserStore } from "./users/user-store.ts";

export type { Clock } from "../util/clock.ts";

/** What a store declares about itself, so that nothing has to be guessed. */
export interface StoreTraits {
  /** For messages: `memory`, `sqlite`, … */
  readonly name: string;
  /** Whether what was acknowledged is still there after the process, or the machine, is gone. */
  readonly durable: boolean;
  /**
   * Into how many logs it is divided, fixed at its creation: 1, unless it is spread over machines that cannot commit
   * together. A user and all their sessions are of one partition; see `partitionOfUser`.
   */
  readonly partitions: number;
}

/**
 * What the engine needs from a database: a plain object of slices, so that slices of two stores can be mixed.
 * `sessions`, `revocation` and `keys` always come from one store. Methods answer values, never throw `AuthError`;
 * whatever else they throw means that the store could not be reached. Time is a parameter.
 */
export interface Store {
  readonly traits: StoreTraits;
  readonly sessions: SessionStore;
  readonly revocation: RevocationStore;
  readonly keys: KeyStore;
  /** This and the rest are needed by `accounts` only. */
  readonly users?: UserStore;
  readonly credentials?: CredentialStore;
  readonly attempts?: AttemptStore;
  /** Makes the store ready: connects, brings the schema up to date. Called once, before anything else. */
  open?(): Promise<void>;
  /** Lets go of what the store opened itself. */
  close?(): Promise<void>;
}

/** Unpredictable bytes. */
export type RandomSource = (length: number) => Uint8Array;

/** Turns passwords into hashes. Both methods may queue; `verify` costs the same for a wrong password. */
export interface PasswordHasher {
  hash(password: string): Promise<PasswordHash>;
  /** Whether the password fits; `outdated` when it does but was hashed with other parameters. */
  verify(hash: PasswordHash, password: string): Promise<{ matches: boolean; outdated: boolean }>;
}
