import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

/** Secrets that must turn up nowhere, in none of the forms in which they could be written down. */
export class Canaries {
  readonly #forms = new Map<string, string>();

  constructor(secrets: readonly string[]) {
    for (const secret of secrets) this.note(secret);
  }

  get count(): number {
    return this.#forms.size;
  }

  note(secret: string): void {
    this.#noteBytes(secret, Buffer.from(secret));
    this.#forms.set(secret, `${secret.slice(0, 6)}…`);
    this.#forms.set(`plain:${secret}`, `the hash of ${secret.slice(0, 6)}…`);
  }

  /** Notes a `name=token` pair: the token, its secret, and the hash of that. */
  noteCookie(pair: string): void {
    const token = pair.slice(pair.indexOf("=") + 1);
    if (/^(?:syr_|eyJ)/.test(token)) this.#noteToken(token);
    const encoded = /^sys_[\w-]{22}\.([\w-]{54})$/.exec(token)?.[1];
    if (encoded === undefined) return;
    this.#forms.set(encoded.slice(0, 40), "the secret half of a token");
    this.#noteBytes("the secret of a token", Buffer.from(encoded, "base64url").subarray(0, 32));
  }

  noteCookies(headers: Headers): void {
    for (const field of headers.getSetCookie()) this.noteCookie(field.split(";")[0] ?? "");
  }

  /** An access token or a refresh token: without its last part, the signature or the MAC, it opens nothing. */
  #noteToken(token: string): void {
    this.#forms.set(token.slice(-24), `the end of ${token.slice(0, 4)}…`);
    const hash = createHash("sha256").update(token).digest();
    for (const bytes of [hash, hash.subarray(0, 16)]) {
      for (const form of ["hex", "base64url"] as const) {
        this.#forms.set(bytes.toString(form), `the hash of ${token.slice(0, 4)}…, ${form}`);
      }
    }
  }

  assertAbsent(text: string): void {
    for (const [form, name] of this.#forms) {
      assert.ok(!text.includes(form), `${name} is in ${text.slice(0, 200)}`);
    }
  }

  #noteBytes(name: string, bytes: Buffer): void {
    for (const each of [bytes, createHash("sha256").update(bytes).digest()]) {
      for (const form of ["hex", "base64", "base64url"] as const) {
        this.#forms.set(each.toString(form), `${name.slice(0, 24)}, ${form}`);
      }
      // As `inspect` and JSON show bytes.
      this.#forms.set(
        each
          .toString("hex")
          .slice(0, 32)
          .replaceAll(/..(?=.)/g, "$& "),
        name.slice(0, 24),
      );
      this.#forms.set([...each.subarray(0, 12)].join(","), `${name.slice(0, 24)}, numbers`);
      this.#forms.set([...each.subarray(0, 4)].join(", "), `${name.slice(0, 24)}, numbers`);
    }
  }
}
