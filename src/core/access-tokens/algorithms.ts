/** The ways of signing that access tokens may use, by their names in RFC 7518 and RFC 8037. */
export type AlgorithmName = "EdDSA" | "ES256" | "RS256" | "PS256" | "HS256";

/** What there is to know of one way of signing. */
export interface Algorithm {
  readonly name: AlgorithmName;
  /** `kty` and `crv` of its keys (RFC 7517). */
  readonly keyType: "OKP" | "EC" | "RSA" | "oct";
  readonly curve: "Ed25519" | "P-256" | null;
  /** The members of a JWK that make up the key that verifies, in the order of a thumbprint (RFC 7638). */
  readonly members: readonly string[];
  /** How long a signature is; null where it is as long as the key. */
  readonly signatureBytes: number | null;
  /** What Node calls its keys, and the digest that it is told. */
  readonly node: {
    readonly keyType: "ed25519" | "ec" | "rsa" | "secret";
    readonly digest: "sha256" | null;
  };
  /** The parameters of `importKey` and of `verify` in WebCrypto. */
  readonly web: {
    readonly key: WebKeyParameters;
    readonly signature: WebSignatureParameters;
  };
}

/** What WebCrypto is told when a key is imported. */
export type WebKeyParameters =
  | { readonly name: "Ed25519" }
  | { readonly name: "ECDSA"; readonly namedCurve: "P-256" }
  | { readonly name: "RSASSA-PKCS1-v1_5" | "RSA-PSS" | "HMAC"; readonly hash: "SHA-256" };

/** What WebCrypto is told when a signature is verified. */
export type WebSignatureParameters =
  | { readonly name: "Ed25519" | "RSASSA-PKCS1-v1_5" | "HMAC" }
  | { readonly name: "ECDSA"; readonly hash: "SHA-256" }
  | { readonly name: "RSA-PSS"; readonly saltLength: number };

/** A digest's length: an HMAC key is at least, and the salt of a PSS signature exactly as long (RFC 7518, 3.2 and 3.5). */
export const sha256Bytes = 32;

/**
 * The table. `none` is not in it, and neither is anything with a digest other than SHA-256: nobody gains by a choice
 * between strengths that are all enough.
 */
export const algorithms: Readonly<Record<AlgorithmName, Algorithm>> = {
  EdDSA: {
    name: "EdDSA",
    keyType: "OKP",
    curve: "Ed25519",
    members: ["crv", "kty", "x"],
    signatureBytes: 64,
    node: { keyType: "ed25519", digest: null },
    web: { key: { name: "Ed25519" }, signature: { name: "Ed25519" } },
  },
  ES256: {
    name: "ES256",
    keyType: "EC",
    curve: "P-256",
    members: ["crv", "kty", "x", "y"],
    signatureBytes: 64,
    node: { keyType: "ec", digest: "sha256" },
    web: {
      key: { name: "ECDSA", namedCurve: "P-256" },
      signature: { name: "ECDSA", hash: "SHA-256" },
    },
  },
  RS256: {
    name: "RS256",
    keyType: "RSA",
    curve: null,
    members: ["e", "kty", "n"],
    signatureBytes: null,
    node: { keyType: "rsa", digest: "sha256" },
    web: {
      key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
      signature: { name: "RSASSA-PKCS1-v1_5" },
    },
  },
  PS256: {
    name: "PS256",
    keyType: "RSA",
    curve: null,
    members: ["e", "kty", "n"],
    signatureBytes: null,
    node: { keyType: "rsa", digest: "sha256" },
    web: {
      key: { name: "RSA-PSS", hash: "SHA-256" },
      signature: { name: "RSA-PSS", saltLength: sha256Bytes },
    },
  },
  HS256: {
    name: "HS256",
    keyType: "oct",
    curve: null,
    members: ["k", "kty"],
    signatureBytes: sha256Bytes,
    node: { keyType: "secret", digest: "sha256" },
    web: { key: { name: "HMAC", hash: "SHA-256" }, signature: { name: "HMAC" } },
  },
};

/** The row of an algorithm, by a name from outside; null when it is none of ours. */
export function findAlgorithm(name: unknown): Algorithm | null {
  return typeof name === "string" && Object.hasOwn(algorithms, name)
    ? algorithms[name as AlgorithmName]
    : null;
}

/** RSA keys below this can be broken (RFC 7518, section 3.3); above it, verifying is a way to keep a server busy. */
export const rsaModulusBits = { least: 2048, most: 8192 } as const;

/** Whether a public exponent is odd and no smaller than 65537: smaller ones have made forging easy. */
export function isSoundRsaExponent(exponent: bigint): boolean {
  return exponent >= 65_537n && exponent % 2n === 1n && exponent < 1n << 64n;
}
