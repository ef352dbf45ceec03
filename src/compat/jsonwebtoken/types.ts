import type { Buffer } from "node:buffer";
import type { createPrivateKey, createPublicKey, KeyObject } from "node:crypto";
import type { JsonWebTokenError, NotBeforeError, TokenExpiredError } from "./errors.ts";

/*
 * The types of @types/jsonwebtoken 9, name by name, so that code written for them compiles; where Symbolon takes more,
 * the further members are in `Dangerous…`. `test/compat/jsonwebtoken/types.test.ts` holds both together.
 */

/** What `JSON.parse` answers: applications read claims from a payload without narrowing them, as they always did. */
type Parsed = ReturnType<JSON["parse"]>;

export type Algorithm =
  | "HS256"
  | "HS384"
  | "HS512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "none";

type Unit =
  | "Years"
  | "Year"
  | "Yrs"
  | "Yr"
  | "Y"
  | "Weeks"
  | "Week"
  | "W"
  | "Days"
  | "Day"
  | "D"
  | "Hours"
  | "Hour"
  | "Hrs"
  | "Hr"
  | "H"
  | "Minutes"
  | "Minute"
  | "Mins"
  | "Min"
  | "M"
  | "Seconds"
  | "Second"
  | "Secs"
  | "Sec"
  | "s"
  | "Milliseconds"
  | "Millisecond"
  | "Msecs"
  | "Msec"
  | "Ms";
type AnyCase = Unit | Uppercase<Unit> | Lowercase<Unit>;

/** A span of time as the package `ms` reads it: `"2 days"`, `"10h"`; without a unit it is milliseconds. */
export type StringValue = `${number}` | `${number}${AnyCase}` | `${number} ${AnyCase}`;

/** What a signer may be allowed besides; each undoes a defence that `docs/jsonwebtoken.md` describes. */
export interface DangerousSignOptions {
  /** Signs with an empty secret, and is silent about secrets shorter than their digest (RFC 7518, section 3.2). */
  dangerouslyAllowWeakSecrets?: boolean | undefined;
  /** Takes a text or bytes that look like an asymmetric key for an HMAC secret. */
  dangerouslyAllowAsymmetricKeysAsSecrets?: boolean | undefined;
}

export interface SignOptions extends DangerousSignOptions {
  /** HS256, unless told otherwise. */
  algorithm?: Algorithm | undefined;
  keyid?: string | undefined;
  /** Seconds, or a text such as `"2 days"`, after which the token is refused. */
  expiresIn?: StringValue | number;
  /** The same, before which it is refused. */
  notBefore?: StringValue | number | undefined;
  audience?: string | string[] | undefined;
  subject?: string | undefined;
  issuer?: string | undefined;
  jwtid?: string | undefined;
  /** The claims are written into the object that was given. */
  mutatePayload?: boolean | undefined;
  noTimestamp?: boolean | undefined;
  header?: JwtHeader | undefined;
  encoding?: string | undefined;
  allowInsecureKeySizes?: boolean | undefined;
  allowInvalidAsymmetricKeyTypes?: boolean | undefined;
}

/** What a verifier may be allowed besides; each undoes a defence that `docs/jsonwebtoken.md` describes. */
export interface DangerousVerifyOptions extends DangerousSignOptions {
  /** Accepts a token whose `crit` demands what nobody here understands (RFC 7515, section 4.1.11). */
  dangerouslyIgnoreCriticalHeaders?: boolean | undefined;
  /** Accepts an unsigned token where `algorithms` names `none` beside others. */
  dangerouslyAllowUnsignedAmongSigned?: boolean | undefined;
  /** Looks at tokens of more than a million characters. */
  dangerouslyAllowTokensOfAnySize?: boolean | undefined;
  /** Accepts other spellings of a signature's bytes than the one that its signer wrote. */
  dangerouslyAllowRespelledSignatures?: boolean | undefined;
  /** Passes over expectations that cannot be checked: empty ones, an `issuer` that is no text, tolerances that are no number. */
  dangerouslyIgnoreUnusableExpectations?: boolean | undefined;
}

export interface VerifyOptions extends DangerousVerifyOptions {
  algorithms?: Algorithm[] | undefined;
  audience?: string | RegExp | [string | RegExp, ...(string | RegExp)[]] | undefined;
  /** Seconds since 1970 that count as now. */
  clockTimestamp?: number | undefined;
  /** Seconds by which clocks may differ. */
  clockTolerance?: number | undefined;
  /** Answers header, payload and signature instead of the payload. */
  complete?: boolean | undefined;
  issuer?: string | [string, ...string[]] | undefined;
  ignoreExpiration?: boolean | undefined;
  ignoreNotBefore?: boolean | undefined;
  jwtid?: string | undefined;
  /** What the `nonce` of an OpenID Connect ID token must be. */
  nonce?: string | undefined;
  subject?: string | undefined;
  /** How long ago the token may have been issued, whatever its `exp` says. */
  maxAge?: string | number | undefined;
  allowInvalidAsymmetricKeyTypes?: boolean | undefined;
}

export interface DecodeOptions {
  complete?: boolean | undefined;
  json?: boolean | undefined;
}

export type VerifyErrors = JsonWebTokenError | NotBeforeError | TokenExpiredError;
export type VerifyCallback<T = Jwt | JwtPayload | string> = (
  error: VerifyErrors | null,
  decoded?: T,
) => void;
export type SignCallback = (error: Error | null, encoded?: string) => void;

/** RFC 7515, section 4.1. */
export interface JwtHeader {
  alg: string;
  typ?: string | undefined;
  cty?: string | undefined;
  crit?: string[] | undefined;
  kid?: string | undefined;
  jku?: string | undefined;
  x5u?: string | string[] | undefined;
  "x5t#S256"?: string | undefined;
  x5t?: string | undefined;
  x5c?: string | string[] | undefined;
}

/** RFC 7519, section 4.1. */
export interface JwtPayload {
  [key: string]: Parsed;
  iss?: string | undefined;
  sub?: string | undefined;
  aud?: string | string[] | undefined;
  exp?: number | undefined;
  nbf?: number | undefined;
  iat?: number | undefined;
  jti?: string | undefined;
}

export interface Jwt {
  header: JwtHeader;
  payload: JwtPayload | string;
  signature: string;
}

export type PublicKey = Parameters<typeof createPublicKey>[0];
export type PrivateKey = Parameters<typeof createPrivateKey>[0];
export type Secret = string | Buffer | KeyObject | { key: string | Buffer; passphrase: string };

export type SigningKeyCallback = (error: Error | null, signingKey?: Secret | PublicKey) => void;
export type GetPublicKeyOrSecret = (header: JwtHeader, callback: SigningKeyCallback) => void;
