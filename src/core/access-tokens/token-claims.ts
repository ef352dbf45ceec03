import type { JsonObject, JsonValue } from "../../util/json.ts";
import type { Seq } from "../revocation/revocation-store.ts";
import type { AssuranceLevel } from "../sessions/authentication.ts";
import type { AccessTokensConfig } from "./options.ts";

/** What an access token says of a login. Times are milliseconds since the epoch, of which a token keeps whole seconds. */
export interface TokenSubject {
  readonly sessionId: string;
  readonly userId: string;
  readonly tenantId: string | null;
  /** The session's, which revocations are compared with. */
  readonly mark: Seq;
  /** The place of the log that was known when `claims` were read: a later change of them outdates the token. */
  readonly position: Seq;
  readonly authenticatedAt: number;
  readonly methods: readonly string[];
  readonly assuranceLevel: AssuranceLevel;
  readonly claims: JsonObject;
}

/** The kind of token (RFC 9068, section 2.1). */
export const accessTokenType = "at+jwt";

const levels: readonly JsonValue[] = ["aal1", "aal2", "aal3"] satisfies AssuranceLevel[];

/** What tokens say that is not the application's: none of it is among its claims. */
const ours: ReadonlySet<string> = new Set(
  "iss sub aud client_id iat exp jti sid auth_time acr amr mark pos tenant_id".split(" "),
);

/** The payload of an access token (RFC 9068, section 2.2). `iat` and `exp` in seconds. */
export function payloadOf(
  subject: TokenSubject,
  { issuer, audience, clientId }: Pick<AccessTokensConfig, "issuer" | "audience" | "clientId">,
  { jti, iat, exp }: { readonly jti: string; readonly iat: number; readonly exp: number },
): JsonObject {
  const [onlyAudience = ""] = audience;
  return {
    ...subject.claims,
    iss: issuer,
    sub: subject.userId,
    aud: audience.length === 1 ? onlyAudience : [...audience],
    client_id: clientId,
    iat,
    exp,
    jti,
    sid: subject.sessionId,
    auth_time: Math.floor(subject.authenticatedAt / 1000),
    acr: subject.assuranceLevel,
    amr: [...subject.methods],
    mark: subject.mark,
    pos: subject.position,
    ...(subject.tenantId !== null && { tenant_id: subject.tenantId }),
  };
}

/** What the claims of an authentic token of ours say; null when it lacks something: then it is not of this engine's making. */
export function subjectOf(payload: JsonObject): TokenSubject | null {
  const { sub, sid, tenant_id: tenantId = null, mark, pos, acr, amr } = payload;
  const { auth_time: authTime } = payload;
  if (typeof sub !== "string" || typeof sid !== "string" || !isPlace(mark) || !isPlace(pos))
    return null;
  if (tenantId !== null && typeof tenantId !== "string") return null;
  if (!Number.isSafeInteger(authTime) || acr === undefined || !levels.includes(acr)) return null;
  if (!Array.isArray(amr) || !amr.every((method) => typeof method === "string")) return null;
  return {
    sessionId: sid,
    userId: sub,
    tenantId,
    mark,
    position: pos,
    authenticatedAt: (authTime as number) * 1000,
    methods: amr,
    assuranceLevel: acr as AssuranceLevel,
    claims: othersOf(payload),
  };
}

/** What the application says. */
function othersOf(payload: JsonObject): JsonObject {
  const others: Record<string, JsonValue> = {};
  for (const name of Object.keys(payload)) {
    const value = payload[name];
    if (value !== undefined && !ours.has(name)) others[name] = value;
  }
  return others;
}

function isPlace(value: JsonValue | undefined): value is Seq {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
