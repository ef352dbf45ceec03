import { JsonWebTokenError, NotBeforeError, TokenExpiredError } from "./errors.ts";
import { secondsAfter } from "./timespan.ts";
import type { VerifyOptions } from "./types.ts";

type Claims = Readonly<Record<string, unknown>>;

/** Why the claims of an authentic token are refused, in the order and the words of jsonwebtoken, or null. */
export function refusalOf(
  claims: Claims,
  options: VerifyOptions,
  now: number,
): JsonWebTokenError | null {
  return (
    lifetimeRefusal(claims, options, now) ??
    partyRefusal(claims, options) ??
    equalityRefusal(claims, options) ??
    (options.maxAge ? ageRefusal(claims, options, now) : null)
  );
}

function lifetimeRefusal(
  { nbf, exp }: Claims,
  options: VerifyOptions,
  now: number,
): JsonWebTokenError | null {
  const tolerance = options.clockTolerance || 0;
  if (nbf !== undefined && !options.ignoreNotBefore) {
    if (typeof nbf !== "number") return new JsonWebTokenError("invalid nbf value");
    if (nbf > now + tolerance) return new NotBeforeError("jwt not active", dateOf(nbf));
  }
  if (exp !== undefined && !options.ignoreExpiration) {
    if (typeof exp !== "number") return new JsonWebTokenError("invalid exp value");
    if (now >= exp + tolerance) return new TokenExpiredError("jwt expired", dateOf(exp));
  }
  return null;
}

function partyRefusal({ aud, iss }: Claims, options: VerifyOptions): JsonWebTokenError | null {
  const { audience, issuer } = options;
  if (audience) {
    const expected = listOf(audience);
    const isLax = options.dangerouslyIgnoreUnusableExpectations === true;
    const isMeant = listOf(aud).some((found) =>
      expected.some((one) => isExpected(one, found, isLax)),
    );
    if (!isMeant) {
      return new JsonWebTokenError(`jwt audience invalid. expected: ${expected.join(" or ")}`);
    }
  }
  if (issuer) {
    const isWrong =
      (typeof issuer === "string" && iss !== issuer) ||
      (Array.isArray(issuer) && !issuer.includes(iss as string));
    if (isWrong) return new JsonWebTokenError(`jwt issuer invalid. expected: ${String(issuer)}`);
  }
  return null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/**
 * A pattern is held against texts only: as text, a claim that is missing is "undefined", which many patterns let pass. It
 * begins at the start each time: one with the flag `g` would go on where it stopped in another token.
 */
function isExpected(expected: unknown, found: unknown, isLax: boolean): boolean {
  if (!(expected instanceof RegExp)) return expected === found;
  expected.lastIndex = 0;
  return (isLax || typeof found === "string") && expected.test(String(found));
}

function equalityRefusal(claims: Claims, options: VerifyOptions): JsonWebTokenError | null {
  for (const [name, claim] of equalities) {
    const expected = options[name];
    if (expected && claims[claim] !== expected) {
      return new JsonWebTokenError(`jwt ${name} invalid. expected: ${expected}`);
    }
  }
  return null;
}

const equalities = [
  ["subject", "sub"],
  ["jwtid", "jti"],
  ["nonce", "nonce"],
] as const;

function ageRefusal(
  { iat }: Claims,
  options: VerifyOptions,
  now: number,
): JsonWebTokenError | null {
  if (typeof iat !== "number") {
    return new JsonWebTokenError("iat required when maxAge is specified");
  }
  const end = secondsAfter(iat, options.maxAge);
  if (end === null) {
    return new JsonWebTokenError(
      '"maxAge" should be a number of seconds or string representing a timespan eg: "1d", "20h", 60',
    );
  }
  return now >= end + (options.clockTolerance || 0)
    ? new TokenExpiredError("maxAge exceeded", dateOf(end))
    : null;
}

function dateOf(seconds: number): Date {
  return new Date(seconds * 1000);
}
