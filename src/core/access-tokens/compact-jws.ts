import { deepFreeze } from "../../util/deep-freeze.ts";
import type { JsonObject } from "../../util/json.ts";
import { LruMap } from "../../util/lru.ts";
import { isJsonObject, parseStrictJson } from "../../util/strict-json.ts";
import type { RefusalReason } from "./verdict.ts";

/** What the header of a token says (RFC 7515, section 4). Nothing of it is true before the signature was verified. */
export type JoseHeader = JsonObject & {
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
};

/** A token in compact serialisation, taken apart; none of it is verified yet. */
export interface CompactJws {
  readonly header: JoseHeader;
  /** What is signed: header and payload as they were sent. */
  readonly signingInput: string;
  /** The decoded payload. */
  readonly payload: string;
  /** In base64url, as it was sent. */
  readonly signature: string;
}

/** The longest token that is looked at, unless the caller says otherwise; a cookie or a header line holds no more. */
export const defaultMaxTokenBytes = 8192;

/**
 * What a header may not have. `crit`, `b64`, `zip` and `enc` change how the rest is to be read, which no access token needs.
 * `cty` says that there is a token within the token (RFC 7519, section 5.2), which would have to be verified twice.
 * `jku`, `jwk`, `x5u` and `x5c` bring a key along. They could be ignored, but no honest issuer of access tokens sends
 * them, so a token with one of them is an attempt (RFC 8725, section 3.10), and is better refused by name.
 */
const refusedMembers = ["crit", "b64", "zip", "enc", "cty", "jku", "jwk", "x5u", "x5c"] as const;

/**
 * Takes a token apart, or says why not. The size is limited before anything is looked at. `decodeText` decodes canonical
 * base64url of UTF-8, else answers null; it is a parameter because Node has a faster way than browsers have.
 */
export function parseCompactJws(
  token: string,
  maxBytes: number,
  decodeText: (part: string) => string | null,
): CompactJws | RefusalReason {
  if (typeof token !== "string") return "token_malformed";
  if (token.length > maxBytes) return "token_too_large";
  const headerEnd = token.indexOf(".");
  const payloadEnd = token.indexOf(".", headerEnd + 1);
  const isThreeParts =
    headerEnd > 0 &&
    payloadEnd > headerEnd + 1 &&
    payloadEnd < token.length - 1 &&
    !token.includes(".", payloadEnd + 1);
  if (!isThreeParts) return "token_malformed";
  const header = headerOf(token.slice(0, headerEnd), decodeText);
  if (typeof header === "string") return header;
  const payload = decodeText(token.slice(headerEnd + 1, payloadEnd));
  if (payload === null) return "token_malformed";
  return {
    header,
    signingInput: token.slice(0, payloadEnd),
    payload,
    signature: token.slice(payloadEnd + 1),
  };
}

/** The claims of a payload: a JSON object that everybody reads alike, else null. */
export function parseClaims(payload: string): JsonObject | null {
  const claims = parseStrictJson(payload);
  return isJsonObject(claims) ? claims : null;
}

/** Whether a header's `typ` is this one (RFC 7515, section 4.1.9: a media type, with or without `application/`). */
export function isOfType(header: JoseHeader, typ: string): boolean {
  if (header.typ === typ) return true;
  return header.typ?.toLowerCase().replace(/^application\//, "") === typ.toLowerCase();
}

/**
 * Headers that were taken apart before, by their text: an issuer sends the same few with all its tokens. That a header is
 * here says nothing about a token but that its header can be read.
 */
const knownHeaders = new LruMap<JoseHeader>(64);
const longestKnownHeader = 256;

function headerOf(
  part: string,
  decodeText: (part: string) => string | null,
): JoseHeader | RefusalReason {
  const known = knownHeaders.get(part);
  if (known !== undefined) return known;
  const header = parseHeader(decodeText(part));
  if (typeof header !== "string" && part.length <= longestKnownHeader) {
    // What was cut out of a token would keep the whole token in memory; what was joined is a text of its own.
    knownHeaders.set(part.split("").join(""), deepFreeze(header));
  }
  return header;
}

function parseHeader(text: string | null): JoseHeader | RefusalReason {
  const header = text === null ? undefined : parseStrictJson(text);
  if (!isJsonObject(header) || typeof header["alg"] !== "string") return "token_malformed";
  const { kid, typ } = header;
  if (kid !== undefined && typeof kid !== "string") return "token_malformed";
  if (typ !== undefined && typeof typ !== "string") return "token_malformed";
  if (refusedMembers.some((name) => Object.hasOwn(header, name))) return "token_header";
  return header as JoseHeader;
}
