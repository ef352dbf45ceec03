import type { SharedKeys } from "../keys/shared-keys.ts";
import type { RandomSource } from "../ports.ts";
import { firstLineage } from "../refresh-tokens/lineage.ts";
import { lineageText } from "../refresh-tokens/lineage-text.ts";
import type { RefreshKeys } from "../refresh-tokens/refresh-keys.ts";
import { issueRefreshToken } from "../refresh-tokens/refresh-token.ts";
import type { SessionRecord } from "./session-store.ts";
import { issueSessionToken, type SecretHash } from "./session-token.ts";

/** The one thing that proves a session. It goes to its client and nowhere else. */
export type SessionCredential =
  | { readonly kind: "session token"; readonly sessionToken: string }
  | { readonly kind: "refresh token"; readonly refreshToken: string };

/** Makes a credential for a new session, and what its record keeps of it. */
export type CredentialMaker = (
  sessionId: string,
  issuedAt: number,
) => Pick<SessionRecord, "secretHash" | "lineage"> & { readonly credential: SessionCredential };

/**
 * What makes the credential of a user's session, or of a guest's: guests have session tokens, whatever users have.
 * @throws AuthError `store_unavailable` when the keys cannot be read
 */
export async function credentialMaker(
  userId: string | null,
  {
    keys,
    refreshKeys,
    random,
  }: {
    readonly keys: Pick<SharedKeys, "signingMac">;
    readonly refreshKeys: RefreshKeys | null;
    readonly random: RandomSource;
  },
): Promise<CredentialMaker> {
  if (userId === null || refreshKeys === null) {
    const tagKey = await keys.signingMac("session tag");
    return (sessionId) => {
      const { secretHash, sessionToken } = issueSessionToken(sessionId, tagKey, random);
      return { secretHash, lineage: null, credential: { kind: "session token", sessionToken } };
    };
  }
  const key = await refreshKeys.signing();
  return (sessionId, issuedAt) => {
    const first = { sessionId, generation: 0, parent: null, issuedAt, key, random };
    const { refreshToken, hash } = issueRefreshToken(first);
    return {
      // Of no secret: there is no session token for it.
      secretHash: Uint8Array.from(random(32)) as SecretHash,
      lineage: lineageText(firstLineage(hash, issuedAt)),
      credential: { kind: "refresh token", refreshToken },
    };
  };
}
