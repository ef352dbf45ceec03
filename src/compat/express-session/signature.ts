import { createHmac, timingSafeEqual } from "node:crypto";
import { LruMap } from "../../util/lru.ts";
import type { Secret } from "./ports.ts";

/** The text and its HMAC-SHA-256, as `cookie-signature` writes them: base64 without padding, after a dot. */
export function sign(text: string, secret: Secret): string {
  return `${text}.${macOf(text, secret)}`;
}

/** The text that was signed with this secret; null for anything else. */
export function unsign(signed: string, secret: Secret): string | null {
  const dot = signed.lastIndexOf(".");
  if (dot === -1) return null;
  const text = signed.slice(0, dot);
  const expected = Buffer.from(macOf(text, secret));
  const given = Buffer.from(signed.slice(dot + 1));
  return given.length === expected.length && timingSafeEqual(given, expected) ? text : null;
}

function macOf(text: string, secret: Secret): string {
  return createHmac("sha256", secret).update(text).digest("base64").replace(/=+$/, "");
}

const rememberedSignatures = 10_000;

/**
 * Signs with the first secret, and takes what any of them signed. What was found good is remembered, as the HMAC costs more
 * than all else about reading a cookie; it stays good, since the secrets of a middleware never change.
 */
export class Signer {
  readonly #secrets: readonly [Secret, ...Secret[]];
  readonly #good = new LruMap<string>(rememberedSignatures);

  constructor(secrets: readonly [Secret, ...Secret[]]) {
    this.#secrets = secrets;
  }

  sign(text: string): string {
    return sign(text, this.#secrets[0]);
  }

  unsign(signed: string): string | null {
    const known = this.#good.get(signed);
    if (known !== undefined) return known;
    for (const secret of this.#secrets) {
      const text = unsign(signed, secret);
      if (text === null) continue;
      this.#good.set(signed, text);
      return text;
    }
    return null;
  }
}
