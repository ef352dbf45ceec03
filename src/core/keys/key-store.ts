import type { Logged, Stamp } from "../revocation/revocation-store.ts";

/** The keys of all processes, as a store has them: a text that nobody can read without one of the secrets. */
export interface SealedKeyRing {
  /** Grows with every write. */
  readonly version: number;
  /** At most 64 KB of ASCII. */
  readonly sealed: string;
}

/** What the log says of a new ring. */
export interface KeyRingChange {
  /** `revoked`: nothing that the key has signed is good any more. `changed`: the ring must be read again. */
  readonly kind: "revoked" | "changed";
  /** The id of the key. */
  readonly target: string;
}

export type WriteRingVerdict =
  | { readonly outcome: "written"; readonly entries: readonly Logged[] }
  /** Another process has written the ring meanwhile; nothing was written. */
  | { readonly outcome: "conflict" };

/** Where processes share their keys. It belongs to the same store as the revocation log. */
export interface KeyStore {
  /** The ring; null when there never was one. */
  readRing(): Promise<SealedKeyRing | null>;

  /**
   * Replaces the ring if its version is still `from` (0: there is none) and logs the change in partition 0, as one act. Of
   * concurrent calls with the same `from`, one is `written`. `ring.version` is above `from`.
   */
  writeRing(
    ring: SealedKeyRing,
    from: number,
    change: KeyRingChange,
    stamp: Stamp,
  ): Promise<WriteRingVerdict>;
}
