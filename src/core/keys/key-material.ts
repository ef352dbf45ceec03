import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  hkdfSync,
  type KeyObject,
} from "node:crypto";
import { Buffer } from "node:buffer";
import { encodeBase64url } from "../../util/base64url.ts";
import { findAlgorithm, type AlgorithmName } from "../access-tokens/algorithms.ts";
import {
  generateKeyPair,
  importSecret,
  thumbprint,
  verificationKey,
  type VerificationKey,
} from "../access-tokens/node-keys.ts";
import { localSigningKey, type LocalSigningKey } from "../access-tokens/node-signer.ts";
import type { RandomSource } from "../ports.ts";
import type { RingKey } from "./key-ring.ts";

/** What MAC keys authenticate; each purpose has keys of its own, derived from the shared ones. */
export type MacPurpose = "session tag" | "csrf" | "refresh" | "adopted secret";

/** A key that was just made; the ring says when it signs. */
export type NewKey = Pick<RingKey, "id" | "use" | "algorithm" | "material">;

/** Both halves of a signing key, ready for use. */
export interface SigningPair {
  readonly signing: LocalSigningKey;
  readonly verifying: VerificationKey;
}

export function newMacKey(random: RandomSource): NewKey {
  return {
    id: encodeBase64url(random(9)),
    use: "mac",
    algorithm: null,
    material: encodeBase64url(random(32)),
  };
}

/** Makes a signing key. Its id is its thumbprint (RFC 7638), but for HS256, whose key is a secret. */
export async function newSigningKey(
  algorithm: AlgorithmName,
  random: RandomSource,
): Promise<NewKey> {
  const { publicKey, privateKey } = await generateKeyPair(algorithm);
  return {
    id: algorithm === "HS256" ? encodeBase64url(random(9)) : thumbprint(algorithm, publicKey),
    use: "signing",
    algorithm,
    material: JSON.stringify(privateKey.export({ format: "jwk" })),
  };
}

/** @throws Error when the key is none of this release */
export function importSigningPair({ id, algorithm: name, material }: NewKey): SigningPair {
  const algorithm = findAlgorithm(name)?.name;
  if (algorithm === undefined) throw new Error(`The key ring has a key for ${String(name)}`);
  const jwk = JSON.parse(material) as { readonly k?: string };
  if (algorithm === "HS256") {
    const secret = importSecret(Buffer.from(jwk.k ?? "", "base64url"));
    return {
      signing: localSigningKey(id, algorithm, secret),
      verifying: verificationKey(id, algorithm, secret),
    };
  }
  const privateKey = createPrivateKey({ key: jwk, format: "jwk" });
  return {
    signing: localSigningKey(id, algorithm, privateKey),
    verifying: verificationKey(id, algorithm, createPublicKey(privateKey)),
  };
}

export function deriveMac({ material }: NewKey, purpose: MacPurpose): KeyObject {
  const root = Buffer.from(material, "base64url");
  return createSecretKey(
    Buffer.from(hkdfSync("sha256", root, "symbolon", `symbolon ${purpose} v2`, 32)),
  );
}
