import { Buffer } from "node:buffer";
import type { JsonObject } from "../../util/json.ts";
import { isJsonObject, parseStrictJson } from "../../util/strict-json.ts";

/**
 * Names that mean something to Symbolon or to access tokens (RFC 7519, section 4.1; RFC 9068, section 2.2). `scope` is the
 * application's to give, as a text. `__proto__` is a trap wherever claims are copied.
 */
const reserved = new Set(
  "iss sub aud exp nbf iat jti sid auth_time acr amr client_id cnf act mark pos tenant_id __proto__".split(
    " ",
  ),
);

/** What a cookie has room for, beside what a token says itself. */
const maxClaimsBytes = 2_048;

/**
 * A copy of the claims as JSON will have them.
 * @throws TypeError for a reserved name or a value that is not JSON.
 */
export function checkClaims(claims: JsonObject): JsonObject {
  const name = Object.keys(claims).find((each) => reserved.has(each));
  if (name !== undefined) throw new TypeError(`claims: "${name}" is a reserved name`);
  if (claims["scope"] !== undefined && typeof claims["scope"] !== "string") {
    throw new TypeError("claims: scope must be a string, its scopes separated by blanks");
  }
  const text = JSON.stringify(claims) as string | undefined;
  if (text === undefined || !text.startsWith("{"))
    throw new TypeError("claims must be a JSON object");
  if (Buffer.byteLength(text) > maxClaimsBytes) {
    throw new TypeError(
      `claims may take ${maxClaimsBytes} bytes as JSON: they travel with every request. Keep more than that in the session's data`,
    );
  }
  // What a strict reader would refuse: then the token could never be used.
  const copy = parseStrictJson(text);
  if (!isJsonObject(copy)) {
    throw new TypeError(
      "claims must be well-formed text, not nested too deeply, without __proto__",
    );
  }
  return copy;
}
