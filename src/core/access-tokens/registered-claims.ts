import type { JsonObject, JsonValue } from "../../util/json.ts";
import type { RefusalReason } from "./verdict.ts";

/** The claims of an access token: those that RFC 9068 requires, and whatever else its issuer says. Times in seconds. */
export type AccessTokenClaims = JsonObject & {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  readonly nbf?: number;
  readonly scope?: string;
};

/** What claims are held against. */
export interface ClaimRules {
  /** `iss` must be this, character by character. */
  readonly issuer: string;
  /** `aud` must name this, or one of these. */
  readonly audience: string | readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How far the issuer's clock and ours may differ; at most `maxClockToleranceMs`. */
  readonly toleranceMs: number;
}

/** More tolerance would lengthen the life of every token, rather than bridge clocks. */
export const maxClockToleranceMs = 60_000;

/** The last second of the year 9999: what is later is a mistake of units, or an attempt. */
const latestTime = 253_402_300_799;

/**
 * Why claims are refused, or null when they are right. A time is a whole number of seconds from 1970 to 9999: RFC 7519
 * would allow fractions, but a verifier that rounds and one that does not would differ. `exp` must be strictly in the future.
 */
export function judgeClaims(claims: JsonObject, rules: ClaimRules): RefusalReason | null {
  const { iss, sub, aud, exp, iat, jti, client_id: clientId, nbf, scope } = claims;
  const areOfTheirTypes =
    isText(iss) &&
    isText(sub) &&
    isText(jti) &&
    isText(clientId) &&
    isTime(exp) &&
    isTime(iat) &&
    (nbf === undefined || isTime(nbf)) &&
    (scope === undefined || typeof scope === "string") &&
    isAudience(aud);
  if (!areOfTheirTypes) return "token_claims";
  if (iss !== rules.issuer) return "token_issuer";
  if (!isMeant(aud, rules.audience)) return "token_audience";
  const latest = (rules.now + rules.toleranceMs) / 1000;
  if (iat > latest || (nbf !== undefined && nbf > latest)) return "token_not_yet_valid";
  return exp * 1000 + rules.toleranceMs > rules.now ? null : "token_expired";
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === "string" && value !== "";
}

function isTime(value: JsonValue | undefined): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= latestTime;
}

function isAudience(value: JsonValue | undefined): value is string | readonly string[] {
  return Array.isArray(value) ? value.length > 0 && value.every(isText) : isText(value);
}

function isMeant(named: string | readonly string[], accepted: string | readonly string[]): boolean {
  if (typeof accepted !== "string") return accepted.some((one) => isMeant(named, one));
  return typeof named === "string" ? named === accepted : named.includes(accepted);
}
