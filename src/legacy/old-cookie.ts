import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { cookieValues } from "../http/cookies.ts";
import { headerOf, type HeaderSource } from "../http/headers.ts";

/** The values of a cookie as they were before they were escaped; what is not well-formed stays as it is. */
export function oldCookieValues(headers: HeaderSource, name: string): readonly string[] {
  return cookieValues(headerOf(headers, "cookie"), name).map((value) => {
    if (!value.includes("%")) return value;
    try {
      return decodeURIComponent(value);
    } catch {
      // Not escaped by a library, so not a cookie of it either: its signature tells.
      return value;
    }
  });
}

/**
 * The text before the last dot if what follows is its HMAC-SHA-256, in base64 with or without padding as the library writes it; else
 * null. Only the one spelling that is written counts.
 */
export function unsignOld(
  signed: string,
  secrets: readonly string[],
  padding: "padded" | "unpadded",
): string | null {
  const dot = signed.lastIndexOf(".");
  if (dot < 1) return null;
  const text = signed.slice(0, dot);
  const given = Buffer.from(signed.slice(dot + 1));
  const isSigned = secrets.some((secret) => {
    const mac = createHmac("sha256", secret).update(text).digest("base64");
    const expected = Buffer.from(padding === "padded" ? mac : mac.replace(/=+$/, ""));
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isSigned ? text : null;
}

/** The one among them; null for none, and for several, of which one was planted and nobody can say which. */
export function onlyOne(ids: readonly (string | null)[]): string | null {
  const [first = null, ...others] = new Set(ids.filter((id) => id !== null));
  return others.length > 0 ? null : first;
}
