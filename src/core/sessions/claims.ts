import type { JsonObject } from "../../util/json.ts";

/** Names that mean something to Symbolon or to access tokens (RFC 7519, section 4.1; RFC 9068, section 2.2). */
const reserved = new Set(
  "iss sub aud exp nbf iat jti sid auth_time acr amr scope client_id cnf act mark pos tenant_id".split(
    " ",
  ),
);

/**
 * A copy of the claims as JSON will have them.
 * @throws TypeError for a reserved name or a value that is not JSON.
 */
export function checkClaims(claims: JsonObject): JsonObject {
  const name = Object.keys(claims).find((each) => reserved.has(each));
  if (name !== undefined) throw new TypeError(`claims: "${name}" is a reserved name`);
  const text = JSON.stringify(claims) as string | undefined;
  if (text === undefined || !text.startsWith("{"))
    throw new TypeError("claims must be a JSON object");
  return JSON.parse(text) as JsonObject;
}
