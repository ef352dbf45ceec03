import type { KeyObject } from "node:crypto";
import { refusalOf } from "./claims-to-verify.ts";
import { JsonWebTokenError } from "./errors.ts";
import { type KnownKey, verifyingKeys } from "./key-cache.ts";
import { misfitOf, secretMisuse } from "./key-checks.ts";
import { isSignature, signingOf } from "./signature.ts";
import { factsOf, type HeaderFacts, headerFacts, parseHeader } from "./token-parts.ts";
import { parsePayload, partsOf, type TokenParts } from "./token-parts.ts";
import type { GetPublicKeyOrSecret, Jwt, JwtHeader, JwtPayload } from "./types.ts";
import type { PublicKey, Secret, VerifyCallback, VerifyErrors, VerifyOptions } from "./types.ts";
import { verifyOptionFault } from "./verify-options.ts";

type Key = Secret | PublicKey;
type Answer = Jwt | JwtPayload | string;

/**
 * Verifies a token and answers its payload, or with `complete` its header and signature, too. A callback is called before
 * `verify` returns, unless the key comes from a function that waits.
 * @throws JsonWebTokenError when the token is refused, unless there is a callback
 */
export function verify(token: string, key: Key, options: VerifyOptions & { complete: true }): Jwt;
export function verify(
  token: string,
  key: Key,
  options?: VerifyOptions & { complete?: false },
): JwtPayload | string;
export function verify(token: string, key: Key, options?: VerifyOptions): Jwt | JwtPayload | string;
export function verify(
  token: string,
  key: Key | GetPublicKeyOrSecret,
  callback?: VerifyCallback<JwtPayload | string>,
): void;
export function verify(
  token: string,
  key: Key | GetPublicKeyOrSecret,
  options: VerifyOptions & { complete: true },
  callback?: VerifyCallback<Jwt>,
): void;
export function verify(
  token: string,
  key: Key | GetPublicKeyOrSecret,
  options?: VerifyOptions & { complete?: false },
  callback?: VerifyCallback<JwtPayload | string>,
): void;
export function verify(
  token: string,
  key: Key | GetPublicKeyOrSecret,
  options?: VerifyOptions,
  callback?: VerifyCallback,
): void;
export function verify(
  token: unknown,
  key: unknown,
  optionsOrCallback?: VerifyOptions | VerifyCallback<never>,
  callback?: VerifyCallback<never>,
): unknown {
  const isCallback = typeof optionsOrCallback === "function" && !callback;
  const done = (isCallback ? optionsOrCallback : callback) as VerifyCallback | undefined;
  const given = ((isCallback ? null : optionsOrCallback) || {}) as VerifyOptions;
  // Whoever waits for a key must not find other expectations than those that were given.
  const options = typeof key === "function" ? { ...given } : given;
  const opened = openToken(token, key, options, done !== undefined);
  if (opened instanceof Error) return tell(opened, done);
  if (typeof key !== "function") return tell(judge(opened, key, options), done);
  return (key as GetPublicKeyOrSecret)(opened.header ?? { alg: "" }, (error, found) =>
    tell(
      error
        ? new JsonWebTokenError(`error in secret or public key callback: ${error.message}`)
        : judge(opened, found, options),
      done,
    ),
  );
}

/** Errors are values up to here, so that what a callback throws is never taken for a token's fault. */
function tell(answer: Answer | Error, done: VerifyCallback | undefined): unknown {
  if (answer instanceof Error) {
    if (done) return done(answer as VerifyErrors);
    throw answer;
  }
  return done ? done(null, answer) : answer;
}

/** A token that can be read. Its header is made where somebody asks for it: each time anew, since they may write into it. */
interface OpenToken extends TokenParts {
  readonly facts: HeaderFacts;
  readonly header: JwtHeader | null;
  readonly payload: unknown;
  /** When `verify` was called, however long the key takes to come. */
  readonly now: number;
}

/** Where a token is refused unseen, unless the caller says otherwise: no honest one comes near. */
const longestToken = 1_048_576;

function openToken(
  token: unknown,
  key: unknown,
  options: VerifyOptions,
  hasCallback: boolean,
): OpenToken | Error {
  const fault = verifyOptionFault(options);
  if (fault !== null) return new JsonWebTokenError(fault);
  const now = options.clockTimestamp || Math.floor(Date.now() / 1000);
  if (!token) return new JsonWebTokenError("jwt must be provided");
  if (typeof token !== "string") return new JsonWebTokenError("jwt must be a string");
  if (token.length > longestToken && !options.dangerouslyAllowTokensOfAnySize) {
    return new JsonWebTokenError("jwt too large");
  }
  const parts = partsOf(token);
  if (parts === null) return unreadable(token);
  const facts = headerFacts(parts.encodedHeader);
  if (facts === null) return new JsonWebTokenError("invalid token");
  const isHeaderWanted = options.complete === true || typeof key === "function";
  let payload: unknown;
  try {
    payload = parsePayload(parts.encodedPayload, facts.isJwt);
  } catch (error) {
    return error as SyntaxError;
  }
  if (typeof key === "function" && !hasCallback) {
    return new JsonWebTokenError(
      "verify must be called asynchronous if secret or public key is provided as a callback",
    );
  }
  const header = isHeaderWanted ? parseHeader(parts.encodedHeader) : null;
  return { ...parts, facts, header, payload, now };
}

