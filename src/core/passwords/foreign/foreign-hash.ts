import { bcryptHash } from "./bcrypt-hash.ts";
import { pbkdf2Hash } from "./pbkdf2-hash.ts";
import { scryptHash } from "./scrypt-hash.ts";

/** A password as another library has hashed it. */
export interface ForeignHash {
  /**
   * Whether the password fits. The work is that of the other library, twice or three times where a form does not say how it
   * was made. @throws Error when what it needs is not installed
   */
  verify(password: string): Promise<boolean>;
}

/**
 * Reads a hash of bcrypt, scrypt or PBKDF2 in one of the forms that are common in Node.js, and in Django's; null for any other.
 * Costs that would hold a server up are no form of a password.
 */
export function parseForeignHash(text: string): ForeignHash | null {
  if (text.length > longest) return null;
  return bcryptHash(text) ?? scryptHash(text) ?? pbkdf2Hash(text);
}

const longest = 1_024;
