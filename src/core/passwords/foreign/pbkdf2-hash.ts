import { Buffer } from "node:buffer";
import { pbkdf2 } from "node:crypto";
import { promisify } from "node:util";
import { equalBytes } from "../../../util/bytes.ts";
import { fromBase64, numberUpTo } from "./decoding.ts";
import type { ForeignHash } from "./foreign-hash.ts";

const derive = promisify(pbkdf2);

/** About five seconds, whatever the length of the key: each block of it is made by as many. OWASP asks for 600,000 with SHA-256. */
const mostIterations = 10_000_000;

/** Bytes of a block. */
const blockLengths: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/**
 * `$pbkdf2-sha256$i=600000$salt$hash` (the PHC string format, also with `,l=32`), passlib's `$pbkdf2-sha256$600000$salt$hash`, and
 * Django's `pbkdf2_sha256$600000$salt$hash`, whose salt is the text. SHA-1, SHA-256 and SHA-512.
 */
export function pbkdf2Hash(text: string): ForeignHash | null {
  return phcHash(text) ?? djangoHash(text);
}

function phcHash(text: string): ForeignHash | null {
  const [, digest = "", iterations, salt = "", hash = ""] =
    /^\$pbkdf2-(sha1|sha256|sha512)\$(?:i=)?(\d+)(?:,l=\d+)?\$([\w./+]+)\$([\w./+]+)$/.exec(text) ??
    [];
  // passlib writes a dot where base64 has a plus.
  const saltBytes = fromBase64(salt.replaceAll(".", "+"));
  return saltBytes && hashOf(digest, iterations, saltBytes, hash.replaceAll(".", "+"));
}

function djangoHash(text: string): ForeignHash | null {
  const [, digest = "", iterations, salt = "", hash = ""] =
    /^pbkdf2_(sha1|sha256|sha512)\$(\d+)\$([!-#%-~]+)\$([\w+/]+=*)$/.exec(text) ?? [];
  return hashOf(digest, iterations, Buffer.from(salt), hash);
}

function hashOf(
  digest: string,
  iterations: string | undefined,
  salt: Uint8Array,
  hash: string,
): ForeignHash | null {
  const count = numberUpTo(mostIterations, iterations);
  const key = fromBase64(hash);
  const blockLength = blockLengths[digest];
  if (count === null || key === null || key.length < 16 || salt.length === 0) return null;
  if (blockLength === undefined) return null;
  if (count * Math.ceil(key.length / blockLength) > mostIterations) return null;
  return {
    async verify(password) {
      return equalBytes(await derive(password, salt, count, key.length, digest), key);
    },
  };
}
