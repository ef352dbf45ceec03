import { Buffer } from "node:buffer";
import { scrypt } from "node:crypto";
import { promisify } from "node:util";
import { equalBytes } from "../../../util/bytes.ts";
import { fromBase64, numberUpTo } from "./decoding.ts";
import type { ForeignHash } from "./foreign-hash.ts";

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** One way in which a hash may have been made. */
interface Recipe extends Cost {
  readonly salt: Uint8Array;
  readonly prepare: (password: string) => string;
}

const derive = promisify<string, Uint8Array, number, Cost & { readonly maxmem: number }, Buffer>(
  scrypt,
);

/** A quarter of a gigabyte: what scrypt takes is 128 bytes × N × r. */
const mostMemory = 2 ** 28;

/** N × r × p: about four seconds. */
const mostWork = 2 ** 24;

/** What Node.js takes when it is told nothing. */
const usual: Cost = { N: 16_384, r: 8, p: 1 };
/** What better-auth takes, which also writes every character in its plainest form. */
const betterAuth: Cost = { N: 16_384, r: 16, p: 1 };

/**
 * `$scrypt$ln=15,r=8,p=1$salt$hash` (the PHC string format), `salt:hash` and `hash.salt` in hexadecimal digits. The last two do
 * not say what they cost: `salt:hash` is better-auth's or Node's own, and the salt is the digits or what they stand for.
 */
export function scryptHash(text: string): ForeignHash | null {
  return phcHash(text) ?? hexadecimalHash(text);
}

function phcHash(text: string): ForeignHash | null {
  const [, ln, r, p, salt, hash] =
    /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(text) ?? [];
  const cost = {
    N: 2 ** (numberUpTo(24, ln) ?? 0),
    r: numberUpTo(64, r) ?? 0,
    p: numberUpTo(16, p) ?? 0,
  };
  const saltBytes = fromBase64(salt ?? "");
  const key = fromBase64(hash ?? "");
  if (saltBytes === null || key === null || !isFit(cost, key)) return null;
  return hashOf([{ ...cost, salt: saltBytes, prepare: asItIs }], key);
}

function hexadecimalHash(text: string): ForeignHash | null {
  const found =
    /^(?<salt>[0-9a-f]{16,128}):(?<key>[0-9a-f]{64,128})$/i.exec(text) ??
    /^(?<key>[0-9a-f]{64,128})\.(?<salt>[0-9a-f]{16,128})$/i.exec(text);
  const { salt = "", key = "" } = found?.groups ?? {};
  if (found === null || salt.length % 2 === 1 || key.length % 2 === 1) return null;
  const digits = Buffer.from(salt);
  const recipes = [
    { ...usual, salt: digits, prepare: asItIs },
    { ...usual, salt: Buffer.from(salt, "hex"), prepare: asItIs },
  ];
  const isBetterAuth = text.includes(":") && salt.length === 32 && key.length === 128;
  return hashOf(
    isBetterAuth ? [{ ...betterAuth, salt: digits, prepare: toNfkc }, ...recipes] : recipes,
    Buffer.from(key, "hex"),
  );
}

function isFit({ N, r, p }: Cost, key: Uint8Array): boolean {
  // RFC 7914, section 2: N is less than 2 to the 128 × r / 8; OpenSSL takes no other.
  const isScrypt = N > 1 && r > 0 && p > 0 && Math.log2(N) < 16 * r;
  return isScrypt && 128 * N * r <= mostMemory && N * r * p <= mostWork && key.length >= 16;
}

function hashOf(recipes: readonly Recipe[], key: Uint8Array): ForeignHash {
  return {
    async verify(password) {
      for (const { salt, prepare, ...cost } of recipes) {
        // Twice what it needs: OpenSSL counts a little more than that.
        const maxmem = 256 * cost.N * cost.r;
        const derived = await derive(prepare(password), salt, key.length, { ...cost, maxmem });
        if (equalBytes(derived, key)) return true;
      }
      return false;
    },
  };
}

function asItIs(password: string): string {
  return password;
}

function toNfkc(password: string): string {
  return password.normalize("NFKC");
}
