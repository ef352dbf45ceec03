import { createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { Buffer } from "node:buffer";

/** `secret` as given: one value, or several of which the first signs and all verify. */
export type SecretOption = string | readonly string[] | undefined;

/** One key for each purpose and secret, so that a value made for one purpose is worthless for another. */
export interface DerivedKeys {
  /** Tag session tokens: the first signs, all verify. */
  readonly sessionTag: readonly [KeyObject, ...KeyObject[]];
  /** Authenticate CSRF tokens: the first signs, all verify. */
  readonly csrf: readonly [KeyObject, ...KeyObject[]];
}

const minBytes = 32;
const minDistinctCharacters = 10;
const placeholder =
  /change[-_ ]?me|placeholder|example|your[-_ ]?secret|keyboard ?cat|password|^secret/i;

/**
 * Derives the keys (HKDF-SHA-256, RFC 5869).
 * @throws TypeError for a missing, short, or guessable secret; the message never repeats it.
 */
export function deriveKeys(secret: SecretOption): DerivedKeys {
  const secrets = typeof secret === "string" ? [secret] : (secret ?? []);
  const [first, ...older] = secrets;
  if (first === undefined) {
    throw new TypeError(`secret is missing. ${howToMakeOne}`);
  }
  for (const each of secrets) refuseWeak(each);
  const keysFor = (purpose: string): readonly [KeyObject, ...KeyObject[]] => [
    deriveKey(first, purpose),
    ...older.map((each) => deriveKey(each, purpose)),
  ];
  return Object.freeze({ sessionTag: keysFor("session tag"), csrf: keysFor("csrf") });
}

const howToMakeOne =
  "Make one with `node -p \"crypto.randomBytes(32).toString('base64url')\"` and keep it out of the repository, for example in the environment variable AUTH_SECRET.";

function refuseWeak(secret: string): void {
  if (Buffer.byteLength(secret) < minBytes) {
    throw new TypeError(`secret must be at least ${minBytes} bytes. ${howToMakeOne}`);
  }
  if (new Set(secret).size < minDistinctCharacters || placeholder.test(secret)) {
    throw new TypeError(`secret can be guessed. ${howToMakeOne}`);
  }
}

function deriveKey(secret: string, purpose: string): KeyObject {
  return createSecretKey(
    Buffer.from(hkdfSync("sha256", secret, "symbolon", `symbolon ${purpose} v1`, 32)),
  );
}
