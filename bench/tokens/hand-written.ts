import { createHmac, timingSafeEqual, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import type { AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";
import { derFromJose, joseFromDer } from "../../src/core/access-tokens/ecdsa-signature.ts";
import type { RawHeaders } from "../harness/headers.ts";
import { bareSignerOf, bareVerifierOf } from "./bare-signatures.ts";
import { expected } from "./token-world.ts";

/** What the verifier by hand answers. */
interface Claims {
  readonly [name: string]: unknown;
  readonly sub: string;
  readonly sid: string;
  readonly exp: number;
}

/** What somebody makes of claims for their routes. */
interface HandWrittenPrincipal {
  readonly userId: string;
  readonly sessionId: string;
  readonly expiresAt: number;
  readonly claims: Readonly<Record<string, unknown>>;
}

const longest = 8192;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const refusedInHeader = ["crit", "b64", "zip", "enc", "cty", "jku", "jwk", "x5u", "x5c"];

/**
 * A verifier by hand, with the checks of ours: size, three parts, canonical base64url, UTF-8, no member twice, no
 * extension, no key brought along, the key by `kid`, algorithm, kind, MAC (in constant time) or signature, types of the registered
 * claims, issuer, audience, times. It knows the one program that writes its tokens, so it may demand that JSON is
 * spelt as `JSON.stringify` spells it.
 */
export function handWrittenVerifier(
  keys: ReadonlyMap<string, KeyObject>,
  algorithm: AlgorithmName = "HS256",
) {
  const isGenuine = algorithm === "HS256" ? isMac : signatureJudge(algorithm);
  return (token: string): Claims | null => {
    if (token.length > longest) return null;
    const parts = token.split(".");
    const [headerPart = "", payloadPart = "", signature = ""] = parts;
    if (parts.length !== 3) return null;
    const header = objectIn(headerPart);
    if (header === null || header["alg"] !== algorithm || header["typ"] !== "at+jwt") return null;
    if (refusedInHeader.some((name) => Object.hasOwn(header, name))) return null;
    const { kid } = header;
    const key = typeof kid === "string" ? keys.get(kid) : undefined;
    if (key === undefined || !isGenuine(key, `${headerPart}.${payloadPart}`, signature)) {
      return null;
    }
    const claims = objectIn(payloadPart);
    return claims !== null && areGood(claims) ? claims : null;
  };
}

function isMac(key: KeyObject, input: string, signature: string): boolean {
  const bytes = Buffer.from(signature, "base64url");
  const expectedBytes = createHmac("sha256", key).update(input).digest();
  return (
    bytes.length === expectedBytes.length &&
    timingSafeEqual(bytes, expectedBytes) &&
    bytes.toString("base64url") === signature
  );
}

function signatureJudge(algorithm: Exclude<AlgorithmName, "HS256">): typeof isMac {
  const judges = new WeakMap<KeyObject, ReturnType<typeof bareVerifierOf>>();
  return (key, input, signature) => {
    const bytes = Buffer.from(signature, "base64url");
    if (bytes.toString("base64url") !== signature) return false;
    const judge = judges.get(key) ?? bareVerifierOf(algorithm, key);
    judges.set(key, judge);
    const given = algorithm === "ES256" ? derFromJose(bytes) : bytes;
    return given !== null && judge(Buffer.from(input), given);
  };
}

/** Signs claims by hand: the header lies ready. */
export function handWrittenSigner(
  algorithm: AlgorithmName,
  key: KeyObject,
  kid: string,
): (claims: Readonly<Record<string, unknown>>) => string {
  const signInput = bareSignerOf(algorithm, key);
  const header = Buffer.from(JSON.stringify({ alg: algorithm, typ: "at+jwt", kid })).toString(
    "base64url",
  );
  return (claims) => {
    const input = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
    const signed = signInput(Buffer.from(input));
    const signature = algorithm === "ES256" ? Buffer.from(joseFromDer(signed)) : signed;
    return `${input}.${signature.toString("base64url")}`;
  };
}

function objectIn(part: string): Record<string, unknown> | null {
  const bytes = Buffer.from(part, "base64url");
  if (bytes.toString("base64url") !== part) return null;
  try {
    const text = utf8.decode(bytes);
    if (text.includes("\\u") || text.includes("__proto__")) return null;
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    // A member twice, or whatever else two parsers may read in two ways, is not what would be written.
    return JSON.stringify(value) === text ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function areGood(claims: Record<string, unknown>): claims is Record<string, unknown> & Claims {
  const { iss, sub, aud, exp, iat, nbf, jti, client_id: clientId, sid } = claims;
  const now = Date.now() / 1000;
  return (
    iss === expected.issuer &&
    (aud === expected.audience || (Array.isArray(aud) && aud.includes(expected.audience))) &&
    isText(sub) &&
    isText(jti) &&
    isText(clientId) &&
    isText(sid) &&
    isTime(exp) &&
    isTime(iat) &&
    (nbf === undefined || (isTime(nbf) && nbf <= now + 5)) &&
    iat <= now + 5 &&
    exp + 5 > now
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isTime(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

/** The same as a guard: from the header to a frozen principal, behind a promise. */
export function handWrittenGuard(keys: ReadonlyMap<string, KeyObject>) {
  const verify = handWrittenVerifier(keys);
  return async (headers: RawHeaders): Promise<HandWrittenPrincipal | null> => {
    const field = headers["authorization"];
    if (field === undefined || !field.startsWith("Bearer ")) return null;
    const claims = verify(field.slice("Bearer ".length));
    if (claims === null) return null;
    const { sub: userId, sid: sessionId, exp, role } = claims;
    return Object.freeze({
      userId,
      sessionId,
      expiresAt: exp * 1000,
      claims: Object.freeze({ role }),
    });
  };
}
