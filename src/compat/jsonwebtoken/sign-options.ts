import type { SignOptions } from "./types.ts";

interface Rule {
  readonly isValid: (value: unknown) => boolean;
  readonly message: string;
}

const isText = (value: unknown): boolean => typeof value === "string";
const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const isSpan = (value: unknown): boolean =>
  Number.isInteger(value) || (typeof value === "string" && value !== "");

const algorithms: readonly unknown[] = ["RS", "PS", "ES", "HS"]
  .flatMap((family) => [256, 384, 512].map((bits) => `${family}${bits}`))
  .concat("none");

const rule = (
  name: keyof SignOptions,
  isValid: (value: unknown) => boolean,
  what: string,
): readonly [string, Rule] => [name, { isValid, message: `"${name}" ${what}` }];

const flags = [
  "noTimestamp",
  "mutatePayload",
  "allowInsecureKeySizes",
  "allowInvalidAsymmetricKeyTypes",
  "dangerouslyAllowWeakSecrets",
  "dangerouslyAllowAsymmetricKeysAsSecrets",
] as const;

const optionRules: ReadonlyMap<string, Rule> = new Map([
  rule("expiresIn", isSpan, "should be a number of seconds or string representing a timespan"),
  rule("notBefore", isSpan, "should be a number of seconds or string representing a timespan"),
  rule("audience", (value) => isText(value) || Array.isArray(value), "must be a string or array"),
  rule("algorithm", (value) => algorithms.includes(value), "must be a valid string enum value"),
  rule("header", isPlainObject, "must be an object"),
  ...(["encoding", "issuer", "subject", "jwtid", "keyid"] as const).map((name) =>
    rule(name, isText, "must be a string"),
  ),
  ...flags.map((name) => rule(name, isBoolean, "must be a boolean")),
]);

const claimRules: ReadonlyMap<string, Rule> = new Map(
  ["iat", "exp", "nbf"].map((name) => [
    name,
    {
      isValid: (value) => typeof value === "number",
      message: `"${name}" should be a number of seconds`,
    },
  ]),
);

/** Why the options of `sign` are refused, or null; the first in their own order, in jsonwebtoken's words. */
export function optionFault(options: unknown): string | null {
  if (!isPlainObject(options)) return 'Expected "options" to be a plain object.';
  for (const [name, value] of Object.entries(options)) {
    const rule = optionRules.get(name);
    if (rule === undefined) return `"${name}" is not allowed in "options"`;
    if (!rule.isValid(value)) return rule.message;
  }
  return null;
}

/** Why claims are refused, or null: those that are times must be numbers. */
export function claimFault(payload: unknown): string | null {
  if (!isPlainObject(payload)) return 'Expected "payload" to be a plain object.';
  for (const name of Object.keys(payload)) {
    const rule = claimRules.get(name);
    if (rule !== undefined && !rule.isValid(payload[name])) return rule.message;
  }
  return null;
}

const sourceOfObject = Function.prototype.toString.call(Object);

/** Whether a value is an object literal or has no prototype; also one of another realm, where tests may come from. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return true;
  if (Object.prototype.toString.call(value) !== "[object Object]") return false;
  if (prototype === null) return true;
  if (typeof prototype !== "object" || !Object.hasOwn(prototype, "constructor")) return false;
  const { constructor } = prototype;
  return (
    typeof constructor === "function" &&
    Function.prototype.toString.call(constructor) === sourceOfObject
  );
}
