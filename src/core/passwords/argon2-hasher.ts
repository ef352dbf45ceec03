import type { PasswordHasher } from "../ports.ts";
import type { PasswordHash } from "./credential-store.ts";
import { parseForeignHash } from "./foreign/foreign-hash.ts";

/** What one hash costs. The defaults are OWASP's: 19 MiB, two passes, one lane. */
export interface Argon2Options {
  /** Memory for one hash, in KiB; at least 8 for each lane. 19456 unless told otherwise. */
  readonly memoryKiB?: number;
  /** Passes over the memory. 2 unless told otherwise. */
  readonly iterations?: number;
  /** Lanes. 1 unless told otherwise. */
  readonly parallelism?: number;
}

/**
 * Hashes passwords with argon2id (RFC 9106), 16 bytes of salt and 32 of hash, as PHC strings. The native
 * module is loaded by the first call, not by importing this one.
 * `verify` reads every argon2 variant, and what bcrypt, scrypt and PBKDF2 have made elsewhere (`parseForeignHash`); it calls all
 * but argon2id with exactly these parameters outdated. It rejects for any other hash, because "wrong password" would be untrue.
 * @throws TypeError when a parameter is out of range; it names the option.
 */
export function argon2Hasher(options: Argon2Options = {}): PasswordHasher {
  const { memoryKiB = 19_456, iterations = 2, parallelism = 1 } = options;
  requireInteger("parallelism", parallelism, 1, 255);
  requireInteger("memoryKiB", memoryKiB, 8 * parallelism, 2 ** 32 - 1);
  requireInteger("iterations", iterations, 1, 2 ** 32 - 1);

  const parameters = { memoryCost: memoryKiB, timeCost: iterations, parallelism };
  const currentPrefix = `$argon2id$v=19$m=${memoryKiB},t=${iterations},p=${parallelism}$`;
  return {
    async hash(password) {
      const argon2 = await import("@node-rs/argon2");
      return (await argon2.hash(password, parameters)) as PasswordHash;
    },
    async verify(hash, password) {
      const foreign = parseForeignHash(hash);
      if (foreign !== null) {
        const matches = await foreign.verify(password);
        return { matches, outdated: matches };
      }
      const argon2 = await import("@node-rs/argon2");
      const matches = await argon2.verify(hash, password);
      return { matches, outdated: matches && !hash.startsWith(currentPrefix) };
    },
  };
}

function requireInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new TypeError(
      `argon2Hasher: ${name} must be a whole number from ${least} to ${most}; got ${JSON.stringify(value)}`,
    );
  }
}
