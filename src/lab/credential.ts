import type { Exchange } from "./wire.ts";

/** What the person's browser last sent to be recognised, and was. Null when it has sent nothing yet. */
export function credentialOf(exchanges: readonly Exchange[]): Record<string, string> | null {
  const last = exchanges.findLast(
    ({ by, status, request }) =>
      by === "person" && status < 400 && / \/api\//.test(request.startLine),
  );
  if (last === undefined) return null;
  const fields = last.request.headers
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => name === "cookie" || name === "authorization");
  return fields.length === 0 ? null : Object.fromEntries(fields);
}

/** When the first JWT in it expires, in milliseconds since the epoch. Null where there is none. */
export function expiryOf(credential: Readonly<Record<string, string>>): number | null {
  for (const value of Object.values(credential)) {
    for (const [, payload = ""] of value.matchAll(/eyJ[\w-]*\.([\w-]+)\.[\w-]*/g)) {
      const exp = expOf(payload);
      if (exp !== null) return exp * 1_000;
    }
  }
  return null;
}

function expOf(payload: string): number | null {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const exp =
      typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : null;
    return typeof exp === "number" ? exp : null;
  } catch {
    // Something else that looks like one.
    return null;
  }
}
