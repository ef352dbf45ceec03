import { createHmac, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import { decodeBase64url, encodeBase64url } from "../../util/base64url.ts";
import { equalBytes, sha256 } from "../../util/bytes.ts";

/** SHA-256 of a secret: the only form in which a store sees it. */
export type SecretHash = Uint8Array & { readonly __brand: "SecretHash" };

/** The first characters of a session token, by which scanners find leaked ones. */
export const sessionTokenPrefix = "sys_";

const idLength = 16;
const secretLength = 32;
const tagLength = 8;
const idEnd = sessionTokenPrefix.length + 22;
const tokenLength = idEnd + 1 + 54;

/** A session token taken apart, its tag verified. */
export interface PresentedSessionToken {
  readonly token: string;
  readonly sessionId: string;
  readonly secretHash: SecretHash;
}

/** What is drawn from a random source for a new session or a new secret of one. */
export interface SessionTokenParts {
  readonly sessionId: string;
  /** Goes to the client, never to a store. */
  readonly sessionToken: string;
  readonly secretHash: SecretHash;
}

/** Makes `sys_<sessionId>.<secret><tag>` with a new secret. */
export function issueSessionToken(
  sessionId: string,
  tagKey: KeyObject,
  randomBytes: (length: number) => Uint8Array,
): SessionTokenParts {
  const secret = randomBytes(secretLength);
  const body = new Uint8Array(secretLength + tagLength);
  body.set(secret);
  body.set(tagOf(sessionId, secret, tagKey), secretLength);
  return {
    sessionId,
    sessionToken: `${sessionTokenPrefix}${sessionId}.${encodeBase64url(body)}`,
    secretHash: hashSecret(secret),
  };
}

/**
 * Takes a presented token apart. Null when it is malformed, not canonical, or its tag fits none of the keys:
 * a guess or a forgery, refused without I/O. An authentic tag only says that the token was once issued.
 */
export function parseSessionToken(
  presented: string,
  tagKeys: readonly KeyObject[],
): PresentedSessionToken | null {
  if (presented.length !== tokenLength || presented[idEnd] !== ".") return null;
  // What was cut out of a header keeps the whole header in memory, and is slower to compare.
  const token = Buffer.from(presented, "latin1").toString("latin1");
  const sessionId = sessionIdOf(token);
  if (sessionId === null) return null;
  const body = decodeBase64url(token.slice(idEnd + 1), secretLength + tagLength);
  if (body === null) return null;
  const secret = body.subarray(0, secretLength);
  const tag = body.subarray(secretLength);
  if (!tagKeys.some((key) => equalBytes(tagOf(sessionId, secret, key), tag))) return null;
  return { token, sessionId, secretHash: hashSecret(secret) };
}

/** The session id that a token names, authentic or not; null when it does not have the shape. */
export function sessionIdOf(token: string): string | null {
  if (!token.startsWith(sessionTokenPrefix)) return null;
  const sessionId = token.slice(sessionTokenPrefix.length, idEnd);
  return decodeBase64url(sessionId, idLength) === null ? null : sessionId;
}

function tagOf(sessionId: string, secret: Uint8Array, key: KeyObject): Buffer {
  return createHmac("sha256", key).update(sessionId).update(secret).digest().subarray(0, tagLength);
}

function hashSecret(secret: Uint8Array): SecretHash {
  return sha256(secret) as Uint8Array as SecretHash;
}
