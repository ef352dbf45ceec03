import { Buffer } from "node:buffer";
import type { KeyObject } from "node:crypto";
import { emitWarning, nextTick } from "node:process";
import { addClaims, isObject, payloadFault } from "./claims-to-sign.ts";
import { type KnownKey, signingKeys } from "./key-cache.ts";
import { misfitOf, secretMisuse } from "./key-checks.ts";
import { optionFault } from "./sign-options.ts";
import { signatureOf, signingOf } from "./signature.ts";
import type { JwtHeader, PrivateKey, Secret, SignCallback, SignOptions } from "./types.ts";

type Payload = string | Buffer | object;
type NoneOptions = SignOptions & { algorithm: "none" };

/**
 * Signs a payload as a token (RFC 7519). With a callback, misuse is told before `sign` returns and the token in the next
 * tick; the callback is called once.
 * @throws Error that says what is wrong with payload, key or options, unless there is a callback
 */
export function sign(payload: Payload, key: Secret | PrivateKey, options?: SignOptions): string;
export function sign(payload: Payload, key: null, options?: NoneOptions): string;
export function sign(payload: Payload, key: Secret | PrivateKey, callback: SignCallback): void;
export function sign(
  payload: Payload,
  key: Secret | PrivateKey,
  options: SignOptions,
  callback: SignCallback,
): void;
export function sign(
  payload: Payload,
  key: null,
  options: NoneOptions,
  callback: SignCallback,
): void;
export function sign(
  payload: unknown,
  key: unknown,
  optionsOrCallback?: SignOptions | SignCallback,
  callback?: SignCallback,
): string | void {
  const isCallback = typeof optionsOrCallback === "function";
  const done = isCallback ? optionsOrCallback : callback;
  const draft = draftOf(payload, key, (isCallback ? null : optionsOrCallback) || {});
  if (draft instanceof Error) {
    if (done) return done(draft);
    throw draft;
  }
  if (typeof done !== "function") return tokenOf(draft);
  nextTick(answer, draft, done);
}

/** All that a token is made of, found to be right. */
interface Draft {
  readonly header: JwtHeader;
  readonly payload: unknown;
  readonly key: KeyObject | null;
  readonly options: SignOptions;
}

/** The order of the checks is jsonwebtoken's: it decides which of several faults is told. */
function draftOf(given: unknown, material: unknown, options: SignOptions): Draft | Error {
  const header: JwtHeader = {
    alg: options.algorithm || "HS256",
    typ: isObject(given) ? "JWT" : undefined,
    kid: options.keyid,
    ...options.header,
  };
  // Whatever an application of JavaScript wrote there: the algorithm's table refuses it.
  const alg: unknown = header.alg;
  const isUnsigned = options.algorithm === "none";
  if (!material && !isUnsigned) return new Error("secretOrPrivateKey must have a value");
  const hasKey = material !== null && material !== undefined;
  const known = hasKey ? signingKeys.find(material) : null;
  if (known === null && hasKey) return new Error("secretOrPrivateKey is not valid key material");
  const fault =
    keyFault(String(alg), known, options) ?? payloadFault(given, options) ?? optionFault(options);
  if (fault !== null) return new Error(fault);
  if (known !== null && !options.allowInvalidAsymmetricKeyTypes) {
    const misfit = misfitOf(header.alg, known);
    if (misfit !== null) return new Error(misfit);
  }
  const payload = isObject(given) && !options.mutatePayload ? { ...given } : given;
  const late = isObject(payload) ? addClaims(payload, options) : null;
  if (late !== null) return new Error(late);
  return { header, payload, key: known?.object ?? null, options };
}

function keyFault(alg: string, known: KnownKey | null, options: SignOptions): string | null {
  if (alg.startsWith("HS")) {
    if (known?.object.type !== "secret") {
      return `secretOrPrivateKey must be a symmetric key when using ${alg}`;
    }
    return secretMisuse("secretOrPrivateKey", known, options);
  }
  if (!/^(?:RS|PS|ES)/.test(alg)) return null;
  if (known?.object.type !== "private") {
    return `secretOrPrivateKey must be an asymmetric key when using ${alg}`;
  }
  const bits = alg.startsWith("ES") ? undefined : known.object.asymmetricKeyDetails?.modulusLength;
  return bits !== undefined && bits < leastRsaBits && !options.allowInsecureKeySizes
    ? tooSmall(alg)
    : null;
}

const leastRsaBits = 2048;

function tooSmall(alg: string): string {
  return `secretOrPrivateKey has a minimum key size of ${leastRsaBits} bits for ${alg}`;
}

/**
 * Tells the token in the next tick. What the callback throws then is lost in jsonwebtoken; here it becomes a warning of the
 * process, and no more, because programs that went on must go on.
 */
function answer(draft: Draft, done: SignCallback): void {
  let token: string;
  try {
    token = tokenOf(draft);
  } catch (error) {
    done(error as Error);
    return;
  }
  try {
    done(null, token);
  } catch (error) {
    emitWarning(error instanceof Error ? error : String(error));
  }
}

function tokenOf({ header, payload, key, options }: Draft): string {
  const signing = signingOf(header.alg);
  const encoding = (options.encoding || "utf8") as BufferEncoding;
  const claims = Buffer.from(textOf(payload), encoding).toString("base64url");
  const input = `${encodeHeader(header)}.${claims}`;
  const token = `${input}.${signatureOf(signing, input, key)}`;
  // Of a key that was allowed although it is none of RSA, this is all that is known of its size.
  const isTooShort = token.length < leastRsaBits / 8 && /^(?:RS|PS)/.test(header.alg);
  if (isTooShort && !options.allowInsecureKeySizes) throw new Error(tooSmall(header.alg));
  return token;
}

function textOf(payload: unknown): string {
  if (typeof payload === "string") return payload;
  if (typeof payload === "number" || Buffer.isBuffer(payload)) return payload.toString();
  return JSON.stringify(payload);
}

/**
 * jsonwebtoken writes and reads headers as Latin-1, which cuts other letters down to a byte: U+2222 becomes a quote, and a
 * `kid` may write into the header. Escaped, every letter arrives, there as everywhere.
 */
function encodeHeader(header: JwtHeader): string {
  const text = JSON.stringify(header);
  const known = plainHeaders.get(text);
  if (known !== undefined) return known;
  const ascii = text.replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return Buffer.from(ascii, "latin1").toString("base64url");
}

/** The headers of those who ask for nothing but an algorithm. */
const plainHeaders: ReadonlyMap<string, string> = new Map(
  ["HS256", "RS256", "PS256", "ES256"].map((alg) => {
    const text = JSON.stringify({ alg, typ: "JWT" });
    return [text, Buffer.from(text).toString("base64url")];
  }),
);
