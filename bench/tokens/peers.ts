import type { KeyObject } from "node:crypto";
import type { Algorithm, JwtPayload, VerifyOptions } from "jsonwebtoken";
import type { AlgorithmName } from "../../src/core/access-tokens/algorithms.ts";
import { expected } from "./token-world.ts";

/** What all are asked of a token, as far as they can look at it. */
interface Payload {
  readonly sub?: string | undefined;
}

export type Verify = (token: string) => Payload | Promise<Payload>;
export type Sign = (claims: Record<string, unknown>) => string | Promise<string>;

/** A library. */
export interface Peer {
  readonly name: string;
  readonly note: string;
  /** What it does not know. */
  readonly lacks: readonly AlgorithmName[];
  /** Whether it answers by a promise, and so gains by company. */
  readonly awaited: boolean;
  readonly verifier: (algorithm: AlgorithmName, key: KeyObject) => Promise<Verify>;
  readonly signer: (algorithm: AlgorithmName, key: KeyObject) => Promise<Sign>;
}

const jose: Peer = {
  name: "jose",
  note: "with a KeyObject",
  lacks: [],
  awaited: true,
  async verifier(algorithm, key) {
    const { jwtVerify } = await import("jose");
    const options = { algorithms: [algorithm], typ: "at+jwt", ...expected };
    return async (token) => (await jwtVerify(token, key, options)).payload;
  },
  async signer(algorithm, key) {
    const { SignJWT } = await import("jose");
    return (claims) =>
      new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid: "k" }).sign(key);
  },
};

const jsonwebtoken: Peer = {
  name: "jsonwebtoken",
  note: "with a KeyObject; it does not look at typ",
  lacks: ["EdDSA"],
  awaited: false,
  async verifier(algorithm, key) {
    const { default: library } = await import("jsonwebtoken");
    const options: VerifyOptions = { algorithms: [algorithm as Algorithm], ...expected };
    return (token) => library.verify(token, key, options) as JwtPayload;
  },
  async signer(algorithm, key) {
    const { default: library } = await import("jsonwebtoken");
    const header = { alg: algorithm, typ: "at+jwt", kid: "k" };
    const options = { algorithm: algorithm as Algorithm, header };
    return (claims) => library.sign(claims, key, options);
  },
};

/** The keys of fast-jwt are texts, which it makes its own of. */
function textOf(key: KeyObject): string | Buffer {
  if (key.type === "secret") return key.export();
  const type = key.type === "private" ? "pkcs8" : "spki";
  return key.export({ format: "pem", type });
}

const fastJwt: Peer = {
  name: "fast-jwt",
  note: "with the PEM or the bytes that it asks for",
  lacks: [],
  awaited: false,
  verifier: async (algorithm, key) => fastJwtVerifier(algorithm, key, {}),
  async signer(algorithm, key) {
    const { createSigner } = await import("fast-jwt");
    const header = { alg: algorithm, typ: "at+jwt", kid: "k" };
    return createSigner({ algorithm, key: textOf(key), header });
  },
};

/** Its verifier, which takes its cache among its options. */
export async function fastJwtVerifier(
  algorithm: AlgorithmName,
  key: KeyObject,
  cache: { readonly cache?: number; readonly cacheKeyBuilder?: (token: string) => string },
): Promise<(token: string) => Payload> {
  const { createVerifier } = await import("fast-jwt");
  const verify = createVerifier({
    key: textOf(key),
    algorithms: [algorithm],
    allowedIss: expected.issuer,
    allowedAud: expected.audience,
    checkTyp: "at+jwt",
    ...cache,
  });
  return (token) => verify(token) as Payload;
}

export const peers: readonly Peer[] = [jose, jsonwebtoken, fastJwt];
