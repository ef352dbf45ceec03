import { createHmac, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";
import { decodeBase64url, encodeBase64url } from "../../util/base64url.ts";
import { equalBytes, sha256 } from "../../util/bytes.ts";
import type { RandomSource } from "../ports.ts";

/** The first 16 bytes of a refresh token's SHA-256: the only form in which a store, or a child, names it. */
export type RefreshHash = Uint8Array & { readonly __brand: "RefreshHash" };

/** The first characters of a refresh token, by which scanners find leaked ones. */
export const refreshTokenPrefix = "syr_";

/** A key of the ring that refresh tokens are authenticated with. */
export interface RefreshKey {
  /** Four random bytes, base64url. */
  readonly id: string;
  readonly key: KeyObject;
}

/** Looks a key up by its id; null when this process does not know it. */
export type RefreshKeyRing = (keyId: string) => KeyObject | null;

/** A refresh token taken apart. */
export interface PresentedRefreshToken {
  readonly sessionId: string;
  /** How many promotions came before it: 0 for the first of a session. */
  readonly generation: number;
  /** Milliseconds since the epoch, by the store's time. */
  readonly issuedAt: number;
  readonly hash: RefreshHash;
  /** The token that was traded for it; null for the first of a session. */
  readonly parent: RefreshHash | null;
  /**
   * `authentic`: we issued it. `unknown_key`: its key is not in the ring (any more, or not yet), so nothing that it says
   * of itself is known to be true. Only its hash can speak for it: see `judgeRefresh`.
   */
  readonly authenticity: "authentic" | "unknown_key";
}

/**
 * The sizes add up to a multiple of three, so that base64url has no stray bits. 16 bytes each of nonce and MAC put guessing
 * a token, or forging one, out of reach, also of whoever has the hashes. A 16 byte hash is enough: only tokens of our
 * making are hashed, so what counts is a second preimage, not a collision. Four bytes of key id tell a ring's few keys
 * apart; four of generation outlast 8,000 years of promotions, six of time the year 10000.
 */
const keyIdLength = 4;
const sessionIdLength = 16;
const nonceLength = 16;
const hashLength = 16;
const macLength = 16;
const generationStart = keyIdLength + sessionIdLength;
const issuedAtStart = generationStart + 4;
const nonceStart = issuedAtStart + 6;
const parentStart = nonceStart + nonceLength;
const macStart = parentStart + hashLength;
const byteLength = macStart + macLength;

const noParent = new Uint8Array(hashLength);

/** What a new refresh token says. */
export interface NewRefreshToken {
  readonly sessionId: string;
  readonly generation: number;
  readonly parent: RefreshHash | null;
  readonly issuedAt: number;
  readonly key: RefreshKey;
  readonly random: RandomSource;
}

/** A refresh token for the client, and what a store may know of it. */
export interface IssuedRefreshToken {
  /** Goes to the client, never to a store. */
  readonly refreshToken: string;
  readonly hash: RefreshHash;
}

/**
 * Makes `syr_` and base64url of key id ‖ session id ‖ generation ‖ issuedAt ‖ nonce ‖ parent ‖ MAC. No two are the same.
 * @throws TypeError when a session's first token has a parent, or another has none
 */
export function issueRefreshToken(input: NewRefreshToken): IssuedRefreshToken {
  if ((input.generation === 0) !== (input.parent === null))
    throw new TypeError("exactly the first refresh token of a session has no parent");
  const bytes = Buffer.alloc(byteLength);
  bytes.set(identifier(input.key.id, keyIdLength, "key id"));
  bytes.set(identifier(input.sessionId, sessionIdLength, "session id"), keyIdLength);
  bytes.writeUInt32BE(input.generation, generationStart);
  bytes.writeUIntBE(input.issuedAt, issuedAtStart, 6);
  bytes.set(input.random(nonceLength), nonceStart);
  bytes.set(input.parent ?? noParent, parentStart);
  bytes.set(macOf(bytes, input.key.key), macStart);
  const refreshToken = refreshTokenPrefix + encodeBase64url(bytes);
  return { refreshToken, hash: hashRefreshToken(refreshToken) };
}

/**
 * Takes a presented refresh token apart, without I/O. Null when it is malformed, not in its one canonical spelling, or its
 * MAC does not fit a key that is known: a guess or a forgery, which must change nothing. A token under a key that is not
 * known is *not* called forged: a process may learn of a key late, and an old one may have been dropped.
 */
export function parseRefreshToken(
  presented: string,
  keys: RefreshKeyRing,
): PresentedRefreshToken | null {
  if (!presented.startsWith(refreshTokenPrefix)) return null;
  const bytes = decodeBase64url(presented.slice(refreshTokenPrefix.length), byteLength);
  if (bytes === null) return null;
  const generation = bytes.readUInt32BE(generationStart);
  const parent = bytes.subarray(parentStart, macStart);
  const isFirst = equalBytes(parent, noParent);
  if (isFirst !== (generation === 0)) return null;
  const key = keys(encodeBase64url(bytes.subarray(0, keyIdLength)));
  if (key !== null && !equalBytes(macOf(bytes, key), bytes.subarray(macStart))) return null;
  return {
    sessionId: encodeBase64url(bytes.subarray(keyIdLength, generationStart)),
    generation,
    issuedAt: bytes.readUIntBE(issuedAtStart, 6),
    hash: hashRefreshToken(presented),
    parent: isFirst ? null : asRefreshHash(new Uint8Array(parent)),
    authenticity: key === null ? "unknown_key" : "authentic",
  };
}

/** The session that a refresh token names, authentic or not; null when it does not have the shape. */
export function sessionIdOfRefreshToken(token: string): string | null {
  if (!token.startsWith(refreshTokenPrefix)) return null;
  const bytes = decodeBase64url(token.slice(refreshTokenPrefix.length), byteLength);
  return bytes === null ? null : encodeBase64url(bytes.subarray(keyIdLength, generationStart));
}

function hashRefreshToken(token: string): RefreshHash {
  return asRefreshHash(new Uint8Array(sha256(token).subarray(0, hashLength)));
}

function asRefreshHash(bytes: Uint8Array): RefreshHash {
  return bytes as RefreshHash;
}

/** The prefix is part of what is authenticated, so that the key's other uses cannot be mistaken for this one. */
function macOf(bytes: Uint8Array, key: KeyObject): Buffer {
  return createHmac("sha256", key)
    .update(refreshTokenPrefix)
    .update(bytes.subarray(0, macStart))
    .digest()
    .subarray(0, macLength);
}

function identifier(text: string, length: number, name: string): Uint8Array {
  const bytes = decodeBase64url(text, length);
  if (bytes === null) throw new TypeError(`a ${name} is ${length} bytes, base64url`);
  return bytes;
}
