import type { Buffer } from "node:buffer";
import { sign } from "./sign.ts";
import type { GetPublicKeyOrSecret, Jwt, JwtHeader, JwtPayload } from "./types.ts";
import type {
  PrivateKey,
  PublicKey,
  Secret,
  SigningKeyCallback,
  SignOptions,
  VerifyOptions,
} from "./types.ts";
import { verify } from "./verify.ts";

type Key = Secret | PublicKey;

/**
 * A function that finds the key for a header: with one parameter it answers the key or a promise of it, with two it calls
 * back, as for `verify`.
 */
export type FindKey = (
  header: JwtHeader,
  callback: SigningKeyCallback,
) => Key | Promise<Key> | void;

/** `sign` by promise. */
export function signAsync(
  payload: string | Buffer | object,
  key: Secret | PrivateKey,
  options: SignOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) =>
    sign(payload, key, options, (error, token) =>
      error === null ? resolve(token as string) : reject(error),
    ),
  );
}

/** `verify` by promise. The key may come from a function. */
export function verifyAsync(
  token: string,
  key: Key | FindKey,
  options: VerifyOptions & { complete: true },
): Promise<Jwt>;
export function verifyAsync(
  token: string,
  key: Key | FindKey,
  options?: VerifyOptions & { complete?: false },
): Promise<JwtPayload | string>;
export function verifyAsync(
  token: string,
  key: Key | FindKey,
  options?: VerifyOptions,
): Promise<Jwt | JwtPayload | string>;
export function verifyAsync(
  token: string,
  key: Key | FindKey,
  options: VerifyOptions = {},
): Promise<Jwt | JwtPayload | string> {
  return new Promise((resolve, reject) =>
    verify(token, byCallback(key), options, (error, decoded) =>
      error === null ? resolve(decoded as Jwt | JwtPayload | string) : reject(error),
    ),
  );
}

function byCallback(key: Key | FindKey): Key | GetPublicKeyOrSecret {
  if (typeof key !== "function") return key;
  if (key.length > 1) return (header, found) => void key(header, found);
  return (header, found) => {
    new Promise<Key>((resolve) => resolve(key(header, found) as Key | Promise<Key>)).then(
      (value) => found(null, value),
      (error: unknown) => found(error instanceof Error ? error : new Error(String(error))),
    );
  };
}