function unreadable(token: string): JsonWebTokenError {
  const isThreeParts = token.split(".", 4).length === 3;
  return new JsonWebTokenError(isThreeParts ? "invalid token" : "jwt malformed");
}

/** The payload, or why it does not count. The order of the checks is jsonwebtoken's. */
function judge(token: OpenToken, material: unknown, options: VerifyOptions): Answer | Error {
  const isSigned = token.signature !== "";
  if (!isSigned && material) return new JsonWebTokenError("jwt signature is required");
  if (isSigned && !material) return new JsonWebTokenError("secret or public key must be provided");
  if (!isSigned && !options.algorithms) {
    return new JsonWebTokenError('please specify "none" in "algorithms" to verify unsigned tokens');
  }
  const hasKey = material !== null && material !== undefined;
  const known = hasKey ? verifyingKeys.find(material) : null;
  if (known === null && hasKey) {
    return new JsonWebTokenError("secretOrPublicKey is not valid key material");
  }
  const { alg, hasCrit } = token.header === null ? token.facts : factsOf(token.header);
  const refusal = keyRefusal(alg, known, options) ?? forgery(token, alg, known, options);
  if (refusal !== null) return refusal;
  if (hasCrit && !options.dangerouslyIgnoreCriticalHeaders) {
    return new JsonWebTokenError("jwt has critical header parameters, none of which is understood");
  }
  return judgePayload(token, options);
}

function judgePayload(token: OpenToken, options: VerifyOptions): Answer | Error {
  const { payload, header, signature, now } = token;
  if (payload === null) return new JsonWebTokenError("invalid token");
  const refusal = refusalOf(payload as JwtPayload, options, now);
  if (refusal !== null) return refusal;
  if (options.complete !== true || header === null) return payload as JwtPayload;
  return { header, payload: payload as JwtPayload, signature };
}

/** Whether the algorithm is one that is wanted, and the key one for it. */
function keyRefusal(alg: unknown, known: KnownKey | null, options: VerifyOptions): Error | null {
  const algorithms: unknown = options.algorithms || algorithmsFor(known?.object);
  if (typeof alg !== "string" || !isWanted(alg, algorithms, options)) {
    return new JsonWebTokenError("invalid algorithm");
  }
  if (alg.startsWith("HS")) {
    if (known?.object.type !== "secret") return wrongKind("a symmetric", alg);
    const misuse = secretMisuse("secretOrPublicKey", known, options);
    if (misuse !== null) return new JsonWebTokenError(misuse);
  } else if (/^(?:RS|PS|ES)/.test(alg) && known?.object.type !== "public") {
    return wrongKind("an asymmetric", alg);
  }
  const misfit =
    known === null || options.allowInvalidAsymmetricKeyTypes ? null : misfitOf(alg, known);
  return misfit === null ? null : new Error(misfit);
}

function wrongKind(kind: string, alg: string): JsonWebTokenError {
  return new JsonWebTokenError(`secretOrPublicKey must be ${kind} key when using ${alg}`);
}

const hmacs = ["HS256", "HS384", "HS512"];
const rsas = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
const ecdsas = ["ES256", "ES384", "ES512"];

/** What a key may verify when nobody says: all of its own kind, and nothing of another. */
function algorithmsFor(key: KeyObject | undefined): readonly string[] {
  if (key?.type === "secret") return hmacs;
  return key?.asymmetricKeyType === "ec" ? ecdsas : rsas;
}

/**
 * `none` counts where it is the only one: beside others it is taken for "if signed, then so", and a key that could not be
 * found, which is `undefined`, would let every unsigned token pass.
 */
function isWanted(alg: string, algorithms: unknown, options: VerifyOptions): boolean {
  const wanted: readonly unknown[] = Array.isArray(algorithms)
    ? algorithms
    : String(algorithms).split(/[^A-Za-z0-9]+/);
  if (!wanted.includes(alg)) return false;
  return (
    alg !== "none" ||
    options.dangerouslyAllowUnsignedAmongSigned === true ||
    wanted.every((name) => name === "none")
  );
}

function forgery(
  { signingInput, signature }: TokenParts,
  alg: unknown,
  known: KnownKey | null,
  options: VerifyOptions,
): Error | null {
  const isRespelled = options.dangerouslyAllowRespelledSignatures === true;
  try {
    const signing = signingOf(String(alg));
    const isRight = isSignature(
      signing,
      signingInput,
      signature,
      known?.object ?? null,
      isRespelled,
    );
    return isRight ? null : new JsonWebTokenError("invalid signature");
  } catch (error) {
    return error as Error;
  }
}
