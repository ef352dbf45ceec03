import type { AccessTokenClaims } from "../core/access-tokens/registered-claims.ts";
import type { JudgedSession, RevocationView } from "../core/revocation/view.ts";
import { decodeStrictBase64url } from "../util/strict-base64url.ts";
import type { JsonValue } from "../util/json.ts";

/**
 * What a view of the log says of an access token. Revocations are compared with `mark`, the place that its session comes after;
 * changes of claims with `pos`, the place up to which the log was known when the claims were read. A token without them is
 * older than everything.
 */
export function judgeToken(view: RevocationView, claims: AccessTokenClaims): boolean | "outdated" {
  const { sid, sub, tenant_id: tenantId, mark, pos } = claims;
  const session: JudgedSession = {
    id: typeof sid === "string" ? sid : "",
    userId: sub,
    tenantId: typeof tenantId === "string" ? tenantId : null,
    mark: placeOf(mark),
  };
  if (view.hasEnded(session)) return true;
  return view.lastChangeOf(session) > placeOf(pos) ? "outdated" : false;
}

function placeOf(claim: JsonValue | undefined): number {
  return Number.isSafeInteger(claim) ? (claim as number) : 0;
}

/** A session's id: as many bytes. */
const idLength = 16;

/**
 * The partition whose log says what becomes of a token: that of its session, else of its user. The same as the issuer's
 * (`core/revocation/partition.ts`), by what every runtime has; only hashing has to be waited for.
 */
export function partitionOfToken(
  { sid, sub }: AccessTokenClaims,
  partitions: number,
): number | Promise<number> {
  if (partitions === 1) return 0;
  if (typeof sid !== "string") return partitionOfUser(sub, partitions);
  const bytes = decodeStrictBase64url(sid);
  return bytes?.length === idLength ? (bytes[0] ?? 0) % partitions : 0;
}

async function partitionOfUser(userId: string, partitions: number): Promise<number> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(userId));
  return (new Uint8Array(digest)[0] ?? 0) % partitions;
}
