import type { AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";
import { defaultMaxTokenBytes } from "../../src/core/access-tokens/compact-jws.ts";
import {
  generateKeyPair,
  type KeyPair,
  type VerificationKey,
  verificationKey,
} from "../../src/core/access-tokens/node-keys.ts";
import { localSigningKey, signCompact } from "../../src/core/access-tokens/node-signer.ts";
import { type TokenRules, verifyCompact } from "../../src/core/access-tokens/node-verifier.ts";
import type { AccessTokenClaims } from "../../src/core/access-tokens/registered-claims.ts";
import type { TokenVerdict } from "../../src/core/access-tokens/verdict.ts";
import type { JsonObject, JsonValue } from "../../src/util/json.ts";

export const algorithmNames: readonly AlgorithmName[] = [
  "EdDSA",
  "ES256",
  "RS256",
  "PS256",
  "HS256",
];

export const now: number = Date.UTC(2026, 0, 1);
export const seconds: number = now / 1000;

export const claims: AccessTokenClaims = {
  iss: "https://issuer.example",
  sub: "user-1",
  aud: "https://api.example",
  exp: seconds + 300,
  iat: seconds,
  jti: "token-1",
  client_id: "web",
};

export const rules: TokenRules = {
  typ: "at+jwt",
  issuer: "https://issuer.example",
  audience: "https://api.example",
  now,
  toleranceMs: 0,
  maxBytes: defaultMaxTokenBytes,
};

/** An issuer with one key of each algorithm; the `kid` is the algorithm's name. */
export interface Issuer {
  readonly pairs: ReadonlyMap<string, KeyPair>;
  readonly keys: ReadonlyMap<string, VerificationKey>;
  readonly keyOf: (kid: string) => VerificationKey | null;
  /** An access token with these claims instead of the usual ones. */
  issue(algorithm: AlgorithmName, changes?: Readonly<Record<string, JsonValue>>): string;
  verify(token: string, changes?: Partial<TokenRules>): TokenVerdict;
}

export async function makeIssuer(): Promise<Issuer> {
  const pairs = await Promise.all(algorithmNames.map(generateKeyPair));
  return issuerWith(new Map(pairs.map((pair) => [pair.algorithm, pair])));
}

function issuerWith(pairs: ReadonlyMap<string, KeyPair>): Issuer {
  const keys = new Map(
    [...pairs].map(([kid, pair]) => [kid, verificationKey(kid, pair.algorithm, pair.publicKey)]),
  );
  const signers = new Map(
    [...pairs].map(([kid, pair]) => [kid, localSigningKey(kid, pair.algorithm, pair.privateKey)]),
  );
  const keyOf = (kid: string): VerificationKey | null => keys.get(kid) ?? null;
  return {
    pairs,
    keys,
    keyOf,
    issue: (algorithm, changes = {}) =>
      signCompact({ typ: "at+jwt" }, { ...claims, ...changes }, must(signers.get(algorithm))),
    verify: (token, changes = {}) => verifyCompact(token, keyOf, { ...rules, ...changes }),
  };
}

/** A token of any header and payload, signed as the algorithm does it, whatever they say. */
export function craft(
  header: JsonObject | string,
  payload: JsonObject | string,
  { algorithm, privateKey }: KeyPair,
): string {
  const input = `${encode(header)}.${encode(payload)}`;
  const signature = localSigningKey("any", algorithm, privateKey).sign(input);
  return `${input}.${Buffer.from(signature).toString("base64url")}`;
}

/** A value as JSON, or bytes (as latin1), in base64url. */
export function encode(part: JsonObject | string): string {
  const text = typeof part === "string" ? part : JSON.stringify(part);
  return Buffer.from(text, typeof part === "string" ? "latin1" : "utf8").toString("base64url");
}

/** What a verdict says in one word. */
export function reasonOf(verdict: TokenVerdict): string {
  return verdict.outcome === "refused" ? verdict.reason : verdict.outcome;
}

/** A value that the test made sure of. */
export function must<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("the test lacks a value");
  return value;
}
