import type { KeyObject } from "node:crypto";
import { emitWarning } from "node:process";
import { sha256Bytes } from "../../core/access-tokens/algorithms.ts";
import { hmacSecretFault } from "../../core/access-tokens/hmac-secret.ts";
import type { KnownKey, SecretFault } from "./key-cache.ts";
import type { DangerousSignOptions } from "./types.ts";

const algorithmsOf: Readonly<Record<string, readonly string[]>> = {
  ec: ["ES256", "ES384", "ES512"],
  rsa: ["RS256", "PS256", "RS384", "PS384", "RS512", "PS512"],
  "rsa-pss": ["PS256", "PS384", "PS512"],
};

const curveOf: Readonly<Record<string, string>> = {
  ES256: "prime256v1",
  ES384: "secp384r1",
  ES512: "secp521r1",
};

/** Why a key is not for this algorithm, in jsonwebtoken's words, or null. Secrets are for all that ask for one. */
export function misfitOf(algorithm: string, known: KnownKey): string | null {
  const remembered = known.misfits.get(algorithm);
  if (remembered !== undefined) return remembered;
  const misfit = findMisfit(algorithm, known.object);
  // A header names the algorithm, and a stranger writes the header: only ours are remembered.
  if (/^[EHPR]S(?:256|384|512)$/.test(algorithm)) known.misfits.set(algorithm, misfit);
  return misfit;
}

function findMisfit(algorithm: string, key: KeyObject): string | null {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (!type || algorithm === "") return null;
  const allowed = Object.hasOwn(algorithmsOf, type) ? algorithmsOf[type] : undefined;
  if (allowed === undefined) return `Unknown key type "${type}".`;
  if (!allowed.includes(algorithm)) {
    return `"alg" parameter for "${type}" key type must be one of: ${allowed.join(", ")}.`;
  }
  if (type === "ec" && details.namedCurve !== curveOf[algorithm]) {
    return `"alg" parameter "${algorithm}" requires curve "${curveOf[algorithm]}".`;
  }
  if (type !== "rsa-pss") return null;
  const bits = Number(algorithm.slice(-3));
  const { hashAlgorithm, mgf1HashAlgorithm, saltLength } = details;
  if (hashAlgorithm !== `sha${bits}` || mgf1HashAlgorithm !== hashAlgorithm) {
    return `Invalid key for this operation, its RSA-PSS parameters do not meet the requirements of "alg" ${algorithm}.`;
  }
  return saltLength !== undefined && saltLength > bits / 8
    ? `Invalid key for this operation, its RSA-PSS parameter saltLength does not meet the requirements of "alg" ${algorithm}.`
    : null;
}

/**
 * Why a secret must not be used, or null. An empty one is everybody's. One that looks like an asymmetric key, but could not
 * be read as one, is probably a public key with broken lines: then whoever knows it signs (RFC 8725, section 2.1). One that
 * is merely short is warned about, once for a process: refusing it would stop every tutorial.
 */
export function secretMisuse(
  name: "secretOrPrivateKey" | "secretOrPublicKey",
  known: KnownKey,
  options: DangerousSignOptions,
): string | null {
  if (known.secretFault === undefined) known.secretFault = faultOf(known.object);
  switch (known.secretFault) {
    case null:
      return null;
    case "asymmetric":
      return options.dangerouslyAllowAsymmetricKeysAsSecrets
        ? null
        : `${name} looks like an asymmetric key, but cannot be read as one: as an HMAC secret it would let everybody sign who knows it`;
    case "empty":
      return options.dangerouslyAllowWeakSecrets ? null : `${name} must have a value`;
    case "short":
      if (!options.dangerouslyAllowWeakSecrets) warnOfShortSecret();
      return null;
  }
}

function faultOf(key: KeyObject): SecretFault | null {
  const size = key.symmetricKeySize ?? 0;
  if (size === 0) return "empty";
  if (size < sha256Bytes) return "short";
  return hmacSecretFault(key.export()) === null ? null : "asymmetric";
}

let isWarned = false;

function warnOfShortSecret(): void {
  if (isWarned) return;
  isWarned = true;
  emitWarning(
    `an HMAC secret of fewer than ${sha256Bytes} bytes signs tokens: from one token it can be guessed offline (RFC 7518, section 3.2). Make one with: openssl rand -base64 32`,
    { type: "SymbolonWarning", code: "weak_hmac_secret" },
  );
}
