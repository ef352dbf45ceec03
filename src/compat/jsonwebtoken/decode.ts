import { Buffer } from "node:buffer";
import { parseHeader, parsePayload, partsOf } from "./token-parts.ts";
import type { DecodeOptions, Jwt, JwtPayload } from "./types.ts";

/**
 * The payload of a token **without verifying anything**: whatever it says may be forged. Null when it is no token.
 * @throws SyntaxError when the header says that the payload is JSON and it is not
 */
export function decode(token: string, options: DecodeOptions & { complete: true }): null | Jwt;
export function decode(token: string, options: DecodeOptions & { json: true }): null | JwtPayload;
export function decode(token: string, options?: DecodeOptions): null | JwtPayload | string;
export function decode(token: unknown, options?: DecodeOptions): null | Jwt | JwtPayload | string {
  const text = Buffer.isBuffer(token) ? token.toString() : token;
  const parts = typeof text === "string" ? partsOf(text) : null;
  const header = parts === null ? null : parseHeader(parts.encodedHeader);
  if (parts === null || header === null) return null;
  const isJson = header.typ === "JWT" || Boolean(options?.json);
  const payload = parsePayload(parts.encodedPayload, isJson) as JwtPayload | string;
  if (options?.complete !== true) return payload;
  return { header, payload, signature: parts.signature };
}
