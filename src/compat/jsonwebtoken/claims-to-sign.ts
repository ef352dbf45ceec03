import { Buffer } from "node:buffer";
import { secondsAfter } from "./timespan.ts";
import { claimFault } from "./sign-options.ts";
import type { SignOptions } from "./types.ts";

type Claims = Record<string, unknown>;

const claimOf = [
  ["audience", "aud"],
  ["issuer", "iss"],
  ["subject", "sub"],
  ["jwtid", "jti"],
] as const;

const onlyForObjects = [
  "expiresIn",
  "notBefore",
  "noTimestamp",
  "audience",
  "issuer",
  "subject",
  "jwtid",
] as const;

/** Whether the options fit the payload, in jsonwebtoken's words, or null. It comes before the options themselves are looked at. */
export function payloadFault(payload: unknown, options: SignOptions): string | null {
  if (payload === undefined) return "payload is required";
  if (isObject(payload)) {
    const fault = claimFault(payload);
    if (fault !== null) return fault;
    return doubledTime(payload, options);
  }
  const misplaced = onlyForObjects.filter((name) => options[name] !== undefined);
  return misplaced.length === 0
    ? null
    : `invalid ${misplaced.join(",")} option for ${typeof payload} payload`;
}

/** Whether a payload has claims: bytes and texts are signed as they are. */
export function isObject(payload: unknown): payload is Claims {
  return typeof payload === "object" && !Buffer.isBuffer(payload);
}

function doubledTime(payload: Claims, options: SignOptions): string | null {
  for (const [option, claim] of [
    ["expiresIn", "exp"],
    ["notBefore", "nbf"],
  ] as const) {
    if (payload[claim] !== undefined && options[option] !== undefined) {
      return `Bad "options.${option}" option the payload already has an "${claim}" property.`;
    }
  }
  return null;
}

/** Writes into a payload what the options say; answers why that cannot be, in jsonwebtoken's words, or null. */
export function addClaims(payload: Claims, options: SignOptions): string | null {
  // Like jsonwebtoken, by truth and not by type: an `iat` of zero is none.
  const issuedAt = (payload["iat"] as number) || Math.floor(Date.now() / 1000);
  if (options.noTimestamp) delete payload["iat"];
  else payload["iat"] = issuedAt;
  for (const [option, claim] of [
    ["notBefore", "nbf"],
    ["expiresIn", "exp"],
  ] as const) {
    if (options[option] === undefined) continue;
    const at = secondsAfter(issuedAt, options[option]);
    if (at === null) {
      return `"${option}" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60`;
    }
    payload[claim] = at;
  }
  for (const [option, claim] of claimOf) {
    if (options[option] === undefined) continue;
    if (payload[claim] !== undefined) {
      return `Bad "options.${option}" option. The payload already has an "${claim}" property.`;
    }
    payload[claim] = options[option];
  }
  return null;
}
