import { constants, createHmac, sign, verify, type KeyObject } from "node:crypto";
import type { Buffer } from "node:buffer";
import type { AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";

/** Nothing but the signature, in the form that OpenSSL has. */
export function bareSignerOf(algorithm: AlgorithmName, key: KeyObject): (input: Buffer) => Buffer {
  switch (algorithm) {
    case "HS256":
      return (input) => createHmac("sha256", key).update(input).digest();
    case "EdDSA":
      return (input) => sign(null, input, key);
    case "PS256": {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return (input) => sign("sha256", input, { key, padding, saltLength: 32 });
    }
    case "ES256":
    case "RS256":
      return (input) => sign("sha256", input, key);
  }
}

/** Whether a signature is right, in the form that OpenSSL has. */
export function bareVerifierOf(
  algorithm: Exclude<AlgorithmName, "HS256">,
  key: KeyObject,
): (input: Uint8Array, signature: Uint8Array) => boolean {
  if (algorithm === "EdDSA") return (input, signature) => verify(null, input, key, signature);
  if (algorithm !== "PS256") return (input, signature) => verify("sha256", input, key, signature);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return (input, signature) => verify("sha256", input, { key, padding, saltLength: 32 }, signature);
}
