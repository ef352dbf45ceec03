import type { VerifyOptions } from "./types.ts";

/** Why options are refused before the token is looked at, or null. The first three are jsonwebtoken's. */
export function verifyOptionFault(options: VerifyOptions): string | null {
  const { clockTimestamp, nonce, allowInvalidAsymmetricKeyTypes: allow } = options;
  if (clockTimestamp && typeof clockTimestamp !== "number") {
    return "clockTimestamp must be a number";
  }
  if (nonce !== undefined && (typeof nonce !== "string" || nonce.trim() === "")) {
    return "nonce must be a non-empty string";
  }
  if (allow !== undefined && typeof allow !== "boolean") {
    return "allowInvalidAsymmetricKeyTypes must be a boolean";
  }
  return options.dangerouslyIgnoreUnusableExpectations ? null : unusableExpectation(options);
}

const expectations = ["audience", "issuer", "subject", "jwtid", "maxAge"] as const;

/**
 * What jsonwebtoken takes for "expect nothing", or adds up to a time that never comes. An expectation that is empty was
 * meant to be something, as where a setting of the environment is missing; a tolerance of "60" makes every `exp` a number
 * with two more digits.
 */
function unusableExpectation(options: VerifyOptions): string | null {
  for (const name of expectations) {
    const value: unknown = options[name];
    if (value === "" || Number.isNaN(value)) return `${name} must not be empty`;
  }
  const { clockTolerance, issuer } = options;
  if (clockTolerance && typeof clockTolerance !== "number")
    return "clockTolerance must be a number";
  const isUsable = !issuer || typeof issuer === "string" || Array.isArray(issuer);
  return isUsable ? null : "issuer must be a string or an array of strings";
}
