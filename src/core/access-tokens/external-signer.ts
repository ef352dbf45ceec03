import { Buffer } from "node:buffer";
import type { JsonValue } from "../../util/json.ts";
import { isJsonObject } from "../../util/strict-json.ts";
import { isIdentifier } from "../identifiers.ts";
import type { AlgorithmName } from "./algorithms.ts";
import { importJwk, type VerificationKey } from "./node-keys.ts";
import type { SigningKey } from "./node-signer.ts";
import { judgeSignature } from "./node-verifier.ts";

/** A key that signs access tokens and never leaves where it is, such as a key management service. */
export interface ExternalSigner {
  /** What tokens call the key. Another key has another one. */
  readonly kid: string;
  readonly algorithm: Exclude<AlgorithmName, "HS256">;
  /** Its public half, by which signatures are verified here and elsewhere. */
  readonly publicJwk: object;
  /** The signature over these bytes, in the form of JOSE: of ES256 that is r and s, 64 bytes, and not DER. */
  sign(input: Uint8Array): Promise<Uint8Array>;
}

/**
 * A public key of the configuration.
 * @throws TypeError that names the option: when it is not a public key, or has no `kid` or one that is too long
 */
export function importPublicKey(jwk: unknown, option: string): VerificationKey {
  if (
    isJsonObject(jwk as JsonValue) &&
    ["d", "k"].some((name) => Object.hasOwn(jwk as object, name))
  ) {
    throw new TypeError(`${option} holds a private or a secret key; it must be a public one`);
  }
  try {
    const key = importJwk(jwk);
    if (isIdentifier(key.kid)) return key;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`${option} is no public JWK: ${why}`, { cause });
  }
  throw new TypeError(`${option} needs a kid of at most 255 characters`);
}

/**
 * The public half of a signer.
 * @throws TypeError that names what is wrong with it
 */
export function importSigner(signer: ExternalSigner): VerificationKey {
  const option = "accessTokens.signer";
  const { kid, algorithm, publicJwk } = signer;
  if (typeof signer.sign !== "function") throw new TypeError(`${option}.sign must be a function`);
  if ((algorithm as AlgorithmName) === "HS256") {
    throw new TypeError(`${option} cannot be of HS256: whoever verifies would need its secret`);
  }
  const said = { kid, alg: algorithm, ...publicJwk };
  if (said.kid !== kid || said.alg !== algorithm) {
    throw new TypeError(`${option} and its publicJwk disagree about the kid or the algorithm`);
  }
  return importPublicKey(said, `${option}.publicJwk`);
}

/**
 * A signer as a key. What it signs is verified before it is handed out: a token that everybody refuses would only be noticed
 * by those who are signed out.
 */
export function externalSigningKey(signer: ExternalSigner, key: VerificationKey): SigningKey {
  const { kid, algorithm } = key;
  return Object.freeze({
    kid,
    algorithm,
    async sign(input: Uint8Array | string) {
      const bytes = Buffer.from(input);
      const signature = await signer.sign(bytes);
      if (!(signature instanceof Uint8Array) || !isSignatureOf(key, bytes, signature)) {
        throw new TypeError(
          `accessTokens.signer answered what is no ${algorithm} signature in the form of JOSE, or not that of its publicJwk`,
        );
      }
      return signature;
    },
  });
}

function isSignatureOf(key: VerificationKey, input: Buffer, signature: Uint8Array): boolean {
  const fault = judgeSignature(
    {
      header: { alg: key.algorithm, kid: key.kid },
      signingInput: input.toString(),
      payload: "",
      signature: Buffer.from(signature).toString("base64url"),
    },
    key,
  );
  return fault === null;
}
