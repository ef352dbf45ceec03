import { createHmac, createSecretKey, sign as signBytes } from "node:crypto";
import { keyPairs, publicPem } from "./key-samples.ts";
import { now } from "./option-samples.ts";

/** A call that jsonwebtoken lets pass and Symbolon does not, unless it is told to. */
export interface Deviation {
  readonly what: string;
  readonly verb: "sign" | "verify";
  /** The arguments, of which the last are the options. */
  readonly given: readonly [unknown, unknown, Readonly<Record<string, unknown>>];
  /** In whose words it is refused. */
  readonly refusal: string;
  readonly switch: `dangerously${string}`;
}

const secret = "a secret of more than thirty-two characters";

/** A token with this header and these claims, whoever would not make it. */
export function handMade(
  header: Readonly<Record<string, unknown>>,
  claims: unknown,
  key: string | Buffer = secret,
): string {
  const input = [header, claims].map((part) => encode(JSON.stringify(part))).join(".");
  return `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64url");
}

const hs256 = { alg: "HS256", typ: "JWT" };
const inTime = { sub: "ann", exp: now + 60 };
const good = handMade(hs256, inTime);

/** An RS256 token, the last character of whose signature stands for the same bytes and some bits besides. */
function respelled(): string {
  const input = [{ alg: "RS256" }, inTime].map((part) => encode(JSON.stringify(part))).join(".");
  const signature = signBytes("sha256", Buffer.from(input), keyPairs.rsa.privateKey);
  const text = signature.toString("base64url");
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const last = alphabet[alphabet.indexOf(text.at(-1) ?? "") + 1] ?? "";
  return `${input}.${text.slice(0, -1)}${last}`;
}

/** A public key as it looks in a setting whose line ends were written as `\n`: no PEM to Node. */
const brokenPem: string = publicPem("rsa").replaceAll("\n", "\\n");
const asSecret = `looks like an asymmetric key, but cannot be read as one: as an HMAC secret it would let everybody sign who knows it`;
const unsigned = `${encode(JSON.stringify({ alg: "none", typ: "JWT" }))}.${encode(JSON.stringify(inTime))}.`;
const huge = handMade(hs256, { ...inTime, text: "a".repeat(1_048_576) });
const crit = handMade({ ...hs256, crit: ["b64"], b64: false }, inTime);

const verifying = (
  what: string,
  token: string,
  options: Readonly<Record<string, unknown>>,
  refusal: string,
  name: Deviation["switch"] = "dangerouslyIgnoreUnusableExpectations",
): Deviation => ({ what, verb: "verify", given: [token, secret, options], refusal, switch: name });

export const deviations: readonly Deviation[] = [
  verifying(
    "a header whose crit demands what nobody understands",
    crit,
    {},
    "jwt has critical header parameters, none of which is understood",
    "dangerouslyIgnoreCriticalHeaders",
  ),
  verifying(
    "a token of more than a million characters",
    huge,
    {},
    "jwt too large",
    "dangerouslyAllowTokensOfAnySize",
  ),
  {
    what: "an unsigned token where no key was found and `none` is allowed beside others",
    verb: "verify",
    given: [unsigned, undefined, { algorithms: ["RS256", "none"] }],
    refusal: "invalid algorithm",
    switch: "dangerouslyAllowUnsignedAmongSigned",
  },
  {
    what: "a token that whoever knows the public key signed with it",
    verb: "verify",
    given: [handMade(hs256, inTime, brokenPem), brokenPem, {}],
    refusal: `secretOrPublicKey ${asSecret}`,
    switch: "dangerouslyAllowAsymmetricKeysAsSecrets",
  },
  {
    what: "a public key as the secret of HS256",
    verb: "sign",
    given: [inTime, publicPem("rsa"), {}],
    refusal: `secretOrPrivateKey ${asSecret}`,
    switch: "dangerouslyAllowAsymmetricKeysAsSecrets",
  },
  {
    what: "an empty secret",
    verb: "verify",
    given: [handMade(hs256, inTime, ""), Buffer.alloc(0), {}],
    refusal: "secretOrPublicKey must have a value",
    switch: "dangerouslyAllowWeakSecrets",
  },
  {
    what: "an empty secret that signs",
    verb: "sign",
    given: [inTime, createSecretKey(Buffer.alloc(0)), {}],
    refusal: "secretOrPrivateKey must have a value",
    switch: "dangerouslyAllowWeakSecrets",
  },
  {
    what: "another spelling of a signature",
    verb: "verify",
    given: [respelled(), publicPem("rsa"), { algorithms: ["RS256"] }],
    refusal: "invalid signature",
    switch: "dangerouslyAllowRespelledSignatures",
  },
  ...["audience", "issuer", "subject", "jwtid", "maxAge"].map((name) =>
    verifying(`an empty ${name}`, good, { [name]: "" }, `${name} must not be empty`),
  ),
  verifying("a maxAge that is no number", good, { maxAge: Number.NaN }, "maxAge must not be empty"),
  verifying(
    "an issuer that is a pattern, which is never looked at",
    good,
    { issuer: /^https:\/\/ours\// },
    "issuer must be a string or an array of strings",
  ),
  verifying(
    "an expired token, by a tolerance that is a text",
    handMade(hs256, { exp: now - 3600 }),
    { clockTolerance: "60" },
    "clockTolerance must be a number",
  ),
  verifying(
    "a token without an audience, by a pattern that fits the word undefined",
    good,
    { audience: /^[a-z]+$/ },
    "jwt audience invalid. expected: /^[a-z]+$/",
  ),
];
