import { Buffer } from "node:buffer";
import { LruMap } from "../../util/lru.ts";
import type { JwtHeader } from "./types.ts";

/** A token in three parts, none of which is verified. */
export interface TokenParts {
  readonly encodedHeader: string;
  /** What is signed: header and payload as they were sent. */
  readonly signingInput: string;
  readonly encodedPayload: string;
  /** In base64url; empty where there is none. */
  readonly signature: string;
}

/** What of a header matters to every verification. */
export interface HeaderFacts {
  readonly alg: unknown;
  /** Its payload is JSON, and anything else an error. */
  readonly isJwt: boolean;
  readonly hasCrit: boolean;
}

/** A token's parts; null when it is not three parts of base64url, of which the last may be empty. */
export function partsOf(token: string): TokenParts | null {
  const headerEnd = token.indexOf(".");
  const payloadEnd = token.indexOf(".", headerEnd + 1);
  if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return null;
  return {
    encodedHeader: token.slice(0, headerEnd),
    signingInput: token.slice(0, payloadEnd),
    encodedPayload: token.slice(headerEnd + 1, payloadEnd),
    signature: token.slice(payloadEnd + 1),
  };
}

/**
 * The header of a token, made anew; null when it is not JSON or says nothing. jsonwebtoken reads its bytes as Latin-1, where
 * RFC 7515 has UTF-8; so does this, or a `kid` with other letters would change its name.
 */
export function parseHeader(encodedHeader: string): JwtHeader | null {
  try {
    return JSON.parse(Buffer.from(encodedHeader, "base64").toString("latin1")) || null;
  } catch {
    return null;
  }
}

/**
 * Facts about headers that were read before: signers send the same few with all their tokens. Only facts are shared, since
 * who asks for the header itself may write into it.
 */
const knownFacts = new LruMap<HeaderFacts>(64);
const longestKnown = 256;

/** The facts of a header; null when it cannot be read. */
export function headerFacts(encodedHeader: string): HeaderFacts | null {
  const known = knownFacts.get(encodedHeader);
  if (known !== undefined) return known;
  const header = parseHeader(encodedHeader);
  if (header === null) return null;
  const facts = factsOf(header);
  if (encodedHeader.length <= longestKnown) {
    // A slice would keep the whole token in memory.
    knownFacts.set(Buffer.from(encodedHeader, "latin1").toString("latin1"), facts);
  }
  return facts;
}

/** The facts of a header as it is now: a key getter may have written into it. */
export function factsOf(header: JwtHeader): HeaderFacts {
  return {
    alg: header.alg,
    isJwt: header.typ === "JWT",
    hasCrit: Object.hasOwn(header, "crit"),
  };
}

/**
 * The payload of a token: JSON, if its header says `JWT` or if it is an object or an array; else the text itself.
 * @throws SyntaxError when it is to be JSON and is not
 */
export function parsePayload(encodedPayload: string, isJwt: boolean): unknown {
  const text = Buffer.from(encodedPayload, "base64").toString();
  if (!isJwt) return parsedOrText(text);
  const value: unknown = JSON.parse(text);
  // Also in jsonwebtoken, a JSON string that holds the JSON of an object is that object.
  return typeof value === "string" ? parsedOrText(value) : value;
}

function parsedOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : text;
  } catch {
    return text;
  }
}
