import { Buffer } from "node:buffer";
import { sealingKeyOf, type SealingKey } from "./keys/sealing.ts";

/** `secret` as given: one value, or several of which any opens what was sealed with it. */
export type SecretOption = string | readonly string[] | undefined;

const minBytes = 32;
const minDistinctCharacters = 10;
const placeholder =
  /change[-_ ]?me|placeholder|example|your[-_ ]?secret|keyboard ?cat|password|^secret/i;

/**
 * What seals the shared keys, for each secret. The secrets have no other use.
 * @throws TypeError for a missing, short, or guessable secret; the message never repeats it.
 */
export function sealingKeysOf(secret: SecretOption): readonly SealingKey[] {
  const secrets = typeof secret === "string" ? [secret] : (secret ?? []);
  if (secrets.length === 0) throw new TypeError(`secret is missing. ${howToMakeOne}`);
  for (const each of secrets) refuseWeak(each);
  return secrets.map(sealingKeyOf);
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
